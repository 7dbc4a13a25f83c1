// States that the convolution page opens on, returns to, or is set to by an answer.

/** @import { Language } from "../common/views/types" */
/** @import { State } from "./types" */
import * as filters from "./filters.js";
import { START } from "./form.js";
import { lang, texts } from "../common/views/language.js";

const SIDE = 28;
const FOUND = { en: 3, zh: 5 };  // the token with which the example sentence's phrase begins

// width: numbers of a word in one channel.
export const convolutionExamples = (/** @type {number} */ width) => {
  /** @type {(language?: Language) => State} */
  const worked = (language = lang) => ({
    on: "digit", tile: 4, strokes: [], signed: false, of: language, text: texts["convolution.example"][language],
    layer: START, square: true, shape: [1, 3, 3], filters: filters.STARTERS.slice(0, START.out), biases: [], seed: 1,
    filter: 0, channel: 0, at: [13, 17], reach: 13 * SIDE + 17, activation: "relu",  // mid-slide
  });
  /** @type {(language?: Language) => State} */
  const sentence = (language = lang) => ({
    ...worked(language), on: "sentence", square: false, shape: [1, 2, width], at: [2, 0], reach: 2,
    layer: { ...START, out: 2, kernel: [2, width], padding: [0, 0], pads: [0, 0] }, filters: [`window.${FOUND[language]}.0`, "random"],
  });
  // The first layer of the autoencoder that ships, as it stands there.
  /** @returns {Partial<State>} */
  const network = () => ({
    on: "digit", signed: true, square: true, shape: [1, 3, 3], filters: new Array(16).fill("network"), biases: [], filter: 0, channel: 0,
    layer: { ...START, out: 16, stride: [3, 3] }, at: [4, 4], reach: Infinity,
  });
  /** @type {Record<string, () => State>} */
  const answers = {
    1: () => ({ ...worked(), layer: { ...START, stride: [2, 2] }, at: [7, 7], reach: Infinity }),
    2: () => ({ ...worked(), layer: { ...START, in: 2, groups: 2 }, filters: new Array(4).fill("identity"), filter: 3, reach: Infinity }),
    3: () => ({ ...sentence(), at: [FOUND[lang], 0], reach: Infinity }),
    4: () => ({ ...worked(), activation: "mish", at: [14, 9], reach: Infinity }),
  };
  return { worked, sentence, network, answers };
};
