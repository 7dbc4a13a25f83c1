// What elements found by a selector have in this lab, beside what every element has.
interface Element {
  readonly dataset: DOMStringMap;
  title: string;
  click(): void;
  focus(options?: FocusOptions): void;
  hidden?: any;
  disabled?: any;
  value?: any;
  placeholder?: any;
  problem?: Record<string, string>;  // what showProblem shows, in each language
  repaint?(): void;                  // of a digit, when the theme changes
}

interface Window { Plotly?: any }     // for as long as a part of it is on its way: charts.js
interface PlotlyNode extends HTMLDivElement {  // what Plotly has drawn on
  on(event: string, heard: (event: any) => void): void;
  readonly _fullLayout?: any;
}
