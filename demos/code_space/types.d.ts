// What this page asks of its handlers, and what they answer (tab.py, core/results/images.py).
import type { Handler, Point } from "../common/views/types";
import type { DecoderWire } from "../common/views/decoder.js";

export type Score = Record<string, number>;
/** Codes [5000, 3] of the sample digits, and the decoder. */
export interface Space {
  name: string;
  codes: Float32Array;
  low: Point;
  high: Point;
  centre: Point;
  radius: number;
  decode: (code: ArrayLike<number>) => Float32Array;
  score: Score;
}
/** M moments of training: codes [M, n, 3], and the validation error at each. */
export interface Lapse { codes: Float32Array; epochs: number[]; errors: number[]; n: number }
/** A sample digit, and how far its code lies from another one. */
export interface Near { i: number; distance: number }
/** A digit as it goes through the network; null where the decoder of that moment isn't here. */
export interface Passed { code: ArrayLike<number>; pixels: Float32Array | null; error?: number }
/** An empty place; pixels: base64 of uint8 [784]. */
export interface Place { space: string; code: Point; pixels: string; nearest: number; distance: number; spacing: number }
/** A map of n codes; end: its points once it has stopped moving. */
export interface CodeMap { points: Float32Array; n: number; kept: number; end: Float32Array; live: boolean; moving?: boolean; scale?: number; score?: Score }
/** What a live map is made of. */
export interface MapSettings { n_digits: number; n_neighbors: number; min_dist: number; seed: number }
export interface MapRequest extends MapSettings { net: string; job: string }
export interface MapReport { over: boolean; ahead: number; epoch: number; n_epochs: number; first: boolean; seconds: number; kept: number }
export interface Server {
  show_space: Handler<{ space: string }, { codes: string, low: Point, high: Point, decoder: DecoderWire, score: Score }>;
  show_time_lapse: Handler<{ space: string }, { codes: string, epochs: number[], errors: number[], n: number }>;
  place_drawing: Handler<{ space: string, pixels: string }, { code: Point }>;
  show_empty_places: Handler<{ seed: number, space: string }, { places: Place[] }>;
  show_map: Handler<{ net: string, method: string }, { points: string, kept: number, scale: number, score: Score }>;
  show_digit: Handler<{ net: string, index: number }, { code: number[], pixels: string, mse: number }>;
  make_umap: Handler<MapRequest, object>;
  follow_umap: Handler<{ job: string }, MapReport & { state: string }>;
  show_umap: Handler<{ job: string }, { stages: string }>;
  stop_umap: Handler<{ job: string }, object>;
}
export interface Props {
  limits: Record<keyof MapSettings, number[]>;
  spaces: string[];
  stems: Record<string, string>;
  nets: string[];
  methods: string[];
  n_tries: number;
}
