// Short trainings that differ in one thing, side by side: their curves, their last scores, and who is ahead.
//
//   trialRuns(node, trial, { texts, charts, rows })
//     trial: asdict(core.results.answers.Trial)
//     texts: where the texts stand, such as "fill_in.transfer": its NAME for each run, `last`,
//       axis.CHART, each row's name, and outcome.NAME or outcome.neither, judged by top1
//     charts, rows: which of SCORES are drawn (by default top1), and which stand in the table
// Style: trial_runs.css

/** @import { Trial, Values } from "./types" */
/** @import { Figure } from "./charts.js" */
import { chart, plain } from "./charts.js";
import { colourNamed } from "./colours.js";
import { make } from "./elements.js";
import { textOf } from "./language.js";

/** @type {WeakMap<HTMLElement, { trial: Trial, boxes: HTMLElement[] }>} */
const drawn = new WeakMap();
const HEIGHT = 230;
const LOOKS = [["input", "solid", "circle"], ["code", "7px,4px", "square"], ["output", "2px,3px", "diamond"]];  // colour, line, mark
/** @type {(digits: number) => (share: number) => string} */
const per = (digits) => (share) => `${(100 * share).toFixed(digits)}%`;
/**
 * @typedef {"top1" | "top5" | "nsp" | "loss"} Score
 * @type {Record<Score, { field: "top1" | "top5" | "nsp_accuracy" | "loss", written: (value: number) => string, tick: string, hover: string, range?: string }>}
 */
const SCORES = {  // name -> its field, how it is written, and how at an axis
  top1: { field: "top1", written: per(1), tick: ".0%", hover: ".1%" },
  top5: { field: "top5", written: per(1), tick: ".0%", hover: ".1%" },
  nsp: { field: "nsp_accuracy", written: per(0), tick: ".0%", hover: ".0%" },
  loss: { field: "loss", written: (nats) => nats.toFixed(3), tick: ".1f", hover: ".3f", range: "normal" },
};

/** @type {(name: Score, trial: Trial, say: (key: string, values?: Values) => string) => Figure} */
const figure = (name, trial, say) => {
  const { field, tick, hover, range = "tozero" } = SCORES[name], steps = say("steps"), label = say(`axis.${name}`);
  const traces = trial.runs.map(([run, points], k) => {
    const [colour, dash, symbol] = LOOKS[k], color = colourNamed(colour);
    return {
      type: "scatter", mode: "lines+markers", name: say(run), x: points.map((p) => p.step), y: points.map((p) => p[field]),
      line: { color, width: 2.5, dash }, marker: { color, size: 7, symbol },
      hovertemplate: `${plain(say(run))}<br>%{y:${hover}}<br>${plain(steps)}: %{x:,}<extra></extra>`,
    };
  });
  return {
    traces, axes: { x: steps, y: say(name) }, title: label, says: label,
    layout: { xaxis: { range: [-0.02 * trial.n_steps, trial.n_steps * 1.02], tickformat: ",", nticks: 6 }, yaxis: { rangemode: range, tickformat: tick, nticks: 6 } },
  };
};

/**
 * @param {HTMLElement} node
 * @param {Trial} trial
 * @param {{ texts: string, charts?: Score[], rows: Score[] }} how
 */
export const trialRuns = (node, trial, { texts, charts = ["top1"], rows }) => {
  /** @type {(key: string, values?: Values) => string} */
  const say = (key, values) => textOf(key === "steps" ? "charts.steps" : `${texts}.${key}`, values);
  const runs = trial.runs.map(([name, points]) => ({ name, points, last: points[points.length - 1] }));
  const keys = () => runs.map(({ name }, k) => make("span", `key run-${k}`, say(name)));
  const row = (/** @type {Score} */ name) => make("tr", "", make("th", "", say(name)),
    ...runs.map(({ last }) => make("td", "number", SCORES[name].written(last[SCORES[name].field]))));
  const [best, next] = [...runs].sort((a, b) => b.last.top1 - a.last.top1), gap = best.last.top1 - next.last.top1;
  const share = (best.last.top1 + next.last.top1) / 2;
  const noise = 1.96 * Math.sqrt((2 * share * (1 - share)) / trial.n_masked);  // of two counted shares
  const outcome = say(`outcome.${gap < noise ? "neither" : best.name}`,
    { difference: (100 * gap).toFixed(1), noise: (100 * noise).toFixed(1) });
  // The charts stay the same nodes: called again in another language, they are only drawn anew.
  let there = drawn.get(node);
  if (there?.trial !== trial) {
    there = { trial, boxes: charts.map((name) => {
      const box = make("div");
      chart(box, () => figure(name, trial, say), { file: `trial-runs-${name}`, height: HEIGHT });
      return box;
    }) };
    drawn.set(node, there);
  }
  node.classList.add("trial-runs");
  node.classList.toggle("wide", charts.length > 1);
  node.replaceChildren(
    make("p", "keys", ...keys()),
    ...there.boxes,
    make("div", "scores", make("table", "",
      make("tr", "", make("th", "", say("last", { steps: trial.n_steps.toLocaleString("en") })), ...keys().map((key) => make("th", "", key))),
      ...rows.map(row))),
    make("p", "outcome", outcome),
    make("p", "quiet-text mono command", trial.command));
};
