// The runs beside each other, what learned, how long, how many right; and the curves of one.

/** @import { Values } from "../common/views/types" */
/** @import { Figure } from "../common/views/charts.js" */
/** @import { Run } from "./types" */
import { amount } from "../common/views/answer_bars.js";
import { chart, plain } from "../common/views/charts.js";
import { colourNamed } from "../common/views/colours.js";
import { make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { floats } from "../common/views/wire.js";

/** @type {(key: string, values?: Values) => string} */
const t = (key, values) => textOf(`retrain.${key}`, values);
/** @type {(run: Run) => string} */
export const rowOf = (run) => [run.network, run.depth, run.background].join();
/** @type {(run: Run) => string} */
export const titleOf = (run) => t(`depth.${run.depth}`) + (run.background ? t("runs.background") : "") + (run.network === "lite0" ? "" : ` · ${t(`network.${run.network}`)}`);
/** @type {(run: Run) => number | null} */
export const rightOf = (run) => run.told.checks.at(-1)?.[2] ?? null;

/** @type {(table: HTMLElement, pick: (run: Run) => void) => (runs: Run[], shown: Run | null) => void} */
export const runTable = (table, pick) => (runs, shown) => {
  const heads = ["what", "numbers", "seconds", "right"].map((name) => make("th", { scope: "col" }, t(`runs.${name}`)));
  table.replaceChildren(make("thead", "", make("tr", "", ...heads)), make("tbody", "", ...runs.map((run) => {
    const choose = make("button", { type: "button", "aria-pressed": String(run === shown) }, titleOf(run)), right = rightOf(run);
    choose.onclick = () => pick(run);
    const facts = run.told.facts;
    return make("tr", run === shown ? "shown" : "",
      make("th", { scope: "row" }, choose), make("td", "", facts ? amount(facts.n_parameters) : "…"),
      make("td", "", run.told.seconds.toFixed(1)), make("td", "", right === null ? "…" : `${(100 * right).toFixed(0)}%`));
  })));
};
/** @type {(node: HTMLElement, shown: () => Run | null) => { draw: () => unknown }} */
export const lossCurves = (node, shown) => {
  /** @returns {Figure | null} */
  const figure = () => {
    const run = shown();
    if (!run) return null;
    const flat = floats(run.told.losses), steps = /** @type {number[]} */ ([]), losses = /** @type {number[]} */ ([]);
    for (let k = 0; k < flat.length; k += 2) { steps.push(flat[k]); losses.push(flat[k + 1]); }
    const colour = colourNamed("error"), checks = run.told.checks.filter(([, loss]) => loss !== null);
    const hover = (/** @type {string} */ name) => `${plain(t(`curve.${name}`))} %{y:.3f}<br>${plain(t("curve.at", { step: "%{x:.0f}" }))}<extra></extra>`;
    return {
      axes: { x: t("curve.steps"), y: t("curve.loss") }, title: titleOf(run), says: t("curve.says", { what: titleOf(run) }),
      traces: [
        { type: "scatter", mode: "lines", name: t("curve.training"), x: steps, y: losses, hovertemplate: hover("training"), line: { color: colourNamed("hidden"), width: 1.5 } },
        { type: "scatter", mode: "lines+markers", name: t("curve.held"), x: checks.map(([step]) => step), y: checks.map(([, loss]) => loss), hovertemplate: hover("held"),
          line: { color: colour, width: 3 }, marker: { color: colour, size: 6, opacity: 1 } },
      ],
      layout: { showlegend: true, legend: { x: 1, xanchor: "right", y: 1, yanchor: "bottom" }, xaxis: { range: [0, run.told.facts?.n_steps ?? 1] }, yaxis: { rangemode: "tozero" } },
    };
  };
  return chart(node, figure, { file: "retraining", height: 172 });
};
