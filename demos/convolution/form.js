// The parameters of nn.Conv2d as a form: layerForm(node, change). `change(values)` gets the fields
// of the layer that were changed. A layer is convolution's, with `pads`, the last padding in numbers.

/** @import { LinkValues, Values } from "../common/views/types" */
/** @import { Layer, Misfit } from "./types" */
import { find, make } from "../common/views/elements.js";
import * as convolution from "./math.js";
import { textOf } from "../common/views/language.js";

/**
 * The fields that are numbers, one or a pair.
 * @typedef {"in" | "out" | "groups"} Single
 * @typedef {"kernel" | "stride" | "padding" | "dilation"} Pair
 * @typedef {Single | Pair} Counted
 * @typedef {Single | "bias"} Plain
 */

/** @type {Record<Counted, [low: number, high: number]>} */
const LIMITS = { in: [1, 8], out: [1, 16], kernel: [1, 8], stride: [1, 8], padding: [0, 32], dilation: [1, 8], groups: [1, 16] };
const COUNTED = /** @type {Counted[]} */ (Object.keys(LIMITS));
/** @type {Record<string, string>} */
export const NAMES = { in: "in_channels", out: "out_channels", kernel: "kernel_size", stride: "stride", padding: "padding", dilation: "dilation", groups: "groups", bias: "bias", mode: "padding_mode" };
/** @type {Layer} */
export const START = { in: 1, out: 4, kernel: [3, 3], stride: [1, 1], padding: [1, 1], pads: [1, 1], dilation: [1, 1], groups: 1, bias: true, mode: "zeros" };
// What of a layer is in numbers; none where the padding is a word.
/** @type {(layer: Layer, field: Counted) => number[]} */
const numbersOf = (layer, field) => { const value = layer[field]; return typeof value === "string" ? [] : [value].flat(); };
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`convolution.${key}`, values);

// The first number that this page can't take, as {key, values, fields}, or null.
/** @type {(layer: Layer, mostChannels: number) => Misfit | null} */
export const misfit = (layer, mostChannels) => {
  for (const field of COUNTED) {
    const [low, most] = LIMITS[field], high = field === "in" ? mostChannels : most;
    const bad = numbersOf(layer, field).find((n) => !Number.isInteger(n) || n < low || n > high);
    if (bad !== undefined) return { key: "limit", fields: [field], values: { name: NAMES[field], low, high } };
  }
  return null;
};

/** @type {(layer: Layer) => LinkValues} */
export const link = (layer) => {
  const pair = (/** @type {Pair} */ field) => (String(layer[field]) === String(START[field]) ? null : String(layer[field]));
  const plain = (/** @type {Plain} */ field) => (layer[field] === START[field] ? null : String(Number(layer[field])));
  return {
    in: plain("in"), out: plain("out"), k: pair("kernel"), s: pair("stride"), d: pair("dilation"), g: plain("groups"), b: plain("bias"),
    p: typeof layer.padding === "string" ? layer.padding : pair("padding"), mode: layer.mode === "zeros" ? null : layer.mode,
  };
};
/** @type {(read: <F>(name: string, fallback: F) => string | F, start: Layer) => Layer} */
export const linked = (read, start) => {
  /** @type {(name: string, field: Counted) => number[]} */
  const numbers = (name, field) => {
    const given = read(name, "").split(",").map(Number), [low, high] = LIMITS[field], wanted = field === "padding" ? start.pads : numbersOf(start, field);
    const good = read(name, "") && given.length === wanted.length && given.every((n) => Number.isInteger(n) && n >= low && n <= high);
    return good ? given : wanted;
  };
  const padding = read("p", ""), pads = numbers("p", "padding"), mode = read("mode", start.mode);
  return {
    in: numbers("in", "in")[0], out: numbers("out", "out")[0], kernel: numbers("k", "kernel"), stride: numbers("s", "stride"),
    padding: padding === "same" || padding === "valid" ? padding : pads, pads, dilation: numbers("d", "dilation"), groups: numbers("g", "groups")[0],
    bias: read("b", "1") !== "0", mode: convolution.MODES.includes(mode) ? mode : "zeros",
  };
};

/** @type {(node: HTMLElement, change: (values: Partial<Layer>, more?: { square: boolean }) => void) => { show: (layer: Layer, square: boolean, mostChannels: number) => void, blame: (fields: string[]) => void }} */
export const layerForm = (node, change) => {
  let layer = START, square = true;
  const inputs = /** @type {Record<Counted, HTMLInputElement[]>} */ ({}), rows = /** @type {Record<string, HTMLElement>} */ ({}), pressed = /** @type {(() => void)[]} */ ([]);
  /** @type {(field: Counted, axis?: number) => HTMLInputElement} */
  const number = (field, axis) => {
    const [low, high] = LIMITS[field], input = make("input", { type: "number", min: low, max: high, step: 1 });
    (inputs[field] ??= []).push(input);
    input.oninput = () => {
      const typed = input.value === "" ? NaN : Number(input.value);
      if (axis === undefined) { change({ [field]: typed }); return; }
      const before = field === "padding" ? layer.pads : numbersOf(layer, field);
      const pair = square ? [typed, typed] : before.map((n, k) => (k === axis ? typed : n));
      change(field === "padding" ? { padding: pair, pads: pair } : { [field]: pair });
    };
    return input;
  };
  /** @type {(field: string, ...content: Node[]) => HTMLElement} */
  const row = (field, ...content) => {
    rows[field] = make("div", "setting", make("code", "", NAMES[field]), make("div", "row", ...content));
    return rows[field];
  };
  /**
   * @template {string} Value
   * @param {string} field
   * @param {Value[]} values
   * @param {(value: Value) => void} take
   * @param {() => string} now
   */
  const choices = (field, values, take, now) => {
    const group = make("div", "choices", ...values.map((value) => {
      const button = Object.assign(make("button"), { type: "button", value, onclick: () => take(value) });
      pressed.push(() => { button.textContent = field === "padding" && value === "number" ? say("number") : value; button.setAttribute("aria-pressed", String(now() === value)); });
      return button;
    }));
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", NAMES[field]);
    return group;
  };
  const pair = (/** @type {Pair} */ field) => [number(field, 0), make("span", "times", "×"), number(field, 1)];
  const lock = Object.assign(make("button", "lock"), { type: "button", onclick: () => change({}, { square: !square }) });
  node.append(
    make("div", "pairs", row("in", number("in")), row("out", number("out"))),
    row("kernel", ...pair("kernel"), lock),
    make("div", "pairs", row("stride", ...pair("stride")), row("dilation", ...pair("dilation"))),
    row("padding", choices("padding", ["number", "same", "valid"], (value) => change({ padding: value === "number" ? layer.pads : value }),
      () => (typeof layer.padding === "string" ? layer.padding : "number")), make("span", "row pad-pair", ...pair("padding"))),
    row("mode", choices("mode", convolution.MODES, (mode) => change({ mode }), () => layer.mode)),
    make("div", "pairs", row("groups", number("groups")), row("bias", choices("bias", ["True", "False"], (value) => change({ bias: value === "True" }), () => (layer.bias ? "True" : "False")))),
  );
  return {
    show: (now, both, most) => {
      layer = now;
      square = both;
      inputs.in[0].max = String(most);
      for (const field of COUNTED) {
        const values = field === "padding" ? layer.pads : numbersOf(layer, field), list = inputs[field];
        list.forEach((input, k) => {
          if (!Object.is(input.value === "" ? NaN : Number(input.value), values[k])) input.value = Number.isNaN(values[k]) ? "" : String(values[k]);
          input.setAttribute("aria-label", list.length > 1 ? say(k ? "columns_of" : "rows_of", { name: NAMES[field] }) : NAMES[field]);
        });
      }
      find(node, ".pad-pair").hidden = typeof layer.padding === "string";
      lock.textContent = say("square");
      lock.title = say("square_help");
      lock.setAttribute("aria-pressed", String(square));
      for (const [field, setting] of Object.entries(rows)) setting.title = say(`about.${field}`);
      for (const press of pressed) press();
    },
    blame: (fields) => {
      for (const [field, setting] of Object.entries(rows)) setting.classList.toggle("blamed", fields.includes(field));
      for (const [field, list] of Object.entries(inputs)) for (const input of list) input.setAttribute("aria-invalid", String(fields.includes(field)));
    },
  };
};
