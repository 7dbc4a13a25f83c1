// What this page asks of its handlers, what they answer (tab.py, core/results/attention.py), and what
// its parts share.
import type { Handler, Language, Likely, Problem, ReaderScore, Rgb, Sentence, Values } from "../common/views/types";
import type { Scene } from "../common/views/attention_scene.js";
import type { Cell } from "../common/views/files.js";
import type { LoadingServer, Models } from "../common/views/model_loading.js";

// ---- What is read and asked --------------------------------------------------------------------------
export interface Reading { model: string; text: string; second: string; keep: string; at: number | null; off: number[] }
export interface Asked extends Reading { question: string; target: string | null }
export type Task = "effects" | "pruning" | "sources";
export interface Measuring extends Asked { task: Task; each: boolean; job: string }

// ---- What is answered --------------------------------------------------------------------------------
/** T tokens; words, segments and special: of each. */
export interface ReadTokens {
  model: string;
  kind: string;
  tokens: string[];
  written: string[];
  words: number[];
  segments: number[];
  special: boolean[];
  masked: number[];
  hidden: string | null;
  left_out: { n_given: number, n_cut: number, text: string }[];  // of each sentence
  looks_like: Language | null;
  unknown: string[];
  specials: string[];
}
/** null, or why not. */
export type Reason = (Sentence & { key: string }) | null;
export type Abilities = Record<string, Reason> & Record<"neuron" | "heads" | "mask" | "next" | "pair" | "own", Reason>;
export interface Attention { read: ReadTokens; can: Abilities; n_layers: number; n_heads: number; layers: number[]; attention: string }
/** A number of each head, [L][H]; null where there is nothing to measure. */
export type OfHeads = (number | null)[][];
export interface HeadScores {
  entropy: number[][];
  distance: number[][];
  patterns: Record<string, OfHeads>;
  strongest: number[][];
  flow: { shares: number[][][], special: number[][] } | null;
}
export interface Prediction { top: Likely[]; target: string; log_probability: number; rank: number }
export interface Ablation { at: number; before: Prediction; after: Prediction; n_off: number }
export interface HeadEffects { at: number; before: Prediction; change: number[][]; kept: number[][]; first: string[][] }
export interface PruningStep { layer: number; head: number; first: string; log_probability: number; rank: number }
export interface Pruning { at: number; before: Prediction; steps: PruningStep[]; n_kept: number | null; every: number }
export type Way = "hidden" | "attention" | "rollout" | "gradient" | "integrated";
export interface Sources extends Record<Way, number[]> {
  at: number;
  prediction: Prediction;
  words: number[];
  gap: number;
  off_by: number;
  n_steps: number;
  compared: number[];
  same_sign: (number | null)[];
  same_strongest: (number | null)[];
  spearman: (number | null)[][];
  kendall: (number | null)[][];
}
export interface Results { effects: HeadEffects; pruning: Pruning; sources: Sources }
export interface Progress { state: string; over: boolean; ahead: number; done: number; total: number; result: Results[Task] }
/** [L][H] nats; by_word: packed floats [L, H, N]. */
export interface Moved {
  divergence: number[][];
  by_word: string;
  pairs: [first: number, second: number][];
  changed: boolean[];
  first: ReadTokens;
  second: ReadTokens;
}
export interface Span { first: number; last: number; probability: number }
export interface OwnAnswer { kind: "text" | "tokens" | "span"; labels: Likely[]; scale: string; tokens: Likely[]; spans: Span[]; nothing: number }
export interface Server extends LoadingServer {
  read_attention: Handler<Reading & { layers: number[] }, Attention>;
  read_head: Handler<Reading & { layer: number, head: number }, { width: number, queries: string, keys: string }>;
  read_answer: Handler<Reading, OwnAnswer>;
  score_heads: Handler<Reading, HeadScores>;
  roll_out: Handler<Reading, { rollout: string, raw: string }>;
  switch_off: Handler<Asked, Ablation>;
  compare_texts: Handler<Reading & { other_text: string, other_second: string }, Moved>;
  show_score: Handler<{ language: string }, ReaderScore>;
  measure: Handler<Measuring, object>;
  follow_measuring: Handler<{ job: string }, Progress>;
  stop_measuring: Handler<{ job: string }, object>;
}
export interface Props extends Models { patterns: string[] }

// ---- What the page's parts share ---------------------------------------------------------------------
/** Who looks, and what is looked at. */
export type Side = "q" | "k";
/** A token that is pinned. */
export interface Pin { side: Side; at: number }
/** A token or a whole word, tokens first..last. */
export interface Unit { text: string; kind: string; segment: number; special: boolean; title: string; first: number; last: number }
export interface State extends Asked {
  focus: [at: number, word: string] | null;  // a character of sentence A, and the word there
  otherA: string | null;
  otherB: string | null;
  pins: Pin[] | null;  // null: the focus
  view: string;
  layer: number;
  head: number;
  heads: number[] | null;  // null: all
  unit: string;
  least: number | null;  // per cent
  frame: boolean;
  filter: string;
  sort: string;
  measure: string;
  pattern: string;
  asker: number | null;
  rolled: string;
}
/** A reading of n tokens: packed shares [H, n, n] of each layer, in 1/10,000, null until they have come. */
export interface Data extends Omit<Attention, "layers" | "attention"> {
  asked: Reading;
  key: string;
  n: number;
  layers: (Uint16Array | null)[];
  whole: boolean;  // all layers come by themselves
  focus: number | null;
  kept: Map<string, unknown>;
}
export type Matrix = ArrayLike<number> & { slice(from: number, to: number): ArrayLike<number>, subarray(from: number, to: number): ArrayLike<number> };
/** A colour, a number and words for one head's cell. */
export interface HeadCell {
  rgb?: Rgb | null;
  text?: string;
  says: string;
  pressed?: boolean | null;
  off?: boolean;
  parts?: [share: number, colour: string][] | null;
  data?: Record<string, string | number>;
}
/** One of the ways to look: it shows itself, and says the same as shapes, as a table, as Python. */
export interface View {
  draw(): unknown;
  scene(): Scene;
  table(): { columns: string[], rows: Cell[][] };
  snippet(): string;
  readonly imports: string[];
  words?(): void;
  ready?(): boolean;
}
/** What the page offers its parts; they are drawn only once there are a state and a reading. */
export interface Page {
  say(key: string, values?: Values): string;
  server: Server;
  props: Props;
  readonly state: State;
  readonly data: Data;
  change(values: Partial<State>, how?: { keep?: boolean }): void;
  quiet(values: Partial<State>): void;
  units(unit?: string): Unit[];
  pins(): Pin[];
  unitOf(at: number): number;
  matrix(layer: number, head: number): Matrix | null;
  strongest(row: ArrayLike<number>, n?: number): number[];
  request(): Reading;
  asked(): Asked;
  once<Answer>(name: string, ask: () => Promise<Answer>): Promise<Answer>;
  scores(): Promise<HeadScores>;
  open(layer: number, head: number, view?: string): void;
  headName(layer: number, head: number): string;
  ready(): void;
  measure: Measure;
  effects(): HeadEffects | null;
  measureEffects(place: HTMLElement): Promise<HeadEffects | null>;
}
/** The result, null if it was stopped; rejects with a Problem. */
export type Measure = <T extends Task>(task: T, asked: Asked & { each?: boolean }, node: HTMLElement) => Promise<Results[T] | null>;
export type Failed = (problem: Problem) => void;
