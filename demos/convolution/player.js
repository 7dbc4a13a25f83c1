// A window that slides over an output: play, pause, step, speed.
// convolutionPlayer(page, {count, now, reached, place, rest}): `count()` places (0: nothing to play), `now()` the
// one on the screen, `reached()` the last that was computed; `place(k)` shows one; `rest()` hears when
// the window has come to rest.

/** @import { Values } from "../common/views/types" */
import { find } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";

const SPEEDS = [1, 2, 4, 8, 12, 25, 50, 100, 200], USUAL = 4;  // windows a second
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`convolution.${key}`, values);

/**
 * @param {HTMLElement} page
 * @param {object} how
 * @param {() => number} how.count
 * @param {() => number} how.now
 * @param {() => number} how.reached
 * @param {(k: number) => void} how.place
 * @param {() => void} how.rest
 */
export const convolutionPlayer = (page, { count, now, reached, place, rest }) => {
  const play = find(page, ".play"), speed = find(page, ".speed", HTMLInputElement);
  const pace = () => SPEEDS[Number(speed.value)];
  let before = 0, carried = 0;  // time of the last frame, 0 while it stands still; parts of a step
  const words = () => {
    play.textContent = say(before ? "pause" : "play");
    find(page, ".speed-name").textContent = say("speed", { n: pace() });
  };
  const stop = () => { if (before) { before = 0; words(); rest(); } };
  const run = (/** @type {number} */ time) => {
    if (!before) return;
    carried += (Math.max(0, Math.min(100, time - before)) / 1000) * pace();
    before = time;
    const steps = Math.floor(carried), last = count() - 1;
    carried -= steps;
    if (steps) place(Math.min(last, reached() + steps));
    if (reached() >= last) stop(); else requestAnimationFrame(run);
  };
  const step = (/** @type {1 | -1} */ by) => {
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
  find(page, ".back").onclick = () => step(-1);
  find(page, ".next").onclick = () => step(1);
  speed.max = String(SPEEDS.length - 1);
  speed.value = String(USUAL);
  speed.oninput = words;
  return { stop, words, playing: () => before > 0 };
};
