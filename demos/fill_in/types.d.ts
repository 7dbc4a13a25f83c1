// What this page asks of its handlers, and what they answer (tab.py, core/results/answers.py).
import type { Handler, Language, Likely, ReaderScore, TrainingLapse, Trial } from "../common/views/types";
import type { LoadingServer } from "../common/views/model_loading.js";

/** A text, and which of its characters are hidden. */
export interface Marked { text: string; hidden: number[] }
export interface State extends Marked {
  model: string;
  unit: string;  // "word" or "piece"
  k: number;  // answers that are shown
  blank: number;
  other: string | null;  // the model beside it
}
export interface Asked extends Marked { model: string; by_word: boolean }
export interface Blank { at: number; top: Likely[]; token: string | null; probability: number | null; rank: number | null }
export interface HiddenWord { at: number[]; written: string; probability: number }
/** T pieces of a sentence, its blanks, and the answers. */
export interface MaskedWords {
  tokens: string[];
  written: string[];
  words: number[];  // -1 at a typed [MASK]
  starts: number[];
  blanks: Blank[];
  whole_words: HiddenWord[];
  speaks: Language | null;
  looks_like: Language | null;
  n_cut: number;
  cut: string;
  unknown: string[];
  specials: string[];
  blank_like: [start: number, end: number][];
  n_lost: number;
  n_positions: number;
}
/** The answers on the screen, and what they were asked of. */
export interface Answer extends MaskedWords { stored: boolean; request: Asked }
export interface LayerAnswer { layer: number; top: Likely[]; final: number; rank: number; original: number | null }
export interface LayerAnswers { at: number; answer: string; token: string | null; settled: number; layers: LayerAnswer[] }
export interface FillStep { at: number; token: string; token_id: number; probability: number; blanks: Blank[] }
export type NextStep = ({ done: false } & FillStep) | { done: true };
export interface PronounShares { profession: string; shares: number[]; other: number }
export interface PronounTable { pronouns: string[]; rows: PronounShares[] }
export interface Professions { template: string; professions: string }
export interface Failure { marked: string; answer: string; probability: number; kind: string }
export interface Server extends LoadingServer {
  fill_blanks: Handler<Asked, MaskedWords>;
  open_example: Handler<{ text: string, model: string }, { known: false } | ({ known: true } & MaskedWords)>;
  ask_layers: Handler<Asked & { blank: number }, LayerAnswers>;
  fill_next: Handler<Asked & { filled: number[] }, NextStep>;
  show_training: Handler<{ language: Language }, { lapse: TrainingLapse }>;
  show_score: Handler<{ language: Language }, { failures: Failure[], score: ReaderScore }>;
  show_transfer: Handler<object, { trial: Trial | null }>;
  compare_pronouns: Handler<Professions & { model: string }, PronounTable>;
  wake_chinese_words: Handler<object, object>;
}
