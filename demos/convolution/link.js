// The state of the convolution page as a link, and back: convolutionLink.

/** @import { Stroke } from "../common/views/pad.js" */
/** @import { State } from "./types" */
/** @import { convolutionExamples } from "./examples.js" */
/** @import { LinkValues } from "../common/views/types" */
import * as filters from "./filters.js";
import { link, linked } from "./form.js";
import * as convolution from "./math.js";
import { lang } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";

const TAB = "convolution";
const LONGEST = 1500;  // characters of filters, and of a sentence

// The fields of a link; `long`: not everything found room in it. strokes: the pad's text, null if too long.
/** @type {(s: State, how: { strokes: string | null, whole: boolean, start: State }) => { fields: LinkValues, long: boolean }} */
const write = (s, { strokes, whole, start }) => {
  const tokens = s.on === "sentence", written = filters.write(s.filters.slice(0, s.layer.out));
  const biases = s.biases.slice(0, s.layer.out), own = (/** @type {string | number} */ value, /** @type {string | number | null} */ usual) => (value === usual ? null : value);
  const fields = {
    on: tokens ? "sentence" : null, of: tokens ? s.of : null, text: tokens && s.text.length <= LONGEST ? own(s.text, start.text) : null,
    digit: tokens ? null : own(s.tile ?? "none", start.tile), strokes: tokens ? null : strokes || null, range: s.signed ? 1 : null,
    ...link(s.layer), square: s.square ? null : 0, f: written.length <= LONGEST ? written : "",
    bias: biases.some((b) => b !== null) ? biases.join(",") : null, seed: own(s.seed, start.seed), filter: s.filter || null,
    channel: s.channel || null, at: s.at.join(","), reach: whole ? null : s.reach, act: own(s.activation, start.activation),
  };
  return { fields, long: written.length > LONGEST || (tokens ? s.text.length > LONGEST : strokes === null) };
};

// The state of the link that opened the page, or null; examples: convolutionExamples'.
/** @type {(examples: ReturnType<typeof convolutionExamples>, strokesOf: (text: string) => Stroke[]) => State | null} */
const read = (examples, strokesOf) => {
  /** @type {<F>(name: string, fallback: F) => string | F} */
  const given = (name, fallback) => pageLink.read(TAB, name, fallback);
  /** @type {(name: string, fallback: number, low: number, high: number) => number} */
  const number = (name, fallback, low, high) => Math.round(pageLink.number(TAB, name, fallback, low, high));
  if (given("f", null) === null) return null;  // nothing but the tab's name
  const first = examples[given("on", null) === "sentence" ? "sentence" : "worked"](given("of", lang) === "zh" ? "zh" : "en");
  const layer = linked(given, first.layer), shape = [Math.max(1, Math.floor(layer.in / layer.groups)), ...layer.kernel];
  const biases = given("bias", "").split(","), most = filters.MAX_WEIGHT, act = given("act", first.activation);
  return {
    ...first, layer, shape, text: given("text", first.text), tile: given("digit", null) === "none" ? null : number("digit", first.tile ?? 0, 0, 9),
    strokes: strokesOf(given("strokes", "")), signed: given("range", null) === "1", square: given("square", "1") !== "0",
    filters: filters.read(given("f", ""), shape[0] * shape[1] * shape[2], layer.out),
    biases: Array.from({ length: layer.out }, (_, o) => (biases[o] && Math.abs(Number(biases[o])) <= most ? Number(biases[o]) : null)),
    seed: number("seed", first.seed, 0, 9999), filter: number("filter", 0, 0, layer.out - 1), channel: number("channel", 0, 0, layer.in - 1),
    at: [0, 1].map((axis) => Math.max(0, Math.round(Number(given("at", "0,0").split(",")[axis])) || 0)), reach: number("reach", Infinity, 0, 1e6),
    activation: Object.hasOwn(convolution.ACTIVATIONS, act) ? act : first.activation,
  };
};

export const convolutionLink = { write, read };
