// A blank's answer from layer to layer: fillLayers(node, { tab, ask, state }).
//   ask(request) -> LayerAnswers (core/results/language.py); state() -> the page's request, the chosen
//   blank's number, k bars, and n, how many blanks there are.

/** @import { Values } from "../common/views/types" */
/** @import { Asked, LayerAnswer, LayerAnswers } from "./types" */
import { answerBars } from "../common/views/answer_bars.js";
import { newest, showProblem } from "../common/views/asking.js";
import { finder, make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { percent } from "../common/views/scales.js";
import { chip } from "../common/views/tokens.js";

/**
 * @param {HTMLElement} node
 * @param {object} how
 * @param {string} how.tab
 * @param {(request: Asked & { blank: number }) => Promise<LayerAnswers>} how.ask
 * @param {() => { request: Asked | null, blank: number, k: number, n: number }} how.state
 */
export const fillLayers = (node, { tab, ask, state }) => {
  const find = finder(node);
  /** @type {(key: string, values?: Values) => string} */
  const say = (key, values) => textOf(`fill_in.layers.${key}`, values);
  let heard = /** @type {LayerAnswers | null} */ (null);
  const linked = pageLink.number(tab, "layer", /** @type {number | null} */ (null), 0, 99);
  let layer = linked === null ? null : Math.round(linked);
  const problem = find(".problem"), body = find(".body");
  const rows = make("div", "rows"), verdict = make("p", "verdict"), bars = make("ol"), heading = make("h3");
  const slider = make("input", { type: "range", min: 0, step: 1 });
  verdict.setAttribute("aria-live", "polite");

  const name = (/** @type {number} */ number) => (number ? say("layer", { n: number }) : say("embeddings"));
  const choose = (/** @type {number} */ number) => {
    layer = number;
    pageLink.set(tab, { layer });
    draw();
  };
  slider.oninput = () => choose(Number(slider.value));

  const row = (/** @type {LayerAnswers} */ heard, /** @type {LayerAnswer} */ one) => {
    const fill = make("i"), own = make("i", "own"), track = make("span", "track", fill);
    fill.style.width = `${100 * one.final}%`;
    if (one.original !== null && heard.token !== heard.answer) {
      own.style.left = `${100 * one.original}%`;
      track.append(own);
    }
    const first = one.top[0][0], right = first === heard.answer;
    const line = make("button", "layer", make("span", "name", name(one.layer)),
      chip(first, { kind: right ? "answer" : "plain" }), track, make("span", "number share", percent(one.final)),
      make("span", "number place", say("rank", { rank: one.rank.toLocaleString("en") })));
    line.type = "button";
    line.setAttribute("aria-pressed", String(one.layer === layer));
    line.onclick = () => choose(one.layer);
    return line;
  };
  const draw = () => {
    const { n, blank, k } = state();
    find(".which").textContent = n > 1 ? say("which", { n: blank + 1 }) : "";
    body.hidden = !heard;
    if (!heard) return;
    const found = heard, last = found.layers.length - 1, at = Math.min(layer ?? last, last);
    layer = at;
    const own = found.token !== null && found.token !== found.answer;
    const focused = [...rows.children].findIndex((row) => row === document.activeElement);
    const head = make("div", "layer head", make("span", "name", say("head.layer")), make("span", "", say("head.first")),
      make("span", "", say(own ? "head.final_own" : "head.final", { answer: found.answer, token: found.token })), "", make("span", "place", say("head.rank")));
    rows.replaceChildren(head, ...found.layers.map((one) => row(found, one)));
    if (focused > 0) /** @type {HTMLElement | undefined} */ (rows.children[focused])?.focus();
    slider.max = String(last);
    slider.value = String(at);
    slider.setAttribute("aria-label", say("slider"));
    slider.setAttribute("aria-valuetext", `${name(at)}: ${found.layers[at].top[0][0]}`);
    heading.textContent = say("top", { layer: name(at) });
    answerBars(bars, found.layers[at].top.slice(0, k), { hit: found.answer, n: k });
    const before = found.layers.slice(0, found.settled).some((one) => one.top[0][0] === found.answer);
    verdict.textContent = say(before ? "again" : found.settled === last ? "late" : found.settled ? "settled" : "at_once",
      { answer: found.answer, n: found.settled, last });
    if (!body.firstChild) body.append(rows, make("div", "one", slider, heading, bars), verdict);
    body.dataset.shown = String(Number(body.dataset.shown ?? 0) + 1);
  };
  const send = newest(async () => {
    const { n, request, blank } = state();
    if (!n || !request) { heard = null; draw(); return; }
    body.classList.add("waiting");
    try {
      heard = await ask({ ...request, blank });
      showProblem(problem, null);
      body.classList.remove("waiting");
      if (layer !== null) pageLink.set(tab, { layer });
      draw();
    } catch (failure) { showProblem(problem, failure); }
  });
  return { ask: send, words: draw };
};
