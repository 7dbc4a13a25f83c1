// The frame of a page: its sentences, its foot, and when it is on the screen.

import { announce, listen } from "./events.js";
import { lang, loadTexts, textOf, texts, translate } from "./language.js";
import { pageAfter, pageLink, shellStands, tabNow } from "./links.js";

const NO_GUESS = "shell.guess.skip";

// A page begins once the shell stands and the sentences are there: its own and those of the parts
// that it has from others.
export const pageOpens = (...stems) => Promise.all([loadTexts(...stems), shellStands]);

// Fills .notice, .predict and .foot of a page from the texts `NAME.notice.1..`,
// `NAME.predict.1.question|answer`, with `.choice.1..` and `.truth.1..` to choose from, `NAME.foot`.
//   lights: {1: "selector"} what the first sentence points at; proofs: {1: () => ...} what the first
//   answer does to the instrument when it is shown.
export const framePage = (element, name, { lights = {}, proofs = {} } = {}) => {
  const make = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };
  const numbered = (prefix, suffix = "") => {
    const keys = [];
    while (`${prefix}.${keys.length + 1}${suffix}` in texts) keys.push(`${prefix}.${keys.length + 1}`);
    return keys;
  };
  const notice = element.querySelector(".notice"), predict = element.querySelector(".predict");
  notice.append(make("h2", { "data-i18n": "shell.notice" }));
  numbered(`${name}.notice`).forEach((key, k) => {
    const sentence = make("p", { "data-i18n": key });
    const light = (on) => {
      for (const node of lights[k + 1] ? element.querySelectorAll(lights[k + 1]) : [])
        node.classList.toggle("lit", on);
    };
    if (lights[k + 1]) {
      sentence.tabIndex = 0;
      sentence.onpointerenter = sentence.onfocus = () => light(true);
      sentence.onpointerleave = sentence.onblur = () => light(false);
    }
    notice.append(sentence);
  });
  predict.append(make("h2", { "data-i18n": "shell.predict" }));
  numbered(`${name}.predict`, ".question").forEach((key, k) => {
    predict.append(question(make, key, async () => {
      await starts[name];  // what an answer sets may not be there yet
      proofs[k + 1]?.();
    }));
  });
  const copy = make("button", { type: "button", class: "quiet", "data-i18n": "shell.copy_link" });
  copy.onclick = async () => {
    await pageLink.copy();
    copy.textContent = textOf("shell.copied");
    setTimeout(() => { copy.textContent = textOf("shell.copy_link"); }, 1500);
  };
  const foot = `${name}.foot`, figures = /\{\w+\}/.test(texts[foot][lang]);  // these the page fills in
  element.querySelector(".foot").append(make("p", figures ? {} : { "data-i18n": foot }), copy);
  const after = pageAfter(name);
  if (after) {
    const next = make("button", { type: "button", class: "next" }, make("span", { "data-i18n": "shell.next" }),
      make("b", { "data-i18n": `${after}.tab` }));
    next.onclick = () => announce("go", after);
    element.querySelector(".foot").after(make("p", { class: "onward" }, next));
  }
  translate(element);
};

// A question that shows its answer once somebody has guessed, or won't; the guess stays beside it.
const question = (make, key, prove) => {
  const options = make("div", { class: "guesses" }), guess = make("p", { class: "guess" });
  const answer = make("div", { class: "answer" }, guess, make("p", { "data-i18n": `${key}.answer` }));
  const details = make("details", {}, make("summary", { "data-i18n": `${key}.question` }), options, answer);
  const truths = [];
  let chosen = null;  // the key of what was guessed
  const say = () => {
    if (!chosen) return;
    const verdict = truths.includes(chosen) ? "right" : truths.length ? "wrong" : "open";
    guess.textContent = chosen === NO_GUESS ? textOf("shell.guess.none") : textOf(`shell.guess.${verdict}`, { said: textOf(chosen) });
  };
  const option = (said) => {
    const button = make("button", { type: "button", "data-i18n": said });
    button.onclick = () => {
      chosen = said;
      for (const other of options.children) {
        other.disabled = true;
        other.setAttribute("aria-pressed", String(other === button));
        other.classList.toggle("truth", truths.includes(other.dataset.i18n));
      }
      answer.hidden = false;
      say();
      prove();
    };
    options.append(button);
  };
  for (let n = 1, kind; (kind = ["choice", "truth"].find((one) => `${key}.${one}.${n}` in texts)); n += 1) {
    if (kind === "truth") truths.push(`${key}.${kind}.${n}`);
    option(`${key}.${kind}.${n}`);
  }
  option(NO_GUESS);
  answer.hidden = true;
  listen("lang", say);
  details.ontoggle = () => { if (details.open && chosen) prove(); };
  return details;
};

// Run `start` when this tab is first on the screen, and `again` each later time.
const starts = {};  // of the tabs that were on the screen: what their `start` returned, maybe a promise
export const whenShown = (tab, start, again = () => {}) => {
  let started = false;
  const run = () => {
    if (tabNow !== tab) return;
    if (started) again(); else { started = true; starts[tab] = start(); }
  };
  listen("tab", run);
  run();
};
