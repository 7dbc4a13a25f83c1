// What this page asks of its handlers, what they answer (tab.py), and what it shows.
import type { Handler, Language } from "../common/views/types";

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
}
/** A code as it was read: from bit `from` on, up to bit `to`. */
export interface Read { symbol: number; from: number; to: number }
export type Unit = "characters" | "bytes";
export interface State {
  source: "text" | "digit";
  text: string;
  unit: Unit;
  digit: number;  // sample digit
  step: number;  // merges that are shown
  cursor: number;  // bits that are read
  flips: number[];  // bits that were turned
}
export type Picked = { name: string } | { png: string };
export interface Given { png: string; height: number; width: number }
export interface Block { pixels: string; amounts: string; kept: number[]; back: string }
export interface Jpeg { file: string; bytes: number; mse: number; n_kept: number; n_amounts: number; table: number[]; block: Block }
export interface Other { name: string; bytes: number; mse: number; png: string }
export interface Pyramid { pyramid: string; png: string; mse: number; n_kept: number; n_all: number }
export interface Way { name: string; bytes: number; mse: number; pixels: string; decoder: number; pays_from: number | null }
/** Pictures are base64 of uint8 [784]; `binary` in bits. */
export interface Equal { seen: string; ways: Way[]; ink: string; binary: [name: string, bits: number][] }
export interface JpegAsked { picture: Picked; quality: number; bands: number[]; off: number[]; halved: boolean; block: number[] }
export interface Server {
  code_message: Handler<{ source: string, text: string, unit: string, digit: number }, Coded>;
  take_picture: Handler<{ file: string }, Given>;
  open_picture: Handler<{ name: string }, Given>;
  show_jpeg: Handler<JpegAsked, Jpeg>;
  compare_codecs: Handler<{ picture: Picked, bytes: number }, { others: Other[] }>;
  show_pyramid: Handler<{ picture: Picked, kind: string, levels: number, percent: number }, Pyramid>;
  show_equal_bytes: Handler<{ what: string, digit: number, bits: number, drawing: string }, Equal>;
}
export interface Limits { text: number; quality: number[]; band: number[]; levels: number; bits: number[] }
export interface Props { first: Record<Language, Coded>; digit: number; limits: Limits }
