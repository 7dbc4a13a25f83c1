// What the pages about text share: tokens as chips, remarks on a typed text, undo.

/** @import { Language, Values } from "./types" */
import { make } from "./elements.js";
import { textOf } from "./language.js";

// Columns that a text takes in a monospaced face; a Chinese character takes two.
/** @type {(text: string) => number} */
export const columnsOf = (text) => {
  let columns = 0;
  for (const c of text) columns += c > "\u2e7f" ? 2 : 1;
  return columns;
};

// One token. kind: "plain", "special", "hidden" (hatched), "random", "kept", "answer", "wrong".
//   joined: it continues the word of the chip before it; corner: a small mark; columns: width kept free.
/**
 * @param {string} token
 * @param {{ kind?: string, joined?: boolean, corner?: string, columns?: number, title?: string }} [how]
 */
export const chip = (token, { kind = "plain", joined = false, corner = "", columns = 0, title = "" } = {}) => {
  const chip = make("span", `chip ${kind}${joined ? " joined" : ""}`);
  if (kind === "hidden") {
    chip.setAttribute("role", "img");
    chip.setAttribute("aria-label", "[MASK]");
  } else if (token.startsWith("##") && token.length > 2) {
    chip.append(make("i", "hash", "##"), token.slice(2));
  } else chip.append(token);
  if (corner) chip.append(make("b", "corner", corner));
  if (columns) chip.style.minWidth = `calc(${columns}ch + 12px)`;
  if (title) chip.title = title;
  return chip;
};

// Say under a text box what the reader should know of the text. `offer(language)` switches to the other language's BERT.
/**
 * @typedef {object} ReadText what a handler says of a text
 * @property {Language | null} looks_like
 * @property {string[]} unknown
 * @property {string[]} specials
 * @property {{ n_pieces: number, text: string }[]} cuts
 * @property {string[]} tokens
 * @property {number} [n_positions]
 */
/** @type {(node: HTMLElement, answer: ReadText, language: string | null, offer: (language: Language) => void) => void} */
export const remarks = (node, answer, language, offer) => {
  const list = /** @type {HTMLElement[]} */ ([]), { looks_like } = answer;
  /** @type {(key: string, values?: Values) => HTMLElement} */
  const say = (key, values) => { const p = make("p", "remark", textOf(`tokens.${key}`, values)); list.push(p); return p; };
  if (looks_like && looks_like !== language) {
    const button = make("button", "", textOf(`tokens.switch.${looks_like}`));
    button.type = "button";
    button.onclick = () => offer(looks_like);
    say(`looks.${looks_like}`).append(" ", button);
  }
  for (const cut of answer.cuts)
    if (cut.n_pieces) say("cut", { positions: answer.n_positions ?? 512, n: cut.n_pieces, from: [...cut.text].slice(0, 24).join("") });
  if (answer.unknown.length) say("unknown", { list: answer.unknown.slice(0, 5).join(" ") });
  if (answer.tokens.includes("[MASK]")) say("typed_mask");
  if (answer.specials.length) say("typed_special", { list: answer.specials.slice(0, 4).join(" ") });
  node.replaceChildren(...list);
};

// Earlier states of a page: keep(state) before a change; the buttons bring the last or `start` back.
/**
 * @template State
 * @param {HTMLButtonElement} undo
 * @param {HTMLButtonElement} reset
 * @param {{ now: () => State, show: (state: State) => unknown, start: () => State }} how
 */
export const undoHistory = (undo, reset, { now, show, start }) => {
  const past = /** @type {State[]} */ ([]);
  const update = () => { undo.disabled = past.length === 0; };
  const keep = (/** @type {State} */ state) => {
    past.push(structuredClone(state));
    if (past.length > 200) past.shift();
    update();
  };
  undo.onclick = () => { const state = past.pop(); update(); if (state !== undefined) show(state); };
  reset.onclick = () => { keep(now()); show(start()); };
  update();
  return { keep };
};

// The value of the button below `node` that has the keyboard, to give it back to the one drawn in its place.
/** @type {(node: HTMLElement) => string | null} */
export const valueFocused = (node) => {
  const focused = document.activeElement;
  return focused instanceof HTMLButtonElement && node.contains(focused) ? focused.value : null;
};

// A row of buttons of which one is pressed; returns a function that presses another.
/**
 * @template {string} [Choice=string] the buttons' values, in the page's html
 * @param {HTMLElement} node
 * @param {(value: Choice) => unknown} choose
 * @returns {(value: string) => void}
 */
export const choiceRow = (node, choose) => {
  const buttons = [...node.querySelectorAll("button")];
  for (const button of buttons) button.onclick = () => choose(/** @type {Choice} */ (button.value));
  return (value) => { for (const b of buttons) b.setAttribute("aria-pressed", String(b.value === value)); };
};
