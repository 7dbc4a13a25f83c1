// Vectors that add up, as strips of signed colour: one column a dimension.

/** @import { Strip } from "./types" */
import { make } from "../common/views/elements.js";
import { signedStrip } from "../common/views/signed_scale.js";

// Fill `node` with strips; `point(d)` hears of the column pointed at.
/** @type {(node: HTMLElement, strips: Strip[], point: (d: number) => void) => void} */
export const addition = (node, strips, point) => {
  node.classList.add("addition");
  node.replaceChildren(...strips.flatMap(({ sign, label, values, scale, note }) => {
    const canvas = make("canvas", "stripe");
    signedStrip(canvas, values, scale);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${label}, ${note}`);
    canvas.onpointermove = (event) =>
      point(Math.max(0, Math.min(values.length - 1, Math.floor((event.offsetX / canvas.clientWidth) * values.length))));
    return [make("span", "sign", sign), make("span", "of", label), canvas, make("small", "number", note)];
  }));
};

// What 98% of a vector's numbers stay below, without their sign: a scale that no outlier sets.
/** @type {(values: Float32Array) => number} */
export const usualSize = (values) => [...values].map(Math.abs).sort((a, b) => a - b)[Math.floor(values.length * 0.98)];
