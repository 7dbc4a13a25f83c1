// The further experiments of the page: analogies by kind, the odd one out, axes, why two words are near,
// a map, across languages. wordSections(element, host): .sections for pageSections, .start() puts the
// worked examples of a language into their fields, .words() says all again in the page's language.

/** @import { Language, Values } from "../common/views/types" */
/** @import { WordStore } from "./store.js" */
/** @import { Bridge, Measured, Near, Question, Server } from "./types" */
import { askServer } from "../common/views/asking.js";
import { finder, make, svg } from "../common/views/elements.js";
import { sentence, textOf } from "../common/views/language.js";
import { minus, percent } from "../common/views/scales.js";
import { sideOf } from "../common/views/signed_scale.js";
import { halves } from "../common/views/wire.js";
import { axisSection } from "./axis.js";
import { examples, guarded, linkedField } from "./fields.js";
import { mapSection } from "./map.js";
import { nearList } from "./near.js";
import { hasHan, readWords } from "./search.js";

const TAB = "words", N_LARGE = 4, MOST_ACROSS = 6, ENOUGH = 0.8, TALL = 90;  // of a chart, in its own units
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`${TAB}.${key}`, values);
/** @type {Record<Language, Language>} */
const OTHER = { en: "zh", zh: "en" };

/**
 * What a section needs of its page.
 * @typedef {object} WordHost
 * @property {Server} server
 * @property {WordStore} store
 * @property {() => Language} of whose vectors are asked
 * @property {() => { plus: string[], near: Near[] }} words on the page's instrument
 * @property {(next: Question) => void} ask the instrument
 */
/** @typedef {{ show: () => unknown, start: () => void, words?: () => unknown, owns?: Record<string, string | null> }} Section */

/** @type {(box: HTMLElement, host: WordHost) => Section} */
const analogySection = (box, host) => {
  const find = finder(box), kept = /** @type {Partial<Record<Language, Measured>>} */ ({});
  const show = guarded(box, async () => {
    const of = host.of(), found = (kept[of] ??= await askServer(host.server.show_analogies, { language: of }));
    if (of !== host.of()) return;
    const n = Object.values(found.kinds).reduce((sum, kind) => sum + kind.n, 0);
    find(".reading").textContent = say("analogies.reading", { n: n.toLocaleString("en"), accuracy: percent(found.accuracy), random: percent(found.random) });
    find(".kinds").replaceChildren(...Object.entries(found.kinds).map(([kind, { n: asked, accuracy, top5 }]) => {
      const first = make("i", "first"), five = make("i", "five"), pairs = found.pairs[kind];
      first.style.width = percent(accuracy);
      five.style.width = percent(top5);
      const button = make("button", { type: "button", value: kind }, say("analogies.try"));
      button.onclick = () => {
        const [one, other] = [Math.floor(Math.random() * pairs.length), Math.floor(Math.random() * (pairs.length - 1))];
        const [[a, b], [c, d]] = [pairs[one], pairs[(one + 1 + other) % pairs.length]];
        host.ask({ of, plus: [b, c], minus: [a], meant: d });
      };
      return make("div", "kind", make("b", "", say(`kind.${kind}`)), make("span", "example", `${pairs[0].join(" : ")} = ${pairs[1].join(" : ")}`),
        make("span", "track", five, first), make("span", "number", say("analogies.right", { share: percent(accuracy), n: asked })), button);
    }));
  });
  return { show, start: () => {} };
};

/** @type {(box: HTMLElement, host: WordHost) => Section} */
const oddSection = (box, host) => {
  const find = finder(box), input = find("input", HTMLInputElement);
  let turn = 0;
  const show = guarded(box, async () => {
    const { found } = await host.store.ask({ what: "odd", language: host.of(), words: readWords(input.value) });
    find(".likeness").replaceChildren(...found.words.map(({ word }, k) => {
      const fill = make("i");
      fill.style.width = `${100 * Math.max(0, found.likeness[k])}%`;
      return make("li", k === found.odd ? "odd" : "", make("span", "word", word), make("span", "track", fill), make("span", "number", minus(found.likeness[k])));
    }));
    find(".verdict").textContent = say("odd.verdict", { word: found.words[found.odd].word });
  });
  const field = linkedField(input, "odd", show);
  const given = () => examples("odd", host.of());
  find(".another").onclick = () => { turn += 1; field.set(given()[turn % given().length]); };
  return { show, start: () => { turn = 0; field.start(given()[0]); }, owns: { odd: null } };
};

/** @type {(box: HTMLElement, host: WordHost) => Section} */
const whySection = (box, host) => {
  const find = finder(box), fields = ["one", "other"].map((name) => find(`[data-field=${name}]`, HTMLInputElement));
  const show = guarded(box, async () => {
    const [one, other] = fields.map(({ value }) => value);
    const { found } = await host.store.ask({ what: "why", language: host.of(), one, other, most: N_LARGE });
    const { parts, cosine, large, words } = found, most = Math.max(...parts.map(Math.abs)), wide = 6;
    const chart = svg("svg", { viewBox: `0 0 ${wide * parts.length} ${TALL}`, preserveAspectRatio: "none" });
    parts.forEach((part, k) => {
      const tall = (Math.abs(part) / most) * (TALL / 2 - 2);
      chart.append(svg("rect", { class: sideOf(part), x: wide * k + 1, y: part < 0 ? TALL / 2 : TALL / 2 - tall, width: wide - 2, height: tall }));
    });
    chart.append(svg("path", { class: "zero", d: `M0 ${TALL / 2}H${wide * parts.length}` }));
    find(".parts").replaceChildren(chart);
    const [a, b] = words.map(({ word }) => word), said = { a, b, cosine: minus(cosine), n: parts.length };
    find(".parts").setAttribute("aria-label", say("why.label", said));
    const order = [...parts].sort((x, y) => y - x);
    let sum = 0, few = 0;
    while (few < order.length && cosine > 0 && sum < ENOUGH * cosine) { sum += order[few]; few += 1; }
    find(".reading").textContent = say(cosine > 0 ? "why.reading" : "why.apart", { ...said, few, share: percent(ENOUGH) });
    find(".large").replaceChildren(...large.map(({ dimension, part, words: high }) =>
      make("li", "", say("why.large", { dimension: dimension + 1, part: minus(part), list: high.join(say("comma")) }))));
  });
  const linked = [linkedField(fields[0], "one", show), linkedField(fields[1], "other", show)];
  return { show, start: () => { examples("why", host.of())[0].split(" ").forEach((word, k) => linked[k].start(word)); }, owns: { one: null, other: null } };
};

/** @type {(box: HTMLElement, host: WordHost) => Section} */
const acrossSection = (box, host) => {
  const find = finder(box), input = find("input", HTMLInputElement);
  let bridge = /** @type {Bridge | null} */ (null), turn = 0;
  const list = nearList(find(".near"), (word) => field.set(word));
  const show = guarded(box, async () => {
    const typed = input.value.trim(), of = /** @type {Language} */ (hasHan(typed) ? "zh" : "en"), other = OTHER[of];
    if (!typed) throw sentence("errors.words_empty");
    bridge ??= await askServer(host.server.show_bridge, {});
    const { found } = await host.store.ask({ what: "across", language: of, other, word: typed, rotation: halves(bridge.rotation), most: MOST_ACROSS }, other);
    list.draw(found.near);
    const { n_train, n_test, precision, random } = bridge;
    find(".reading").textContent = say("across.reading", {
      n_train, n_test, p1: percent(precision[of]["1"]), p5: percent(precision[of]["5"]), random: percent(random[of]["1"]),
    });
  });
  const field = linkedField(input, "word", show), given = () => examples("across", host.of());
  find(".another").onclick = () => { turn += 1; field.set(given()[0].split(" ")[turn % given()[0].split(" ").length]); };
  return { show, start: () => { turn = 0; field.start(given()[0].split(" ")[0]); }, owns: { word: null } };
};

/** @type {Record<string, (box: HTMLElement, host: WordHost) => Section>} */
const PARTS = { analogies: analogySection, odd: oddSection, axis: axisSection, why: whySection, map: mapSection, across: acrossSection };

/**
 * @param {HTMLElement} element
 * @param {WordHost} host
 */
export const wordSections = (element, host) => {
  const sections = Object.fromEntries(Object.entries(PARTS).map(([name, made]) => [name, made(finder(element)(`[data-section=${name}]`), host)]));
  return {
    sections,
    start: () => { for (const one of Object.values(sections)) one.start(); },
    words: () => { for (const one of Object.values(sections)) one.words?.(); },
  };
};
