// Loss against epochs, two runs overlaid: curves(node).draw({runs, measure, log}).
// Thin: the training batches; thick with a dot: validation.

/** @import { Point, Values } from "../common/views/types" */
/** @import { Figure, Settings, Trace } from "../common/views/charts.js" */
/** @import { Curve } from "./types" */
import { chart, faint, plain } from "../common/views/charts.js";
import { colourNamed } from "../common/views/colours.js";
import { make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";

const HEIGHT = 320;
const COLOURS = { now: "error", kept: "second" };
/** @type {(key: string, values?: Values) => string} */
const words = (key, values) => textOf(`train.${key}`, values);

// The axis of the losses. A single wild batch must not flatten all the rest: it ends a little above
// most of them.
/** @type {(values: number[], log: boolean) => Settings} */
const lossAxis = (values, log) => {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[0] ?? 0, high = sorted[Math.ceil(0.995 * (sorted.length - 1))] || 1;
  if (!log) return { range: [0, high * 1.06] };
  const least = Math.max(low, 1e-6);
  return { type: "log", range: [Math.log10(least / 1.1), Math.log10(Math.max(high, least * 1.2) * 1.1)], dtick: high / least > 300 ? 1 : "D2" };
};

/** @typedef {{ runs: Curve[], measure: string, log: boolean }} Shown */
export const curves = (/** @type {HTMLElement} */ node) => {
  /** @type {Shown} */
  let shown = { runs: [], measure: "loss", log: false };
  const picture = make("div"), legend = make("p", "key number");
  node.append(picture, legend);
  const accuracy = () => shown.measure === "accuracy";
  const checksOf = (/** @type {Curve} */ run) => run.checks.flatMap((row) => {
    const value = row[accuracy() ? 2 : 1];
    return value === null ? [] : [[row[0] / run.per_epoch, value]];
  });
  const last = (/** @type {Curve} */ run) => {
    const [, value] = checksOf(run).at(-1) ?? [];
    return value === undefined ? "–" : accuracy() ? `${(100 * value).toFixed(1)}%` : value.toPrecision(3);
  };
  /** @returns {Figure} */
  const figure = () => {
    const { runs, log } = shown, format = accuracy() ? ".1%" : ".4~g", unit = words(`axis.${accuracy() ? "accuracy" : runs[0]?.unit ?? "error"}`);
    const epochs = Math.max(1e-9, ...runs.map((run) => run.n_steps / run.per_epoch));
    const traces = /** @type {Trace[]} */ ([]), annotations = /** @type {Settings[]} */ ([]);
    for (const run of [...runs].reverse()) {
      const colour = colourNamed(COLOURS[run.role]), name = `${words(`role.${run.role}`)} ${run.name}`;
      const whose = runs.length > 1 ? `<br>${plain(words(`role.${run.role}`).replace(/[:：]$/, ""))}` : "";
      /** @type {(kind: string, points: Point[], style: Settings) => void} */
      const line = (kind, points, style) => traces.push({
        type: "scatter", mode: "lines", name: `${name} · ${words(`series.${kind}`)}`, x: points.map(([x]) => x), y: points.map(([, y]) => y),
        hovertemplate: `${plain(words(`series.${kind}`))} %{y:${format}}<br>${plain(words("axis.at", { at: "%{x:.3~g}" }))}${whose}<extra></extra>`, ...style,
      });
      if (!accuracy()) line("batches", run.losses.map(([step, loss]) => [step / run.per_epoch, loss]), { line: { color: faint(colour, run.role === "kept" ? 0.3 : 0.55), width: 1 } });
      const checks = checksOf(run);
      line("validation", checks, { mode: "lines+markers", line: { color: colour, width: 3, dash: run.role === "kept" ? "7px,5px" : "solid" },
        marker: { color: colour, opacity: 1, size: checks.map((_, k) => (k === checks.length - 1 ? 10 : checks.length < 25 ? 6 : 0.1)), line: { color: colourNamed("paper"), width: 1.5 } } });
      if (run.state === "diverged") annotations.push({ text: `<b>${plain(words("burst"))}</b>`, x: run.step / run.per_epoch, y: 0.5, yref: "paper", xanchor: "left", xshift: 6, font: { color: colour } });
    }
    const values = runs.flatMap((run) => [...(accuracy() ? [] : run.losses), ...checksOf(run)].map(([, value]) => value)).filter(Number.isFinite);
    return {
      traces, axes: { x: words("axis.epochs"), y: unit }, title: unit,
      says: words("chart", { n: runs[0]?.checks.length ?? 0, value: runs[0] ? last(runs[0]) : "–" }),
      layout: {
        annotations, xaxis: { range: [0, epochs * 1.012] },
        yaxis: accuracy() ? { range: [0.4, 1], tickformat: ".0%" } : { tickformat: ".3~g", ...lossAxis(values, log) },
        uirevision: `${shown.measure} ${log} ${runs.map((run) => run.job ?? run.name)}`,
      },
    };
  };
  const plot = chart(picture, figure, { file: "learning-curves", height: HEIGHT, zoom: true });
  const key = () => {
    legend.replaceChildren(...shown.runs.map((run) => {
      const one = make("span", `one ${run.role}`, make("i", "line"));
      one.append(make("b", "", words(`role.${run.role}`)), ` ${run.name} · `, words("last", { value: last(run) }));
      return one;
    }), make("small", "", words(accuracy() ? "lines_accuracy" : "lines")));
  };
  const draw = async (/** @type {Shown} */ next) => {
    shown = next;
    key();
    await plot.draw();
    const [now] = shown.runs;
    node.dataset.points = String(now ? now.losses.length + now.checks.length : 0);
  };
  return { draw };
};
