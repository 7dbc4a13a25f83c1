// One output value as the sum it is: window x kernel = products, the kernel's cells open for change.
// sumGrids(node, {write, bad}): `write(cell, weight)` hears of a changed cell, `bad()` of no number.

import { find, make } from "../common/views/elements.js";
import * as filters from "./filters.js";
import { signedNumber } from "./grid.js";
import { signedGround } from "../common/views/signed_scale.js";

const MAX_TERMS = 12;  // of a sum that is written out

// Ink behind a number: more of it would hide the digits.
const inked = (/** @type {number} */ share) => `color-mix(in srgb, var(--input) ${Math.round(45 * Math.min(1, share)) || 0}%, var(--paper))`;

/**
 * @typedef {(kernel: number[], under: number[], weights: number[], how: { signed: boolean, low: number }, label: (row: number, column: number) => string) => void} ShowSum
 * @type {(node: HTMLElement, how: { write: (cell: number, weight: number) => void, bad: () => void }) => ShowSum}
 */
export const sumGrids = (node, { write, bad }) => {
  const boxes = ["window", "kernel", "products"].map((name) => find(node, `.${name} .cells`));
  let size = "", cells = /** @type {{ seen: HTMLElement, cell: HTMLInputElement, product: HTMLElement }[]} */ ([]);
  const build = (/** @type {number[]} */ [rows, columns]) => {
    size = `${rows},${columns}`;
    node.classList.toggle("wide", columns > 4 && columns > 2 * rows);
    for (const box of boxes) {
      box.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
      box.style.setProperty("--columns", String(columns));
    }
    cells = Array.from({ length: rows * columns }, (_, k) => {
      const cell = Object.assign(make("input", { class: "cell number", autocomplete: "off" }), { type: "text", inputMode: "decimal" });
      cell.onchange = () => {
        const typed = Number(cell.value.replace("−", "-").replace(",", "."));
        const good = cell.value.trim() !== "" && Math.abs(typed) <= filters.MAX_WEIGHT;
        cell.setAttribute("aria-invalid", String(!good));
        if (good) write(k, typed); else bad();
      };
      cell.onfocus = () => cell.select();
      return { seen: make("span", "cell number"), cell, product: make("span", "cell number") };
    });
    const [window, kernel, products] = boxes;
    window.replaceChildren(...cells.map(({ seen }) => seen));
    kernel.replaceChildren(...cells.map(({ cell }) => cell));
    products.replaceChildren(...cells.map(({ product }) => product));
  };
  return (kernel, under, weights, { signed, low }, label) => {
    if (size !== String(kernel)) build(kernel);
    const products = under.map((x, k) => x * weights[k]);
    const [most, largest] = [weights, products].map((list) => Math.max(1e-9, ...list.map(Math.abs)));
    const digits = kernel[1] > 5 && !node.classList.contains("wide") ? 1 : 2;
    under.forEach((x, k) => {
      const { seen, cell, product } = cells[k];
      seen.textContent = signedNumber(x, digits);
      if (signed) { seen.style.background = ""; signedGround(seen, x); }
      else { seen.classList.remove("signed-ground"); seen.style.background = inked((x - low) / (1 - low)); }
      if (cell !== document.activeElement) {
        cell.value = signedNumber(weights[k], Number.isInteger(weights[k]) ? 0 : digits);
        cell.removeAttribute("aria-invalid");
      }
      signedGround(cell, weights[k] / most);
      cell.setAttribute("aria-label", label(Math.floor(k / kernel[1]) + 1, (k % kernel[1]) + 1));
      product.textContent = signedNumber(products[k], digits);
      signedGround(product, products[k] / largest);
    });
  };
};

// "0.50 × −1 + ...": the products that are not 0, or null where there are too many.
/** @type {(under: number[], weights: number[]) => string | null} */
export const writtenSum = (under, weights) => {
  const terms = [...under].map((x, k) => [x, weights[k]]).filter(([x, w]) => x * w !== 0);
  if (terms.length > MAX_TERMS) return null;
  return terms.map(([x, w]) => `${signedNumber(x)}·${w < 0 ? `(${signedNumber(w)})` : signedNumber(w)}`).join(" + ") || "0";
};
