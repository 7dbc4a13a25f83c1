// What the sentiment page asks of its handlers, and what they answer (tab.py, core/results/sentiment.py).
import type { Handler, Language, Reasons } from "../common/views/types";

export interface State {
  language: Language;
  kind: string;  // of units: "pieces", "characters" or "words"
  text: string;
  off: number[][];  // [start, end] of the words that are crossed out
  model: string;  // whose reasons are shown
  filter: number | null;
  compared: boolean;
}
export interface Verdict { model: string; good: number; test_accuracy: number }
/** T units of a text, in characters. */
interface Units { tokens: string[]; starts: number[]; ends: number[]; n_cut: number }
/** F * W filters and the n-grams that won their maxima; a cost is null where a filter adds little. */
interface Filters { sizes: number[]; begins: number[]; met: number[]; towards_good: number[]; costs: (number | null)[]; bias: number }
export interface Judged extends Units {
  unknown: boolean[];
  looks_like: Language | null;
  verdicts: Verdict[];
  filters: Filters;
  costs: number[];  // [T] log-odds - those of the text without the unit
  bag: number[];
}
export interface JudgedByBert extends Units { verdict: Verdict; words: number[]; together: number; costs: number[] }
/** With which units, and which start of the TextCNN. */
export interface Request { kind: string; start: string }
/** The answer to a text, kept with what was asked. */
export type Answer = Judged & Request & { text: string, stored?: boolean };
export type BertAnswer = JudgedByBert & { asked: string, language: Language };
/** One filter's winner. */
export interface Winner { k: number; towards: number; cost: number | null; met: number; size: number; begin: number; last: number; text: string }
export interface Server {
  judge_text: Handler<Request & { text: string }, Judged>;
  judge_by_bert: Handler<{ text: string, language: Language }, JudgedByBert>;
  compare_reasons: Handler<{ text: string, kind: string, model: string, language: Language }, Reasons>;
  open_example: Handler<Request & { text: string }, { known: false } | { known: true, judged: Judged, by_bert: JudgedByBert }>;
  show_ngrams: Handler<Request & { filter: number }, { ngrams: { text: string, met: number }[] }>;
}
