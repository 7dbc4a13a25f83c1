// A training run under a slider: curves against the tokens read, and what was answered at the time.
//
//   const lapse = trainingLapse(node, data, { kind, moment, example, change });
//     data: what a handler returns as asdict(training_lapse.lapse(language)) (core/inference)
//     kind: "fills" shows one sentence's answers as bars, "pairs" every pair's verdict
//     moment: number of the moment to begin with, by default the last; example: the sentence's number
//     change({ moment, example }): called after either was changed, to keep it in the page's link
//   lapse.words()  call it on listen("lang"); lapse.set({ moment, example }); lapse.pause(); lapse.play()
// Texts: assets/texts/training_lapse.toml; style: training_lapse.css, under `.page .lapse`.

/** @import { LapseMoment, TrainingLapse, Values } from "./types" */
/** @import { Figure, Trace } from "./charts.js" */
import { amount, answerBars, compact, duration } from "./answer_bars.js";
import { chart, faint, plain } from "./charts.js";
import { colourNamed } from "./colours.js";
import { find, make } from "./elements.js";
import { listen } from "./events.js";
import { textOf } from "./language.js";
import { percent } from "./scales.js";
import { chip, choiceRow } from "./tokens.js";

/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`training_lapse.${key}`, values);
const HEIGHT = 230;
const N_ANSWERS = 5, WHOLE = 10_000, STEP = [260, 900];  // milliseconds: a run; least and most a moment
/**
 * @typedef {"top1" | "top5" | "loss" | "nsp_accuracy"} Line
 * @typedef {"accuracy" | "loss" | "pairs"} Curves
 * @type {Record<Curves, { lines: Line[], guess?: number }>}
 */
const CURVES = {  // chart -> its lines, and what guessing gives
  accuracy: { lines: ["top1", "top5"] },
  loss: { lines: ["loss"] },
  pairs: { lines: ["nsp_accuracy"], guess: 0.5 },
};
const LOOKS = { top1: ["output", "solid"], top5: ["code", "7px,4px"], loss: ["error", "solid"], nsp_accuracy: ["output", "solid"] };

// Tokens read against a score; where a moment stands on the horizontal axis is logarithmic, since
// most is learned early. The start, 0 tokens, stands a little to the left of the first moment.
/** @type {(moments: LapseMoment[]) => { x: (tokens: number) => number, low: number, high: number, before: number }} */
const placesOf = (moments) => {
  const first = Math.log(Math.max(1, moments[1]?.tokens ?? 1)), end = Math.log(Math.max(2, moments[moments.length - 1].tokens));
  const before = 0.09 * (end - first || 1), x = (/** @type {number} */ tokens) => (tokens > 0 ? Math.log(tokens) : first - before);
  return { x, low: first - before, high: end, before };
};
/** @type {(moments: LapseMoment[], name: Curves, at: number, width: number) => Figure} */
const figureOf = (moments, name, at, width) => {
  const { lines, guess } = CURVES[name], shares = name !== "loss", { x, low, high, before } = placesOf(moments);
  const values = lines.flatMap((line) => moments.map((m) => m[line])), xs = moments.map((m) => x(m.tokens));
  const told = moments.map((m) => plain(`${amount(m.tokens)} · ${duration(m.seconds)}`)), hover = shares ? ".1%" : ".2f";
  const label = say(lines.length > 1 ? `which_${name}` : `line.${lines[0]}`);
  const traces = /** @type {Trace[]} */ ([]), mark = { meta: "mark", hoverinfo: "skip", type: "scatter" };
  if (guess) {  // the 95% interval of a share counted on n pairs
    /** @type {(moment: LapseMoment) => number} */
    const margin = ({ nsp_accuracy: p, n_pairs: n }) => 1.96 * Math.sqrt((p * (1 - p)) / n);
    const edge = (/** @type {number} */ sign) => moments.map((m) => m.nsp_accuracy + sign * margin(m));
    traces.push({ ...mark, x: [...xs, ...xs.toReversed()], y: [...edge(1), ...edge(-1).reverse()], mode: "lines", fill: "toself", fillcolor: faint(colourNamed("output"), 0.16), line: { width: 0 } });
  }
  for (const line of lines) traces.push({
    type: "scatter", mode: "lines", name: say(`line.${line}`), x: xs, y: moments.map((m) => m[line]), customdata: told,
    line: { color: colourNamed(LOOKS[line][0]), width: 2.5, dash: LOOKS[line][1] }, hovertemplate: `${plain(say(`line.${line}`))} %{y:${hover}}<br>%{customdata}<extra></extra>`,
  });
  for (const line of lines) traces.push({
    ...mark, mode: "markers", x: [xs[at]], y: [moments[at][line]], marker: { size: 11, color: colourNamed(LOOKS[line][0]), line: { color: colourNamed("panel"), width: 2 } } });
  const places = [{ at: low, text: "0" }], most = moments[moments.length - 1].tokens, apart = (58 / Math.max(200, width - 60)) * (high - low + before);
  for (let power = 1e3; power <= 1e12; power *= 10)
    for (const tokens of [power, 3 * power])
      if (tokens >= moments[1]?.tokens && tokens <= most && x(tokens) - places[places.length - 1].at > apart) places.push({ at: x(tokens), text: compact(tokens) });
  return {
    traces, axes: { x: say("axis"), y: label }, title: label,
    table: { columns: ["tokens", "seconds", ...lines], rows: moments.map((m) => [m.tokens, m.seconds, ...lines.map((line) => m[line])]) },
    layout: {
      xaxis: { range: [low - 0.2 * before, high + 0.2 * before], tickvals: places.map(({ at }) => at), ticktext: places.map(({ text }) => text) },
      yaxis: { range: guess ? [Math.min(guess, ...values) - 0.05, Math.max(0.8, ...values) + 0.03] : [0, 1.06 * Math.max(...values)], tickformat: shares ? ".0%" : ".1f", nticks: 6 },
      shapes: [
        { type: "line", yref: "paper", x0: xs[at], x1: xs[at], y0: 0, y1: 1, line: { color: colourNamed("ink"), width: 1.5 } },
        ...(guess ? [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: guess, y1: guess, line: { color: colourNamed("strong-line"), width: 2, dash: "dot" } }] : []),
      ],
    },
  };
};

/**
 * What stands beside the curves: `show` puts a moment's answers into it.
 * @typedef {{ node: HTMLElement, words: (node: HTMLElement) => void, show: (moment: LapseMoment, example: number) => void }} Answered
 */

/** @type {(data: TrainingLapse, pick: (example: number) => void) => Answered} */
function fills(data, pick) {  // a sentence and its answers at the moment
  const select = make("select"), text = make("p", "chips filled"), bars = make("ol");
  select.append(...data.sentences.map((sentence, k) => {
    const option = make("option", "", sentence.replace("[MASK]", "____"));
    option.value = String(k);
    return option;
  }));
  select.onchange = () => pick(Number(select.value));
  return {
    node: make("div", "answered", make("label", "field", make("span", "asked"), select), text, bars),
    words: (node) => { find(node, ".asked").textContent = say("sentence"); },
    show: (moment, example) => {
      select.value = String(example);
      const answers = moment.fills[example], final = data.moments[data.moments.length - 1].fills[example][0][0];
      const [before, after] = data.sentences[example].split("[MASK]");
      text.replaceChildren(before, chip(answers[0][0], { kind: answers[0][0] === final ? "answer" : "wrong" }), after);
      answerBars(bars, answers, { hit: final, n: N_ANSWERS });
    },
  };
}

/** @type {(data: TrainingLapse) => Answered} */
function pairs(data) {  // each first sentence with its candidates, and how sure the model is of them
  const firsts = [...new Set(data.pairs.map((pair) => pair.a))], cells = /** @type {{ row: HTMLElement, fill: HTMLElement, share: HTMLElement, verdict: HTMLElement }[]} */ ([]);
  const node = make("div", "answered pairs", ...firsts.map((a) => make("div", "pair",
    make("p", "a", a),
    ...data.pairs.map((pair, k) => {
      if (pair.a !== a) return "";
      const fill = make("i"), share = make("span", "number share"), verdict = make("b", "verdict");
      const row = make("div", "candidate", make("p", "b", pair.b), make("span", "track", fill, make("i", "half")), share, verdict);
      cells[k] = { row, fill, share, verdict };
      return row;
    }))));
  return {
    node, words: () => {},
    show: (moment) => moment.follows.forEach((share, k) => {
      const { row, fill, share: said, verdict } = cells[k], right = share > 0.5 === data.pairs[k].follows;
      fill.style.width = `${100 * share}%`;
      row.classList.toggle("right", right);
      said.textContent = percent(share);
      verdict.textContent = say(`${data.pairs[k].follows ? "true" : "random"}.${right ? "right" : "wrong"}`);
    }),
  };
}

/**
 * @param {HTMLElement} node
 * @param {TrainingLapse} data the stored record of a training (core.results.lapse)
 * @param {{ kind?: "fills" | "pairs", moment?: number | null, example?: number, change?: (state: { moment: number, example: number }) => void }} [how]
 */
export const trainingLapse = (node, data, { kind = "fills", moment = null, example = 0, change = () => {} } = {}) => {
  const { moments } = data, last = moments.length - 1;
  /** @type {(k: number, most: number) => number} */
  const within = (k, most) => Math.max(0, Math.min(most, Math.round(k)));
  const state = { moment: within(moment ?? last, last), example: within(example, data.sentences.length - 1) };
  let name = /** @type {Curves} */ (kind === "pairs" ? "pairs" : "accuracy"), timer = 0;
  const told = () => change({ ...state });

  const box = make("div"), legend = make("p", "lines");
  const slider = Object.assign(make("input"), { type: "range", min: "0", max: String(last), step: "1" });
  const play = Object.assign(make("button", "play main"), { type: "button" });
  const output = make("output", "number");
  const which = make("div", "choices which");
  const choices = ["accuracy", "loss"].map((value) => Object.assign(make("button", "", ""), { type: "button", value }));
  which.append(...choices);
  which.hidden = kind === "pairs";
  which.setAttribute("role", "group");
  const press = choiceRow(which, (value) => { name = value === "loss" ? "loss" : "accuracy"; draw(); });
  const answered = kind === "pairs" ? pairs(data) : fills(data, (k) => { lapse.set({ example: k }); told(); });
  const curves = make("div", "curves", make("div", "row", which, legend), box);
  node.classList.add("lapse", kind);
  node.replaceChildren(make("div", "both", answered.node, curves), make("div", "row controls", play, slider), output);

  const spoken = () => {
    const [first, end] = [moments[0], moments[last]], [line] = CURVES[name].lines, number = (/** @type {LapseMoment} */ m) => (name === "loss" ? m[line].toFixed(2) : percent(m[line]));
    return say("curve", { what: say(`line.${line}`), first: number(first), last: number(end), tokens: amount(end.tokens) });
  };
  const plot = chart(box, ({ width }) => ({ ...figureOf(moments, name, state.moment, width), says: spoken() }), { file: `training-${kind}`, height: HEIGHT });
  const draw = () => {
    press(name);
    const lines = CURVES[name].lines.map((line) => make("span", line, say(`line.${line}`)));
    if (CURVES[name].guess) lines.push(make("span", "guess", say("line.guess")), make("span", "band", say("line.band")));
    legend.replaceChildren(...lines);
    place();
  };
  const place = () => {
    const m = moments[state.moment];
    slider.value = String(state.moment);
    plot.draw();
    answered.show(m, state.example);
    output.textContent = say(kind === "pairs" ? "at_pairs" : "at", {
      tokens: amount(m.tokens), time: duration(m.seconds), loss: m.loss.toFixed(2), top1: percent(m.top1),
      top5: percent(m.top5), nsp: percent(m.nsp_accuracy), masked: m.n_masked.toLocaleString("en"), pairs: m.n_pairs.toLocaleString("en"),
    });
    slider.setAttribute("aria-valuetext", output.textContent);
  };
  const stop = () => { clearTimeout(timer); timer = 0; play.textContent = say("play"); };
  const pace = Math.min(STEP[1], Math.max(STEP[0], WHOLE / moments.length));
  const tick = () => {
    if (!timer || !node.isConnected) return;
    if (state.moment >= last) { stop(); told(); return; }
    state.moment += 1;
    place();
    timer = setTimeout(tick, pace);
  };
  const lapse = {
    state,
    set: (/** @type {{ moment?: number, example?: number }} */ { moment = state.moment, example = state.example }) => {
      Object.assign(state, { moment: within(moment, last), example: within(example, data.sentences.length - 1) });
      place();
    },
    pause: () => { if (timer) { stop(); told(); } },
    play: () => {
      if (state.moment >= last) lapse.set({ moment: 0 });
      play.textContent = say("pause");
      timer = setTimeout(tick, pace);
    },
    words: () => {
      answered.words(node);
      which.setAttribute("aria-label", say("which"));
      for (const button of choices) button.textContent = say(`which_${button.value}`);
      slider.setAttribute("aria-label", say("slider"));
      play.textContent = say(timer ? "pause" : "play");
      draw();
    },
  };
  play.onclick = () => (timer ? lapse.pause() : lapse.play());
  slider.oninput = () => { stop(); lapse.set({ moment: Number(slider.value) }); told(); };
  const nearest = (/** @type {number} */ x) => {
    const { x: place } = placesOf(moments), far = (/** @type {LapseMoment} */ m) => Math.abs(place(m.tokens) - x);
    return moments.reduce((best, m, k) => (far(m) < far(moments[best]) ? k : best), 0);
  };
  const follow = (/** @type {PointerEvent} */ event) => {
    const at = plot.at(event);
    if (!at) return;
    stop();
    lapse.set({ moment: nearest(at.x) });
    told();
  };
  plot.node.onpointerdown = follow;
  plot.node.onpointermove = (event) => { if (event.buttons) follow(event); };
  listen("tab", () => lapse.pause());
  lapse.words();
  return lapse;
};
