// A window that slides over an output: play, pause, step, speed.
// convolutionPlayer(find, {count, now, reached, place, rest}): `count()` places (0: nothing to play), `now()` the
// one on the screen, `reached()` the last that was computed; `place(k)` shows one; `rest()` hears when
// the window has come to rest.

import { textOf } from "../common/views/language.js";

const SPEEDS = [1, 2, 4, 8, 12, 25, 50, 100, 200], USUAL = 4;  // windows a second
const say = (key, values) => textOf(`convolution.${key}`, values);

export const convolutionPlayer = (find, { count, now, reached, place, rest }) => {
  const [play, speed] = [".play", ".speed"].map(find);
  let before = 0, carried = 0;  // time of the last frame, 0 while it stands still; parts of a step
  const words = () => {
    play.textContent = say(before ? "pause" : "play");
    find(".speed-name").textContent = say("speed", { n: SPEEDS[speed.value] });
  };
  const stop = () => { if (before) { before = 0; words(); rest(); } };
  const run = (time) => {
    if (!before) return;
    carried += (Math.max(0, Math.min(100, time - before)) / 1000) * SPEEDS[speed.value];
    before = time;
    const steps = Math.floor(carried), last = count() - 1;
    carried -= steps;
    if (steps) place(Math.min(last, reached() + steps));
    if (reached() >= last) stop(); else requestAnimationFrame(run);
  };
  const step = (by) => {
    stop();
    if (!count()) return;
    place(Math.min(count() - 1, Math.max(0, now() + by)));
    rest();
  };
  play.onclick = () => {
    if (before) { stop(); return; }
    if (!count()) return;
    if (reached() >= count() - 1) place(0);
    carried = 0;
    before = performance.now();
    words();
    requestAnimationFrame(run);
  };
  find(".back").onclick = () => step(-1);
  find(".next").onclick = () => step(1);
  speed.max = SPEEDS.length - 1;
  speed.value = USUAL;
  speed.oninput = words;
  return { stop, words, playing: () => before > 0 };
};
