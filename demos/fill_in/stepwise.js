// Blanks filled one after another, the surest first: fillSteps(node, { ask, state }).
//   ask(request with `filled`) -> one FillStep or { done: true }; state() -> { request, answer }, where
//   answer is what fill_blanks returned: all blanks answered at once.

import { showProblem } from "../common/views/asking.js";
import { prefersStill } from "../common/views/colours.js";
import { make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { percent } from "../common/views/scales.js";
import { chip } from "../common/views/tokens.js";

const PAUSE = 550;  // milliseconds between two steps, so that each can be read
export const fillSteps = (node, { ask, state }) => {
  const find = (selector) => node.querySelector(selector);
  const say = (key, values) => textOf(`fill_in.steps.${key}`, values);
  const button = find(".run"), problem = find(".problem"), body = find(".body"), status = find(".state");
  let taken = [], running = false, over = false, newest = 0;  // a run goes on while it is the newest

  const sentence = (fills) => {
    const { answer } = state();
    return make("div", "chips", ...answer.tokens.map((token, i) => {
      const fill = fills.get(i);
      const joined = i > 0 && answer.words[i] >= 0 && answer.words[i] === answer.words[i - 1];
      return fill ? chip(fill.token, { kind: fill.differs ? "random" : "answer" })
        : chip(token, { kind: answer.words[i] < 0 ? "hidden" : "plain", joined });
    }));
  };
  const table = () => {
    const { blanks } = state().answer, seen = new Map(), filled = new Map();
    const head = make("tr", "", make("th", "", say("step")), ...blanks.map((one, n) => make("th", "", say("blank", { n: n + 1 }))), make("th"));
    const lines = taken.map((step, k) => {
      const now = new Map(step.blanks.map((one) => [one.at, one]));
      let changed = 0;
      const cells = blanks.map(({ at }) => {
        if (filled.has(at)) return make("td", "done", chip(filled.get(at), { kind: "kept" }));
        const [token, share] = now.get(at).top[0], chosen = at === step.at;
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
    const n = state().answer?.blanks.length ?? 0;
    button.textContent = say(running ? "stop" : "run");
    button.disabled = !running && n === 0;
    status.textContent = n < 2 ? say("few") : running ? say("at", { k: taken.length, n }) : "";
    if (!taken.length) { body.replaceChildren(); return; }
    const parts = [table()];
    if (over) {
      const alone = new Map(state().answer.blanks.map((one) => [one.at, { token: one.top[0][0] }]));
      const together = new Map(taken.map((step) => [step.at, { token: step.token, differs: alone.get(step.at).token !== step.token }]));
      const differing = [...together.values()].filter((fill) => fill.differs).length;
      parts.push(make("div", "outcome", make("b", "", say("at_once")), sentence(alone), make("b", "", say("one_by_one")), sentence(together),
        make("p", "verdict", say(differing ? "differ" : "same", { n: differing, of: taken.length }))));
    }
    body.replaceChildren(...parts);
  };
  const forget = () => { newest++; running = over = false; taken = []; draw(); };
  const run = async () => {
    forget();
    const number = ++newest, { request } = state();
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
