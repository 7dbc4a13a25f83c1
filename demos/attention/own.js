// What a fine-tuned model says in its own labels, under the sentences of the attention page: bars for a
// text's labels, a label under each token, or the answer marked in sentence B.

/** @import { Values } from "../common/views/types" */
/** @import { OwnAnswer, Page } from "./types" */
import { answerBars } from "../common/views/answer_bars.js";
import { askServer, showProblem } from "../common/views/asking.js";
import { finder, make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { percent } from "../common/views/scales.js";
import { chip } from "../common/views/tokens.js";

const TAB = "attention", HOW = /** @type {Record<string, string>} */ ({ softmax: "text", sigmoid: "each", number: "number" });
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`${TAB}.own.${key}`, values);
/** @type {(node: HTMLElement, page: Page, name: (model: string) => string) => () => Promise<void>} */
export const attentionOwn = (node, page, name) => {
  const find = finder(node);
  const piece = (/** @type {number} */ i, first = true) => {
    const { tokens, words } = page.data.read;
    return chip(tokens[i], { joined: !first && words[i] === words[i - 1] });
  };
  /** @type {Record<OwnAnswer["kind"], (answer: OwnAnswer) => void>} */
  const draw = {
    text: ({ labels, scale }) => {
      if (scale !== "number") { answerBars(find(".labels"), labels, { n: labels.length }); return; }
      find(".labels").replaceChildren(...labels.map(([label, value]) => make("li", "number", `${label}: ${value.toFixed(3)}`)));
    },
    // "O" is the field's word for "nothing special here".
    tokens: ({ tokens }) => find(".tagged").replaceChildren(...tokens.flatMap(([label, share], i) => {
      if (page.data.read.special[i]) return [];
      const shown = make("span", label === "O" ? "one" : "one tag", piece(i), make("small", "mono", label === "O" ? "" : label));
      shown.title = `${label} ${percent(share)}`;
      return [shown];
    })),
    span: ({ spans, nothing }) => {
      find(".spans").replaceChildren(...spans.map(({ first, last, probability }) => {
        const row = make("li", "chips");
        for (let i = first; i <= last; i++) row.append(piece(i, i === first));
        row.append(make("span", "number share", percent(probability)));
        return row;
      }));
      find(".nothing").textContent = say("nothing", { per: percent(nothing) });
    },
  };
  const show = async () => {
    const { data } = page;
    node.hidden = Boolean(data.can.own);
    if (node.hidden) return;
    let answer = /** @type {OwnAnswer | null} */ (null), failure = null;
    try { answer = await page.once("own", () => askServer(page.server.read_answer, data.asked)); } catch (error) { failure = error; }
    if (data !== page.data) return;
    showProblem(find(".problem"), failure);
    find("h2").textContent = say("title", { name: name(data.asked.model) });
    find(".how").textContent = answer ? say(`how.${answer.kind === "text" ? HOW[answer.scale] : answer.kind}`) : "";
    for (const part of [".labels", ".tagged", ".spans", ".nothing"]) find(part).replaceChildren();
    if (answer) draw[answer.kind](answer);
    node.dataset.shown = String(Number(node.dataset.shown ?? 0) + 1);
  };
  return show;
};
