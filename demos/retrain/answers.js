// What a run says of each picture held out: wrong ones first, with where it looked; one of them in the strip.

/** @import { Values } from "../common/views/types" */
/** @import { Run } from "./types" */
import { answerBars } from "../common/views/answer_bars.js";
import { finder, make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { floats, halves } from "../common/views/wire.js";
import { nameOf } from "./boxes.js";
import { evidenceOf, paintPicture } from "./pictures.js";

const SIZE = 60, LARGE = 92;  // pixels of a card, of the strip
/** @type {(key: string, values?: Values) => string} */
const t = (key, values) => textOf(`retrain.${key}`, values);

/** @type {(element: HTMLElement, tint: string) => { draw: (run: Run | null, looking: boolean) => void }} */
export const heldOut = (element, tint) => {
  const find = finder(element);
  let chosen = 0, before = /** @type {Run | null} */ (null);
  const draw = (/** @type {Run | null} */ run, /** @type {boolean} */ looking) => {
    const samples = run?.told.samples;
    if (!run || !samples) {
      find(".answers").replaceChildren();
      find(".tried").textContent = t("held.none");
      return;
    }
    const { held } = run, shares = floats(samples.shares), maps = halves(samples.maps), { side } = samples;
    const classes = shares.length / held.length, names = run.names.map(nameOf);
    const answers = held.map((one, n) => {
      const mine = [...shares.subarray(n * classes, (n + 1) * classes)], said = mine.indexOf(Math.max(...mine));
      return { ...one, n, shares: mine, said, right: said === one.label, evidence: evidenceOf(maps, { n, classes, side, label: said }) };
    });
    const order = answers.toSorted((a, b) => Number(a.right) - Number(b.right) || Math.max(...b.shares) - Math.max(...a.shares));
    if (before?.held !== held) chosen = order[0]?.n ?? 0;
    before = run;
    const n_right = answers.filter((one) => one.right).length;
    find(".tried").textContent = t("held.title", { right: n_right, n: answers.length });
    find(".answers").replaceChildren(...order.map((one) => {
      const canvas = make("canvas"), values = { said: names[one.said], truth: names[one.label], share: (100 * one.shares[one.said]).toFixed(0) };
      const label = t(one.right ? "card.right" : "card.wrong", values);
      const card = make("button", { type: "button", class: one.right ? "card right" : "card wrong", "aria-label": label, title: label, "aria-pressed": String(one.n === chosen) },
        canvas, make("span", "", `${one.right ? "✓" : "✗"} ${names[one.said]}`));
      paintPicture(canvas, one.picture.drawn, { size: SIZE, tint: one.tinted ? tint : null, evidence: looking ? one.evidence : null });
      card.onclick = () => { chosen = one.n; draw(run, looking); };
      return card;
    }));
    const one = answers[chosen] ?? answers[0], picture = { size: LARGE, tint: one.tinted ? tint : null };
    paintPicture(find(".strip .seen", HTMLCanvasElement), one.picture.drawn, picture);
    paintPicture(find(".strip .where", HTMLCanvasElement), one.picture.drawn, { ...picture, evidence: one.evidence });
    find(".strip .seen").setAttribute("aria-label", t("strip.in", { truth: names[one.label] }));
    find(".strip .where").setAttribute("aria-label", t("strip.where", { said: names[one.said] }));
    find(".strip .in figcaption").textContent = t("strip.in", { truth: names[one.label] });
    find(".strip .left figcaption").textContent = t("strip.where", { said: names[one.said] });
    const ranked = /** @type {[string, number][]} */ (names.map((name, c) => [name, one.shares[c]])).toSorted((a, b) => b[1] - a[1]);
    answerBars(find(".strip .said"), ranked);
    find(".strip .out figcaption").textContent = t(one.right ? "strip.right" : "strip.wrong");
    const mark = find(".strip .verdict");
    mark.textContent = one.right ? "✓" : "✗";
    mark.className = one.right ? "verdict right" : "verdict wrong";
  };
  return { draw };
};
