// Huffman's tree as it grows: huffmanTree(node).draw(coded, step, name).

/** @import { Coded } from "./types" */
import { svg } from "../common/views/elements.js";
import { places } from "./code.js";

const ACROSS = 34, DOWN = 36, LOWEST = 18, MARGIN = 22, TALLEST = 300;  // pixels
const N_TONES = 12;

// A symbol's colour: by how frequent it is, so that it is the same in tree and bits.
/** @type {(coded: Coded, symbol: number) => string} */
export const toneOf = ({ symbols }, symbol) => `var(--head-${(symbols.length - 1 - symbols.indexOf(symbol)) % N_TONES})`;

/** @type {(node: HTMLElement) => { draw: (coded: Coded, step: number, name: (symbol: number) => string) => void }} */
export const huffmanTree = (node) => ({
  draw: ({ symbols, counts, merges, ...rest }, step, name) => {
    const coded = { symbols, counts, merges, ...rest }, at = places(coded), n = symbols.length;
    const steps = Math.max(1, ...at.map(({ y }) => y)), down = Math.min(DOWN, TALLEST / steps);
    const height = MARGIN + steps * down + LOWEST + MARGIN, width = Math.max(1, n) * ACROSS;
    const x = (/** @type {number} */ one) => (at[one].x + 0.5) * ACROSS, y = (/** @type {number} */ one) => MARGIN + (steps - at[one].y) * down;
    const drawn = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
    const now = step > 0 ? n + step - 1 : -1;
    merges.slice(0, step).forEach((pair, k) => pair.forEach((child, bit) => {
      drawn.append(svg("path", { class: n + k === now ? "edge now" : "edge", d: `M${x(n + k)} ${y(n + k)}L${x(child)} ${y(child)}` }));
      const label = svg("text", { class: "bit", x: (x(n + k) + x(child)) / 2 + (bit ? 6 : -6), y: (y(n + k) + y(child)) / 2 + 4, "text-anchor": "middle" });
      label.textContent = String(bit);
      drawn.append(label);
    }));
    at.slice(0, n + step).forEach((_, one) => {
      const group = svg("g", { class: one === now ? "node now" : "node", transform: `translate(${x(one)} ${y(one)})` });
      if (one < n) {
        const box = svg("rect", { x: -14, y: -13, width: 28, height: 26, rx: 5, style: `stroke: ${toneOf(coded, symbols[one])}` });
        const count = svg("text", { class: "count", y: 27, "text-anchor": "middle" }), sign = svg("text", { y: 5, "text-anchor": "middle" });
        sign.textContent = name(symbols[one]);
        count.textContent = String(counts[one]);
        group.append(box, sign, count);
      } else {
        const sign = svg("text", { y: 5, "text-anchor": "middle" });
        sign.textContent = String(counts[one]);
        group.append(svg("circle", { r: 13 }), sign);
      }
      drawn.append(group);
    });
    node.replaceChildren(drawn);
    if (now >= 0 && width > node.clientWidth) node.scrollLeft = x(now) - node.clientWidth / 2;
  },
});
