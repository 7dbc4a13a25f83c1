// What the convolution page says in formulas: convolutionWords(page, say).

/** @import { OfNumber } from "../common/views/decoder.js" */
/** @import { Values } from "../common/views/types" */
/** @import { Layer, Misfit } from "./types" */
import { showProblem } from "../common/views/asking.js";
import { finder, make } from "../common/views/elements.js";
import { NAMES } from "./form.js";
import { activationCurve, signedNumber } from "./grid.js";
import * as convolution from "./math.js";
import { sentence } from "../common/views/language.js";

/**
 * @typedef {object} Words
 * @property {(layer: Layer, size: number[], sizeOut: number[], tokens: boolean) => void} layer
 * @property {(value: { terms: string | null, sums: number[], channels: number[], bias: number | null, value: number }) => void} equation
 * @property {(name: string, activation: [OfNumber, OfNumber], value: number) => void} activation
 * @property {(refused: Misfit | null, layer: Layer) => void} refusal
 */

const times = (/** @type {number[]} */ ...sizes) => sizes.join(" × ");
const grouped = (/** @type {number} */ n) => n.toLocaleString("en");
/** @type {Record<string, string>} */
const ACTIVATION_NAMES = { none: "f", relu: "ReLU", gelu: "GELU", mish: "Mish" };
/** @type {Record<string, string>} */
const RULES = { none: "x", relu: "max(0, x)", gelu: "x · Φ(x) = x · (1 + erf(x / √2)) / 2", mish: "x · tanh(ln(1 + eˣ))" };

/** @type {(page: HTMLElement, say: (key: string, values?: Values) => string) => Words} */
export const convolutionWords = (page, say) => words(finder(page), say);

/** @type {(find: ReturnType<typeof finder>, say: (key: string, values?: Values) => string) => Words} */
const words = (find, say) => ({
  // The output's size and the layer's parameters, with the numbers of now put in.
  layer: (layer, size, sizeOut, tokens) => {
    const { each, weights, biases, products } = convolution.counts(layer, sizeOut), total = grouped(weights + biases);
    find(".size").replaceChildren(...[0, 1].flatMap((axis) => {
      const [before, after] = convolution.added(layer, axis), padding = layer.padding === "same" ? `${before} + ${after}` : `2·${before}`;
      const filled = `⌊(${size[axis]} + ${padding} − ${layer.dilation[axis]}·(${layer.kernel[axis]} − 1) − 1) / ${layer.stride[axis]}⌋ + 1 = `;
      return [`${say(axis ? "width" : "height")}: ${filled}`, make("b", "", String(sizeOut[axis])), make("br")];
    }));
    find(".count").replaceChildren(`${layer.out}·${each}·${layer.kernel.join("·")}${layer.bias ? ` + ${layer.out}` : ""} = `, make("b", "", total));
    const inputs = layer.in * size[0] * size[1], outputs = layer.out * sizeOut[0] * sizeOut[1];
    find(".dense").textContent = say("dense", { n: grouped((inputs + (layer.bias ? 1 : 0)) * outputs), inputs: grouped(inputs), outputs: grouped(outputs), products: grouped(products) });
    find(".strip .in figcaption").textContent = say(tokens ? "strip.words" : "strip.in", { shape: times(layer.in, ...size) });
    find(".strip .left figcaption").textContent = say("strip.left", { shape: times(layer.out, each, ...layer.kernel), n: total });
    find(".strip .out figcaption").textContent = say("strip.out", { shape: times(layer.out, ...sizeOut) });
  },

  // One output value: `terms` written out or null, the sum of each channel's products, the bias or null.
  equation: ({ terms, sums, channels, bias, value }) => {
    const parts = sums.map((sum, k) => `${signedNumber(sum)}${sums.length > 1 ? ` ${say("channel_mark", { c: channels[k] + 1 })}` : ""}`);
    const last = `${parts.join(" + ")}${bias === null ? "" : ` + ${signedNumber(bias)} (bias)`}`;
    const first = terms !== null && terms !== parts[0] ? [`${terms} = ${parts[0]}`, make("br")] : [];
    find(".equation").replaceChildren(...first, `${last} = `, make("b", "", signedNumber(value)));
  },

  activation: (name, [f, slope], value) => {
    const sentence = say("value", { name: ACTIVATION_NAMES[name], x: signedNumber(value), y: signedNumber(f(value)), slope: signedNumber(slope(value)) });
    find(".activation .rule").textContent = `${ACTIVATION_NAMES[name]}(x) = ${RULES[name]}`;
    find(".activation .value").textContent = sentence;
    find(".curve").setAttribute("aria-label", sentence);
    find(".activation figcaption").textContent = say(name === "none" ? "after_none" : "after", { name: ACTIVATION_NAMES[name] });
    activationCurve(find(".curve", HTMLCanvasElement), [f, slope], value);
  },

  // A refusal in every language, the fields that would mend it, and what torch says.
  refusal: (refused, layer) => {
    const filled = refused && sentence(`convolution.refused.${refused.key}`, refused.values);
    showProblem(find(".refusal .problem"), filled);
    const [torch, fix] = [".torch", ".fix"].map((one) => find(one));
    torch.hidden = !refused?.torch;
    torch.textContent = refused?.torch ?? "";
    fix.hidden = !refused?.fix;
    if (!refused?.fix) return;
    const changed = Object.entries(refused.fix).filter(([field, value]) => String(value) !== String(layer[/** @type {keyof Layer} */ (field)]));
    const value = (/** @type {unknown} */ given) => (Array.isArray(given) ? `(${given.join(", ")})` : typeof given === "string" ? `'${given}'` : String(given));
    fix.textContent = say("fix", { what: changed.map(([field, given]) => `${NAMES[field]}=${value(given)}`).join(", ") });
  },
});
