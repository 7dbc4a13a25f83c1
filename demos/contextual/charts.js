// What was measured on all listed words, by layer: measuredCharts(element, scores).

/** @import { Figure, Trace } from "../common/views/charts.js" */
/** @import { Language, Values } from "../common/views/types" */
/** @import { Scores } from "./types" */
import { chart, plain } from "../common/views/charts.js";
import { colourNamed } from "../common/views/colours.js";
import { finder, make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { percent } from "../common/views/scales.js";

const HEIGHT = 320;
/** @type {Record<Language, [colour: string, symbol: string]>} */
const LOOKS = { en: ["input", "circle"], zh: ["code", "diamond"] };
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`contextual.${key}`, values);

/**
 * @param {HTMLElement} element
 * @param {Partial<Record<Language, Scores>>} scores
 */
export const measuredCharts = (element, scores) => {
  const inside = (/** @type {string} */ name) => finder(finder(element)(`[data-section=${name}]`));
  const found = Object.values(scores), n = Math.max(0, ...found.map((one) => one.accuracy.length));
  const names = () => [say("static"), ...Array.from({ length: n }, (_, k) => String(k))];
  /** @type {(one: Scores, values: number[], name: string, dash: string, spoken: (value: number) => string) => Trace} */
  const line = (one, values, name, dash, spoken) => {
    const [colour, symbol] = LOOKS[one.language], at = names();
    return {
      type: "scatter", mode: "lines+markers", name, x: values.map((_, k) => k), y: values,
      line: { color: colourNamed(colour), width: 2.5, dash }, marker: { color: colourNamed(colour), symbol: dash === "dot" ? `${symbol}-open` : symbol, size: 10, line: { width: 2 } },
      hovertext: values.map((value, k) => plain(`${name}, ${k ? say("layer_name", { k: at[k] }) : at[k]}: ${spoken(value)}`)), hovertemplate: "%{hovertext}<extra></extra>",
    };
  };
  const across = () => ({ tickvals: names().map((_, k) => k), ticktext: names(), range: [-0.3, n + 0.3] });
  /** @type {() => Figure | null} */
  const told = () => (found.length ? {
    traces: found.map((one) => line(one, [0.5, ...one.accuracy], say(`of.${one.language}`), "solid", percent)),
    axes: { x: say("axis.layer"), y: say("axis.told") }, title: say("section.senses.title"), says: say("chart.senses"),
    layout: {
      xaxis: across(), yaxis: { range: [0.4, 1.02], tickformat: ".0%" },
      shapes: [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: 0.5, y1: 0.5, line: { color: colourNamed("strong-line"), width: 2, dash: "dot" } }],
      annotations: [{ text: plain(say("chance")), xref: "paper", x: 1, xanchor: "right", y: 0.5, yanchor: "top" }],
    },
  } : null);
  /** @type {() => Figure | null} */
  const alike = () => (found.length ? {
    traces: found.flatMap((one) => [
      line(one, [1, ...one.self_similarity], say(`itself.${one.language}`), "solid", (value) => value.toFixed(2)),
      { ...line(one, one.any_two, say(`any_two.${one.language}`), "dot", (value) => value.toFixed(2)), x: one.any_two.map((_, k) => k + 1),
        hovertext: one.any_two.map((value, k) => plain(`${say(`any_two.${one.language}`)}, ${say("layer_name", { k })}: ${value.toFixed(2)}`)) },
    ]),
    axes: { x: say("axis.layer"), y: say("axis.cosine") }, title: say("section.alike.title"), says: say("chart.alike"),
    layout: { xaxis: across(), yaxis: { range: [0, 1.03] } },
  } : null);
  const charts = {
    senses: chart(inside("senses")(".chart"), told, { file: "contextual-senses", height: HEIGHT }),
    alike: chart(inside("alike")(".chart"), alike, { file: "contextual-alike", height: HEIGHT }),
  };
  /** @type {(name: "senses" | "alike", entries: [language: Language, dotted: boolean, text: string][]) => void} */
  const key = (name, entries) => inside(name)(".key").replaceChildren(...entries.map(([language, dotted, text]) => {
    const swatch = make("i", dotted ? "dotted" : "");
    swatch.style.borderColor = colourNamed(LOOKS[language][0]);
    return make("span", "", swatch, " ", text);
  }));
  return {
    senses: () => { key("senses", found.map((one) => [one.language, false, say(`of.${one.language}`)])); return charts.senses.draw(); },
    alike: () => {
      key("alike", found.flatMap((one) => /** @type {[Language, boolean, string][]} */ ([[one.language, false, say(`itself.${one.language}`)], [one.language, true, say(`any_two.${one.language}`)]])));
      return charts.alike.draw();
    },
  };
};
