// The strip of the attention page: one token's row of one head. It asks; the shares; the mix that it becomes.

/** @import { Values } from "../common/views/types" */
/** @import { Page } from "./types" */
import { finder } from "../common/views/elements.js";
import { codeBars } from "../common/views/digits.js";
import { textOf } from "../common/views/language.js";
import { percent } from "../common/views/scales.js";
import { chip } from "../common/views/tokens.js";

const TAB = "attention";
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`${TAB}.${key}`, values);
/** @type {(node: HTMLElement, page: Page) => () => void} */
export const attentionStrip = (node, page) => {
  const find = finder(node);
  return () => {
    const { state } = page, units = page.units(), pin = page.pins().find(({ side }) => side === "q") ?? page.pins()[0];
    const at = Math.max(0, pin ? page.unitOf(pin.at) : units.findIndex((one) => !one.special));
    const shown = ["heads", "model"].includes(state.view) && state.heads?.length ? state.heads : null;
    const head = shown && !shown.includes(state.head) ? shown[0] : state.head, matrix = page.matrix(state.layer, head);
    node.classList.toggle("waiting", !matrix);
    if (!matrix) return;
    const row = Array.from(matrix.slice(at * units.length, (at + 1) * units.length), (share) => share / 1e4);
    const asks = find(".asks"), asking = [page.data.key, state.unit, at].join();
    if (asks.dataset.at !== asking) asks.replaceChildren(...units.map((one, i) => chip(one.text, { kind: i === at ? "kept" : one.kind, title: one.title })));
    asks.dataset.at = asking;
    find(".which").textContent = page.headName(state.layer, head);
    codeBars(find(".shares"), row, Math.max(...row), say("strip.shares", { list: page.strongest(row, 3).map((j) => `${units[j].text} ${percent(row[j])}`).join(", ") }));
    const entropy = -row.reduce((sum, share) => sum + (share > 0 ? share * Math.log(share) : 0), 0);
    find(".spread").textContent = say("strip.spread", { n: Math.exp(entropy).toFixed(1) });
    find(".mix").replaceChildren(...page.strongest(row).map((j) => {
      const node = chip(`${units[j].text} ${percent(row[j])}`, { kind: units[j].special ? "special" : "plain" });
      node.classList.add("filled");
      node.style.setProperty("--share", `${(100 * row[j]) / Math.max(...row)}%`);
      return node;
    }));
  };
};
