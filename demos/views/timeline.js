// Moments of training under a slider: drawTimeline(node, {epochs, errors, moment, title}, show).
// `show(moment)` gets a number in 0..M-1, with fractions while it plays; the moments are spaced evenly,
// as they were chosen: evenly in the logarithm of the training steps.

import { textOf } from "./language.js";

const [WIDTH, HEIGHT, PAD] = [300, 90, 8];
const SECONDS = 14;  // a whole run

export const drawTimeline = (node, { epochs, errors, moment = 0 }, show) => {
  const last = epochs.length - 1;
  const [least, most] = [Math.min(...errors), Math.max(...errors)];
  const x = (k) => PAD + (k / last) * (WIDTH - 2 * PAD);
  const y = (error) => HEIGHT - PAD - ((Math.log(error / least)) / (Math.log(most / least) || 1)) * (HEIGHT - 2 * PAD);
  node.innerHTML = `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"><path></path><line y1="0" y2="${HEIGHT}"></line>`
    + `<circle r="5"></circle></svg><input type="range" min="0" max="${last}" step="1">`
    + `<div class="row"><button type="button" class="play main"></button><output class="number"></output></div>`;
  const find = (selector) => node.querySelector(selector);
  const [slider, play, output] = [find("input"), find(".play"), find("output")];
  find("path").setAttribute("d", errors.map((error, k) => `${k ? "L" : "M"}${x(k).toFixed(1)} ${y(error).toFixed(1)}`).join(""));
  let now = moment, playing = false, before = 0;

  const between = (values) => {
    const k = Math.min(last, Math.floor(now)), share = now - k;
    return values[k] + share * ((values[k + 1] ?? values[k]) - values[k]);
  };
  const timeline = {
    moment: () => now,
    pause: () => { playing = false; timeline.words(); },
    rest: () => { playing = false; now = last; place(); },   // at the end, showing nothing
    words: () => {
      play.textContent = textOf(playing ? "code_space.lapse.pause" : "code_space.lapse.play");
      slider.setAttribute("aria-label", textOf("code_space.lapse.slider"));
      const epoch = between(epochs);
      const values = { epoch: epoch < 10 ? epoch.toFixed(2) : epoch.toFixed(0), error: between(errors).toFixed(4), last: epochs[last].toFixed(0) };
      output.textContent = textOf("code_space.lapse.at", values);
      find("svg").setAttribute("aria-label", textOf("code_space.lapse.curve", { ...values, first: errors[0].toFixed(3), least: least.toFixed(4) }));
    },
  };
  const place = () => {
    slider.value = String(Math.round(now));
    find("line").setAttribute("x1", x(now));
    find("line").setAttribute("x2", x(now));
    find("circle").setAttribute("cx", x(now));
    find("circle").setAttribute("cy", y(between(errors)));
    timeline.words();
  };
  const draw = () => { place(); show(now); };
  const run = (time) => {
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
