// A training run under a slider: curves against the tokens read, and what was answered at the time.
//
//   const lapse = trainingLapse(node, data, { kind, moment, example, change });
//     data: what a handler returns as asdict(training_lapse.lapse(language)) (core/inference)
//     kind: "fills" shows one sentence's answers as bars, "pairs" every pair's verdict
//     moment: number of the moment to begin with, by default the last; example: the sentence's number
//     change({ moment, example }): called after either was changed, to keep it in the page's link
//   lapse.words()  call it on listen("lang"); lapse.set({ moment, example }); lapse.pause(); lapse.play()
// Texts: assets/texts/training_lapse.toml; style: training_lapse.css, under `.page .lapse`.

import { amount, answerBars, compact, duration, percent } from "./answer_bars.js";
import { listen } from "./events.js";
import { textOf } from "./language.js";
import { chip, choiceRow, make } from "./tokens.js";

const say = (key, values) => textOf(`training_lapse.${key}`, values);
const HEIGHT = 190, LEFT = 46, RIGHT = 12, TOP = 12, BOTTOM = 30;
const N_ANSWERS = 5, WHOLE = 10_000, STEP = [260, 900];  // milliseconds: a run; least and most a moment
const CURVES = {  // chart -> its lines, [least, most] of the axis, and what guessing gives
  accuracy: { lines: ["top1", "top5"] },
  loss: { lines: ["loss"] },
  pairs: { lines: ["nsp_accuracy"], guess: 0.5 },
};
const svg = (tag, attributes, text) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
};

// Tokens read against a score; where a moment stands on the horizontal axis is logarithmic, since
// most is learned early. The start, 0 tokens, stands a little to the left of the first moment.
function chart(box, moments, name, width) {
  const { lines, guess } = CURVES[name], shares = name !== "loss";
  const values = lines.flatMap((line) => moments.map((m) => m[line]));
  const [least, most] = guess ? [Math.min(guess, ...values), Math.max(0.8, ...values)] : [0, Math.max(...values)];
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5].find((size) => (most - least) / size <= 5) ?? 10;
  const low = Math.floor(least / step - 0.01) * step * (guess ? 1 : 0), high = Math.ceil(most / step) * step;
  const first = Math.log(Math.max(1, moments[1]?.tokens ?? 1)), end = Math.log(Math.max(2, moments.at(-1).tokens));
  const inside = width - LEFT - RIGHT, gap = Math.min(40, inside / 8);
  const spread = (tokens) => gap + ((Math.log(tokens) - first) / (end - first || 1)) * (inside - gap);
  const x = (tokens) => LEFT + (tokens > 0 ? Math.max(0, spread(tokens)) : 0);
  const y = (value) => TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  box.replaceChildren();
  box.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  for (let value = low; value < high + step / 2; value += step) {
    box.append(svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
      svg("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, shares ? `${Math.round(100 * value)}%` : value.toFixed(1)));
  }
  let free = LEFT + 16;
  box.append(svg("text", { x: LEFT, y: HEIGHT - 10, "text-anchor": "middle" }, "0"));
  for (let power = 1e3; power <= 1e12; power *= 10)
    for (const tokens of [power, 3 * power]) {
      if (tokens < moments[1]?.tokens || tokens > moments.at(-1).tokens || x(tokens) < free) continue;
      box.append(svg("line", { class: "grid", x1: x(tokens), x2: x(tokens), y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM + 5 }),
        svg("text", { x: x(tokens), y: HEIGHT - 10, "text-anchor": "middle" }, compact(tokens)));
      free = x(tokens) + 52;
    }
  if (guess) box.append(svg("line", { class: "guess", x1: LEFT, x2: width - RIGHT, y1: y(guess), y2: y(guess) }));
  const path = (points) => points.map(([a, b], k) => `${k ? "L" : "M"}${a.toFixed(1)} ${b.toFixed(1)}`).join("");
  if (guess) {  // the 95% interval of a share counted on n pairs
    const margin = ({ nsp_accuracy: p, n_pairs: n }) => 1.96 * Math.sqrt((p * (1 - p)) / n);
    const edge = (sign) => moments.map((m) => [x(m.tokens), y(Math.min(high, Math.max(low, m.nsp_accuracy + sign * margin(m))))]);
    box.append(svg("path", { class: "band", d: `${path(edge(1))}${path(edge(-1).reverse()).replace("M", "L")}Z` }));
  }
  for (const line of lines) box.append(svg("path", { class: `line ${line}`, d: path(moments.map((m) => [x(m.tokens), y(m[line])])) }));
  const now = svg("line", { class: "now", y1: TOP - 6, y2: HEIGHT - BOTTOM });
  const dots = lines.map((line) => svg("circle", { class: line, r: 5 }));
  box.append(now, ...dots);
  return {
    place: (k) => {
      const at = x(moments[k].tokens);
      now.setAttribute("x1", at);
      now.setAttribute("x2", at);
      dots.forEach((dot, n) => { dot.setAttribute("cx", at); dot.setAttribute("cy", y(moments[k][lines[n]])); });
    },
    nearest: (at) => moments.reduce((best, m, k) =>
      (Math.abs(x(m.tokens) - at) < Math.abs(x(moments[best].tokens) - at) ? k : best), 0),
  };
}

function fills(data, pick) {  // a sentence and its answers at the moment
  const select = make("select"), text = make("p", "chips filled"), bars = make("ol");
  select.append(...data.sentences.map((sentence, k) => {
    const option = make("option", "", sentence.replace("[MASK]", "____"));
    option.value = k;
    return option;
  }));
  select.onchange = () => pick(Number(select.value));
  return {
    node: make("div", "answered", make("label", "field", make("span", "asked"), select), text, bars),
    words: (node) => { node.querySelector(".asked").textContent = say("sentence"); },
    show: (moment, example) => {
      select.value = example;
      const answers = moment.fills[example], final = data.moments.at(-1).fills[example][0][0];
      const [before, after] = data.sentences[example].split("[MASK]");
      text.replaceChildren(before, chip(answers[0][0], { kind: answers[0][0] === final ? "answer" : "wrong" }), after);
      answerBars(bars, answers, { hit: final, n: N_ANSWERS });
    },
  };
}

function pairs(data) {  // each first sentence with its candidates, and how sure the model is of them
  const firsts = [...new Set(data.pairs.map((pair) => pair.a))], cells = [];
  const node = make("div", "answered pairs", ...firsts.map((a) => make("div", "pair",
    make("p", "a", a),
    ...data.pairs.map((pair, k) => {
      if (pair.a !== a) return "";
      const fill = make("i"), share = make("span", "number share"), verdict = make("b", "verdict");
      cells[k] = { fill, share, verdict };
      return make("div", "candidate", make("p", "b", pair.b), make("span", "track", fill, make("i", "half")), share, verdict);
    }))));
  return {
    node, words: () => {},
    show: (moment) => moment.follows.forEach((share, k) => {
      const { fill, share: said, verdict } = cells[k], right = share > 0.5 === data.pairs[k].follows;
      fill.style.width = `${100 * share}%`;
      fill.parentNode.parentNode.classList.toggle("right", right);
      said.textContent = percent(share);
      verdict.textContent = say(`${data.pairs[k].follows ? "true" : "random"}.${right ? "right" : "wrong"}`);
    }),
  };
}

export const trainingLapse = (node, data, { kind = "fills", moment = null, example = 0, change = () => {} } = {}) => {
  const { moments } = data, last = moments.length - 1;
  const within = (k, most) => Math.max(0, Math.min(most, Math.round(k)));
  const state = { moment: within(moment ?? last, last), example: within(example, data.sentences.length - 1) };
  let name = kind === "pairs" ? "pairs" : "accuracy", plot = null, timer = 0;
  const told = () => change({ ...state });

  const box = svg("svg", { role: "img", height: HEIGHT }), legend = make("p", "lines");
  const slider = Object.assign(make("input"), { type: "range", min: 0, max: last, step: 1 });
  const play = Object.assign(make("button", "play main"), { type: "button" });
  const output = make("output", "number");
  const which = make("div", "choices which");
  which.append(...["accuracy", "loss"].map((value) => Object.assign(make("button", "", ""), { type: "button", value })));
  which.hidden = kind === "pairs";
  which.setAttribute("role", "group");
  const press = choiceRow(which, (value) => { name = value; draw(); });
  const answered = kind === "pairs" ? pairs(data) : fills(data, (k) => { lapse.set({ example: k }); told(); });
  const curves = make("div", "curves", make("div", "row", which, legend), box);
  node.classList.add("lapse", kind);
  node.replaceChildren(make("div", "both", answered.node, curves), make("div", "row controls", play, slider), output);

  const draw = () => {
    press(name);
    plot = chart(box, moments, name, Math.max(240, curves.clientWidth));
    const lines = CURVES[name].lines.map((line) => make("span", line, say(`line.${line}`)));
    if (CURVES[name].guess) lines.push(make("span", "guess", say("line.guess")), make("span", "band", say("line.band")));
    legend.replaceChildren(...lines);
    place();
  };
  const place = () => {
    const m = moments[state.moment], ends = [moments[0], moments[last]];
    slider.value = state.moment;
    plot.place(state.moment);
    answered.show(m, state.example);
    output.textContent = say(kind === "pairs" ? "at_pairs" : "at", {
      tokens: amount(m.tokens), time: duration(m.seconds), loss: m.loss.toFixed(2), top1: percent(m.top1),
      top5: percent(m.top5), nsp: percent(m.nsp_accuracy), masked: m.n_masked.toLocaleString("en"), pairs: m.n_pairs.toLocaleString("en"),
    });
    slider.setAttribute("aria-valuetext", output.textContent);
    const line = CURVES[name].lines[0], number = (x) => (name === "loss" ? x[line].toFixed(2) : percent(x[line]));
    box.setAttribute("aria-label", say("curve", {
      what: say(`line.${line}`), first: number(ends[0]), last: number(ends[1]), tokens: amount(ends[1].tokens) }));
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
    set: (values) => {
      for (const [key, value] of Object.entries(values)) state[key] = within(value, key === "moment" ? last : data.sentences.length - 1);
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
      for (const button of which.children) button.textContent = say(`which_${button.value}`);
      slider.setAttribute("aria-label", say("slider"));
      play.textContent = say(timer ? "pause" : "play");
      draw();
    },
  };
  play.onclick = () => (timer ? lapse.pause() : lapse.play());
  slider.oninput = () => { stop(); lapse.set({ moment: Number(slider.value) }); told(); };
  const follow = (event) => {
    stop();
    lapse.set({ moment: plot.nearest(event.clientX - box.getBoundingClientRect().left) });
    told();
  };
  box.onpointerdown = (event) => { box.setPointerCapture(event.pointerId); follow(event); };
  box.onpointermove = (event) => { if (event.buttons) follow(event); };
  listen("tab", () => lapse.pause());
  new ResizeObserver(() => { if (curves.clientWidth) draw(); }).observe(curves);
  lapse.words();
  return lapse;
};
