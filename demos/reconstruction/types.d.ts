// What this page asks of its handlers, and what they answer (tab.py, core/results/images.py).
import type { Handler, Sentence } from "../common/views/types";

/** What one model makes of the picture; pixels [784] in [0, 1]. With a problem there is nothing else. */
export interface Answer {
  problem?: Sentence;
  code: Float32Array;
  pixels: Float32Array;
  error: number;  // mean squared error a pixel
  unusual: boolean;
  neighbours: number[];  // [5] sample digits, nearest first
  labels: number[];  // what they are
  vote: number;
}
/** The same on the wire. */
export type Card = Omit<Answer, "code" | "pixels"> & { code: string, pixels: string };
/** The worked example, as it is stored. With a problem there is nothing else. */
export interface First {
  problem?: Sentence;
  digit: number;
  row: number[];
  tiles?: Record<string, string>;  // base64 of uint8 [784]
  cards: Record<string, Card>;
  yardsticks: Record<string, { scale: number, usual: number }>;
  figure?: string;
  scores?: Record<string, number>;
  accuracy?: [prepared: number, as_it_is: number];
}
/** [left, top, right, bottom] in shares of the picture. */
export type Box = number[];
export interface Found { seen: string; picture: string; found: string; doubt: string | null }
/** A photo that was read: base64 of JPEG and PNG; file: as it was sent. */
export interface Photo { file: string; box: Box | null; picture: string; found: string; doubt: string | null; open: boolean; judged?: boolean }
export type Question = { sample: number } | { tile: string, preparation: string } | { drawing: string, preparation: string };
export interface Server {
  show_reconstructions: Handler<Question, { seen: string, cards: Record<string, Card> }>;
  read_photo: Handler<{ file: string, box: Box | null }, Found>;
}
export interface Props { first: First; agreeing: number; rows: string[][]; pad: { side: number, pen: number } }
