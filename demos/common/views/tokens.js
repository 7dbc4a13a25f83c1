// What the pages about text share: tokens as chips, remarks on a typed text, undo.

import { make } from "./elements.js";
import { textOf } from "./language.js";

// Columns that a text takes in a monospaced face; a Chinese character takes two.
export const columnsOf = (text) => {
  let columns = 0;
  for (const c of text) columns += c.codePointAt(0) > 0x2e7f ? 2 : 1;
  return columns;
};

// One token. kind: "plain", "special", "hidden" (hatched), "random", "kept", "answer", "wrong".
//   joined: it continues the word of the chip before it; corner: a small mark; columns: width kept free.
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

// Say under a text box what the reader should know of the text: {looks_like, unknown, specials,
// cuts: [{n_pieces, text}], tokens}. `offer(language)` switches to the other language's BERT.
export const remarks = (node, answer, language, offer) => {
  const list = [];
  const say = (key, values) => { const p = make("p", "remark", textOf(`tokens.${key}`, values)); list.push(p); return p; };
  if (answer.looks_like && answer.looks_like !== language) {
    const button = make("button", "", textOf(`tokens.switch.${answer.looks_like}`));
    button.type = "button";
    button.onclick = () => offer(answer.looks_like);
    say(`looks.${answer.looks_like}`).append(" ", button);
  }
  for (const cut of answer.cuts)
    if (cut.n_pieces) say("cut", { positions: answer.n_positions ?? 512, n: cut.n_pieces, from: [...cut.text].slice(0, 24).join("") });
  if (answer.unknown.length) say("unknown", { list: answer.unknown.slice(0, 5).join(" ") });
  if (answer.tokens.includes("[MASK]")) say("typed_mask");
  if (answer.specials.length) say("typed_special", { list: answer.specials.slice(0, 4).join(" ") });
  node.replaceChildren(...list);
};

// Earlier states of a page: keep(state) before a change; the buttons bring the last or `start` back.
export const undoHistory = (undo, reset, { now, show, start }) => {
  const past = [];
  const update = () => { undo.disabled = past.length === 0; };
  const keep = (state) => {
    past.push(structuredClone(state));
    if (past.length > 200) past.shift();
    update();
  };
  undo.onclick = () => { const state = past.pop(); update(); show(state); };
  reset.onclick = () => { keep(now()); show(start()); };
  update();
  return { keep };
};

// A row of buttons of which one is pressed; returns a function that presses another.
export const choiceRow = (node, choose) => {
  const buttons = [...node.querySelectorAll("button")];
  for (const button of buttons) button.onclick = () => choose(button.value);
  return (value) => { for (const b of buttons) b.setAttribute("aria-pressed", String(b.value === value)); };
};
