// What elements found by a selector have in this lab, beside what every element has.
interface Element {
  readonly dataset: DOMStringMap;
  title: string;
  click(): void;
  focus(options?: FocusOptions): void;
  problem?: { en: string, zh: string } | null;  // what showProblem shows
}
interface HTMLCanvasElement {
  repaint?(): void;  // of a digit, when the theme changes
  cloud?: import("../../demos/common/views/types").Cloud;  // for tests
}

interface Window { Plotly?: PlotlyLibrary }    // for as long as a part of it is on its way: charts.js
interface PlotlyLibrary {  // what of it charts.js uses; data, layouts and settings are Plotly's own
  react(node: HTMLElement, traces: object[], layout: object, config: object): Promise<unknown>;
  relayout(node: HTMLElement, change: object): Promise<unknown>;
  purge(node: HTMLElement): void;
  toImage(figure: object, how: object): Promise<string>;
}
interface PlotlyPoint { curveNumber: number; pointNumber: number; pointIndex: number; x: number; y: number; customdata: number }
interface PlotlyAxis {  // d2p: from a value to pixels; p2d: back
  range: number[];
  _offset: number;
  d2p(value: number): number;
  p2d(pixels: number): number;
}
interface PlotlyNode extends HTMLDivElement {  // what Plotly has drawn on
  on(event: "plotly_relayout", heard: (change: object) => void): void;
  on(event: "plotly_click" | "plotly_hover", heard: (event: { points: PlotlyPoint[] }) => void): void;
  on(event: "plotly_selected", heard: (event?: { points: PlotlyPoint[] }) => void): void;
  on(event: "plotly_unhover" | "plotly_deselect", heard: () => void): void;
  readonly _fullLayout?: { xaxis?: PlotlyAxis, yaxis: PlotlyAxis };
}
