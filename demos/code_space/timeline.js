// Moments of training under a slider: drawTimeline(node, {epochs, errors, moment, title}, show).
// `show(moment)` gets a number in 0..M-1, with fractions while it plays; the moments are spaced evenly,
// as they were chosen: evenly in the logarithm of the training steps.

import { chart } from "../common/views/charts.js";
import { colourNamed } from "../common/views/colours.js";
import { finder, make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";

const HEIGHT = 150;
const SECONDS = 14;  // a whole run

/**
 * @param {HTMLElement} node
 * @param {{ epochs: number[], errors: number[], moment?: number }} run
 * @param {(moment: number) => void} show
 */
export const drawTimeline = (node, { epochs, errors, moment = 0 }, show) => {
  const last = epochs.length - 1;
  node.innerHTML = `<div class="error-curve"></div><input type="range" min="0" max="${last}" step="1">`
    + `<div class="row"><button type="button" class="play main"></button><output class="number"></output></div>`;
  const find = finder(node), slider = find("input", HTMLInputElement), play = find(".play"), output = find("output");
  let now = moment, playing = false, before = 0;

  const between = (/** @type {number[]} */ values) => {
    const k = Math.min(last, Math.floor(now)), share = now - k;
    return values[k] + share * ((values[k + 1] ?? values[k]) - values[k]);
  };
  const at = () => {
    const epoch = between(epochs);
    return { epoch: epoch < 10 ? epoch.toFixed(2) : epoch.toFixed(0), error: between(errors).toFixed(4), last: epochs[last].toFixed(0) };
  };
  const timeline = {
    moment: () => now,
    pause: () => { playing = false; timeline.words(); },
    rest: () => { playing = false; now = last; place(); },   // at the end, showing nothing
    words: () => {
      play.textContent = textOf(playing ? "code_space.lapse.pause" : "code_space.lapse.play");
      slider.setAttribute("aria-label", textOf("code_space.lapse.slider"));
      output.textContent = textOf("code_space.lapse.at", at());
    },
  };
  // The moments stand evenly, as they were chosen; under them, the epochs.
  const ticks = [0, Math.round(last / 3), Math.round((2 * last) / 3), last], said = (/** @type {number} */ epoch) => (epoch < 10 ? Number(epoch.toFixed(2)) : Math.round(epoch));
  const figure = () => ({
    traces: [{
      type: "scatter", mode: "lines", name: textOf("code_space.lapse.error"), x: errors.map((_, k) => k), y: errors, customdata: epochs.map(said), line: { color: colourNamed("error"), width: 2 },
      hovertemplate: `${textOf("code_space.lapse.error")} %{y:.4f}<br>${textOf("code_space.lapse.epochs")} %{customdata}<extra></extra>`,
    }],
    axes: { x: textOf("code_space.lapse.epochs"), y: textOf("code_space.lapse.error") }, title: textOf("code_space.lapse.title"),
    says: textOf("code_space.lapse.curve", { ...at(), first: errors[0].toFixed(3), least: Math.min(...errors).toFixed(4) }),
    table: { columns: ["epoch", "squared_error"], rows: epochs.map((epoch, k) => [epoch, errors[k]]) },
    layout: {
      xaxis: { range: [-0.02 * last, 1.02 * last], tickvals: ticks, ticktext: ticks.map((k) => String(said(epochs[k]))) },
      yaxis: { type: "log", nticks: 4, tickformat: ".2~g", dtick: "D2" },
    },
  });
  const marker = make("i"), curve = find(".error-curve");
  const plot = chart(curve, figure, { file: "training-moments", height: HEIGHT, drawn: () => mark() });
  curve.append(marker);
  const mark = () => {  // moved in each frame; the curve isn't drawn anew
    const spot = plot.place({ x: now, y: between(errors) });
    marker.hidden = !spot;
    if (spot) marker.style.translate = `${spot[0]}px ${spot[1]}px`;
  };
  plot.node.onpointerdown = (event) => {
    const spot = plot.at(event);
    if (!spot) return;
    playing = false;
    now = Math.max(0, Math.min(last, Math.round(spot.x)));
    draw();
  };
  const place = () => {
    slider.value = String(Math.round(now));
    mark();
    timeline.words();
  };
  const draw = () => { place(); show(now); };
  const run = (/** @type {number} */ time) => {
    if (!playing || !node.isConnected) return;
    now = Math.min(last, now + (Math.min(100, time - before) / 1000 / SECONDS) * last);
    before = time;
    if (now >= last) playing = false;
    draw();
    if (playing) requestAnimationFrame(run);
  };
  play.onclick = () => {
    playing = !playing;
    if (!playing) { now = Math.round(now); draw(); return; }
    if (now >= last) now = 0;
    requestAnimationFrame((time) => { before = time; run(time); });
  };
  slider.oninput = () => { playing = false; now = Number(slider.value); draw(); };
  place();
  return timeline;
};
