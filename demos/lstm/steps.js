// What an LSTM does at each word: a row a word, and the seven strips of one of them.

/** @import { Values } from "../common/views/types" */
/** @import { Answer, Direction, Part, Way } from "./types" */
import { make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { percent } from "../common/views/scales.js";
import { signedBar, signedStrip } from "../common/views/signed_scale.js";
import { halves } from "../common/views/wire.js";

/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`lstm.${key}`, values);
/** @type {(direction: Direction) => Way[]} */
export const waysOf = (direction) => (direction === "both" ? ["forwards", "backwards"] : [direction]);
/** @type {Part[]} */
const PARTS = ["input_gate", "forget_gate", "candidate", "output_gate", "cell", "hidden"];

// {forwards: {cell: rows, ...}, ...}: unpacked once an answer, each a list of N rows of H numbers.
/** @typedef {Record<Way, Record<Part, Float32Array[]> & { good: number[] }>} Read */
/** @type {(answer: Answer) => Read} */
export const unpacked = ({ steps, left }) => {
  const of = (/** @type {Way} */ way) => {
    const parts = PARTS.map((part) => {
      const all = halves(steps[way][part]), n = all.length / left.length;
      return [part, left.map((_, k) => all.subarray(k * n, (k + 1) * n))];
    });
    return { .../** @type {Record<Part, Float32Array[]>} */ (Object.fromEntries(parts)), good: steps[way].good };
  };
  return { forwards: of("forwards"), backwards: of("backwards") };
};

// A cell may hold more than 1: all of a sentence's share one scale.
/** @type {(read: Read) => number} */
export const cellScale = (read) => Math.max(1, ...["forwards", "backwards"].flatMap((way) => read[/** @type {Way} */ (way)].cell.flatMap((row) => [...row].map(Math.abs))));
/** @type {(way: Way, k: number, at: number) => boolean} */
export const isRead = (way, k, at) => (way === "forwards" ? k <= at : k >= at);

/**
 * One row a word that is read: press it, and the strips show it.
 * @param {HTMLElement} node
 * @param {{ words: string[], read: Read, direction: Direction, at: number, part: Part, choose: (at: number) => unknown }} how
 */
export const drawRows = (node, { words, read, direction, at, part, choose }) => {
  const focused = node.contains(document.activeElement) ? document.activeElement?.dataset.at : undefined;
  const ways = waysOf(direction), scale = part === "cell" ? cellScale(read) : 1;
  node.replaceChildren(...words.map((word, k) => {
    const bars = make("span", "bars-of"), shares = make("span", "shares number"), strips = make("span", "row-strips");
    for (const way of ways) {
      const fill = make("i"), canvas = make("canvas"), good = read[way].good[k], unread = isRead(way, k, at) ? "" : " unread";
      bars.append(make("span", `track${unread}`, fill));
      signedBar(fill, 2 * good - 1);
      signedStrip(canvas, read[way][part][k], scale);
      shares.append(make("span", unread.trim(), `${ways.length > 1 ? (way === "forwards" ? "↓ " : "↑ ") : ""}${(100 * good).toFixed(0)}%`));
      canvas.className = unread.trim();
      strips.append(canvas);
    }
    const button = make("button", "word-row", make("b", "", word), bars, shares, strips);
    button.type = "button";
    button.dataset.at = String(k);
    button.setAttribute("aria-pressed", String(k === at));
    button.setAttribute("aria-label", say("row", { word, answers: ways.map((way) => `${say(`direction.${way}`)} ${percent(read[way].good[k])}`).join(", ") }));
    button.onclick = () => choose(k);
    return button;
  }));
  if (focused !== undefined) node.querySelector(`[data-at="${focused}"]`)?.focus();
  const chosen = node.children[at];  // a long text's rows have a box of their own
  if (chosen instanceof HTMLElement && node.scrollHeight > node.clientHeight) node.scrollTop = chosen.offsetTop - node.clientHeight / 2;
};

/** @type {(row: Float32Array) => number} */
const mean = (row) => row.reduce((sum, x) => sum + x, 0) / row.length;
/** @type {(row: Float32Array) => number} */
const size = (row) => row.reduce((sum, x) => sum + Math.abs(x), 0) / row.length;

/**
 * The seven strips of a word, in the order in which they are computed.
 * @param {HTMLElement} node
 * @param {{ read: Read, direction: Direction, at: number }} how
 */
export const drawStrips = (node, { read, direction, at }) => {
  const scale = cellScale(read);
  node.replaceChildren(...waysOf(direction).map((way) => {
    const before = read[way].cell[way === "forwards" ? at - 1 : at + 1] ?? new Float32Array(read[way].cell[at].length);
    /** @type {[name: string, sign: string, row: Float32Array, gate: boolean, scale: number][]} */
    const rows = [
      ["before", "c′", before, false, scale], ["forget_gate", "f", read[way].forget_gate[at], true, 1],
      ["input_gate", "i", read[way].input_gate[at], true, 1], ["candidate", "g", read[way].candidate[at], false, 1],
      ["cell", "c", read[way].cell[at], false, scale], ["output_gate", "o", read[way].output_gate[at], true, 1],
      ["hidden", "h", read[way].hidden[at], false, 1],
    ];
    const box = make("div", "of-way", ...(direction === "both" ? [make("h4", "", say(`direction.${way}`))] : []));
    for (const [name, sign, row, gate, full] of rows) {
      const canvas = make("canvas", { role: "img" }), told = gate ? say("open", { per: (100 * mean(row)).toFixed(0) }) : say("size", { size: size(row).toFixed(2) });
      signedStrip(canvas, row, full);
      canvas.setAttribute("aria-label", `${say(`part.${name}`)}: ${told}`);
      const line = make("div", "strip-row", make("i", "sign", sign), make("span", "name", say(`part.${name}`)), canvas, make("span", "number", told));
      line.dataset.part = name;
      box.append(line);
    }
    return box;
  }));
};
