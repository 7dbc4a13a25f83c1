// What this page asks of its handlers, what they answer (tab.py), and what it shows.
import type { Handler, Language, Point } from "../common/views/types";

/** A message and its Huffman code; nodes 0..S-1 are leaves, node S + i is made by merge i. */
export interface Coded {
  message: number[];
  symbols: number[];  // [S], the rarest first
  counts: number[];  // [2S - 1]
  merges: [left: number, right: number][];
  codes: string[];  // [S]
  entropy: number;  // bits a symbol
  average: number;
  sizes: [name: string, bits: number][];
  width: number;  // of a picture, whose rows are the message
}
export type Source = "text" | "digit" | "drawing" | "picture";
/** A code as it was read: from bit `from` on, up to bit `to`. */
export interface Read { symbol: number; from: number; to: number }
export type Unit = "characters" | "bytes";
export interface State {
  source: Source;
  text: string;
  unit: Unit;
  digit: number;  // sample digit
  strokes: Point[][];  // of the drawing; none: the example lies on the pad
  picture: string;  // "flower", "temple" or "own"
  step: number;  // merges that are shown
  cursor: number;  // bits that are read
  flips: number[];  // bits that were turned
}
export type Picked = { name: string } | { png: string };
export interface Given { png: string; height: number; width: number; moves?: boolean }  // of an upload, whether it has more frames than one
export interface Block { pixels: string; amounts: string; kept: number[]; back: string }
export interface Jpeg { file: string; bytes: number; mse: number; n_kept: number; n_amounts: number; table: number[]; block: Block }
export interface Other { name: string; bytes: number; mse: number; png: string }
export interface Pyramid { pyramid: string; png: string; mse: number; n_kept: number; n_all: number }
export interface Way { name: string; bytes: number; mse: number; pixels: string; decoder: number; pays_from: number | null }
/** Pictures are base64 of uint8 [784]; `binary` in bits, `budget` in bytes. */
export interface Equal { seen: string; budget: number; ways: Way[]; ink: string; binary: [name: string, bits: number][] }
/** Code -> [bytes, squared error] at each of its settings. */
export type Rates = Record<string, [bytes: number, mse: number][]>;
export interface MessageAsked { source: Source; text: string; unit: string; digit: number; drawing?: string; picture?: Picked }
export interface JpegAsked { picture: Picked; quality: number; bands: number[]; off: number[]; halved: boolean; block: number[] }
export interface Server {
  code_message: Handler<MessageAsked, Coded>;
  take_picture: Handler<{ file: string }, Given>;
  open_picture: Handler<{ name: string }, Given>;
  show_jpeg: Handler<JpegAsked, Jpeg>;
  compare_codecs: Handler<{ picture: Picked, bytes: number }, { others: Other[] }>;
  show_pyramid: Handler<{ picture: Picked, kind: string, levels: number, percent: number }, Pyramid>;
  show_equal_bytes: Handler<{ what: string, digit: number, bits: number, bytes: number, drawing: string }, Equal>;
  show_rates: Handler<object, { codes: Rates }>;
}
export interface Limits { text: number; quality: number[]; band: number[]; levels: number; bits: number[]; bytes: number[] }
export interface Props { first: Record<Language, Coded>; digit: number; limits: Limits; pad: { side: number, pen: number } }
