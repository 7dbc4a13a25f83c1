// What the views' modules share: shapes of values, in one place each. Never served.

export type Language = "en" | "zh";
/** The same in each language, of those that were loaded. */
export type Sentence = Record<Language, string>;
/** Why something can't be had: a text's key, or the sentence itself. */
export type Problem = string | Sentence;
/** What fills a text's {placeholders}. */
export type Values = Record<string, string | number | Sentence | null | undefined>;

/** What one of the page's Python handlers refuses with (demos/common/errors.py). */
export interface Refusal { error: Sentence & { key: string } }
/** A Python handler, as Gradio hands it to the view; undefined where nothing came back. */
export type Handler<Asked, Answer> = (request: Asked) => Promise<(Answer & { error?: undefined }) | Refusal | undefined>;
/** What a page's `mount` gets from Gradio (demos/common/view.py). */
export interface Mounted<Props = object, Server = object> {
  element: HTMLElement;
  props: Props;
  server: Server;
  trigger(event: string): void;
  watch(name: string, changed: () => void): void;
}

/** What a page's link holds for its parameters; null takes one out. */
export type LinkValues = Record<string, string | number | boolean | null | undefined>;

/** Red, green and blue, 0..255. */
export type Rgb = number[];
export type Point = number[];

// ---- What the server answers about BERT (core/results/answers.py) ----------------------------------
/** A token and its probability. */
export type Likely = [token: string, probability: number];

export interface ReaderScore {
  language: Language;
  mask_top1: number | null;
  mask_top5: number | null;
  nsp_accuracy: number | null;
  n_masked: number | null;
  n_pairs: number | null;
  tokens: number | null;  // read in training
}
/** What a larger BERT gives, and costs, beside ours; null where it wasn't measured. */
export interface ReaderCost {
  n_weights: number;
  n_words: number;
  top1: number | null;
  top1_ours: number | null;
  unread: number | null;
  unread_ours: number | null;
  everyday: number | null;
  everyday_ours: number | null;
  milliseconds: number | null;
  milliseconds_ours: number | null;
}
export interface TrialPoint { step: number; tokens: number; loss: number; top1: number; top5: number; nsp_accuracy: number }
/** Two runs from the same batches. */
export interface Trial {
  language: Language;
  n_steps: number;
  n_masked: number;
  runs: [name: string, points: TrialPoint[]][];
  command: string;
}
export interface LapsePair { a: string; b: string; follows: boolean }
export interface LapseMoment {
  tokens: number;
  seconds: number;
  loss: number;  // nats a [MASK]
  top1: number;
  top5: number;
  nsp_accuracy: number;
  n_masked: number;
  n_pairs: number;
  fills: Likely[][];  // for each sentence
  follows: number[];  // for each pair
}
/** What a BERT answered while it learned. */
export interface TrainingLapse { language: Language; sentences: string[]; pairs: LapsePair[]; moments: LapseMoment[] }

// ---- A cloud of codes (scatter.js) -----------------------------------------------------------------
/** n points, one after the other, in so many dimensions (by default 3), and what fixes the axes. */
export interface CloudPoints {
  points: Float32Array;
  labels: ArrayLike<number>;
  dimensions?: number;
  centre: Point;
  radius: number;
  extent?: Point | null;  // a map's: half its width and height
}
export interface CloudView { yaw: number; pitch: number; zoom: number; x: number; y: number }
/** Codes, and numbers of points. */
export interface CloudMarks { probe?: Point | null; star?: Point | null; near?: number[]; pins?: number[] }
export interface Cloud {
  hidden: Set<number>;  // labels
  marks: CloudMarks;
  view: CloudView;
  box?: { low: Point, high: Point } | null;  // around the points, in three dimensions
  hovered: number | null;  // the number of a point
  ms: number;  // that the last frame took
  frames: number;
  set(next: CloudPoints): void;
  move(points: Float32Array): void;
  median(label: number): Point | null;
  at(i: number): Point;  // a point's code
  count(): number;
  project(code: Point): Point;  // to CSS pixels of the canvas, and how far behind the middle
  draw(): void;
  repaint(): void;
  turn(on: boolean): void;
  turning(): boolean;
  look(view: Partial<CloudView>): void;
  home(): void;
  hover(i: number | null): void;
}
export interface CloudHeard {
  onhover?(i: number | null): void;
  onpick?(i: number): void;
  onview?(view: Pick<CloudView, "zoom" | "x" | "y"> & Partial<CloudView>): void;
  onturn?(on: boolean): void;
}

// ---- Other ways of explaining (core/results/reasons.py) --------------------------------------------
/** What M ways say of each of W words; a number is null where there are no words to compare. */
export interface Reasons {
  words: string[];  // [W]
  ways: string[];  // [M], the first is hiding
  values: number[][];  // [M, W], above 0 for the answer
  agreement: { same_sign: number | null, same_strongest: number, of: number, spearman: number | null }[];  // [M]
}
