// What the page LSTM asks of its handlers, and what they answer (tab.py, core/results/lstm.py).
import type { Handler, Language, Reasons } from "../common/views/types";

export type Start = "random" | "pretrained" | "tuned";
export type Direction = "forwards" | "backwards" | "both";
export type Way = Exclude<Direction, "both">;
export type Part = "input_gate" | "forget_gate" | "candidate" | "output_gate" | "cell" | "hidden";
/** N words, H cells: base64 of halves, [N * H]. */
export type Steps = Record<Part, string> & { good: number[] };
export interface Answers {
  start: Start;
  good: Record<Direction, number>;
  test_accuracy: Record<Direction, number>;
  unknown: boolean[];  // [T]
}
export interface Answer {
  tokens: string[];  // [T]
  starts: number[];
  ends: number[];
  left: number[];  // [N], the words that are read
  n_cut: number;
  n_mapped: number;
  looks_like: Language | null;
  start: Start;
  steps: Record<Way, Steps>;
  costs: Record<Direction, number[]>;  // [N]
  answers: Answers[];
}
export interface SharedWord {
  word: string;
  places: [number, number];
  cosines: Record<Direction | "vector", number>;
}
export interface Contexts {
  tokens: [string[], string[]];
  shared: SharedWord[];
  states: [Record<Direction, string>, Record<Direction, string>];  // of each, [T * H]
}
export interface Asked { text: string; language: Language; start: Start; off: number[] }
export interface State extends Asked {
  direction: Direction;
  at: number;  // number of the word, of those that are read
  part: Part;  // what the rows show
  compared: boolean;
  other: string;  // the sentence that the text's words are compared with
}
export interface Opening { text: string; answer: Answer }
export interface Server {
  open_reading: Handler<{ language: Language }, Opening>;
  read_text: Handler<Asked, Answer>;
  compare_reasons: Handler<Asked & { direction: Direction }, Reasons>;
  compare_contexts: Handler<{ text: string, other: string, language: Language, start: Start }, Contexts>;
}
