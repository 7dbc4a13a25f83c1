// Loss against epochs, two runs overlaid: curves(node).draw({runs, measure, log}).
// A run: {name, role: "now" | "kept", losses: [[step, loss]], checks: [[step, loss, accuracy]],
// per_epoch, n_steps, state}. Thin: the training batches; thick with dots: validation.

import { textOf } from "./language.js";
import { make } from "./tokens.js";

const HEIGHT = 310, PAD = { left: 58, right: 14, top: 10, bottom: 40 };
const short = (value) => (value === 0 ? "0" : Math.abs(value) >= 1000 || Math.abs(value) < 0.001 ? value.toExponential(0) : String(Number(value.toPrecision(3))));
const path = (points) => points.map(([x, y], k) => `${k ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
export const svg = (tag, attributes, text) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
};
// Round numbers from low to high, about `n` of them.
export const ticks = (low, high, n = 5) => {
  const rough = (high - low) / n || 1, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
  const found = [];
  for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + 1e-9 * step; value += step) found.push(Number(value.toPrecision(12)));
  return found;
};
const logTicks = (low, high) => {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
    for (const factor of [1, 2, 5]) found.push(factor * 10 ** power);
  const within = found.filter((value) => value >= low && value <= high);
  return within.length > 2 ? within : ticks(low, high);
};

export const curves = (node) => {
  const picture = svg("svg", { role: "img" });
  const legend = make("p", "key number");
  node.append(picture, legend);
  const draw = ({ runs, measure, log }) => {
    const WIDTH = node.clientWidth < 520 ? 400 : 640;   // on a phone the words keep their size
    picture.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    const column = measure === "accuracy" ? 2 : 1;
    const checksOf = (run) => run.checks.filter((row) => row[column] !== null).map((row) => [row[0] / run.per_epoch, row[column]]);
    const lossesOf = (run) => (measure === "accuracy" ? [] : run.losses.map(([step, loss]) => [step / run.per_epoch, loss]));
    const all = runs.flatMap((run) => [...checksOf(run), ...lossesOf(run)]).filter(([, y]) => Number.isFinite(y));
    const epochs = Math.max(1e-9, ...runs.map((run) => run.n_steps / run.per_epoch));
    // A single wild batch must not flatten all the rest: the axis ends a little above most of it.
    const sorted = all.map(([, y]) => y).sort((a, b) => a - b);
    let [low, high] = measure === "accuracy" ? [0.4, 1] : [sorted[0] ?? 0, sorted[Math.ceil(0.995 * (sorted.length - 1))] ?? 1];
    if (measure === "loss" && log) { low = Math.max(low, 1e-6); high = Math.max(high, low * 1.2); low /= 1.1; high *= 1.1; }
    else if (measure === "loss") { low = 0; high = (high || 1) * 1.06; }
    const scale = log && measure === "loss" ? Math.log : (value) => value;
    const x = (epoch) => PAD.left + (epoch / epochs) * (WIDTH - PAD.left - PAD.right);
    const y = (value) => HEIGHT - PAD.bottom - Math.min(1.02, Math.max(0, (scale(Math.max(value, log ? 1e-9 : -1)) - scale(low)) / (scale(high) - scale(low)))) * (HEIGHT - PAD.top - PAD.bottom);
    const parts = [];
    for (const value of log && measure === "loss" ? logTicks(low, high) : ticks(low, high)) {
      parts.push(svg("line", { class: "grid", x1: PAD.left, x2: WIDTH - PAD.right, y1: y(value), y2: y(value) }));
      const text = measure === "accuracy" ? `${(100 * value).toFixed(0)}%` : short(value);
      parts.push(svg("text", { x: PAD.left - 6, y: y(value) + 5, "text-anchor": "end" }, text));
    }
    for (const value of ticks(0, epochs, 6)) parts.push(svg("text", { x: x(value), y: HEIGHT - PAD.bottom + 18, "text-anchor": "middle" }, short(value)));
    parts.push(svg("line", { class: "axis", x1: PAD.left, x2: WIDTH - PAD.right, y1: HEIGHT - PAD.bottom, y2: HEIGHT - PAD.bottom }));
    parts.push(svg("text", { class: "title", x: WIDTH - PAD.right, y: HEIGHT - 5, "text-anchor": "end" }, textOf("train.axis.epochs")));
    parts.push(svg("text", { class: "title", x: PAD.left + 8, y: PAD.top + 12, "text-anchor": "start" }, textOf(`train.axis.${measure === "accuracy" ? "accuracy" : runs[0]?.unit ?? "error"}`)));
    for (const run of [...runs].reverse()) {
      const at = ([epoch, value]) => [x(epoch), y(value)];
      parts.push(svg("path", { class: `train ${run.role}`, d: path(lossesOf(run).filter(([, v]) => Number.isFinite(v)).map(at)) }));
      const checks = checksOf(run).map(at);
      parts.push(svg("path", { class: `check ${run.role}`, d: path(checks) }));
      if (checks.length) { const [cx, cy] = checks.at(-1); parts.push(svg("circle", { class: run.role, cx, cy, r: 5 })); }
      if (run.state === "diverged") parts.push(svg("text", { class: `burst ${run.role}`, x: x(run.step / run.per_epoch) + 8, y: HEIGHT / 2 }, textOf("train.burst")));
    }
    picture.replaceChildren(...parts);
    const last = (run) => { const [, value] = checksOf(run).at(-1) ?? []; return value === undefined ? "–" : measure === "accuracy" ? `${(100 * value).toFixed(1)}%` : value.toPrecision(3); };
    legend.replaceChildren(...runs.map((run) => {
      const one = make("span", `one ${run.role}`);
      one.innerHTML = '<svg viewBox="0 0 30 10" aria-hidden="true"><path d="M0 5H30"></path></svg>';
      one.append(make("b", "", textOf(`train.role.${run.role}`)), ` ${run.name} · `, textOf("train.last", { value: last(run) }));
      return one;
    }), make("small", "", textOf(measure === "accuracy" ? "train.lines_accuracy" : "train.lines")));
    const [now] = runs;
    picture.setAttribute("aria-label", textOf("train.chart", { n: now ? now.checks.length : 0, value: now ? last(now) : "–" }));
    node.dataset.points = now ? now.losses.length + now.checks.length : 0;
  };
  return { draw };
};
