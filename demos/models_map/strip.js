// The strip of the map: what the chosen model reads, what is kept of it, what it has to say.

/** @import { Model } from "./types" */
import { finder, make } from "../common/views/elements.js";
import { textOf, texts } from "../common/views/language.js";
import { chip } from "../common/views/tokens.js";

const CELLS = 4;  // of a vector, as it is drawn

const vector = () => make("i", "vector", ...Array.from({ length: CELLS }, () => make("i")));

// The example is the model's own where it has one, else that of its task.
/** @type {(strip: HTMLElement, key: string, model: Model, name: string) => void} */
export const drawStrip = (strip, key, { task, representation }, name) => {
  const find = finder(strip), of = `models_map.reads.${key}` in texts ? key : task, reads = textOf(`models_map.reads.${of}`).split(" ");
  find(".in .chips").replaceChildren(...reads.map((word) => (word === "_" ? chip("", { kind: "hidden", columns: 3 }) : chip(word))));
  find(".out .chips").replaceChildren(...textOf(`models_map.says.${of}`).split("|").map((word) => chip(word, { kind: "answer" })));
  const n = representation === "context" ? reads.length : 1;
  find(".left .kept").replaceChildren(make("b", "", name), make("span", `vectors ${representation}`, ...Array.from({ length: n }, vector)));
  find(".left figcaption").textContent = textOf(`models_map.strip.left.${representation}`);
};
