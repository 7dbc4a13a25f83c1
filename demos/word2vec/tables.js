// Neighbours before and now, by each method, and how often words stand together: tables.

/** @import { Values } from "../common/views/types" */
/** @import { Facts, Frame, Run } from "./types" */
import { make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { minus } from "../common/views/scales.js";

/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`word2vec.${key}`, values);

/** @type {(table: HTMLElement, run: Run, now: Frame, word: number) => void} */
export const nearTable = (table, { frames, told }, now, word) => {
  const name = told.facts?.watched[word] ?? "", before = frames[0];
  const row = (/** @type {string} */ key, /** @type {Frame} */ frame) => make("tr", "", make("th", { scope: "row" }, say(`near.${key}`)),
    ...frame.near[word].map((other, k) => make("td", key === "now" && !before.near[word].includes(other) ? "new" : "", make("b", "", other), make("small", "number", minus(frame.cosines[word][k] ?? 0)))));
  table.replaceChildren(make("caption", "", say("near.caption", { word: name })), make("tbody", "", row("before", before), row("now", now)));
};

/** @type {(node: HTMLElement, facts: Facts) => void} */
export const heatTable = (node, { watched, together }) => {
  const most = Math.log1p(Math.max(1, ...together.flat()));
  node.replaceChildren(make("table", "", make("caption", "", say("heat.caption")),
    make("thead", "", make("tr", "", make("td"), ...watched.map((word) => make("th", { scope: "col" }, make("span", "", word))))),
    make("tbody", "", ...watched.map((word, i) => make("tr", "", make("th", { scope: "row" }, word), ...watched.map((other, j) => {
      const x = together[i][j], cell = make("td", "number", x ? (x < 10 ? x.toFixed(1) : Math.round(x)) : "");
      cell.style.setProperty("--share", `${Math.round((70 * Math.log1p(x)) / most)}%`);
      cell.title = say("heat.cell", { word, other, x });
      return cell;
    }))))));
};

/** @type {(table: HTMLElement, columns: { name: string, near: string[], cosines: number[] }[], of: string) => void} */
export const waysTable = (table, columns, of) => {
  const shared = (/** @type {string} */ word) => columns.filter(({ near }) => near.includes(word)).length;
  const longest = Math.max(0, ...columns.map(({ near }) => near.length));
  table.replaceChildren(make("caption", "", say("ways.caption", { word: of })), make("thead", "", make("tr", "", ...columns.map(({ name }) => make("th", { scope: "col" }, name)))),
    make("tbody", "", ...Array.from({ length: longest }, (_, k) => make("tr", "", ...columns.map(({ near, cosines }) => make("td", near[k] && shared(near[k]) > 1 ? "shared" : "",
      make("b", "", near[k] ?? ""), make("small", "", near[k] ? minus(cosines[k] ?? 0) : "")))))));
};
