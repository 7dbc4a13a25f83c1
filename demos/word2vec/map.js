// A few words on a plane, and how they got there: wordMap(node, {pick}).show(words, moments, now, chosen).

/** @import { Values } from "../common/views/types" */
import { make, svg } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";

const WIDE = 600, TALL = 300, EDGE = 46;  // of the drawing, in its own units
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
    words.forEach((_, i) => {
      const way = moments.slice(0, now + 1).map((points) => place(points[i])), [x, y] = way[way.length - 1];
      buttons[i].style.left = `${(100 * x) / WIDE}%`;
      buttons[i].style.top = `${(100 * y) / TALL}%`;
      buttons[i].setAttribute("aria-pressed", String(i === chosen));
      trails[i].setAttribute("points", way.map((at) => at.map((v) => v.toFixed(1)).join(",")).join(" "));
      trails[i].setAttribute("class", i === chosen ? "trail chosen" : "trail");
    });
  };
  return { show };
};
