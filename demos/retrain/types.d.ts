// What this page asks of its handlers, and what they answer (tab.py).
import type { Handler, Sentence } from "../common/views/types";

/** What goes to the server of a picture: one that ships, or a visitor's own as base64 of a JPEG. */
export type Sent = { kind: string, row: number } | { file: string };
export interface Picture { sent: Sent; drawn: ImageBitmap }
/** A class: named by whoever typed something, else after the kind of its drawings, else by its number. */
export interface Box { name: string | null; kind: string | null; pictures: Picture[] }
/** One of the pictures that are held out. */
export interface Held { label: number; picture: Picture; tinted: boolean }
export type Network = "lite0" | "resnet18" | "resnet101";
export type Depth = "layer" | "block" | "all";

export interface Facts { n_train: number; n_parameters: number; n_steps: number; labels: number[] }
/** Base64: shares of float32 [N, C], maps of float16 [N, C, side, side]. */
export interface Samples { shares: string; maps: string; side: number }
export type Check = [step: number, loss: number | null, accuracy: number | null];
export interface Told {
  over: boolean;
  state: string;
  ahead: number;
  step: number;
  seconds: number;
  losses: string;  // base64 of float32 [N, 2]: step, loss
  checks: Check[];
  facts: Facts | null;
  samples: Samples | null;
}
/** A run with what it was asked. */
export interface Run {
  told: Told;
  depth: Depth;
  background: boolean;
  network: Network;
  names: Box[];
  held: Held[];
  stored: boolean;
}
export interface Asked { job: string; classes: Sent[][]; n_learned: number; depth: Depth; background: boolean; seed: number; network: Network }
/** Accuracy of each seed, and seconds of a processor core, at each number of pictures; none where it was not measured. */
export interface Curve { n_held: number; right: Record<string, number[][]>; seconds: Record<string, (number | null)[]> }
export interface Stored {
  kinds: string[];
  n_learned: number;
  runs: Record<string, Told>;
  sheets: Record<string, { file: string, n: number }>;
}
export interface Server {
  show_retraining: Handler<object, Stored>;
  read_picture: Handler<{ file: string }, { picture: string, moves: boolean }>;
  show_curve: Handler<object, Curve>;
  measure_point: Handler<{ job: string, way: string, n_learned: number, seed: number }, object>;
  retrain: Handler<Asked, object>;
  follow_retraining: Handler<{ job: string }, Told>;
  stop_retraining: Handler<{ job: string }, object>;
}
export interface Props {
  kinds: string[];
  columns: number;
  depths: Depth[];
  networks: Network[];
  curve: { counts: number[], kinds: number, seeds: number, ways: string[] };
  limits: { classes: [number, number], learned: [number, number], pictures: [number, number], held: number };
  tint: string;
}
export type Say = (problem: Sentence | string | null) => void;
