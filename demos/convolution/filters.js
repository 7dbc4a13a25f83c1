// Filters of a convolution: presets of any size, numbers of one's own, and both as a short text.
// A filter of shape [channels, rows, columns] is a preset's name, or its numbers, flat.

import { randomFrom } from "../common/views/wire.js";
/** @import { Convolution, Picture } from "./math.js" */

/** @typedef {string | number[]} Filter */
/** @typedef {(row: number, column: number, size: number[]) => number} Cell */
/** @typedef {{ shape: number[], weight: Float32Array, bias: ArrayLike<number> }} Network a layer that was trained */

const MAX_WEIGHT = 100;

// What one channel of a preset holds at row a, column b of a kernel [rows, columns].
/** @param {number} n */
const middle = (n) => (n - 1) / 2;
/** @type {Cell} */
const centre = (a, b, [rows, columns]) => Number(a === Math.floor(middle(rows)) && b === Math.floor(middle(columns)));
/** @type {Record<string, Cell>} */
const CELLS = {
  vertical: (a, b, [, columns]) => Math.sign(b - middle(columns)),
  horizontal: (a, b, [rows]) => Math.sign(a - middle(rows)),
  outline: (a, b, size) => size[0] * size[1] * centre(a, b, size) - 1,
  blur: (a, b, [rows, columns]) => 1 / (rows * columns),
  sharpen: (a, b, size) => (size[0] * size[1] + 1) * centre(a, b, size) - 1,
  identity: centre,
};
const STARTERS = ["vertical", "horizontal", "outline", "blur", "sharpen", "identity"];  // of new filters

// As torch starts a layer: uniform within 1 / sqrt(number of weights of a filter), the bias too.
/** @type {(shape: number[], seed: number, o: number) => { values: number[], bias: number }} */
const random = (shape, seed, o) => {
  const next = randomFrom(seed * 1009 + o), n = shape[0] * shape[1] * shape[2], bound = 1 / Math.sqrt(n);
  const drawn = Array.from({ length: n + 1 }, () => bound * (2 * next() - 1));
  return { values: drawn.slice(0, n), bias: drawn[n] };
};

// The same numbers in another shape: what no longer fits is dropped, new cells are 0.
/** @type {(values: ArrayLike<number>, from: number[], to: number[]) => number[]} */
const fit = (values, from, to) => {
  const out = new Array(to[0] * to[1] * to[2]).fill(0);
  for (let c = 0; c < Math.min(from[0], to[0]); c++)
    for (let a = 0; a < Math.min(from[1], to[1]); a++)
      for (let b = 0; b < Math.min(from[2], to[2]); b++)
        out[(c * to[1] + a) * to[2] + b] = values[(c * from[1] + a) * from[2] + b];
  return out;
};

// What lies under a window of the picture whose corner is [row, column] (zeros outside), from
// channel `first` on: no other window of rows of the same length gives a larger sum.
/**
 * @param {Picture} picture
 * @param {number[]} corner
 * @param {number} first
 * @param {number[]} shape channels, rows, columns
 * @param {number[]} dilation
 */
const cut = (picture, [row, column], first, shape, [dh, dw]) => {
  const out = [];
  for (let c = first; c < first + shape[0]; c++)
    for (let a = 0; a < shape[1]; a++)
      for (let b = 0; b < shape[2]; b++) {
        const [r, k] = [row + a * dh, column + b * dw];
        const inside = r >= 0 && k >= 0 && r < picture.height && k < picture.width;
        out.push(inside ? picture.values[(c * picture.height + r) * picture.width + k] : 0);
      }
  return out;
};

/**
 * The numbers of filter number `o`.
 * @param {Filter} filter
 * @param {number} o
 * @param {number[]} shape
 * @param {{ picture: Picture, layer: Convolution, seed: number, network: Network | null }} all
 */
const resolve = (filter, o, shape, { picture, layer, seed, network }) => {
  if (typeof filter !== "string") return { values: filter, bias: 0 };
  const [name, ...corner] = filter.split(".");
  if (name === "random") return random(shape, seed, o);
  if (name === "window") {
    const first = Math.floor(o / (layer.out / layer.groups)) * shape[0];
    return { values: cut(picture, corner.map(Number), first, shape, layer.dilation), bias: 0 };
  }
  if (name === "network") {
    if (!network) return { values: fit([], [0, 0, 0], shape), bias: 0 };
    const [n, ...own] = network.shape, size = own[0] * own[1] * own[2], k = o % n;
    return { values: fit(network.weight.subarray(k * size, (k + 1) * size), own, shape), bias: network.bias[k] };
  }
  const values = [];
  for (let c = 0; c < shape[0]; c++)
    for (let a = 0; a < shape[1]; a++)
      for (let b = 0; b < shape[2]; b++) values.push(CELLS[name](a, b, shape.slice(1)));
  return { values, bias: 0 };
};

/** @param {string} text */
const known = (text) => Object.hasOwn(CELLS, text) || ["random", "network"].includes(text) || /^window\.-?\d{1,2}\.-?\d{1,2}$/.test(text);
/** @param {Filter[]} filters */
const write = (filters) => filters.map((f) => (typeof f === "string" ? f : f.map((w) => Number(w.toPrecision(4))).join(","))).join(":");
// Filters from a link; one that is neither a preset nor `n` numbers becomes a starter.
/** @type {(text: string, n: number, count: number) => Filter[]} */
const read = (text, n, count) => Array.from({ length: count }, (_, o) => {
  const part = text.split(":")[o] ?? "", numbers = part.split(",").map(Number);
  if (known(part)) return part;
  const whole = part && numbers.length === n && numbers.every((w) => Math.abs(w) <= MAX_WEIGHT);
  return whole ? numbers : STARTERS[o % STARTERS.length];
});

export const PRESETS = [...Object.keys(CELLS), "random", "window", "network"];
export { MAX_WEIGHT, STARTERS, fit, resolve, read, write };
