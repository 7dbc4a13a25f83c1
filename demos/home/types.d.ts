// The pictures of the front page, as core/inference/home.py stores them.
import type { Language, LinkValues, Likely, Values } from "../common/views/types";

/** Pictures of no language; ink is base64 of uint8 [784]. */
interface Shared {
  squeezed: { given: string, code: number[], back: string }[];
  asked: { given: string, told: string, ae: string }[];
  cloud: { points: string, labels: string };  // points: base64 of int8 [N, 3], 127 for 1; a digit each
  walk: string[];
  learned: { random: Score[], tuned: Score[] };
}
/** Labelled reviews, and the share that is told right. */
type Score = [n: number, share: number];
interface Told {
  coded: { text: string, codes: [sign: string, bits: string][], plain: number, huffman: number };
  near: { plus: string[], minus: string[], nearest: [word: string, cosine: number][] };
  phrases: { text: string, units: string[], costs: number[], good: number };
  pieces: string[];
  blank: { text: string, top: Likely[] };
  next: { first: string, candidates: Likely[] };
  attention: { text: string, tokens: string[], layer: number, head: number, at: number, weights: number[] };
}
export type Drawn = Shared & Told;
export type Pictures = Shared & Record<Language, Told>;
export interface Picture<Data> {
  draw(node: HTMLElement, data: Data): (() => void) | void;
  of(pictures: Pictures, language: Language): Data;
  caption?(data: Data): Values;
  link?(answers: Told, language: Language): LinkValues;
}
