// What this page asks of its handlers, and what they answer (tab.py, core/results/answers.py).
import type { Handler, Language, ReaderScore, Reasons, TrainingLapse, Trial } from "../common/views/types";

export interface State {
  language: Language;
  model: string;  // "": the bundled one of the language
  a: string;
  candidates: string[];
  pick: number | null;  // number of the candidate whose words are weighed; null: the likeliest
  guess: string | null;  // the text that the learner would choose
  revealed: boolean;
  hidden: number[];  // numbers of tokens
  compared: boolean;
}
interface Cut { n_pieces: number; text: string }
interface Judged { probability: number; n_tokens: number; cut_first: Cut; cut_second: Cut }
export interface JudgedCandidates {
  candidates: Judged[];  // in the order in which they were asked
  looks_like: Language | null;
  unknown: string[];
  specials: string[];
  typed_mask: boolean;
}
/** A candidate and its number among the boxes. */
export interface Candidate { text: string; k: number }
export type Ranked = Candidate & Judged & { rank: number };
export interface Asked { first: string; candidates: string[]; model: string }
export interface Pair { first: string; second: string; model: string }
/** A pair's T tokens in words; differences are logits "follows" - "random". */
export interface SentenceWeights {
  tokens: string[];
  segments: number[];
  special: boolean[];
  joined: boolean[];
  words: number[];  // number of the word that is hidden as a whole; -1 at the frame
  n_words: number;
  together: number;  // so many neighbouring words of a long pair count as one
  difference: number;
  hidden_difference: number;
  turned_difference: number;
}
export interface Failure { first: string; second: string; kind: string; probability: number }
export interface Scores { failures: Failure[]; score: { accuracy: number, n_pairs: number, low: number, high: number }; reader: ReaderScore }
export interface Server {
  judge_candidates: Handler<Asked, JudgedCandidates>;
  weigh_words: Handler<Pair & { hidden: number[] }, SentenceWeights>;
  hide_words: Handler<Pair & { begin: number }, { begin: number, differences: number[] }>;
  compare_reasons: Handler<Pair, Reasons>;
  show_scores: Handler<{ language: Language }, Scores>;
  show_lapse: Handler<{ language: Language }, { lapse: TrainingLapse }>;
  show_trial: Handler<object, { trial: Trial | null }>;
}
export interface Props { max_candidates: number }
