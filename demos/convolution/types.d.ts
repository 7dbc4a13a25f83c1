// What this page asks of its handlers, what they answer (tab.py), and what it shows.
import type { Handler, Language, Sentence } from "../common/views/types";
import type { Stroke } from "../common/views/pad.js";
import type { Convolution } from "./math.js";
import type { Filter, Network } from "./filters.js";

/** The layer of the form: `pads` is the last padding in numbers. */
export type Layer = Convolution & { pads: number[] };
export interface State {
  on: "digit" | "sentence";
  tile: number | null;  // of `first.tiles`
  strokes: Stroke[];
  signed: boolean;  // ink over -1..1 instead of 0..1
  of: Language;
  text: string;
  layer: Layer;
  square: boolean;
  shape: number[];  // [channels, rows, columns] of a filter
  filters: Filter[];
  biases: (number | null)[];  // null: the filter's own
  seed: number;
  filter: number;
  channel: number;
  at: number[];  // [row, column] of the output
  reach: number;  // the last place that is shown as computed
  activation: string;
}
/** What can't be taken: by the page, or by torch, which then has a `fix`. */
export interface Misfit {
  key: string;
  fields: string[];
  values: Record<string, string | number>;
  torch?: string;
  fix?: Partial<Convolution>;
}
/** Values of [height, width] cells, row by row. */
export interface Plane { height: number; width: number; values: Float32Array | Float64Array }
export type Shade = (value: number) => number[];
export interface Mark { row: number; column: number; rows: number; columns: number; colour: string; line: number }
export interface Cells extends Plane { shade: Shade; faint?: (k: number) => number; labels?: string[] | null; frame?: Mark | null; marks: Mark[] }
export interface SentenceMatrix { tokens: string[]; values: string; looks_like: Language | null; unknown: string[]; specials: string[] }
export interface Server {
  show_sentence: Handler<{ text: string, language: Language }, SentenceMatrix>;
  show_filters: Handler<object, { weight: string, bias: string, shape: number[] }>;
}
export interface Props {
  first: { tiles?: string[], problem?: Sentence };
  channels: number;
  width: number;
  pad: { side: number, pen: number };
}
export type { Network };
