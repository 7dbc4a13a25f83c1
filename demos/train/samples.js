// What a model in training makes of fixed examples: trainSamples(element, {onpick}).
//   .pictures(run, chosen): ten digits, spoilt, and what comes back of them.
//   .codes(run): the cloud of codes.
//   .sentences(run, chosen): each sentence with the probability that it is good.

/** @import { SampleDigits } from "../common/views/digits.js" */
/** @import { Point } from "../common/views/types" */
/** @import { Run } from "./types" */
import { prefersStill } from "../common/views/colours.js";
import { paint, sampleDigits } from "../common/views/digits.js";
import { find as findIn, finder, make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { scatterCloud } from "../common/views/scatter.js";
import { floats, inks } from "../common/views/wire.js";

const SIZE = 784;

/** @type {(element: HTMLElement, how: { onpick: (k: number) => void }) => { pictures: (run: Run, chosen: number) => Promise<void>, codes: (run: Run) => Promise<void>, sentences: (run: Run, chosen: number) => void }} */
export const trainSamples = (element, { onpick }) => {
  const find = finder(element);
  const canvas = find("canvas.codes", HTMLCanvasElement), about = find(".map .about small");
  const cloud = scatterCloud(canvas);
  cloud.look({ zoom: 1.15 });
  canvas.cloud = cloud;   // for tests
  /** @typedef {{ button: HTMLButtonElement, seen: HTMLCanvasElement, back: HTMLCanvasElement }} Column */
  let columns = /** @type {Column[] | null} */ (null), digits = /** @type {SampleDigits | null} */ (null);
  let box = /** @type {{ low: Point, high: Point } | null} */ (null), shownRun = "";

  const build = () => {
    const made = Array.from({ length: 10 }, (_, k) => {
      const button = make("button", "pair");
      button.type = "button";
      const [seen, back] = [make("canvas", "digit"), make("canvas", "digit")];
      button.append(seen, back);
      button.onclick = () => onpick(k);
      return { button, seen, back };
    });
    const names = make("span", "names");
    names.append(make("small", "seen", ""), make("small", "back", ""));
    find(".rows").replaceChildren(names, ...made.map(({ button }) => button));
    return made;
  };
  // The axes follow the cloud slowly, so that it is seen to move and never leaves the picture.
  /** @type {(points: Float32Array, dimensions: number) => { low: Point, high: Point }} */
  const follow = (points, dimensions) => {
    const n = points.length / dimensions, low = /** @type {number[]} */ ([]), high = /** @type {number[]} */ ([]), before = box;
    for (let k = 0; k < dimensions; k++) {
      const values = Float32Array.from({ length: n }, (_, i) => points[i * dimensions + k]).sort();
      low.push(values[Math.floor(0.01 * n)]);
      high.push(values[Math.floor(0.99 * (n - 1))]);
    }
    /** @type {(old: Point, now: Point) => Point} */
    const mix = (old, now) => now.map((value, k) => old[k] + 0.35 * (value - old[k]));
    box = before?.low.length === dimensions ? { low: mix(before.low, low), high: mix(before.high, high) } : { low, high };
    return box;
  };

  return {
    pictures: async (run, chosen) => {
      digits ??= await sampleDigits();
      columns ??= build();
      const { facts, samples } = run, all = digits;
      if (!facts || !samples || !("pixels" in samples)) return;
      const names = find(".rows .names");
      findIn(names, ".seen").textContent = textOf(facts.spoilt ? "train.row.spoilt" : "train.row.seen");
      findIn(names, ".back").textContent = textOf("train.row.back");
      const back = inks(samples.pixels), spoilt = facts.spoilt && inks(facts.spoilt);
      columns.forEach(({ button, seen, back: output }, k) => {
        const label = all.labels[facts.digits[k]];
        paint(seen, spoilt ? spoilt.subarray(k * SIZE, (k + 1) * SIZE) : all.pixels(facts.digits[k]), { tone: "input" });
        paint(output, back.subarray(k * SIZE, (k + 1) * SIZE), { tone: "output" });
        button.setAttribute("aria-label", textOf("train.pick", { label }));
        button.setAttribute("aria-pressed", String(k === chosen));
      });
    },
    codes: async (run) => {
      digits ??= await sampleDigits();
      const { facts, samples } = run;
      if (!facts || !samples || !("points" in samples)) return;
      const [first, n] = facts.cloud, labels = digits.labels.slice(first, first + n);
      const points = floats(samples.points), { dimensions } = samples;
      if (dimensions === 1) {   // one number: along the line, a row for each digit
        const box = follow(points, 1);
        const span = box.high[0] - box.low[0] || 1, flat = new Float32Array(2 * n);
        for (let i = 0; i < n; i++) { flat[2 * i] = (points[i] - box.low[0]) / span; flat[2 * i + 1] = 1 - labels[i] / 9 + 0.05 * Math.sin(97 * i) ; }
        cloud.box = null;
        cloud.set({ points: flat, labels, dimensions: 2, centre: [0.5, 0.5], radius: 0.6 });
      } else {
        const box = follow(points, dimensions);
        const centre = box.low.map((value, k) => (value + box.high[k]) / 2);
        const widths = box.low.map((value, k) => Math.max(1e-6, box.high[k] - value));
        cloud.box = dimensions === 3 ? box : null;
        cloud.set({ points, labels, dimensions, centre, radius: (dimensions === 3 ? 0.66 : 0.56) * Math.max(...widths) });
      }
      if (shownRun !== run.job) { shownRun = run.job; if (dimensions === 3 && !prefersStill) cloud.turn(true); }
      if (dimensions !== 3) cloud.turn(false);
      const which = samples.explained !== null ? "pca" : dimensions === 1 ? "line" : dimensions === 2 ? "plane" : "space";
      about.textContent = textOf(`train.codes.${which}`, { n, size: samples.size, share: ((samples.explained ?? 0) * 100).toFixed(0) });
    },
    sentences: (run, chosen) => {
      const { facts, samples } = run;
      if (!facts) return;
      const list = facts.sentences.map((sentence, k) => {
        const good = samples && "good" in samples ? samples.good[k] ?? null : null, right = good !== null && (good > 0.5) === Boolean(facts.labels[k]);
        const row = make("button", `verdict ${good === null ? "" : right ? "right" : "wrong"}`);
        row.type = "button";
        row.setAttribute("aria-pressed", String(k === chosen));
        row.onclick = () => onpick(k);
        const bar = make("span", "share"), fill = make("i", "");
        fill.style.width = `${100 * (good ?? 0.5)}%`;
        bar.append(fill);
        row.append(make("span", "text", sentence), bar,
          make("b", "number", good === null ? "–" : `${(100 * good).toFixed(0)}%`),
          make("span", "mark", good === null ? "" : right ? "✓" : "✗"),
          make("small", "truth", textOf(facts.labels[k] ? "train.good" : "train.bad")));
        return row;
      });
      find(".verdicts").replaceChildren(make("p", "", textOf("train.sentences")), ...list);
    },
  };
};
