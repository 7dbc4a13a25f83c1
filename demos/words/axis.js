// Words between two poles: the axis is the mean difference of opposed pairs, a word's place its cosine.

/** @import { Values } from "../common/views/types" */
/** @import { Section, WordHost } from "./sections.js" */
import { finder, make } from "../common/views/elements.js";
import { sentence, textOf } from "../common/views/language.js";
import { minus } from "../common/views/scales.js";
import { signedBar, signedLegend } from "../common/views/signed_scale.js";
import { examples, guarded, linkedField } from "./fields.js";
import { readWords } from "./search.js";

const FULL = 0.5, GENDERED = 1;  // cosine of a full bar; which example is of men and women
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`words.${key}`, values);

/** @type {(box: HTMLElement, host: WordHost) => Section} */
export const axisSection = (box, host) => {
  const find = finder(box), names = ["left", "right", "words"], inputs = names.map((name) => find(`[data-field=${name}]`, HTMLInputElement));
  let preset = 0;
  const show = guarded(box, async () => {
    const [left, right, words] = inputs.map(({ value }) => readWords(value));
    if (left.length !== right.length) throw sentence("words.axis.uneven", { left: left.length, right: right.length });
    const { found } = await host.store.ask({ what: "axis", language: host.of(), left, right, words });
    const order = found.words.map(({ word }, k) => ({ word, place: found.places[k] })).sort((a, b) => a.place - b.place);
    signedLegend(find(".scale"), [`← ${found.left[0].word}`, `${found.right[0].word} →`]);
    find(".places").replaceChildren(...order.map(({ word, place }) => {
      const fill = make("i");
      const row = make("li", "", make("span", "word", word), make("span", "track", fill), make("span", "number", minus(place)));
      signedBar(fill, place / FULL);
      return row;
    }));
    const people = new Set(given()[GENDERED].slice(1, 3).flatMap(readWords));
    find(".care").hidden = ![...left, ...right].some((word) => people.has(word.toLowerCase()));
    find(".reading").textContent = say("axis.reading", { n: found.left.length, agreement: minus(found.agreement) });
  });
  const linked = [linkedField(inputs[0], "left", show), linkedField(inputs[1], "right", show), linkedField(inputs[2], "placed", show)];
  const given = () => examples("axis", host.of()).map((text) => text.split("|"));
  const press = () => {
    const all = given();
    find(".presets").replaceChildren(...all.map(([name], k) => {
      const button = make("button", { type: "button", value: String(k), "aria-pressed": String(k === preset && inputs.every(({ value }, i) => value === all[k][i + 1])) }, name);
      button.onclick = () => { preset = k; linked.forEach((one, i) => one.set(all[k][i + 1])); press(); };
      return button;
    }));
  };
  for (const input of inputs) input.addEventListener("input", press);
  return {
    show, words: press, owns: { left: null, right: null, placed: null },
    start: () => { preset = 0; linked.forEach((one, i) => one.start(given()[0][i + 1])); press(); },
  };
};
