// What this page asks of its handlers, and what they answer (tab.py, core/results/images.py).
import type { Handler, Point, Sentence } from "../common/views/types";
import type { DecoderWire } from "../common/views/decoder.js";

/** A model's answer, or why there is none. */
export type Each<Answer> = Record<string, (Answer & { problem?: undefined }) | { problem: Sentence }>;
export interface Window { x: number; y: number; half: number }
/** Codes [5000, 2] of the sample digits, and the decoder. */
export interface Plane { codes: Float32Array; all: Window; decode: (z: ArrayLike<number>) => Float32Array; score: Record<string, number>; widths: number[] }
export interface Summary { mean_kl: number; within: number[]; radius: number; deviation: number; error: number }
export interface Film { problem?: undefined; codes: Float32Array; rows: Float32Array[]; frames: Float32Array[]; lengths: number[] }
export type Walk = Film | { problem: Sentence };
/** A digit's bound, in nats; ink: base64 of uint8 [784]. */
export interface Split { elbo: number; standard_error: number; reconstruction: number; kl: number; kl_per_dimension: number[]; ink: string }
/** On all four charts: a full bar of the sum, and of one dimension. */
export interface Scales { most: number; widest: number }
/** A sample digit, or base64 of uint8 [784]. */
export type Digit = { sample: number } | { drawing: string };
/** What the plane shows beside the digits. */
export interface Shown { point: ArrayLike<number>; path: Point[] | null; ends: Record<string, ArrayLike<number>>; map: boolean; cloud: boolean }
export interface Server {
  show_plane: Handler<{ beta: number }, { codes: string, decoder: DecoderWire, score: Record<string, number> }>;
  show_summaries: Handler<object, { summaries: Each<Summary> }>;
  show_walk: Handler<{ start: Digit, end: Digit, steps: number, mode: string, beta: number }, { walks: Each<{ codes: string, frames: string }> }>;
  show_draws: Handler<{ seed: number, beta: number }, { draws: Each<{ pixels: string }> }>;
  show_elbo: Handler<{ digit: Digit, seed: number }, { splits: Each<Split> }>;
}
export interface Props { betas: number[]; max_seed: number; n_draws: number }
