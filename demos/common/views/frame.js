// The frame of a page: its sentences, its foot, its further experiments, and when it is on the screen.

import { prefersStill } from "./colours.js";
import { find, make } from "./elements.js";
import { announce, listen } from "./events.js";
import { lang, loadTexts, textOf, texts, translate } from "./language.js";
import { pageAfter, pageLink, shellStands, tabNow } from "./links.js";

const NO_GUESS = "shell.guess.skip";

// A page begins once the shell stands and the sentences are there: its own and those of the parts
// that it has from others.
/** @type {(...stems: string[]) => Promise<unknown>} */
export const pageOpens = (...stems) => Promise.all([loadTexts(...stems), shellStands]);

/** @type {(node: Element) => void} */
const toTop = (node) => node.scrollIntoView({ block: "start", behavior: prefersStill ? "auto" : "smooth" });

// Fills .notice, .predict and .foot of a page from the texts `NAME.notice.1..`,
// `NAME.predict.1.question|answer`, with `.choice.1..` and `.truth.1..` to choose from, `NAME.foot`.
//   lights: {1: "selector"} what the first sentence points at; proofs: {1: () => ...} what the first
//   answer does to the instrument when it is shown.
/**
 * @param {HTMLElement} element
 * @param {string} name
 * @param {{ lights?: Record<number, string>, proofs?: Record<number, () => unknown> }} [how]
 */
export const framePage = (element, name, { lights = {}, proofs = {} } = {}) => {
  const numbered = (/** @type {string} */ prefix, suffix = "") => {
    const keys = /** @type {string[]} */ ([]);
    while (`${prefix}.${keys.length + 1}${suffix}` in texts) keys.push(`${prefix}.${keys.length + 1}`);
    return keys;
  };
  const notice = find(element, ".notice"), predict = find(element, ".predict");
  notice.append(make("h2", { "data-i18n": "shell.notice" }));
  numbered(`${name}.notice`).forEach((key, k) => {
    const sentence = make("p", { "data-i18n": key });
    const light = (/** @type {boolean} */ on) => {
      for (const node of lights[k + 1] ? element.querySelectorAll(lights[k + 1]) : /** @type {Element[]} */ ([])) {
        const box = sectionOf(node);
        node.classList.toggle("lit", on);
        box?.classList.toggle("lit", on && !box.open);  // its title, while it is closed
      }
    };
    if (lights[k + 1]) {
      sentence.tabIndex = 0;
      sentence.onpointerenter = sentence.onfocus = () => light(true);
      sentence.onpointerleave = sentence.onblur = () => light(false);
      const aim = element.querySelector(lights[k + 1]), box = aim && sectionOf(aim);
      if (box) {  // what it speaks of may be closed: a click leads there
        sentence.setAttribute("role", "button");
        sentence.onclick = () => { light(false); lead(element, box.dataset.section ?? ""); };
        sentence.onkeydown = (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          sentence.click();
        };
      }
    }
    notice.append(sentence);
  });
  predict.append(make("h2", { "data-i18n": "shell.predict" }));
  numbered(`${name}.predict`, ".question").forEach((key, k) => {
    predict.append(question(key, async () => {
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
  find(element, ".foot").append(make("p", figures ? {} : { "data-i18n": foot }), copy);
  const after = pageAfter(name);
  if (after) {
    const next = make("button", { type: "button", class: "onward" }, make("span", { "data-i18n": "shell.next" }),
      make("b", { "data-i18n": `${after}.tab` }));
    next.onclick = () => announce("go", after);
    find(element, ".foot").append(next);
  }
  translate(element);
};

// A question that shows its answer once somebody has guessed, or won't; the guess stays beside it.
/** @type {(key: string, prove: () => unknown) => HTMLDetailsElement} */
const question = (key, prove) => {
  const options = make("div", { class: "guesses" }), guess = make("p", { class: "guess" });
  const answer = make("div", { class: "answer" }, guess, make("p", { "data-i18n": `${key}.answer` }));
  const details = make("details", {}, make("summary", { "data-i18n": `${key}.question` }), options, answer);
  const truths = /** @type {string[]} */ ([]), buttons = /** @type {HTMLButtonElement[]} */ ([]);
  let chosen = /** @type {string | null} */ (null);  // the key of what was guessed
  const say = () => {
    if (!chosen) return;
    const verdict = truths.includes(chosen) ? "right" : truths.length ? "wrong" : "open";
    guess.textContent = chosen === NO_GUESS ? textOf("shell.guess.none") : textOf(`shell.guess.${verdict}`, { said: textOf(chosen) });
  };
  const option = (/** @type {string} */ said) => {
    const button = make("button", { type: "button", "data-i18n": said });
    button.onclick = () => {
      chosen = said;
      for (const other of buttons) {
        other.disabled = true;
        other.setAttribute("aria-pressed", String(other === button));
        other.classList.toggle("truth", truths.includes(other.dataset.i18n ?? ""));
      }
      answer.hidden = false;
      say();
      prove();
    };
    buttons.push(button);
    options.append(button);
  };
  const kindOf = (/** @type {number} */ n) => ["choice", "truth"].find((one) => `${key}.${one}.${n}` in texts);
  for (let n = 1, kind = kindOf(1); kind; n += 1, kind = kindOf(n)) {
    if (kind === "truth") truths.push(`${key}.${kind}.${n}`);
    option(`${key}.${kind}.${n}`);
  }
  option(NO_GUESS);
  answer.hidden = true;
  listen("lang", say);
  details.ontoggle = () => { if (details.open && chosen) prove(); };
  return details;
};

// ---- Further experiments -----------------------------------------------------------------------
// `<details class="experiment" data-section="x">` in a page's html opens in place, under the texts
// `NAME.section.x.title|line`. Nothing in it is asked for or drawn before it is opened. Those that are
// open stand in the link, as `open=x,y`; what belongs to one that is closed does not.
/** @type {WeakMap<Element, { open: (name: string) => Promise<void> }>} */
const pages = new WeakMap();  // a page's element -> its sections
/** @type {(node: Element) => HTMLDetailsElement | null} */
const sectionOf = (node) => node.closest("details.experiment");
// Opens a section, if it has one of that name, and brings it (or a part of it) to the top.
/** @type {(element: HTMLElement, name: string, selector?: string | null) => Promise<void>} */
const lead = async (element, name, selector = null) => {
  await pages.get(element)?.open(name);
  toTop(find(element, selector ?? `.experiment[data-section="${name}"]`));
};

// parts: {x: { show, owns: { parameter: usual } }}. `show` draws a section as it opens, again where it
// was to be renewed while it was closed, and may return a promise. A link without `open` opens a
// section when it has one of the parameters that it owns, with another value than the usual one.
/**
 * @typedef {{ show?: () => unknown, owns?: Record<string, string | number | boolean | null> }} Part
 * @param {HTMLElement} element
 * @param {string} tab
 * @param {Record<string, Part>} parts
 */
export const pageSections = (element, tab, parts) => {
  const boxes = Object.fromEntries(
    [...element.querySelectorAll("details")].filter((box) => box.matches(".experiment")).map((box) => [box.dataset.section ?? "", box]));
  const names = Object.keys(boxes), stale = new Set(names);
  let begun = false;
  const isOpen = (/** @type {string} */ name) => begun && boxes[name].open;
  const keep = () => {
    const open = names.filter((name) => boxes[name].open);
    const owned = (/** @type {string[]} */ of) => of.flatMap((name) => Object.keys(parts[name]?.owns ?? {}));
    pageLink.close(tab, owned(names).filter((one) => !owned(open).includes(one)));
    pageLink.set(tab, { open: open.join(",") || null });
  };
  const show = async (/** @type {string} */ name) => {
    if (!isOpen(name) || !stale.delete(name)) return;
    await parts[name]?.show?.();
    boxes[name].dataset.ready = "";
  };
  element.querySelector(".after ~ .experiment")?.before(make("h2", { class: "more", "data-i18n": "shell.more" }));
  names.forEach((name) => {
    const key = `${tab}.section.${name}`, box = boxes[name];
    box.prepend(make("summary", {}, make("h2", { "data-i18n": `${key}.title` }), make("span", { "data-i18n": `${key}.line` })));
    box.ontoggle = () => { if (begun) { keep(); show(name); } };
  });
  translate(element);
  const sections = {
    isOpen,
    // Call `how` now if the section is open, else its `show` when it is opened.
    /** @type {(name: string, how?: () => unknown) => unknown} */
    renew: (name, how = parts[name].show) => {
      if (isOpen(name)) return how?.();
      stale.add(name);
      return undefined;
    },
    open: (/** @type {string} */ name) => {
      boxes[name].open = true;
      if (begun) keep();
      return show(name);
    },
    /** @type {(name: string, selector?: string) => Promise<void>} */
    lead: (name, selector) => lead(element, name, selector),
    // Call when the page's state is known: opens what the link says.
    begin: async () => {
      const said = pageLink.read(tab, "open", /** @type {string | null} */ (null));
      /** @type {(owned: [name: string, usual: string | number | boolean | null]) => boolean} */
      const meant = ([name, usual]) => ![null, String(usual)].includes(pageLink.read(tab, name, null));
      const wanted = said?.split(",") ?? names.filter((name) => Object.entries(parts[name]?.owns ?? {}).some(meant));
      for (const name of names) boxes[name].open ||= wanted.includes(name);
      begun = true;
      keep();
      await Promise.all(names.map(show));
      const [first, ...others] = names.filter((name) => wanted.includes(name));
      if (first && !others.length && scrollY === 0) boxes[first].scrollIntoView();
    },
  };
  pages.set(element, sections);
  return sections;
};

// Run `start` when this tab is first on the screen, and `again` each later time.
/** @type {Record<string, unknown>} */
const starts = {};  // of the tabs that were on the screen: what their `start` returned, maybe a promise
/** @type {(tab: string, start: () => unknown, again?: () => unknown) => void} */
export const whenShown = (tab, start, again = () => {}) => {
  let started = false;
  const run = () => {
    if (tabNow !== tab) return;
    if (started) again(); else { started = true; starts[tab] = start(); }
  };
  listen("tab", run);
  run();
};
