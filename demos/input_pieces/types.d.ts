// What this page asks of its handlers, and what they answer (tab.py, core/results/language.py).
import type { Handler, Language } from "../common/views/types";

export interface State {
  language: Language;
  first: string;
  second: string;
  query: string;
  how: string;  // the search: "begins", "contains" or "id"
  sentence: number;
  word: number;  // -1: the one with the most pieces
}
/** (before, after) of each run of characters, in order. */
export type Runs = [before: string, after: string][];
export interface SentenceSteps {
  cleaned: Runs;
  spaced: Runs;
  lowered: Runs;
  words: [word: string, pieces: string[]][];
  looks_like: Language | null;
  unknown: string[];
  specials: string[];
}
/** T tokens with [CLS] and [SEP]. */
export interface InputPieces {
  sentences: SentenceSteps[];
  tokens: string[];
  ids: number[];
  segments: number[];
  cuts: { n_pieces: number, text: string }[];  // one for each sentence
}
export interface MatchedWord { word: string; attempts: [piece: string, found: boolean][]; pieces: string[]; longest: number }
export interface Facts { n_tokens: number; n_continuing: number; n_special: number; n_unused: number; n_chinese: number }
export interface Hits { n_found: number; shown: [token: string, id: number][]; facts: Facts }
export interface Search { query: string; field: string; language: Language }
export interface OtherPieces { name: string; kind: string; readable: boolean; tokens: string[]; n_tokens: number; n_vocabulary: number }
/** What enters BERT's first layer at one token, [D] each. */
export type Vector = "word" | "position" | "segment" | "summed" | "normalised";
export interface Added { token: number; position: number; segment: number; language: Language }
/** One row of a sum. */
export interface Strip { sign: string; label: string; values: Float32Array; scale: number; note: string }
export interface Server {
  assemble_input: Handler<{ language: Language, first: string, second: string }, InputPieces>;
  match_word: Handler<{ word: string, language: Language }, MatchedWord>;
  search_vocabulary: Handler<Search, Hits>;
  add_embeddings: Handler<Added, Record<Vector, string>>;
  cut_by_others: Handler<{ text: string }, { cuts: OtherPieces[] }>;
}
export interface Props { weights: string[]; others: string[]; present: string[]; n_positions: number }
