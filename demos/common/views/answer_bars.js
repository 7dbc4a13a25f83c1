// Likeliest answers as bars: answerBars(node, [[token, probability], ...], { hit, n }).
//   hit: a token to mark (the original, or the answer that comes out in the end); n: rows kept free.
// A token that was shown before slides to its new place. Also amount(8382198) -> "8.4 million" or
// "838 万", and compact(8382198) -> "8.4M" for an axis.

/** @import { Language, Likely, ReaderScore, Values } from "./types" */
import { prefersStill } from "./colours.js";
import { find, make } from "./elements.js";
import { lang, textOf } from "./language.js";
import { percent } from "./scales.js";
import { columnsOf } from "./tokens.js";

const locale = () => (lang === "zh" ? "zh-CN" : "en");

// Chinese counts in 万 (10^4) and 亿 (10^8). A number that ends in a digit stands apart from the
// Chinese word after it, 万 does not: texts write "{tokens}个词元", and both come out right.
/** @type {(number: number) => string} */
const chinese = (number) => {
  const [unit, size] = number >= 99_995_000 ? ["亿", 1e8] : number >= 10_000 ? ["万", 1e4] : ["", 1];
  const value = number / size;
  return unit ? `${Number(value.toFixed(value < 100 ? 1 : 0))} ${unit}` : `${number.toLocaleString("en")} `;
};
/** @type {(number: number, compactDisplay: "long" | "short") => string} */
const english = (number, compactDisplay) =>
  new Intl.NumberFormat("en", { notation: "compact", compactDisplay, maximumFractionDigits: 1 }).format(number);
/** @type {(number: number) => string} */
export const amount = (number) => {
  if (lang === "zh") return chinese(number);
  return number < 1e6 ? Math.round(number).toLocaleString("en") : english(number, "long");
};
/** @type {(number: number) => string} */
export const compact = (number) => (lang === "zh" ? chinese(number).trim() : english(number, "short"));
// What a text says of a bundled BERT's figures (core.results.answers.ReaderScore), as its values.
/** @type {(language: Language, score: ReaderScore | null | undefined) => Values} */
export const heldOut = (language, score) => {
  /** @type {(value: number | null | undefined, written: (value: number) => string) => string} */
  const of = (value, written) => (value === null || value === undefined ? "…" : written(value));
  const count = (/** @type {number | null | undefined} */ value) => of(value, (n) => n.toLocaleString("en"));
  return {
    language, texts: textOf(`tokens.held_out.${language}`), tokens: of(score?.tokens, amount),
    masked: count(score?.n_masked), pairs: count(score?.n_pairs), top1: of(score?.mask_top1, percent),
    top5: of(score?.mask_top5, percent), nsp: of(score?.nsp_accuracy, percent),
  };
};
/** @type {(seconds: number) => string} */
export const duration = (seconds) => {
  const [value, unit] = seconds < 90 ? [seconds, "second"] : seconds < 5400 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
  const written = new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: unit === "hour" ? 1 : 0 }).format(value);
  return written.replace(/(?<=\d)(?=[\u4e00-\u9fff])/, " ");  // as the texts write numbers beside characters
};

/** @type {(token: string) => HTMLLIElement} */
const newRow = (token) => {
  const fill = make("i"), name = make("span", "mono token", token);
  name.title = token;
  return make("li", "", name, make("span", "track", fill), make("span", "number share"));
};

/**
 * @param {HTMLElement} node
 * @param {Likely[]} answers
 * @param {{ hit?: string | null, n?: number }} [how]
 */
export const answerBars = (node, answers, { hit = null, n = answers.length } = {}) => {
  node.classList.add("answer-bars");
  node.style.setProperty("--rows", String(n));
  const wide = Math.max(3, Number(node.dataset.wide ?? 0), ...answers.map(([token]) => columnsOf(token)));
  node.dataset.wide = String(wide);  // it only grows: bars must not jump
  node.style.setProperty("--wide", String(wide));
  const old = new Map([...node.querySelectorAll("li")].map((row) => [row.dataset.token ?? "", row]));
  const places = new Map([...old].map(([token, row]) => [token, row.offsetTop]));
  const rows = answers.map(([token, share]) => {
    const row = old.get(token) ?? newRow(token);
    row.dataset.token = token;
    row.classList.toggle("hit", token === hit);
    find(row, "i").style.width = `${100 * share}%`;
    find(row, ".share").textContent = percent(share);
    return row;
  });
  node.replaceChildren(...rows);
  if (prefersStill) return;
  for (const row of rows) {
    const before = places.get(row.dataset.token ?? ""), way = (before ?? 0) - row.offsetTop;
    if (before === undefined) row.animate([{ opacity: 0 }, { opacity: 1 }], 250);
    else if (way) row.animate([{ transform: `translateY(${way}px)` }, { transform: "none" }], { duration: 250, easing: "ease-out" });
  }
};
