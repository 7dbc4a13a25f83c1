// What this page asks of its handlers, and what they answer (tab.py, core/results/images.py).
import type { Handler, Sentence } from "../common/views/types";

export type Method = "pca" | "tsne" | "umap";
export type Pictures = "digits" | "clothes" | "animals";
/** What one encoder keeps, on the wire: base64 of float32 [32] and of uint8 [784]. */
export interface Card {
  code: string;
  scale: number;
  kinds: number[];  // [10] probabilities
  pixels: string;
  error: number;
  neighbours: number[];  // [5] shown pictures, nearest first
  labels: number[];
  place: number[];  // [2] on its map
}
export interface Answer { seen: string; tiles: Record<string, string>; kept: Record<string, Card> }
/** One shown picture of each kind: their numbers, and base64 of uint8 [784]. */
export interface Row { row: number[]; tiles: string[] }
export type First = Row & { problem?: Sentence, sample: number, answer: Answer };
export interface Maps { labels: number[]; maps: Record<string, { points: string, explained: number | null }> }
export interface Spread { mean: number; sd: number }
export interface Measured {
  linear_probe: Record<string, Spread>;  // by number of labels, the last is "all"
  decode_mse: Spread;
  confusion: number[][];  // [kind, taken for]
  strokes_r2?: Record<string, Spread>;  // of digits
}
/** What core/making/told.py measured. */
export interface Figures {
  n_seeds: number;
  n_training: number;
  n_test: number;
  objectives: Record<string, Measured>;
  pixels: { linear_probe: Record<string, Spread>, kind_mean_mse: number };
  near?: { n_test: number, n_near: number, right: Record<string, { near: number, others: number }> };  // of animals
}
export type Question = { pictures: Pictures } & ({ sample: number } | { drawing: string });
export interface Server {
  compare_codes: Handler<Question, Answer>;
  show_row: Handler<{ pictures: Pictures, row: number }, Row>;
  show_maps: Handler<{ pictures: Pictures, method: Method }, Maps>;
  show_figures: Handler<{ pictures: Pictures }, Figures>;
}
export interface Props { first: First; n_rows: number; drawn: Pictures[]; methods: Method[]; pad: { side: number, pen: number } }
