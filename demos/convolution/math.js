// torch.nn.Conv2d in the browser, as torch.nn.functional.conv2d defines it, and the activations.
//
//     out[o, i, j] = bias[o] + sum over c, a, b of weight[o, c, a, b] * x[c, i*s + a*d - p, j*s + b*d - p]
//
// In pairs rows come first, then columns. A picture's values stand channel by channel, row by row.

import { erf } from "../common/views/decoder.js";
/** @import { OfNumber } from "../common/views/decoder.js" */

/**
 * A convolution; `mode` is torch's padding_mode.
 * @typedef {object} Convolution
 * @property {number} in
 * @property {number} out
 * @property {number[]} kernel
 * @property {number[]} stride
 * @property {number[] | "same" | "valid"} padding
 * @property {number[]} dilation
 * @property {number} groups
 * @property {boolean} bias
 * @property {string} mode
 */
/** @typedef {{ channels: number, height: number, width: number, values: ArrayLike<number> }} Picture */

const MODES = ["zeros", "reflect", "replicate", "circular"];

// Cells that a kernel covers along one axis, holes included.
/** @type {(p: Convolution, axis: number) => number} */
const span = (p, axis) => p.dilation[axis] * (p.kernel[axis] - 1) + 1;

// Cells added [before, after] along one axis. An odd total of "same" has the larger half after.
/** @type {(p: Convolution, axis: number) => [number, number]} */
const added = (p, axis) => {
  if (p.padding === "valid") return [0, 0];
  if (p.padding !== "same") return [p.padding[axis], p.padding[axis]];
  const total = span(p, axis) - 1;
  return [Math.floor(total / 2), Math.ceil(total / 2)];
};

/** @type {(p: Convolution, size: number[]) => number[]} */
const outputSize = (p, size) => size.map((n, axis) => {
  const [before, after] = added(p, axis);
  return Math.floor((n + before + after - span(p, axis)) / p.stride[axis]) + 1;
});

// Which cell of a row of n cells stands at place i of the padded row; -1 where a zero stands.
/** @type {(i: number, n: number, mode: string) => number} */
const source = (i, n, mode) => {
  if (i >= 0 && i < n) return i;
  if (mode === "zeros") return -1;
  if (mode === "replicate") return i < 0 ? 0 : n - 1;
  if (mode === "circular") return ((i % n) + n) % n;
  return i < 0 ? -i : 2 * (n - 1) - i;  // reflect: the edge itself is not repeated
};

// Why torch refuses p for a picture of `size` [rows, columns], or null. The answer has the `key` and
// `values` of our sentence, the `fields` to blame, a `fix` (other fields of p), and what torch says.
/**
 * @typedef {object} Refusal
 * @property {string} key
 * @property {string[]} fields
 * @property {Partial<Convolution>} fix
 * @property {string} torch
 * @property {Record<string, string | number>} values
 */
/** @type {(p: Convolution, size: number[]) => Refusal | null} */
const refusal = (p, size) => {
  /** @type {(key: string, fields: string[], fix: Partial<Convolution>, torch: string, values: Record<string, string | number>) => Refusal} */
  const refuse = (key, fields, fix, torch, values) => ({ key, fields, fix, torch, values });
  /** @param {number} n */
  const divisor = (n) => { let g = Math.min(p.groups, n); while (n % g) g--; return g; };
  if (p.in % p.groups)
    return refuse("groups_in", ["groups", "in"], { groups: divisor(p.in) }, "ValueError: in_channels must be divisible by groups",
      { groups: p.groups, channels: p.in });
  if (p.out % p.groups)
    return refuse("groups_out", ["groups", "out"], { out: Math.ceil(p.out / p.groups) * p.groups }, "ValueError: out_channels must be divisible by groups",
      { groups: p.groups, channels: p.out, next: Math.ceil(p.out / p.groups) * p.groups });
  if (p.padding === "same" && p.stride.some((s) => s !== 1))
    return refuse("same_stride", ["padding", "stride"], { stride: [1, 1] }, "ValueError: padding='same' is not supported for strided convolutions",
      { stride: p.stride.join(" × ") });
  /** @param {number} axis */
  const most = (axis) => Math.max(...added(p, axis));
  /** @param {number} n */
  const limits = (n) => (p.mode === "reflect" ? n - 1 : p.mode === "circular" ? n : Infinity);
  for (const axis of [1, 0]) {  // what one axis can offer to be mirrored or wrapped; torch begins with the columns
    const limit = limits(size[axis]);
    if (most(axis) <= limit) continue;
    const values = { padding: most(axis), n: size[axis], limit };
    const fields = p.padding === "same" ? ["mode", "kernel", "dilation"] : ["padding", "mode"];
    const fix = typeof p.padding === "string" ? { mode: "zeros" } : { padding: p.padding.map((n, k) => Math.min(n, limits(size[k]))) };
    return refuse(`${p.mode}_${axis ? "columns" : "rows"}`, fields, fix, p.mode === "circular"
      ? "RuntimeError: Padding value causes wrapping around more than once."
      : `RuntimeError: Argument #${axis ? 4 : 6}: Padding size should be less than the corresponding input dimension`, values);
  }
  const padded = size.map((n, axis) => n + added(p, axis)[0] + added(p, axis)[1]);
  const axis = [0, 1].find((k) => span(p, k) > padded[k]);
  if (axis === undefined) return null;
  const spans = [0, 1].map((k) => span(p, k));
  return refuse(axis ? "kernel_columns" : "kernel_rows", ["kernel", "dilation", "padding"],
    { dilation: p.kernel[axis] > padded[axis] ? p.dilation : [1, 1], kernel: p.kernel.map((k, i) => Math.min(k, padded[i])) },
    `RuntimeError: Calculated padded input size per channel: (${padded.join(" x ")}). Kernel size: (${spans.join(" x ")}). Kernel size can't be greater than actual input size`,
    { span: spans[axis], kernel: p.kernel[axis], dilation: p.dilation[axis], n: padded[axis] });
};

// The picture with its padding around it; `inner`: rows and columns added before it.
/** @type {(picture: Picture, p: Convolution) => Picture & { values: Float64Array, inner: number[], size: number[] }} */
const pad = (picture, p) => {
  const { channels, height, width, values } = picture;
  const [[top, bottom], [left, right]] = [added(p, 0), added(p, 1)];
  const rows = Array.from({ length: height + top + bottom }, (_, r) => source(r - top, height, p.mode));
  const columns = Array.from({ length: width + left + right }, (_, c) => source(c - left, width, p.mode));
  const out = new Float64Array(channels * rows.length * columns.length);
  let k = 0;
  for (let channel = 0; channel < channels; channel++)
    for (const row of rows)
      for (const column of columns)
        out[k++] = row < 0 || column < 0 ? 0 : values[(channel * height + row) * width + column];
  return { channels, height: rows.length, width: columns.length, values: out, inner: [top, left], size: [height, width] };
};

// weight [out, in / groups, rows, columns], flat; bias [out]. `padded` comes from `pad`.
/** @type {(padded: Picture, p: Convolution, weight: ArrayLike<number>, bias: ArrayLike<number>) => Picture & { values: Float64Array }} */
const forward = (padded, p, weight, bias) => {
  const [kh, kw] = p.kernel, [sh, sw] = p.stride, [dh, dw] = p.dilation, each = p.in / p.groups;
  const height = Math.floor((padded.height - span(p, 0)) / sh) + 1, width = Math.floor((padded.width - span(p, 1)) / sw) + 1;
  const out = new Float64Array(p.out * height * width), { values } = padded;
  for (let o = 0, at = 0; o < p.out; o++) {
    const first = Math.floor(o / (p.out / p.groups)) * each;  // the group's first input channel
    for (let i = 0; i < height; i++)
      for (let j = 0; j < width; j++, at++) {
        let sum = p.bias ? bias[o] : 0, w = o * each * kh * kw;
        for (let c = first; c < first + each; c++)
          for (let a = 0; a < kh; a++) {
            let x = (c * padded.height + i * sh + a * dh) * padded.width + j * sw;
            for (let b = 0; b < kw; b++, x += dw) sum += weight[w++] * values[x];
          }
        out[at] = sum;
      }
  }
  return { channels: p.out, height, width, values: out };
};

/**
 * @param {Convolution} p
 * @param {number[]} sizeOut
 */
const counts = (p, [height, width]) => {
  const each = p.in / p.groups, weights = p.out * each * p.kernel[0] * p.kernel[1];
  return { each, weights, biases: p.bias ? p.out : 0, products: weights * height * width };
};

// The line of PyTorch that makes this layer; what torch takes anyway is left out.
/** @param {Convolution} p */
const line = (p) => {
  /** @param {number[]} two */
  const pair = ([a, b]) => (a === b ? `${a}` : `(${a}, ${b})`);
  const given = [`${p.in}`, `${p.out}`, `kernel_size=(${p.kernel.join(", ")})`];
  if (p.stride.some((s) => s !== 1)) given.push(`stride=${pair(p.stride)}`);
  if (typeof p.padding === "string") given.push(`padding='${p.padding}'`);
  else if (p.padding.some((n) => n)) given.push(`padding=${pair(p.padding)}`);
  if (p.dilation.some((d) => d !== 1)) given.push(`dilation=${pair(p.dilation)}`);
  if (p.groups !== 1) given.push(`groups=${p.groups}`);
  if (!p.bias) given.push("bias=False");
  if (p.mode !== "zeros") given.push(`padding_mode='${p.mode}'`);
  return `nn.Conv2d(${given.join(", ")})`;
};

// ---- Activations: a function and its derivative ---------------------------------------------------
/** @type {OfNumber} */
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
/** @type {OfNumber} */
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
/** @type {OfNumber} */
const density = (x) => Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);  // of the normal distribution
/** @type {OfNumber} */
const share = (x) => (1 + erf(x / Math.SQRT2)) / 2;                // of it that lies below x
/** @type {Record<string, [OfNumber, OfNumber]>} */
const ACTIVATIONS = {
  none: [(x) => x, () => 1],
  relu: [(x) => Math.max(0, x), (x) => (x > 0 ? 1 : 0)],  // at 0 torch says 0, too
  gelu: [(x) => x * share(x), (x) => share(x) + x * density(x)],
  mish: [(x) => x * Math.tanh(softplus(x)), (x) => {
    const t = Math.tanh(softplus(x));
    return t + x * (1 - t * t) * sigmoid(x);
  }],
};

export { MODES, ACTIVATIONS, span, added, outputSize, refusal, pad, forward, counts, line };
