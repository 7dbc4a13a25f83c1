// ELMo's idea: the two directions' states at a word are a vector that knows its sentence.

/** @import { Contexts, Direction } from "./types" */
import { make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { minus } from "../common/views/scales.js";
import { signedBar } from "../common/views/signed_scale.js";

/** @type {(Direction | "vector")[]} */
const VECTORS = ["vector", "forwards", "backwards", "both"];

// A row a word that both sentences have, a column a vector: the cosine of its two.
/** @type {(node: HTMLElement, found: Contexts) => void} */
export const drawContexts = (node, { shared }) => {
  if (!shared.length) {
    node.replaceChildren(make("p", "remark", textOf("lstm.contexts.none")));
    return;
  }
  const table = make("table", "", make("tr", "", make("th", "", textOf("lstm.contexts.word")), ...VECTORS.map((name) => make("th", "", textOf(`lstm.contexts.of.${name}`)))));
  for (const { word, cosines } of shared) {
    table.append(make("tr", "", make("th", "mono", word), ...VECTORS.map((name) => {
      const fill = make("i"), cell = make("td", { "data-of": name }, make("span", "track", fill), make("span", "number", minus(cosines[name])));
      signedBar(fill, cosines[name]);
      return cell;
    })));
  }
  node.replaceChildren(table);
};
