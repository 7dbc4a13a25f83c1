// A few words on a plane, and how they got there: wordMap(node, {pick}).show(words, moments, now, chosen).

/** @import { Values } from "../common/views/types" */
import { make, svg } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";

const WIDE = 600, TALL = 300, EDGE = 46;  // of the drawing, in its own units
const NUDGE = 5, GOLDEN = Math.PI * (3 - Math.sqrt(5)), MOST_TURNS = 1500;  // of the spiral, pixels
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`word2vec.map.${key}`, values);

/**
 * @param {HTMLElement} node
 * @param {{ pick: (word: number) => void }} heard
 */
export const wordMap = (node, { pick }) => {
  const picture = svg("svg", { viewBox: `0 0 ${WIDE} ${TALL}`, preserveAspectRatio: "none", "aria-hidden": "true" }), labels = make("div", { class: "labels", role: "group" });
  node.append(picture, labels);
  let known = "";
  const buttons = /** @type {HTMLButtonElement[]} */ ([]), trails = /** @type {SVGElement[]} */ ([]);
  const build = (/** @type {string[]} */ words) => {
    buttons.splice(0, buttons.length, ...words.map((word, i) => {
      const button = make("button", { type: "button", value: word }, word);
      button.onclick = () => pick(i);
      return button;
    }));
    trails.splice(0, trails.length, ...words.map(() => svg("polyline")));
    picture.replaceChildren(...trails);
    labels.replaceChildren(...buttons);
  };
  // Of two labels that would cover each other one steps aside, to the nearest free place on a spiral; the
  // chosen word's stays at its point.
  const spread = (/** @type {number[][]} */ points, /** @type {number} */ chosen) => {
    const { clientWidth: wide, clientHeight: tall } = node, set = /** @type {{ x: number, y: number, w: number, h: number }[]} */ ([]);
    const order = points.map((_, i) => i).sort((a, b) => Number(b === chosen) - Number(a === chosen) || points[a][1] - points[b][1]);
    for (const i of order) {
      const { offsetWidth: w, offsetHeight: h } = buttons[i];
      const [left, top] = [(points[i][0] / WIDE) * wide, (points[i][1] / TALL) * tall];
      const within = (/** @type {number} */ at, /** @type {number} */ half, /** @type {number} */ most) => Math.max(half, Math.min(most - half, at));
      const free = (/** @type {number} */ x, /** @type {number} */ y) => set.every((one) => 2 * Math.abs(one.x - x) >= one.w + w || 2 * Math.abs(one.y - y) >= one.h + h);
      let x = left, y = top;
      for (let turn = 0; turn < MOST_TURNS; turn++) {
        const far = NUDGE * Math.sqrt(turn), angle = turn * GOLDEN;
        [x, y] = [within(left + 2 * far * Math.cos(angle), w / 2, wide), within(top + far * Math.sin(angle), h / 2, tall)];
        if (free(x, y)) break;
      }
      set.push({ x, y, w, h });
      buttons[i].style.left = `${x}px`;
      buttons[i].style.top = `${y}px`;
    }
  };
  let drawn = () => {};
  new ResizeObserver(() => drawn()).observe(node);
  /**
   * @param {string[]} words C
   * @param {number[][][]} moments points [C, 2] of each moment
   * @param {number} now which moment is shown
   * @param {number} chosen a word
   */
  const show = (words, moments, now, chosen) => {
    labels.setAttribute("aria-label", say("label"));
    if (known !== words.join(" ")) { known = words.join(" "); build(words); }
    const reach = Math.max(1e-9, ...moments.flat(2).map(Math.abs));
    /** @type {(point: number[]) => [x: number, y: number]} */
    const place = ([x, y]) => [WIDE / 2 + (x / reach) * (WIDE / 2 - EDGE), TALL / 2 - (y / reach) * (TALL / 2 - EDGE / 2)];
    drawn = () => spread(moments[now].map(place), chosen);
    drawn();
    words.forEach((_, i) => {
      const way = moments.slice(0, now + 1).map((points) => place(points[i]));
      buttons[i].setAttribute("aria-pressed", String(i === chosen));
      trails[i].setAttribute("points", way.map((at) => at.map((v) => v.toFixed(1)).join(",")).join(" "));
      trails[i].setAttribute("class", i === chosen ? "trail chosen" : "trail");
    });
  };
  return { show };
};
