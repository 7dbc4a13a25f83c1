// A decoder of the lab in the browser: weights from the server, digits without it.

import { halves } from "./wire.js";

/** @typedef {(x: number) => number} OfNumber */

/** @type {OfNumber} */
export const erf = (x) => {  // Abramowitz & Stegun 7.1.26, |error| < 1.5e-7
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - tail * Math.exp(-x * x));
};
/** @type {Record<string, OfNumber>} */
const ACTIVATIONS = {
  relu: (x) => (x > 0 ? x : 0),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  tanh: (x) => Math.tanh(x),
  silu: (x) => x / (1 + Math.exp(-x)),
};
/** @type {Record<string, OfNumber>} */
const OUTPUTS = {  // to ink in [0, 1]
  tanh: (x) => (Math.tanh(x) + 1) / 2,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

/**
 * Weights and biases are base64 of halves.
 * @typedef {{ n_in: number, n_out: number, weight: string, bias: string }} Layer
 * @typedef {{ activation: string, output: string, layers: Layer[] }} DecoderWire
 */
/**
 * @param {DecoderWire} wire
 */
export const decoder = (wire) => {
  const layers = wire.layers.map((layer) => ({
    ...layer, weight: halves(layer.weight), bias: halves(layer.bias),
    out: new Float32Array(layer.n_out),
  }));
  const hidden = ACTIVATIONS[wire.activation], output = OUTPUTS[wire.output];
  /** @param {ArrayLike<number>} code */
  return (code) => {  // code [Z] -> ink in [0, 1], a fresh Float32Array [784]
    let x = code;
    layers.forEach(({ n_in, n_out, weight, bias, out }, depth) => {
      const last = depth === layers.length - 1;
      for (let o = 0; o < n_out; o++) {
        let sum = bias[o];
        for (let i = 0, w = o * n_in; i < n_in; i++, w++) sum += weight[w] * x[i];
        out[o] = last ? output(sum) : hidden(sum);
      }
      x = out;
    });
    return Float32Array.from(x);
  };
};
