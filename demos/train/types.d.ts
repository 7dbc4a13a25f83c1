// What this page asks of its handlers, and what they answer (tab.py, core/results/training.py).
import type { Handler, Language } from "../common/views/types";

export type Kind = "autoencoder" | "textcnn" | "bert";
/** What is chosen before a training: the fields of its kind (fields.js). */
export interface Settings {
  kind: Kind;
  learning_rate: number;
  batch_size: number;
  epochs: number;
  seed: number;
  code_size?: number;
  activation?: string;
  noise?: number;
  language?: Language;
  n_labels?: number;  // 0: all
  vectors?: string;
  n_layers?: number;  // that learn; -1: all, -2: all, by low rank
}
export type Value = string | number;
export interface Facts {
  n_train: number;
  n_steps: number;
  per_epoch: number;  // steps
  digits: number[];  // that the pictures are of
  spoilt: string | null;  // base64 of uint8 [10, 784], what the model sees of them
  cloud: [first: number, n: number];  // sample digits
  sentences: string[];
  labels: number[];  // 1 good, 0 bad
}
/** Base64: pixels of uint8 [10, 784], codes and points of float32. */
export interface PictureSamples { pixels: string; codes: string; points: string; dimensions: number; size: number; explained: number | null }
export interface TextSamples { good: number[] }
export type Check = [step: number, loss: number | null, accuracy: number | null];
export interface Told {
  state: string;
  over: boolean;
  ahead: number;
  step: number;
  seconds: number;
  share: number;  // of one processor core
  test: number | null;  // accuracy
  losses: string;  // base64 of float32 [N, 2]: step, loss
  checks: Check[];
  facts: Facts | null;
  samples: PictureSamples | TextSamples | null;
}
/** A report as the charts read it, with what was asked for. */
export type Run = Omit<Told, "losses"> & { losses: Point2[], settings: Settings, job: string, example?: boolean };
type Point2 = [step: number, loss: number];
export interface Curve { losses: Point2[]; checks: Check[]; state: string; step: number; job: string; role: "now" | "kept"; name: string; unit: string; per_epoch: number; n_steps: number }
export interface RacePoint { model: string; n_labels: number; accuracies: number[] }
export type Race = Record<string, { n_test: number, points: RacePoint[] }>;
export interface Server {
  show_examples: Handler<object, { examples: Record<string, Told>, race: Race | null }>;
  train: Handler<Settings & { job: string }, object>;
  follow_training: Handler<{ job: string }, Told>;
  tell_training: Handler<{ job: string | null, order: string }, object>;
  stop_training: Handler<{ job: string }, object>;
}
export interface Props {
  defaults: Record<Kind, Settings>;
  ranges: Record<string, [low: number, high: number]>;
  choices: Record<string, Value[]>;
  max_seconds: number;
  max_pause: number;
  at_once: number;
}
