// The words that are added and those that are taken away, as chips in two trays: dragged from one to the
// other, or moved by their buttons. trays(element, { now, change }).draw()

/** @import { Question } from "./types" */
import { finder, make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";

/** @typedef {"plus" | "minus"} Sign */
const OTHER = /** @type {Record<Sign, Sign>} */ ({ plus: "minus", minus: "plus" });
const SIGNS = /** @type {Sign[]} */ (["plus", "minus"]);

/**
 * @param {HTMLElement} element
 * @param {{ now: () => Question, change: (next: Question) => unknown }} how
 */
export const trays = (element, { now, change }) => {
  const find = finder(element);
  /** @type {(from: Sign, place: number, to: Sign | null) => unknown} */
  const move = (from, place, to) => {
    const next = { ...now(), plus: [...now().plus], minus: [...now().minus], meant: null }, [word] = next[from].splice(place, 1);
    if (to && word) next[to].push(word);
    return change(next);
  };
  let dragged = /** @type {{ from: Sign, place: number } | null} */ (null);
  for (const sign of SIGNS) {
    const tray = find(`.tray.${sign}`);
    tray.ondragover = (event) => { if (dragged) event.preventDefault(); };
    tray.ondragenter = () => tray.classList.add("over");
    tray.ondragleave = () => tray.classList.remove("over");
    tray.ondrop = (event) => {
      event.preventDefault();
      tray.classList.remove("over");
      if (dragged && dragged.from !== sign) move(dragged.from, dragged.place, sign);
      dragged = null;
    };
  }
  /** @type {(word: string, from: Sign, place: number) => HTMLElement} */
  const chip = (word, from, place) => {
    const over = make("button", { type: "button", class: "over", "aria-label": textOf(`words.move.${OTHER[from]}`, { word }) }, from === "plus" ? "−" : "+");
    const out = make("button", { type: "button", class: "out", "aria-label": textOf("words.take_out", { word }) }, "×");
    over.title = over.getAttribute("aria-label") ?? "";
    out.title = out.getAttribute("aria-label") ?? "";
    over.onclick = () => { move(from, place, OTHER[from]); focus(OTHER[from]); };
    out.onclick = () => { move(from, place, null); focus(from); };
    const one = make("span", { class: `chip word ${from}`, draggable: "true" }, word, over, out);
    one.ondragstart = (event) => { dragged = { from, place }; event.dataTransfer?.setData("text/plain", word); };
    one.ondragend = () => { dragged = null; };
    return one;
  };
  // Where a moved word is now, its button has the keyboard.
  const focus = (/** @type {Sign} */ sign) => [...element.querySelectorAll(`.tray.${sign} .over`)].pop()?.focus();
  return {
    draw: () => {
      for (const sign of SIGNS) find(`.tray.${sign} .chips`).replaceChildren(...now()[sign].map((word, place) => chip(word, sign, place)));
    },
  };
};
