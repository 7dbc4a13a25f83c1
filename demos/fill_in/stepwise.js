// Blanks filled one after another, the surest first: fillSteps(node, { ask, state }).
//   ask(request with `filled`) -> one FillStep or { done: true }; state() -> { request, answer }, where
//   answer is what fill_blanks returned: all blanks answered at once.

/** @import { Values } from "../common/views/types" */
/** @import { Answer, Asked, FillStep, NextStep } from "./types" */
import { showProblem } from "../common/views/asking.js";
import { prefersStill } from "../common/views/colours.js";
import { finder, make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { percent } from "../common/views/scales.js";
import { chip } from "../common/views/tokens.js";

const PAUSE = 550;  // milliseconds between two steps, so that each can be read
/**
 * @typedef {{ token: string, differs?: boolean }} Fill
 * @param {HTMLElement} node
 * @param {{ ask: (request: Asked & { filled: number[] }) => Promise<NextStep>, state: () => { answer: Answer | null } }} how
 */
export const fillSteps = (node, { ask, state }) => {
  const find = finder(node);
  /** @type {(key: string, values?: Values) => string} */
  const say = (key, values) => textOf(`fill_in.steps.${key}`, values);
  const button = find(".run", HTMLButtonElement), problem = find(".problem"), body = find(".body"), status = find(".state");
  let taken = /** @type {FillStep[]} */ ([]), running = false, over = false, newest = 0;  // a run goes on while it is the newest

  const sentence = (/** @type {Answer} */ answer, /** @type {Map<number, Fill>} */ fills) => {
    return make("div", "chips", ...answer.tokens.map((token, i) => {
      const fill = fills.get(i);
      const joined = i > 0 && answer.words[i] >= 0 && answer.words[i] === answer.words[i - 1];
      return fill ? chip(fill.token, { kind: fill.differs ? "random" : "answer" })
        : chip(token, { kind: answer.words[i] < 0 ? "hidden" : "plain", joined });
    }));
  };
  const table = (/** @type {Answer} */ { blanks }) => {
    const seen = /** @type {Map<number, string>} */ (new Map()), filled = /** @type {Map<number, string>} */ (new Map());
    const head = make("tr", "", make("th", "", say("step")), ...blanks.map((one, n) => make("th", "", say("blank", { n: n + 1 }))), make("th"));
    const lines = taken.map((step, k) => {
      const now = new Map(step.blanks.map((one) => [one.at, one.top[0]]));
      let changed = 0;
      const cells = blanks.map(({ at }) => {
        const before = filled.get(at), first = now.get(at);
        if (before !== undefined || !first) return make("td", "done", chip(before ?? "", { kind: "kept" }));
        const [token, share] = first, chosen = at === step.at;
        const other = seen.has(at) && seen.get(at) !== token;
        if (other) changed += 1;
        seen.set(at, token);
        return make("td", `${chosen ? "chosen" : ""} ${other ? "changed" : ""}`,
          chip(token, { kind: chosen ? "answer" : other ? "random" : "plain" }), make("small", "number", percent(share)));
      });
      filled.set(step.at, step.token);
      const number = 1 + blanks.findIndex((one) => one.at === step.at);
      return make("tr", "", make("th", "", String(k + 1)), ...cells,
        make("td", "said", say(changed ? "said_changed" : "said", { n: number, token: step.token, per: percent(step.probability), changed })));
    });
    return make("div", "scroll", make("table", "", make("thead", "", head), make("tbody", "", ...lines)));
  };
  const draw = () => {
    const { answer } = state(), n = answer?.blanks.length ?? 0;
    button.textContent = say(running ? "stop" : "run");
    button.disabled = !running && n === 0;
    status.textContent = n < 2 ? say("few") : running ? say("at", { k: taken.length, n }) : "";
    if (!answer || !taken.length) { body.replaceChildren(); return; }
    const parts = [table(answer)];
    if (over) {
      const alone = new Map(answer.blanks.map((one) => [one.at, /** @type {Fill} */ ({ token: one.top[0][0] })]));
      const together = new Map(taken.map((step) => [step.at, { token: step.token, differs: alone.get(step.at)?.token !== step.token }]));
      const differing = [...together.values()].filter((fill) => fill.differs).length;
      parts.push(make("div", "outcome", make("b", "", say("at_once")), sentence(answer, alone), make("b", "", say("one_by_one")), sentence(answer, together),
        make("p", "verdict", say(differing ? "differ" : "same", { n: differing, of: taken.length }))));
    }
    body.replaceChildren(...parts);
  };
  const forget = () => { newest++; running = over = false; taken = []; draw(); };
  const run = async () => {
    forget();
    const number = ++newest, request = state().answer?.request;
    if (!request) return;
    running = true;
    showProblem(problem, null);
    draw();
    try {
      for (;;) {
        const step = await ask({ ...request, filled: taken.flatMap((one) => [one.at, one.token_id]) });
        if (number !== newest) return;
        if (step.done) break;
        taken.push(step);
        draw();
        await new Promise((resolve) => { setTimeout(resolve, prefersStill ? 0 : PAUSE); });
        if (number !== newest) return;
      }
      over = taken.length > 0;
    } catch (failure) { showProblem(problem, failure); }
    running = false;
    draw();
  };
  button.onclick = () => { if (running) { newest++; running = false; draw(); } else run(); };
  return { forget, words: draw, run };
};
