// What this page asks of its worker and its handlers, and what they answer (tab.py, core/results/words.py).
import type { Handler, Language, Sentence } from "../common/views/types";

/** A word as it was typed, and as the vectors have it. */
export interface Found { typed: string; word: string; number: number; simplified: boolean }
export interface Near { word: string; number: number; cosine: number; pinyin: string }
export interface Similar { plus: Found[]; minus: Found[]; near: Near[]; sum: number[] }
export interface Odd { words: Found[]; likeness: number[]; odd: number }
export interface Axis { left: Found[]; right: Found[]; words: Found[]; places: number[]; agreement: number }
export interface Why {
  words: [Found, Found];
  cosine: number;
  parts: number[];
  large: { dimension: number, part: number, words: string[] }[];
}
export interface Across { asked: Found; near: Near[] }
/** Rows of a map: one where the word stands there, else those that it stands between. */
export interface Place { word: string; rows: number[] }

export type Asked = { language: Language } & (
  | { what: "take", buffer: ArrayBuffer }
  | { what: "find", word: string }
  | { what: "suggest", typed: string }
  | { what: "similar", plus: string[], minus: string[], most: number }
  | { what: "odd", words: string[] }
  | { what: "axis", left: string[], right: string[], words: string[] }
  | { what: "why", one: string, other: string, most: number }
  | { what: "places", words: string[], numbers: Int32Array }
  | { what: "across", other: Language, word: string, rotation: Float32Array, most: number }
  | { what: "word", numbers: number[] }
);
/** What the worker answers to each question. */
export interface Answers {
  take: { n: number };
  find: Found;
  suggest: { word: string, pinyin: string }[];
  similar: Similar;
  odd: Odd;
  axis: Axis;
  why: Why;
  places: Place[];
  across: Across;
  word: string[];
}
export interface Answer<What extends keyof Answers> { found: Answers[What]; ms: number }
export type Files = Record<Language, { name: string, bytes: number }>;

export interface Opening { plus: string[]; minus: string[]; words: string[]; cosines: number[]; sum: number[]; pinyin: string[] }
export interface Kind { n: number; accuracy: number; top5: number }
export interface Measured { kinds: Record<string, Kind>; accuracy: number; random: number; pairs: Record<string, [string, string][]> }
export interface Bridge {
  rotation: string;  // base64 of halves [100, 50]
  n_train: number;
  n_test: number;
  precision: Record<Language, Record<string, number>>;
  random: Record<Language, Record<string, number>>;
}
export interface Maps {
  numbers: string;  // base64 of int32 [N]
  topics: number[];
  names: string[];  // of the topics
  points: Record<string, string>;  // base64 of halves [N, 2]
  kept: Record<string, number>;
}
export interface Server {
  show_analogies: Handler<{ language: Language }, Measured>;
  show_bridge: Handler<object, Bridge>;
  show_word_maps: Handler<{ language: Language }, Maps>;
}
export interface Props { files: Files; first: { problem?: Sentence, opening?: Record<Language, Opening> } }
/** What the page is asked about, as its link has it. */
export interface Question { of: Language; plus: string[]; minus: string[]; meant: string | null }
