// Words and their cosines as bars: nearList(node, press).draw([{word, cosine, pinyin}, ...]); press(word).

/** @import { Near } from "./types" */
import { make } from "../common/views/elements.js";
import { minus } from "../common/views/scales.js";

/** @type {(node: HTMLElement, press: (word: string) => unknown) => { draw: (found: Near[]) => void }} */
export const nearList = (node, press) => ({
  draw: (found) => {
    node.replaceChildren(...found.map(({ word, cosine, pinyin }) => {
      const fill = make("i"), button = make("button", { type: "button", value: word }, word, ...(pinyin ? [" ", make("small", "", pinyin)] : []));
      fill.style.width = `${100 * Math.max(0, cosine)}%`;
      button.onclick = () => press(word);
      return make("li", "", button, make("span", "track", fill), make("span", "number", minus(cosine)));
    }));
  },
});
