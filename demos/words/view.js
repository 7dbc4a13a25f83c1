// Words as vectors: a sum of words -> one vector -> the words nearest to it, all in the browser.
// props.first: what the server stored of the worked examples; props.files: where the vectors are
// (demos/words/tab.py). Searching is done by worker.js, asked through store.js.

/** @import { Language, Mounted, Values } from "../common/views/types" */
/** @import { Near, Props, Question, Server, Similar } from "./types" */
import { newest, showProblem } from "../common/views/asking.js";
import { codeBars } from "../common/views/digits.js";
import { finder, make } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { framePage, pageOpens, pageSections, whenShown } from "../common/views/frame.js";
import { lang, sentence, textOf, texts } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { choiceRow, undoHistory } from "../common/views/tokens.js";
import { nearList } from "./near.js";
import { hasHan, readSum } from "./search.js";
import { wordSections } from "./sections.js";
import { wordStore } from "./store.js";
import { trays } from "./trays.js";

const TAB = "words", MOST = 10, FULL = 0.4;  // of a sum's number: a full bar
/** @type {Language[]} */
const LANGUAGES = ["en", "zh"];
/** @param {string} text */
const listed = (text) => text.split(",").filter(Boolean);

/** @param {Mounted<Props, Server>} page */
export async function mount({ element, props, server }) {
  await pageOpens("words");
  const find = finder(element), first = props.first, problem = find(".entry .problem"), page = find("article");
  const field = find(".typing input", HTMLInputElement);
  /** @type {(key: string, values?: Values) => string} */
  const say = (key, values) => textOf(`${TAB}.${key}`, values);
  /** @type {(of: Language) => Question} */
  const start = (of) => ({ of, plus: first.opening?.[of].plus ?? [], minus: first.opening?.[of].minus ?? [], meant: null });
  let asked = start(lang), typed = false;
  let shown = /** @type {{ to: Question, answer: Similar, ms: number | null } | null} */ (null);
  framePage(element, TAB, {
    lights: { 1: ".answers .near", 2: ".examples button:nth-child(4)", 3: ".examples button:nth-child(5)" },
    proofs: { 1: () => sections.open("analogies"), 2: () => sections.open("across"), 3: () => change({ of: lang, ...readSum(say("predict.3.shows")), meant: null }) },
  });

  // ---- What is shown -----------------------------------------------------------------------------
  const isStart = (/** @type {Question} */ { of, plus, minus }) => JSON.stringify([plus, minus]) === JSON.stringify([start(of).plus, start(of).minus]);
  const near = nearList(find(".answers .near"), (word) => change({ ...asked, plus: [word], minus: [], meant: null }));
  const sumOf = (/** @type {Question} */ { plus, minus }) => [...plus.map((word, k) => (k ? `+ ${word}` : word)), ...minus.map((word) => `− ${word}`)].join(" ");
  const table = trays(element, { now: () => asked, change: (next) => change(next) });
  function draw() {
    table.draw();
    press(asked.of);
    find(".strip .sum").replaceChildren(...asked.plus.flatMap((word, k) => [...(k ? ["+"] : []), make("span", "chip", word)]), ...asked.minus.flatMap((word) => ["−", make("span", "chip", word)]));
    if (!shown) return;
    const { to, answer, ms } = shown, best = answer.near[0];
    codeBars(find(".strip .bars"), Float32Array.from(answer.sum), FULL, say("strip.bars", { n: answer.sum.length }));
    find(".strip .left figcaption").textContent = say("strip.left", { n: answer.sum.length });
    find(".strip .first").replaceChildren(make("span", "chip answer", best.word));
    find(".strip .arrow b").textContent = say("strip.cosine", { cosine: best.cosine.toFixed(2) });
    find(".answers h2").textContent = say("nearest", { sum: sumOf(to) });
    near.draw(answer.near);
    const place = answer.near.findIndex(({ word }) => word === to.meant);
    find(".meant").hidden = !to.meant;
    find(".meant").textContent = to.meant ? say(place < 0 ? "meant.not" : "meant.at", { word: to.meant, n: place + 1, most: MOST }) : "";
    find(".said").textContent = ms === null ? say("stored") : say("searched", { ms: ms < 1 ? "<1" : Math.round(ms) });
    find(".remarks").replaceChildren(...[...answer.plus, ...answer.minus].filter(({ simplified }) => simplified)
      .map(({ typed: given, word }) => make("p", "remark", say("mapped", { given, word }))));
    page.classList.toggle("old", to !== asked);
    page.dataset.shown = String(Number(page.dataset.shown) + 1);
  }
  const press = choiceRow(find(".sets"), (of) => change(start(/** @type {Language} */ (of))));

  // ---- The vectors, and asking -------------------------------------------------------------------
  const store = wordStore(props.files, { progress: (language, share) => {
    find(".fetching").hidden = share === null;
    find(".fetching progress", HTMLProgressElement).value = share ?? 1;
    find(".fetching p").textContent = say("fetching", { language: say(`set.${language}`), size: (props.files[language].bytes / 1e6).toFixed(1) });
  } });
  const ask = newest(async (/** @type {Question} */ next) => {
    page.setAttribute("aria-busy", "true");
    const before = asked;
    try {
      const stored = isStart(next) && !store.isHere(next.of) ? first.opening?.[next.of] : null;
      const { found, ms } = stored ? { found: fromStored(stored), ms: null }
        : await store.ask({ what: "similar", language: next.of, plus: next.plus, minus: next.minus, most: MOST });
      if (asked !== before) return;  // another question came meanwhile
      // As the vectors have them: what was typed in traditional characters is said below.
      asked = { ...next, plus: found.plus.map(wordOf), minus: found.minus.map(wordOf) };
      shown = { to: asked, answer: found, ms };
      showProblem(problem, null);
      link();
      draw();
      sections.renew("map");
    } catch (failure) {
      page.classList.toggle("old", shown?.to !== asked);
      showProblem(problem, failure);
    } finally { page.removeAttribute("aria-busy"); }
  });
  const wordOf = (/** @type {{ word: string }} */ { word }) => word;
  /** @type {(stored: NonNullable<Props["first"]["opening"]>["en"]) => Similar} */
  const fromStored = ({ plus, minus, words, cosines, sum, pinyin }) => {
    const asFound = (/** @type {string} */ word) => ({ typed: word, word, number: -1, simplified: false });
    /** @type {Near[]} */
    const list = words.map((word, k) => ({ word, number: -1, cosine: cosines[k], pinyin: pinyin[k] ?? "" }));
    return { plus: plus.map(asFound), minus: minus.map(asFound), near: list, sum };
  };
  const history = undoHistory(find(".undo", HTMLButtonElement), find(".reset", HTMLButtonElement), {
    now: () => asked, show: (state) => set(state), start: () => start(asked.of),
  });
  /** @type {(next: Question) => Promise<void>} */
  function change(next) {
    history.keep(asked);
    return set(next);
  }
  /** @type {(next: Question) => Promise<void>} */
  function set(next) {
    const switched = next.of !== asked.of;
    asked = next;
    if (switched) fresh();
    draw();
    if (asked.plus.length + asked.minus.length) return ask(asked);
    page.classList.add("old");
    showProblem(problem, sentence("errors.words_empty"));
    return Promise.resolve();
  }
  function link() {
    const { of, plus, minus, meant } = asked, usual = isStart(asked);
    pageLink.set(TAB, {
      of: of === lang ? null : of, plus: usual ? null : plus.join(","), minus: usual || !minus.length ? null : minus.join(","), meant,
    });
  }

  // ---- Typing ------------------------------------------------------------------------------------
  const suggest = newest(async (/** @type {string} */ text) => {
    const [word] = text.match(/[^\s,，、;；+＋−–—-]*$/) ?? [""];
    if (!word || word.length > 40) { find(".suggested").replaceChildren(); return; }
    try {
      const of = languageOf(text), { found } = await store.ask({ what: "suggest", language: of, typed: word });
      if (field.value !== text) return;  // typed on since
      find(".suggested").replaceChildren(...found.map((one) => {
        const button = make("button", { type: "button", value: one.word }, one.word, ...(one.pinyin ? [" ", make("small", "", one.pinyin)] : []));
        button.onclick = () => take(`${text.slice(0, text.lastIndexOf(word))}${one.word}`);
        return button;
      }));
    } catch (failure) { showProblem(problem, failure); }
  });
  // Chinese characters are Chinese; Latin letters are English, or pinyin where Chinese is chosen.
  /** @type {(text: string) => Language} */
  const languageOf = (text) => (hasHan(text) ? "zh" : asked.of);
  /** @type {(text: string) => Promise<void>} */
  async function take(text) {
    const { plus, minus } = readSum(text), all = [...plus, ...minus];
    if (!all.length) return showProblem(problem, sentence("errors.words_empty"));
    let of = languageOf(text);
    if (hasHan(text) && all.some((word) => !hasHan(word))) return showProblem(problem, sentence("words.mixed"));
    if (of === "zh" && all.length === 1 && !hasHan(text)) {  // pinyin, or else an English word
      const { found } = await store.ask({ what: "suggest", language: "zh", typed: all[0] });
      if (found.length) plus.splice(0, 1, found[0].word); else of = "en";
    }
    typed = true;
    const before = asked;
    await ask({ of, plus, minus, meant: null });
    if (!find(".entry .problem").hidden) return;  // what was typed stays, to be mended
    history.keep(before);
    if (before.of !== of) fresh();
    field.value = "";
    find(".suggested").replaceChildren();
  }
  find(".typing", HTMLFormElement).onsubmit = (event) => { event.preventDefault(); take(field.value); };
  field.oninput = () => { suggest(field.value); };
  field.onfocus = () => { store.have(asked.of).catch((failure) => showProblem(problem, failure)); };

  // ---- Examples ----------------------------------------------------------------------------------
  const examples = () => {
    const keys = Object.keys(texts).filter((key) => key.startsWith("words.example.sum."));
    return keys.map((key) => texts[key][asked.of]);
  };
  function drawExamples() {
    find(".examples").replaceChildren(...examples().map((text) => {
      const button = make("button", { type: "button", class: "mono" }, text);
      button.onclick = () => change({ of: asked.of, ...readSum(text), meant: null });
      return button;
    }));
  }
  find(".random").onclick = async () => {
    const all = texts["words.example.random"][asked.of].split(" "), word = all[Math.floor(Math.random() * all.length)];
    await change({ of: asked.of, plus: [word], minus: [], meant: null });
  };

  // ---- Sections ----------------------------------------------------------------------------------
  const parts = wordSections(element, {
    server, store, of: () => asked.of, words: () => ({ plus: [...asked.plus, ...asked.minus], near: shown?.answer.near ?? [] }),
    ask: (next) => { change(next); find(".strip").scrollIntoView({ block: "start" }); },
  });
  const sections = pageSections(element, TAB, parts.sections);
  const renewAll = () => { for (const name of Object.keys(parts.sections)) sections.renew(name); };
  function fresh() {  // the other language's vectors
    drawExamples();
    parts.start();
    renewAll();
  }
  listen("lang", () => {
    if (!typed && isStart(asked) && asked.of !== lang) { asked = start(lang); shown = null; fresh(); ask(asked); } else { draw(); renewAll(); }
    parts.words();
    link();
  });

  // ---- The first view ----------------------------------------------------------------------------
  whenShown(TAB, async () => {
    if (first.problem) {
      showProblem(problem, first.problem);
      find(".answers").hidden = true;
      return sections.begin();
    }
    const of = LANGUAGES.find((one) => one === pageLink.read(TAB, "of", lang)) ?? lang;
    const plus = listed(pageLink.read(TAB, "plus", "")), minus = listed(pageLink.read(TAB, "minus", ""));
    asked = plus.length + minus.length ? { of, plus, minus, meant: pageLink.read(TAB, "meant", null) } : start(of);
    drawExamples();
    parts.start();
    draw();
    await ask(asked);
    return sections.begin();
  });
}
