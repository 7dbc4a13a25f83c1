// Measurements that take long: headWork(page) returns
//   measure(task, asked, node, names) -> the result, or null if it was stopped; rejects with {en, zh}.
// `node` shows how far it is and a stop; one measurement at a time, a new one gives the last up.
// Also what is asked of the model, for the views that need a question: headQuestion(node, page).

/** @import { Values } from "../common/views/types" */
/** @import { Failed, Measure, Measuring, Page, Progress, Results, Task } from "./types" */
import { make } from "../common/views/elements.js";
import { lang, textOf } from "../common/views/language.js";
import { chip, choiceRow } from "../common/views/tokens.js";
import { longWork } from "../common/views/work.js";

const TAB = "attention";
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`${TAB}.${key}`, values);

/** @typedef {{ task: Task, node: HTMLElement, bar: HTMLProgressElement, text: HTMLElement, resolve: (result: Results[Task] | null) => void, reject: Failed }} Running */
/** @type {(page: Page) => Measure} */
export const headWork = (page) => {
  let running = /** @type {Running | null} */ (null);
  const end = (/** @type {Running} */ { node }) => { running = null; node.replaceChildren(); };
  const { measure: begin, follow_measuring: look, stop_measuring: halt } = page.server;
  const work = /** @type {ReturnType<typeof longWork<Progress, Measuring>>} */ (longWork({ begin, look, stop: halt }, (now) => {
    const mine = running;
    if (!mine) return;
    if (now.error) { end(mine); mine.reject(now.error); }
    else if (now.over) { end(mine); mine.resolve(now.result ?? null); }
    else if (now.total) {
      mine.bar.max = now.total;
      mine.bar.value = now.done ?? 0;
      mine.text.textContent = say(`work.${mine.task}`, { done: now.done, total: now.total });
    } else if (now.ahead) mine.text.textContent = say("work.in_line", { ahead: now.ahead });
  }));
  const stop = () => {
    const mine = running;
    if (!mine) return Promise.resolve();
    end(mine);
    mine.resolve(null);
    return work.stop();
  };
  return async (task, asked, node) => {
    while (running) await stop();  // it holds a place
    return new Promise((resolve, reject) => {
      const bar = make("progress"), text = make("p", "quiet-text", say("work.waiting")), button = make("button", "", say("work.stop"));
      button.type = "button";
      button.onclick = stop;
      bar.setAttribute("aria-label", say("work.waiting"));
      node.replaceChildren(make("div", "row progress", bar, text, button));
      running = { task, node, bar, text, reject, resolve: /** @type {Running["resolve"]} */ (resolve) };  // the result is that of its task
      work.start({ ...asked, each: asked.each ?? false, task });
    });
  };
};

// Which token is to be guessed, or whether B follows A. Draws the sentence as buttons; `ready()` says
// if there is a question, and finds one where the visitor hasn't asked yet.
/** @type {(node: HTMLElement, page: Page) => { draw: (extra?: string) => void, ready: () => boolean }} */
export const headQuestion = (node, page) => {
  const kinds = make("div", "choices"), board = make("div", "chips board"), target = make("input"), followed = make("span"), follow = make("label", "row follow", followed, target);
  const buttons = ["mask", "next"].map((kind) => Object.assign(make("button"), { type: "button", value: kind }));
  kinds.append(...buttons);
  kinds.setAttribute("role", "group");
  board.setAttribute("role", "group");
  target.type = "text";
  target.maxLength = 40;
  target.spellcheck = false;
  target.onchange = () => page.change({ target: target.value.trim() || null });
  const todo = make("p", "todo"), why = make("p", "remark");
  node.append(make("div", "row controls", kinds, follow), todo, board, why);
  const press = choiceRow(kinds, (question) => page.change({ question, target: null, ...(question === "next" ? { at: null } : {}) }));
  const draw = (extra = "bench") => {
    const { state, data } = page, reason = data.can[state.question] ?? data.can.heads;
    for (const button of buttons) {
      button.textContent = say(`question.${button.value}`);
      button.disabled = Boolean(data.can[button.value]);
      button.title = data.can[button.value]?.[lang] ?? "";
    }
    press(state.question);
    kinds.setAttribute("aria-label", say("question.kind"));
    board.setAttribute("aria-label", say("question.board"));
    followed.textContent = say("question.follow");
    target.placeholder = say("question.first");
    target.value = state.target ?? "";
    follow.hidden = state.question === "next" || Boolean(reason);
    todo.hidden = Boolean(reason);
    todo.textContent = say(`question.todo.${extra}.${state.question}`);
    why.hidden = !reason;
    why.textContent = reason?.[lang] ?? "";
    board.hidden = state.question === "next" || Boolean(reason);
    const focused = [...board.children].findIndex((one) => one === document.activeElement);
    board.replaceChildren(...page.units("piece").map((one, i) => {
      const face = chip(one.text, { kind: one.kind, joined: i > 0 && data.read.words[i] === data.read.words[i - 1], title: one.title });
      if (one.special) return face;
      const button = make("button", face.className, ...(i === state.at ? ["?"] : face.childNodes));
      button.type = "button";
      button.setAttribute("aria-pressed", String(i === state.at));
      button.setAttribute("aria-label", say(i === state.at ? "question.shown" : "question.hide", { token: i === state.at ? data.read.hidden ?? "[MASK]" : one.title }));
      button.onclick = () => page.change({ at: i === state.at ? null : i, target: null });
      return button;
    }));
    if (focused >= 0) /** @type {HTMLElement | undefined} */ (board.children[focused])?.focus();
  };
  // true if the model can be asked now; else it is given a question, or can't answer at all.
  const ready = () => {
    const { state, data } = page;
    if (data.can[state.question] || data.can.heads) return false;
    if (state.question === "next" || state.at !== null || data.read.masked.length) return true;
    const letters = page.units("piece").map((_, i) => i).filter((i) => !data.read.special[i] && /[\p{L}\p{N}]/u.test(data.read.written[i]));
    const at = data.focus ?? letters.at(-1) ?? null;
    if (at === null) return true;  // the server says what is missing
    page.quiet({ at });
    return false;
  };
  return { draw, ready };
};
