// Two short trainings side by side: their curves, their last scores, and who is ahead.
//
//   twoRuns(node, trial, { texts, charts, rows })
//     trial: asdict(core.results.answers.Trial)
//     texts: where the texts stand, such as "fill_in.transfer": its NAME for each run, `last`,
//       axis.CHART, each row's name, and outcome.NAME or outcome.neither, judged by top1
//     charts, rows: which of SCORES are drawn (by default top1), and which stand in the table
// Style: two_runs.css

import { textOf } from "./language.js";
import { make } from "./tokens.js";

const WIDTH = 420, HEIGHT = 210, LEFT = 44, RIGHT = 10, TOP = 10, BOTTOM = 26;
const SIZES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];  // of a step of an axis
const per = (digits) => (share) => `${(100 * share).toFixed(digits)}%`;
const SCORES = {  // name -> its field, how it is written, and how at an axis
  top1: { field: "top1", written: per(1), tick: per(0) },
  top5: { field: "top5", written: per(1), tick: per(0) },
  nsp: { field: "nsp_accuracy", written: per(0), tick: per(0) },
  loss: { field: "loss", written: (nats) => nats.toFixed(3), tick: (nats) => nats.toFixed(1), from: "least" },
};
const svg = (tag, attributes, text = "") => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.textContent = text;
  return node;
};

function chart(name, runs, steps, label) {
  const { field, tick, written, from } = SCORES[name], values = runs.flatMap(({ points }) => points.map((p) => p[field]));
  const least = from === "least" ? Math.min(...values) : 0, most = Math.max(...values);
  const size = SIZES.find((one) => (most - least) / one <= 5) ?? 10;
  const low = Math.floor(least / size + 1e-9), high = Math.max(low + 1, Math.ceil(most / size - 1e-9));  // in steps
  const x = (step) => LEFT + (step / steps) * (WIDTH - LEFT - RIGHT);
  const y = (value) => HEIGHT - BOTTOM - ((value / size - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const box = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label });
  for (let k = low; k <= high; k++)
    box.append(svg("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(k * size), y2: y(k * size) }),
      svg("text", { x: LEFT - 6, y: y(k * size) + 4, "text-anchor": "end" }, tick(k * size)));
  for (let k = 0; k <= 4; k++)
    box.append(svg("text", { x: x((steps * k) / 4), y: HEIGHT - 6, "text-anchor": k === 4 ? "end" : "middle" },
      Math.round((steps * k) / 4).toLocaleString("en")));
  runs.forEach(({ points }, k) => {
    const places = points.map((p) => [x(p.step).toFixed(1), y(p[field]).toFixed(1)]);
    box.append(svg("path", { class: `run run-${k}`, d: places.map(([a, b], i) => `${i ? "L" : "M"}${a} ${b}`).join("") }));
    places.forEach(([cx, cy], i) => {
      const dot = svg("circle", { class: `run-${k}`, cx, cy, r: 3.5 });
      dot.append(svg("title", {}, `${points[i].step.toLocaleString("en")}: ${written(points[i][field])}`));
      box.append(dot);
    });
  });
  return make("figure", "", box, make("figcaption", "quiet-text", label));
}

export const twoRuns = (node, trial, { texts, charts = ["top1"], rows }) => {
  const say = (key, values) => textOf(`${texts}.${key}`, values);
  const runs = trial.runs.map(([name, points]) => ({ name, points, last: points.at(-1) }));
  const keys = () => runs.map(({ name }, k) => make("span", `key run-${k}`, say(name)));
  const row = (name) => make("tr", "", make("th", "", say(name)),
    ...runs.map(({ last }) => make("td", "number", SCORES[name].written(last[SCORES[name].field]))));
  const [first, second] = runs, gap = second.last.top1 - first.last.top1;
  const share = (first.last.top1 + second.last.top1) / 2;
  const noise = 1.96 * Math.sqrt((2 * share * (1 - share)) / trial.n_masked);  // of two counted shares
  const outcome = say(`outcome.${Math.abs(gap) < noise ? "neither" : gap > 0 ? second.name : first.name}`,
    { difference: (100 * Math.abs(gap)).toFixed(1), noise: (100 * noise).toFixed(1) });
  node.classList.add("two-runs");
  node.classList.toggle("wide", charts.length > 1);
  node.replaceChildren(
    make("p", "keys", ...keys()),
    ...charts.map((name) => chart(name, runs, trial.n_steps, say(`axis.${name}`))),
    make("div", "scores", make("table", "",
      make("tr", "", make("th", "", say("last", { steps: trial.n_steps.toLocaleString("en") })), ...keys().map((key) => make("th", "", key))),
      ...rows.map(row))),
    make("p", "outcome", outcome),
    make("p", "quiet-text mono command", trial.command));
};
