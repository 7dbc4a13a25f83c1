// What the masking lab asks of its handlers, and what they answer (tab.py, core/results/language.py).
import type { Handler, Language, Likely } from "../common/views/types";
import type { ReadText } from "../common/views/tokens.js";

export interface State {
  language: Language;
  text: string;
  cuts: number[] | null;  // where words begin, in characters; null: as jieba says
  unit: string;
  dynamic: boolean;
  seed: number;
  epochs: number;
  epoch: number;  // that is looked at
}
/** 0: left as it is, 1: hidden, 2: another token, 3: kept. */
export type Action = 0 | 1 | 2 | 3;
/** A chosen piece: its throw in [0, 1), and what BERT reads in its place. */
export interface Dice { at: number; action: Action; read: string; unit: number; throw: number }
export interface Epoch { chosen: Dice[] }
/** A text of T pieces. */
export interface Masked extends ReadText {
  written: string[];
  words: number[];  // [T] number of the word, -1 at a typed [MASK]
  starts: number[];
  epochs: Epoch[];
}
/** How often each piece met each fate. */
export interface Tally { n_rolls: number; n_open: number; masked: number[]; random: number[]; kept: number[] }
export interface Answers {
  answers: { at: number, top: Likely[], probability: number, rank: number }[];
  n_right: number;
  loss: number;
}
export interface Server {
  mask_text: Handler<State, Masked>;
  count_rolls: Handler<State, Tally>;
  answer_blanks: Handler<State, Answers>;
  wake_words: Handler<object, object>;
}
export interface Props { weights: string[]; max_epochs: number; max_seed: number }
