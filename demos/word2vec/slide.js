// The window slides over a sentence: slide(element, {moved}).show(run, frame, at).
// The word in the middle, its neighbours with what the model says of each, and the negatives drawn at random.

/** @import { Values } from "../common/views/types" */
/** @import { Frame, Run } from "./types" */
import { prefersStill } from "../common/views/colours.js";
import { finder, make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { minus } from "../common/views/scales.js";

const PACE = 1100;  // milliseconds a word
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`word2vec.slide.${key}`, values);
/** @type {(logit: number) => number} */
const sigmoid = (logit) => 1 / (1 + Math.exp(-logit));
export const guesses = (/** @type {Run} */ run) => run.asked.method === "skipgram" || run.asked.method === "cbow";

/**
 * @param {HTMLElement} element
 * @param {{ moved: (at: number) => void }} heard
 */
export const slide = (element, { moved }) => {
  const find = finder(element), line = find(".slide"), drawn = find(".drawn"), play = find(".play", HTMLButtonElement);
  let timer = 0, at = 0, length = 1;
  const go = (/** @type {number} */ by) => moved((at + by + length) % length);
  find(".back", HTMLButtonElement).onclick = () => { rest(); go(-1); };
  find(".on", HTMLButtonElement).onclick = () => { rest(); go(1); };
  const words = () => {
    play.textContent = say(timer ? "rest" : "play");
    play.setAttribute("aria-pressed", String(Boolean(timer)));
  };
  const rest = () => { clearInterval(timer); timer = 0; words(); };
  const run = () => { if (!timer) timer = window.setInterval(() => { if (line.offsetParent) go(1); }, PACE); words(); };
  play.onclick = () => { if (timer) rest(); else run(); };

  // A bar as long as the share, the number beside it, the word above.
  /** @type {(word: string, kind: string, share: number | null, number: string, title: string) => HTMLElement} */
  const card = (word, kind, share, number, title) => {
    const one = make("span", `one ${kind}`, make("b", "", word));
    if (number) {
      const bar = make("i", "bar", make("i"));
      bar.style.setProperty("--share", `${Math.round(100 * Math.max(0, Math.min(1, share ?? 0)))}%`);
      one.append(bar, make("small", "number", number));
    }
    if (title) one.title = title;
    return one;
  };
  /** @type {(run: Run, frame: Frame, where: number) => void} */
  const show = (run, frame, where) => {
    const { facts } = run.told;
    if (!facts) return;
    at = where;
    length = facts.sentence.length;
    const { window: reach } = run.asked, yes = guesses(run);
    line.replaceChildren(...facts.sentence.map((word, place) => {
      const offset = place - at, button = make("button", { type: "button", value: place });
      button.onclick = () => { rest(); moved(place); };
      const inside = offset !== 0 && Math.abs(offset) <= reach;
      const column = offset < 0 ? reach + offset : reach + offset - 1, found = inside ? frame.pairs[at][column] : null, aim = inside ? facts.targets[at][column] : null;
      const [share, number] = found === null ? [null, ""] : yes ? [sigmoid(found), `${Math.round(100 * sigmoid(found))}%`]
        : [aim ? found / aim : 0, aim === null ? minus(found, 1) : `${minus(found, 1)} / ${minus(aim, 1)}`];
      button.className = offset === 0 ? "middle" : inside ? "near" : "far";
      button.setAttribute("aria-current", String(offset === 0));
      button.append(card(word, "", share, number, found === null ? "" : say(yes ? "yes" : "aim", { word, centre: facts.sentence[at], number })));
      return button;
    }));
    drawn.replaceChildren(...(yes ? [make("span", "quiet-text", say("drawn")),
      ...facts.negatives[at].map((word, k) => {
        const share = sigmoid(frame.negatives[at][k] ?? 0);
        return card(word, "random", share, `${Math.round(100 * share)}%`, say("no", { word }));
      })] : [make("span", "quiet-text", say(`none_drawn.${run.asked.method}`))]));
    find(".says").textContent = say(`says.${run.asked.method}`, { word: facts.sentence[at] });
    words();
  };
  return { show, rest, run: () => { if (!prefersStill) run(); } };
};
