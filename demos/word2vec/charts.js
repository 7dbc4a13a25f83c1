// The loss of a run, what each method aims at, and how often words stand in the text: charts by Plotly.

/** @import { Values } from "../common/views/types" */
/** @import { Figure, Trace } from "../common/views/charts.js" */
/** @import { Frame, Run } from "./types" */
import { chart, plain } from "../common/views/charts.js";
import { colourNamed } from "../common/views/colours.js";
import { textOf } from "../common/views/language.js";
import { percent } from "../common/views/scales.js";
import { floats } from "../common/views/wire.js";

const MOST = 10, POWER = 0.75;  // of GloVe's weight, as core/training/word_learners.py has them
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`word2vec.${key}`, values);
/** @type {(x: number) => number} */
export const weightOf = (x) => Math.min(1, x / MOST) ** POWER;
/** @type {(share: number, threshold: number) => number} */
export const keptShare = (share, threshold) => (threshold ? Math.min(1, Math.sqrt(threshold / share)) : 1);

/** @type {(node: HTMLElement, shown: () => Run | null) => { draw: () => unknown }} */
export const lossCurve = (node, shown) => {
  /** @returns {Figure | null} */
  const figure = () => {
    const run = shown();
    if (!run) return null;
    const flat = floats(run.told.losses), steps = /** @type {number[]} */ ([]), losses = /** @type {number[]} */ ([]);
    for (let k = 0; k < flat.length; k += 2) { steps.push(flat[k]); losses.push(flat[k + 1]); }
    const checks = run.told.checks.filter(([, loss]) => loss !== null), name = say(`loss.${run.asked.method}`);
    const hover = (/** @type {string} */ of) => `${plain(say(`curve.${of}`))} %{y:.3f}<br>${plain(say("curve.at", { step: "%{x:.0f}" }))}<extra></extra>`;
    return {
      axes: { x: say("curve.steps"), y: name }, title: say(`method.${run.asked.method}`), says: say("curve.says", { method: say(`method.${run.asked.method}`) }),
      traces: [
        { type: "scatter", mode: "lines", name: say("curve.text"), x: steps, y: losses, hovertemplate: hover("text"), line: { color: colourNamed("hidden"), width: 1.5 } },
        { type: "scatter", mode: "lines+markers", name: say("curve.fixed"), x: checks.map(([step]) => step), y: checks.map(([, loss]) => loss), hovertemplate: hover("fixed"),
          line: { color: colourNamed("error"), width: 2.5 }, marker: { color: colourNamed("error"), size: 5, opacity: 1 } },
      ],
      layout: { xaxis: { range: [0, run.told.n_steps ?? 1] }, yaxis: { rangemode: "tozero" } },
    };
  };
  return chart(node, figure, { file: "word-vectors-loss", height: 130 });
};

/** @type {(node: HTMLElement, shown: () => Run | null) => { draw: () => unknown }} */
export const weightCurve = (node, shown) => {
  /** @returns {Figure | null} */
  const figure = () => {
    const facts = shown()?.told.facts;
    if (!facts) return null;
    const pairs = facts.watched.flatMap((a, i) => facts.watched.slice(i + 1).flatMap((b, k) => {
      const x = facts.together[i][i + 1 + k];
      return x ? [{ x, name: `${a} · ${b}` }] : [];
    }));
    const end = 1.15 * Math.max(1.4 * MOST, ...pairs.map(({ x }) => x)), line = Array.from({ length: 121 }, (_, k) => (k / 120) * end);
    return {
      axes: { x: say("weight.x"), y: say("weight.y") }, title: say("weight.title"), says: say("weight.says"),
      traces: [
        { type: "scatter", mode: "lines", name: "f", x: line, y: line.map(weightOf), hoverinfo: "skip", line: { color: colourNamed("code"), width: 2.5 } },
        { type: "scatter", mode: "markers", name: say("weight.pairs"), x: pairs.map(({ x }) => x), y: pairs.map(({ x }) => weightOf(x)), hovertext: pairs.map(({ x, name }) => plain(say("weight.pair", { name, x, f: weightOf(x).toFixed(2) }))),
          hovertemplate: "%{hovertext}<extra></extra>", marker: { color: colourNamed("input"), size: 8, opacity: 0.6 } },
      ],
      layout: { xaxis: { range: [0, end] }, yaxis: { range: [0, 1.08] } },
    };
  };
  return chart(node, figure, { file: "glove-weight", height: 300 });
};

/** @type {(run: Run, frame: Frame) => { aim: number, found: number, name: string }[]} */
export const fitPairs = (run, frame) => {
  const { facts } = run.told;
  return (facts?.fit ?? []).flatMap((aim, k) => {
    const found = frame.fit[k];
    return aim === null || found === null ? [] : [{ aim, found, name: (facts?.fit_names[k] ?? []).join(" · ") }];
  });
};
/** @type {(pairs: { aim: number, found: number }[]) => number} */
export const correlation = (pairs) => {
  const mean = (/** @type {number[]} */ of) => of.reduce((sum, x) => sum + x, 0) / of.length;
  const [a, b] = [mean(pairs.map(({ aim }) => aim)), mean(pairs.map(({ found }) => found))];
  const both = pairs.map(({ aim, found }) => [aim - a, found - b]), sum = (/** @type {number} */ i, /** @type {number} */ j) => both.reduce((all, pair) => all + pair[i] * pair[j], 0);
  return sum(0, 1) / (Math.sqrt(sum(0, 0) * sum(1, 1)) || 1);  // before the first step all products may be 0
};
/** @type {(node: HTMLElement, shown: () => { run: Run, frame: Frame } | null) => { draw: () => unknown }} */
export const fitChart = (node, shown) => {
  /** @returns {Figure | null} */
  const figure = () => {
    const now = shown(), pairs = now ? fitPairs(now.run, now.frame) : [];
    if (!now || !pairs.length) return null;
    const { method } = now.run.asked, both = pairs.flatMap(({ aim, found }) => [aim, found]), ends = [Math.min(...both), Math.max(...both)];
    return {
      axes: { x: say(`fit.aim.${method}`), y: say(`fit.found.${method}`) }, title: say("section.fit.title"), says: say("fit.says"),
      traces: [
        { type: "scatter", mode: "lines", meta: "mark", x: ends, y: ends, hoverinfo: "skip", line: { color: colourNamed("strong-line"), dash: "dot", width: 2 } },
        { type: "scatter", mode: "markers", name: say(`method.${method}`), x: pairs.map(({ aim }) => aim), y: pairs.map(({ found }) => found), text: pairs.map(({ name }) => plain(name)),
          hovertemplate: `<b>%{text}</b><br>${plain(say(`fit.aim.${method}`))}: %{x:.2f}<br>${plain(say(`fit.found.${method}`))}: %{y:.2f}<extra></extra>`, marker: { color: colourNamed("input"), size: 7, opacity: 0.55 } },
      ],
      layout: { yaxis: { rangemode: "normal" } },
    };
  };
  return chart(node, figure, { file: "word-vectors-aim", height: 380 });
};

/** @type {(node: HTMLElement, shown: () => Run | null, threshold: () => number) => { draw: () => unknown }} */
export const thinnedChart = (node, shown, threshold) => {
  /** @type {(room: { narrow: boolean }) => Figure | null} */
  const figure = ({ narrow }) => {
    const facts = shown()?.told.facts;
    if (!facts) return null;
    const some = facts.frequent.slice(0, narrow ? 12 : 30), share = some.map(([, count]) => count / facts.n_tokens);
    const names = some.map(([word]) => plain(word));
    /** @type {(key: string, y: number[], colour: string) => Trace} */
    const bars = (key, y, colour) => ({
      type: "bar", name: say(`frequent.${key}`), x: names, y, marker: { color: colourNamed(colour) },
      hovertext: y.map((value) => percent(value)), hovertemplate: `%{x}, ${plain(say(`frequent.${key}`))}: %{hovertext}<extra></extra>`,
    });
    return {
      axes: { y: say("frequent.axis") }, title: say("section.frequent.title"), says: say("frequent.says"),
      traces: [bars("share", share, "hidden"), bars("kept", share.map((one) => one * keptShare(one, threshold())), "input"), bars("drawn", some.map(([, , drawn]) => drawn), "code")],
      layout: { barmode: "group", showlegend: true, legend: { x: 1, xanchor: "right", y: 1, yanchor: "top" }, yaxis: { tickformat: ".1%" } },
    };
  };
  return chart(node, figure, { file: "word-frequencies", height: 320 });
};
