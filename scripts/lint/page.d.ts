// What elements found by a selector have in this lab, beside what every element has.
interface Element {
  readonly dataset: DOMStringMap;
  title: string;
  click(): void;
  disabled?: any;
  value?: any;
  placeholder?: any;
  problem?: Record<string, string>;  // what showProblem shows, in each language
  repaint?(): void;                  // of a digit, when the theme changes
}
