// What this page asks of its handlers, and what they answer (tab.py).
import type { Handler } from "../common/views/types";

export type Method = "skipgram" | "cbow" | "glove" | "ppmi";
export type Source = "en" | "zh" | "own";
/** A table whose entries may be missing: there is no neighbour, or no aim. */
export type Table = (number | null)[][];

export interface Asked {
  own: boolean;
  text: string;
  language: "en" | "zh";
  method: Method;
  n_dims: number;
  window: number;
  n_negative: number;
  threshold: number;
  epochs: number;
  watched: string;
  seed: number;
}
/** The text, and what of it is looked at: C words, a sentence of T words, P pairs. */
export interface Facts {
  n_read: number;
  n_tokens: number;
  n_words: number;
  least: number;
  watched: string[];
  counts: number[];
  sentence: string[];
  targets: Table;        // [T, 2 W]
  negatives: string[][]; // [T, K]
  together: number[][];  // [C, C]
  fit: (number | null)[];
  fit_names: [string, string][];
  frequent: [word: string, count: number, drawn: number][];
}
/** What the model says at a moment. */
export interface Samples {
  vectors: string;       // base64 of float16 [C, D]
  near: string[][];      // [C, N]
  cosines: number[][];
  pairs: Table;          // [T, 2 W]
  negatives: Table;      // [T, K]
  fit: (number | null)[];
}
export type Frame = Samples & { step: number };
export interface Told {
  over: boolean;
  state: string;
  ahead: number;
  step: number;
  seconds: number;
  losses: string;        // base64 of float32 [N, 2]: step, loss
  checks: [step: number, loss: number | null][];
  n_steps: number | null;
  facts: Facts | null;
  samples: Samples | null;
}
export interface Stored { asked: Asked; report: Told; frames: Frame[] }
/** A run with what was asked, and the moments that were seen of it. */
export interface Run { asked: Asked; told: Told; frames: Frame[]; stored: boolean }
export interface Server {
  show_word_run: Handler<{ language: string, method: string }, Stored>;
  train_words: Handler<Asked & { job: string }, object>;
  follow_words: Handler<{ job: string }, Told>;
  stop_words: Handler<{ job: string }, object>;
}
export type Field = "n_dims" | "window" | "n_negative" | "threshold" | "epochs";
export interface Props {
  methods: Method[];
  ranges: Record<Field, [number, number]>;
  usual: Record<"en" | "zh", Asked>;
  longest: number;
  max_seconds: number;
}
