// Remarks on blanks that are none: fillHints(node, answer, typed, change) adds them to `node`.
//   "____" and "<mask>" are read as ordinary characters, and a button turns them into [MASK];
//   a [MASK] in the part that was cut off is never answered. typed(): what stands in the text box now.

/** @import { Values } from "../common/views/types" */
/** @import { Answer, Marked } from "./types" */
import { make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";

const MASK = "[MASK]";
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`fill_in.hint.${key}`, values);

// Put [MASK] into `spans` of a text, [start, end) in characters; what is hidden moves along.
/** @type {(marked: Marked, spans: [start: number, end: number][]) => Marked} */
const filled = ({ text, hidden }, spans) => {
  const characters = [...text], moved = (/** @type {number} */ at) => {
    let by = 0;
    for (const [start, end] of spans) if (end <= at) by += MASK.length - (end - start);
    return at + by;
  };
  let now = "", from = 0;
  for (const [start, end] of spans) { now += characters.slice(from, start).join("") + MASK; from = end; }
  const inside = (/** @type {number} */ at) => spans.some(([start, end]) => start <= at && at < end);
  return { text: now + characters.slice(from).join(""), hidden: hidden.filter((at) => !inside(at)).map(moved) };
};

/** @type {(node: HTMLElement, answer: Answer, typed: () => string, change: (marked: Marked) => void) => void} */
export const fillHints = (node, answer, typed, change) => {
  const spans = answer.blank_like, { request } = answer, characters = [...request.text];
  if (spans.length) {
    const found = [...new Set(spans.map(([start, end]) => characters.slice(start, end).join("")))];
    const button = make("button", "", say("make"));
    button.type = "button";
    button.onclick = () => { if (typed() === request.text) change(filled(request, spans)); };
    node.append(make("p", "remark", say("like", { list: found.slice(0, 4).join(" ") }), " ", button));
  }
  if (answer.n_lost) node.append(make("p", "remark", say("lost", { n: answer.n_lost, positions: answer.n_positions })));
};
