// 5,000 words on a plane, by three methods made beforehand; the words of the instrument live on it.

/** @import { Figure } from "../common/views/charts.js" */
/** @import { Language, Values } from "../common/views/types" */
/** @import { Maps, Place } from "./types" */
/** @import { Section, WordHost } from "./sections.js" */
import { askServer } from "../common/views/asking.js";
import { chart, plain } from "../common/views/charts.js";
import { colourNamed } from "../common/views/colours.js";
import { finder, make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { percent } from "../common/views/scales.js";
import { choiceRow } from "../common/views/tokens.js";
import { bytesOf, halves } from "../common/views/wire.js";
import { guarded } from "./fields.js";

const USUAL = "tsne", METHODS = ["pca", "tsne", "umap"], HEIGHT = 520;
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`words.${key}`, values);
/** @typedef {{ maps: Maps, numbers: Int32Array, words: string[], points: Record<string, Float32Array> }} Laid */

/** @type {(box: HTMLElement, host: WordHost) => Section} */
export const mapSection = (box, host) => {
  const find = finder(box), kept = /** @type {Partial<Record<Language, Laid>>} */ ({});
  let method = METHODS.find((one) => one === pageLink.read("words", "method", USUAL)) ?? USUAL;
  let laid = /** @type {Laid | null} */ (null), of = host.of();
  let gl = false, marked = /** @type {{ place: Place, asked: boolean }[]} */ ([]);

  /** @type {(rows: number[]) => [number, number]} */
  const middle = (rows) => {
    const at = laid?.points[method] ?? new Float32Array(), mean = (/** @type {number} */ axis) => rows.reduce((sum, row) => sum + at[2 * row + axis], 0) / rows.length;
    return [mean(0), mean(1)];
  };
  /** @returns {Figure | null} */
  const figure = () => {
    if (!laid) return null;
    const { maps, words, points } = laid, at = points[method], all = words.map((_, row) => row);
    /** @type {(rows: number[], name: string, colour: string, size: number, opacity: number) => object} */
    const trace = (rows, name, colour, size, opacity) => ({
      type: gl ? "scattergl" : "scatter", mode: "markers", name, x: rows.map((row) => at[2 * row]), y: rows.map((row) => at[2 * row + 1]),
      text: rows.map((row) => plain(words[row])), customdata: rows, hovertemplate: "%{text}<extra></extra>",
      marker: { size, color: colourNamed(colour), opacity },
    });
    const traces = [trace(all.filter((row) => maps.topics[row] < 0), say("map.others"), "hidden", 3, 0.45),
      ...maps.names.map((name, topic) => trace(all.filter((row) => maps.topics[row] === topic), say(`topic.${name}`), `digit-${topic}`, 7, 0.95))];
    const places = marked.map(({ place }) => middle(place.rows));
    const marks = {
      type: "scatter", mode: "markers+text", meta: "mark", name: say("map.yours"), x: places.map(([x]) => x), y: places.map(([, y]) => y),
      text: marked.map(({ place }) => plain(place.word)), textposition: "top center", hoverinfo: "skip",
      textfont: { size: 14, color: colourNamed("ink") },
      marker: { size: marked.map(({ asked }) => (asked ? 14 : 10)), color: colourNamed("error"), symbol: marked.map(({ place }) => (place.rows.length > 1 ? "circle-open" : "star")), line: { width: 2, color: colourNamed("paper") } },
    };
    const bare = { showgrid: false, zeroline: false, showticklabels: false };
    return {
      traces: /** @type {Figure["traces"]} */ ([...traces, marks]), layout: { xaxis: bare, yaxis: { ...bare, scaleanchor: "x" }, margin: { l: 10, r: 10, t: 10, b: 10 } },
      says: say("map.label", { method: say(`map.${method}`), n: words.length }),
    };
  };
  const plane = chart(find(".plane"), figure, {
    file: "words", height: HEIGHT, zoom: true, gl: true, engine: (found) => { gl = found; },
    press: ({ customdata }) => { if (laid && customdata !== undefined) host.ask({ of, plus: [laid.words[customdata]], minus: [], meant: null }); },
  });
  const press = choiceRow(find(".methods"), (one) => {
    method = one;
    pageLink.set("words", { method: method === USUAL ? null : method });
    return show();
  });
  const show = guarded(box, async () => {
    of = host.of();
    press(method);
    const { plus, near } = host.words(), known = kept[of] ?? await lay(of), asked = [...plus, ...near.map(({ word }) => word)];
    const { found } = asked.length ? await host.store.ask({ what: "places", language: of, words: asked, numbers: known.numbers }) : { found: [] };
    if (of !== host.of()) return;
    laid = known;
    marked = found.map((place, k) => ({ place, asked: k < plus.length }));
    find(".kept").textContent = say("map.kept", { share: percent(known.maps.kept[method]) });
    find(".legend").replaceChildren(...known.maps.names.map((name, topic) => {
      const swatch = make("i");
      swatch.style.background = colourNamed(`digit-${topic}`);
      return make("span", "", swatch, " ", say(`topic.${name}`));
    }));
    await plane.draw();
  });
  /** @type {(language: Language) => Promise<Laid>} */
  const lay = async (language) => {
    const maps = await askServer(host.server.show_word_maps, { language }), numbers = new Int32Array(bytesOf(maps.numbers).buffer);
    const { found } = await host.store.ask({ what: "word", language, numbers: [...numbers] });
    return (kept[language] = { maps, numbers, words: found, points: Object.fromEntries(Object.entries(maps.points).map(([name, packed]) => [name, halves(packed)])) });
  };
  return { show, start: () => press(method), owns: { method: USUAL } };
};
