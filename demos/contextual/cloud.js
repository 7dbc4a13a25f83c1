// A word's sentences as points that move from layer to layer, how alike they are, and what they say.
//   const cloud = sentenceCloud(element); cloud.take(answer) fills in sentences; cloud.at(stop) shows a layer:
//   0 the static vector, one point for all; k + 1 layer k.

/** @import { Point, Values } from "../common/views/types" */
/** @import { Answer } from "./types" */
import { finder, make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { minus, percent } from "../common/views/scales.js";
import { signedGround } from "../common/views/signed_scale.js";

const FILL = 44;  // per cent of the map's side, from its middle, that the farthest point takes
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`contextual.${key}`, values);
const mean = (/** @type {number[]} */ values) => values.reduce((sum, one) => sum + one, 0) / values.length;

// Means of the cosines of two different sentences, within a sense and across, and how many
// sentences lie nearer to their own sense; without senses only the first, of all.
/** @type {(answer: Answer, stop: number) => { own: number, other: number | null, told: number | null }} */
export const toldAt = ({ cosines, senses, sentences }, stop) => {
  const n = sentences.length, all = Array.from({ length: n }, (_, k) => k);
  /** @type {(i: number, j: number) => number} */
  const cosine = (i, j) => (stop ? cosines[stop - 1][i][j] : 1);
  /** @type {(i: number, same: boolean) => number[]} */
  const row = (i, same) => all.filter((j) => j !== i && (senses[i] === senses[j]) === same).map((j) => cosine(i, j));
  const own = mean(all.flatMap((i) => row(i, true)));
  if (!senses.length) return { own, other: null, told: null };
  const right = all.filter((i) => mean(row(i, true)) - mean(row(i, false)) > 1e-6).length;
  return { own, other: mean(all.flatMap((i) => row(i, false))), told: stop ? right : n / 2 };
};

/** @param {HTMLElement} element */
export const sentenceCloud = (element) => {
  const find = finder(element), map = find(".map"), lines = find(".lines"), matrix = find(".matrix");
  let answer = /** @type {Answer | null} */ (null), dots = /** @type {HTMLElement[]} */ ([]), rows = /** @type {HTMLButtonElement[]} */ ([]), cells = /** @type {HTMLElement[][]} */ ([]), pinned = -1;
  const senseOf = (/** @type {number} */ k) => (answer?.senses.length ? String([...new Set(answer.senses)].indexOf(answer.senses[k]) + 1) : "0");

  // What is pointed at, or was pressed, is lit everywhere.
  const lit = (/** @type {number} */ k) => {
    for (const all of [dots, rows]) all.forEach((one, i) => one.classList.toggle("on", i === k));
    cells.forEach((row, i) => row.forEach((cell, j) => cell.classList.toggle("on", i === k || j === k)));
  };
  const press = (/** @type {number} */ k) => {
    pinned = pinned === k ? -1 : k;
    rows.forEach((row, i) => row.setAttribute("aria-pressed", String(i === pinned)));
    lit(pinned);
  };
  /** @type {(node: HTMLElement, k: number) => void} */
  const listens = (node, k) => {
    node.onpointerenter = node.onfocus = () => lit(k);
    node.onpointerleave = node.onblur = () => { const k = rows.findIndex((one) => one === document.activeElement); lit(k < 0 ? pinned : k); };
  };
  const number = (/** @type {number} */ k) => { const one = make("b", "number", k + 1); one.dataset.sense = senseOf(k); return one; };

  return {
    /** @type {(next: Answer) => void} */
    take: (next) => {
      const kept = rows.findIndex((one) => one === document.activeElement);
      answer = next;
      pinned = -1;
      const { sentences, senses, starts, ends } = next;
      dots = sentences.map((sentence, k) => {
        const dot = make("span", { class: "dot", title: sentence, "data-sense": senseOf(k) }, k + 1);  // its button is the sentence: points may hide each other
        listens(dot, k);
        return dot;
      });
      map.replaceChildren(...dots);
      rows = sentences.map((sentence, k) => {
        const signs = [...sentence], part = (/** @type {number} */ from, /** @type {number} */ to) => signs.slice(from, to).join("");
        const row = make("button", { type: "button", class: "line", "aria-pressed": "false" }, number(k), make("span", "", part(0, starts[k]), make("mark", "", part(starts[k], ends[k])), part(ends[k], signs.length)), make("small", "", senses[k] ?? ""));
        row.onclick = () => press(k);
        listens(row, k);
        return row;
      });
      lines.replaceChildren(...rows.map((row) => make("li", "", row)));
      rows[kept]?.focus();
      const head = (/** @type {number} */ k) => make("th", "", number(k));
      cells = sentences.map(() => sentences.map(() => make("td")));
      const table = make("table", sentences.length > 8 ? "many" : "", make("tr", "", make("td"), ...sentences.map((_, k) => head(k))), ...cells.map((row, k) => make("tr", "", head(k), ...row)));
      table.setAttribute("aria-label", say("matrix"));
      matrix.replaceChildren(table);
    },
    /** @type {(stop: number) => void} */
    at: (stop) => {
      if (!answer) return;
      const { places, cosines, kept } = answer, scale = FILL / Math.max(...places.flat(2).map(Math.abs), 1e-6), low = Math.min(...cosines.flat(2), 0.99);
      dots.forEach((dot, k) => {
        const [x, y] = stop ? places[stop - 1][k] : /** @type {Point} */ ([0, 0]);
        dot.style.left = `${50 + scale * x}%`;
        dot.style.top = `${50 - scale * y}%`;
      });
      cells.forEach((row, i) => row.forEach((cell, j) => {
        const value = stop ? cosines[stop - 1][i][j] : 1;
        cell.textContent = minus(value).replace("0.", ".");
        signedGround(cell, (value - low) / (1 - low));  // as far as they differ at all: the number stands there
      }));
      find(".kept").textContent = stop ? say("kept", { per: percent(kept[stop - 1]) }) : say("kept_static");
      const { own, other } = toldAt(answer, stop);
      find(".means").textContent = other === null ? say("mean", { own: minus(own) }) : say("means", { own: minus(own), other: minus(other) });
    },
  };
};
