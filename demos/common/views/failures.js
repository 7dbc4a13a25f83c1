// "Where it fails": a row of sentences that the bundled BERT gets wrong (core/inference/failures.py).
//
//   const row = failureRow(node, { label, press, shown, why })
//     label(one): what a button says; press(one): load it; shown(one): is it on the screen?
//     why(one): the sentence under the row while it is
//   row.now(): the one on the screen, or null; row.set(list): what the server sent;
//   row.words(): call it on listen("lang") and after each change

import { make } from "./elements.js";
import { textOf } from "./language.js";

/**
 * @template One a failure, as the server sent it
 * @param {HTMLElement} node
 * @param {object} how
 * @param {(one: One) => string} how.label
 * @param {(one: One) => void} how.press
 * @param {(one: One) => boolean} how.shown
 * @param {(one: One) => string} how.why
 */
export const failureRow = (node, { label, press, shown, why }) => {
  const buttons = make("div", "row"), said = make("p", "quiet-text why");
  said.setAttribute("aria-live", "polite");
  node.replaceChildren(buttons, said);
  node.hidden = true;
  let list = /** @type {One[]} */ ([]);
  const row = {
    now: () => list.find(shown) ?? null,
    /** @type {(found: One[]) => void} */
    set: (found) => { list = found; node.hidden = !list.length; row.words(); },
    words: () => {
      const at = [...buttons.children].findIndex((one) => one === document.activeElement);
      buttons.replaceChildren(make("small", "", textOf("tokens.fails")), ...list.map((one) => {
        const button = make("button", "", label(one));
        button.type = "button";
        button.setAttribute("aria-pressed", String(shown(one)));
        button.onclick = () => press(one);
        return button;
      }));
      if (at >= 0) buttons.children[at]?.focus();
      const now = row.now();
      said.textContent = now ? why(now) : "";
    },
  };
  return row;
};
