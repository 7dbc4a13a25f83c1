// Small parts of the code space's page: cards, figures and tables made from what they are given.

/** @import { Cloud, Point, Values } from "../common/views/types" */
/** @import { SampleDigits } from "../common/views/digits.js" */
/** @import { Near, Passed, Place } from "./types" */
import { lastDrawing, paint } from "../common/views/digits.js";
import { make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { inks } from "../common/views/wire.js";

/** @type {(key: string, values?: Values) => string} */
const t = (key, values) => textOf(`code_space.${key}`, values);
/** @type {(pixels: ArrayLike<number>, tone: string, label: string) => HTMLCanvasElement} */
const picture = (pixels, tone, label) => {
  const canvas = make("canvas");
  paint(canvas, pixels, { tone });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  return canvas;
};

export const codePanels = {
  // The `count` codes [N, 3] nearest to one: [{i, distance}], nearest first.
  /** @type {(codes: Float32Array, code: ArrayLike<number>, count: number) => Near[]} */
  nearest: (codes, code, count) => {
    const found = /** @type {{ i: number, d: number }[]} */ ([]), n = codes.length / 3;
    for (let i = 0; i < n; i++) {
      const o = 3 * i, d = (codes[o] - code[0]) ** 2 + (codes[o + 1] - code[1]) ** 2 + (codes[o + 2] - code[2]) ** 2;
      if (found.length === count && d >= found[count - 1].d) continue;
      const at = found.findIndex((other) => d < other.d);
      found.splice(at < 0 ? found.length : at, 0, { i, d });
      if (found.length > count) found.pop();
    }
    return found.map(({ i, d }) => ({ i, distance: Math.sqrt(d) }));
  },

  // The median of each digit on the screen, and whose is the closest.
  /** @type {(node: HTMLElement, cloud: Cloud) => void} */
  table: (node, cloud) => {
    const rows = Array.from({ length: 10 }, (_, label) => label).flatMap((label) => { const code = cloud.median(label); return code ? [{ label, code }] : []; });
    const names = rows[0].code.length === 2 ? ["x", "y"] : ["z₁", "z₂", "z₃"];
    const table = make("table"), line = (/** @type {"th" | "td"} */ tag, /** @type {(string | number)[]} */ cells) => {
      const row = make("tr");
      row.append(...cells.map((text) => make(tag, "", String(text))));
      table.append(row);
    };
    line("th", [t("table.digit"), ...names, t("table.closest")]);
    for (const { label, code } of rows) {
      const far = (/** @type {{ code: Point }} */ other) => Math.hypot(...other.code.map((value, k) => value - code[k]));
      const [closest] = rows.filter((other) => other.label !== label).sort((a, b) => far(a) - far(b));
      line("td", [label, ...code.map((value) => value.toFixed(2)), closest?.label ?? ""]);
    }
    node.replaceChildren(table);
  },

  // A pinned digit; `fill({pixels, error})` adds what came back of it. `here` null: no probe here.
  /** @type {(i: number, k: number, digits: SampleDigits, how: { here: (() => void) | null, gone: () => void }) => { card: HTMLElement, fill: (found: Passed) => void }} */
  card: (i, k, digits, { here, gone }) => {
    const label = digits.labels[i], letter = String.fromCharCode(65 + k);
    const card = make("div", "card"), tools = make("div", "tools"), words = make("span", "words number", String(label));
    const back = picture(new Float32Array(784), "output", t("strip.out"));
    const [put, off] = [make("button", "quiet", t("here_short")), make("button", "quiet off", t("unpin"))];
    put.type = off.type = "button";
    put.disabled = !here;
    put.onclick = here;
    off.onclick = gone;
    off.setAttribute("aria-label", t("unpin_one", { letter }));
    tools.append(put, off);
    card.append(make("span", "mark", letter), picture(digits.pixels(i), "input", t("strip.in", { label })), back, words, tools);
    const fill = (/** @type {Passed} */ { pixels, error }) => {
      if (!pixels) return;
      paint(back, pixels, { tone: "output" });
      words.textContent = t("card", { label, error: error?.toFixed(3) });
    };
    return { card, fill };
  },

  // An empty place, decoded, with the digit nearest to it.
  /** @type {(place: Place, digits: SampleDigits) => HTMLElement} */
  hole: ({ space, pixels, nearest, distance, spacing }, digits) => {
    const figure = make("figure"), row = make("div", "row"), label = digits.labels[nearest], name = t(`space.${space}`);
    const words = t("holes.far", { label, distance: distance.toFixed(2), times: (distance / spacing).toFixed(1) });
    row.append(picture(digits.pixels(nearest), "input", t("strip.in", { label })), make("small", "", words));
    const decoded = inks(pixels);
    figure.append(make("b", "", name), picture(decoded, "output", t("holes.picture", { space: name })), row);
    return figure;
  },

  // The drawing of the first page, what comes back of it, and its nearest sample digits.
  /** @type {(node: HTMLElement, back: Float32Array, near: Near[], digits: SampleDigits) => void} */
  drawing: (node, back, near, digits) => {
    const figure = (/** @type {ArrayLike<number>} */ pixels, /** @type {string} */ tone, /** @type {string} */ caption, className = "") => {
      const box = make("figure", className);
      box.append(picture(pixels, tone, caption), make("figcaption", "", caption));
      return box;
    };
    const votes = near.map(({ i }) => digits.labels[i]), times = (/** @type {number} */ label) => votes.filter((vote) => vote === label).length;
    const [label] = [...votes].sort((a, b) => times(b) - times(a));
    node.replaceChildren(
      figure(lastDrawing ?? new Float32Array(784), "input", "★", "own"), figure(back, "output", t("mine.back")),
      ...near.map(({ i }) => figure(digits.pixels(i), "ink", String(digits.labels[i]))),
      make("p", "vote", t("mine.vote", { count: times(label), label })));
  },
};
