// What the page In context asks of its handlers, and what they answer (tab.py, core/results/words.py).
import type { Handler, Language, Point, Sentence } from "../common/views/types";

/** N sentences, L + 1 layers; layer 0 is the embeddings. */
export interface Answer {
  language: Language;
  word: string;
  sentences: string[];  // [N]
  senses: string[];  // [N], or none where nobody has said them
  starts: number[];  // [N], first character of the word
  ends: number[];
  repeated: number[];  // sentences in which it stands more than once
  has_static: boolean;
  looks_like: Language | null;
  cosines: number[][][];  // [L + 1, N, N]
  places: Point[][];  // [L + 1, N, 2]
  kept: number[];  // [L + 1]
}
export interface Scores {
  language: Language;
  n_sentences: number;
  n_words: number;
  accuracy: number[];  // [L + 1]
  self_similarity: number[];
  any_two: number[];
}
export interface State {
  language: Language;
  word: string;
  text: string | null;  // one's own sentences, one a line; null: those of a listed word
  stop: number;  // of the slider: 0 static, k + 1 layer k
}
export interface Props {
  first: {
    words: Record<Language, string[]>;
    opening: Partial<Record<Language, Answer>>;
    scores: Partial<Record<Language, Scores>>;
    problem?: Sentence;
  };
}
export interface Server {
  show_word: Handler<{ language: Language, word: string }, Answer>;
  compare_sentences: Handler<{ language: Language, word: string, text: string }, Answer>;
}
