// A blank's answer from layer to layer: fillLayers(node, { tab, ask, state }).
//   ask(request) -> LayerAnswers (core/results/language.py); state() -> the page's request, the chosen
//   blank's number, k bars, and n, how many blanks there are.

import { answerBars } from "../common/views/answer_bars.js";
import { newest, showProblem } from "../common/views/asking.js";
import { make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { percent } from "../common/views/scales.js";
import { chip } from "../common/views/tokens.js";

export const fillLayers = (node, { tab, ask, state }) => {
  const find = (selector) => node.querySelector(selector);
  const say = (key, values) => textOf(`fill_in.layers.${key}`, values);
  let heard = null;
  const linked = pageLink.number(tab, "layer", null, 0, 99);
  let layer = linked === null ? null : Math.round(linked);
  const problem = find(".problem"), body = find(".body");
  const rows = make("div", "rows"), verdict = make("p", "verdict"), bars = make("ol"), heading = make("h3");
  const slider = Object.assign(make("input"), { type: "range", min: 0, step: 1 });
  verdict.setAttribute("aria-live", "polite");

  const name = (number) => (number ? say("layer", { n: number }) : say("embeddings"));
  const choose = (number) => {
    layer = number;
    pageLink.set(tab, { layer });
    draw();
  };
  slider.oninput = () => choose(Number(slider.value));

  const row = (one) => {
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
    if (body.hidden) return;
    const last = heard.layers.length - 1;
    layer = Math.min(layer ?? last, last);
    const own = heard.token !== null && heard.token !== heard.answer;
    const focused = [...rows.children].indexOf(document.activeElement);
    const head = make("div", "layer head", make("span", "name", say("head.layer")), make("span", "", say("head.first")),
      make("span", "", say(own ? "head.final_own" : "head.final", { answer: heard.answer, token: heard.token })), "", make("span", "place", say("head.rank")));
    rows.replaceChildren(head, ...heard.layers.map(row));
    if (focused > 0) rows.children[focused]?.focus();
    slider.max = String(last);
    slider.value = String(layer);
    slider.setAttribute("aria-label", say("slider"));
    slider.setAttribute("aria-valuetext", `${name(layer)}: ${heard.layers[layer].top[0][0]}`);
    heading.textContent = say("top", { layer: name(layer) });
    answerBars(bars, heard.layers[layer].top.slice(0, k), { hit: heard.answer, n: k });
    const before = heard.layers.slice(0, heard.settled).some((one) => one.top[0][0] === heard.answer);
    verdict.textContent = say(before ? "again" : heard.settled === last ? "late" : heard.settled ? "settled" : "at_once",
      { answer: heard.answer, n: heard.settled, last });
    if (!body.firstChild) body.append(rows, make("div", "one", slider, heading, bars), verdict);
    body.dataset.shown = Number(body.dataset.shown ?? 0) + 1;
  };
  const send = newest(async () => {
    const { n, k: _k, ...request } = state();
    if (!n) { heard = null; draw(); return; }
    body.classList.add("waiting");
    try {
      heard = await ask(request);
      showProblem(problem, null);
      body.classList.remove("waiting");
      if (layer !== null) pageLink.set(tab, { layer });
      draw();
    } catch (failure) { showProblem(problem, failure); }
  });
  return { ask: send, words: draw };
};
