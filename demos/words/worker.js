// Where the words are searched: this module runs in a worker, which holds the vectors and answers one
// question at a time; the page imports it for its address alone.

/** @import { Language } from "../common/views/types" */
/** @import { Searcher } from "./search.js" */
/** @import { Asked, Place } from "./types" */
import { centred, searcher, turned } from "./search.js";
import { parse } from "./vectors_file.js";

export const address = import.meta.url;

const held = /** @type {Record<string, Searcher>} */ ({}), bridges = /** @type {Record<string, Float32Array>} */ ({});
const get = (/** @type {Language} */ language) => held[language];

// A word placed on a map: where it stands, or between its nearest five that stand there.
/** @type {(language: Language, words: string[], numbers: Int32Array) => Place[]} */
const places = (language, words, numbers) => {
  const { find, units, width } = get(language), rows = new Map([...numbers].map((number, row) => [number, row]));
  return words.map((typed) => {
    const { word, number } = find(typed), row = rows.get(number);
    if (row !== undefined) return { word, rows: [row] };
    const far = [...numbers].map((other, k) => {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += units[number * width + d] * units[other * width + d];
      return { k, sum };
    });
    return { word, rows: far.sort((a, b) => b.sum - a.sum).slice(0, 5).map(({ k }) => k) };
  });
};
// A word's neighbours in the other language, once the Chinese vectors are turned into the English space.
/** @type {(language: Language, other: Language, typed: string, rotation: Float32Array, most: number) => object} */
const across = (language, other, typed, rotation, most) => {
  const { width } = get("en"), wide = get("zh").width;
  bridges.en ??= centred(get("en").units, width);
  bridges.zh ??= turned(centred(get("zh").units, wide), rotation, wide, width);
  const asked = get(language).find(typed), vector = bridges[language].subarray(asked.number * width, (asked.number + 1) * width);
  return { asked, near: get(other).nearest(vector, most, new Set(), bridges[other], width) };
};

/** @type {(asked: Asked) => unknown} */
const answer = (asked) => {
  switch (asked.what) {
    case "take": held[asked.language] = searcher(parse(asked.buffer)); return { n: held[asked.language].words.length };
    case "find": return get(asked.language).find(asked.word);
    case "suggest": return get(asked.language).suggest(asked.typed);
    case "similar": return get(asked.language).similar(asked.plus, asked.minus, asked.most);
    case "odd": return get(asked.language).odd(asked.words);
    case "axis": return get(asked.language).axis(asked.left, asked.right, asked.words);
    case "why": return get(asked.language).why(asked.one, asked.other, asked.most);
    case "places": return places(asked.language, asked.words, asked.numbers);
    case "across": return across(asked.language, asked.other, asked.word, asked.rotation, asked.most);
    case "word": return asked.numbers.map((number) => get(asked.language).words[number]);
  }
};

if (typeof document === "undefined") addEventListener("message", ({ data }) => {
  const began = performance.now();
  try {
    const found = answer(data.asked);
    postMessage({ id: data.id, found, ms: performance.now() - began });
  } catch (failure) {
    if (!failure.key) throw failure;  // a bug
    postMessage({ id: data.id, key: failure.key, values: failure.values });
  }
});
