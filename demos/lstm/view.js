// LSTM: a sentence is read word by word; which word vectors, which direction, which words are the reader's.
// It opens on a sentence with its stored answer (open_reading of demos/lstm/tab.py).

/** @import { Language, Mounted, Values } from "../common/views/types" */
/** @import { Read } from "./steps.js" */
/** @import { Answer, Direction, Opening, Part, Server, Start, State } from "./types" */
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { finder, make } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { framePage, pageOpens, pageSections, whenShown } from "../common/views/frame.js";
import { lang, textOf, texts } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { percent, signed } from "../common/views/scales.js";
import { signedBar, signedLegend, signedStrip } from "../common/views/signed_scale.js";
import { signedTokens } from "../common/views/signed_tokens.js";
import { choiceRow, remarks, undoHistory, valueFocused } from "../common/views/tokens.js";
import { wordReasons } from "../common/views/reasons.js";
import { drawContexts } from "./contexts.js";
import { drawRows, drawStrips, unpacked } from "./steps.js";

const TAB = "lstm", N_EXAMPLES = 5, N_PAIRS = 3, LONGEST_LINK = 1500, TICK = 700;
/** @type {Start[]} */
const STARTS = ["random", "pretrained", "tuned"];
/** @type {Direction[]} */
const DIRECTIONS = ["forwards", "backwards", "both"];
/** @type {Part[]} */
const PARTS = ["cell", "hidden", "input_gate", "forget_gate", "output_gate"];

/** @param {Mounted<object, Server>} page */
export async function mount({ element, server }) {
  await pageOpens("lstm", "reasons", "tokens");
  const find = finder(element), article = find("article"), problem = find(".typed .problem"), textarea = find("textarea", HTMLTextAreaElement);
  /** @type {(key: string, values?: Values) => string} */
  const say = (key, values) => textOf(`${TAB}.${key}`, values);

  // ---- State ------------------------------------------------------------------------------------
  /** @type {(language: Language, k: number) => Pick<State, "language" | "text">} */
  const example = (language, k) => ({ language, text: texts[`${TAB}.example.${k}`][language] });
  /** @type {State} */
  let state;  // set as the page is first on the screen
  let shown = /** @type {{ answer: Answer, read: Read, of: State } | null} */ (null), lastTyped = 0;
  /** @returns {State} */
  const worked = () => ({ ...example(lang, 1), off: [], start: "tuned", direction: "forwards", at: -1, part: "hidden", compared: false, other: texts[`${TAB}.contexts.start`][lang] });
  /** @returns {State} */
  function linked() {
    const read = (/** @type {string} */ name, fallback = "") => pageLink.read(TAB, name, fallback);
    const language = read("of", lang) === "zh" ? "zh" : "en", usual = { ...worked(), ...example(language, 1), other: texts[`${TAB}.contexts.start`][language] };
    const off = read("off").split(",").filter(Boolean).map(Number).filter((k) => Number.isInteger(k) && k >= 0), at = Number.parseInt(read("at"), 10);
    /** @type {<One extends string>(name: string, all: One[], fallback: One) => One} */
    const one = (name, all, fallback) => all.find((each) => each === read(name)) ?? fallback;
    return { ...usual, text: read("text", usual.text), off, at: Number.isInteger(at) && at >= 0 ? at : -1, start: one("vectors", STARTS, usual.start),
      direction: one("direction", DIRECTIONS, usual.direction), part: one("part", PARTS, usual.part), compared: read("compare") === "1", other: read("other", usual.other) };
  }
  const past = undoHistory(find(".undo", HTMLButtonElement), find(".reset", HTMLButtonElement), {
    now: () => state, start: worked, show: (earlier) => { state = earlier; refresh(); },
  });
  /** @type {(values: Partial<State>, how?: { keep?: boolean }) => void} */
  function change(values, { keep = true } = {}) {
    if (keep) past.keep(state);
    stop();
    state = { ...state, ...values };
    if (values.text !== undefined) Object.assign(state, { off: values.off ?? [], at: -1 });
    if (values.off || values.direction) state.at = -1;  // the last word that the direction reads
    refresh();
  }
  const asked = () => ({ text: state.text, language: state.language, start: state.start, off: state.off });
  function link() {
    const short = state.text.length < LONGEST_LINK;
    pageLink.set(TAB, { of: state.language, text: short ? state.text : null, vectors: state.start, direction: state.direction, part: state.part,
      off: short && state.off.length ? state.off.join(",") : null, at: state.at < 0 ? null : state.at, compare: state.compared ? 1 : null,
      other: state.other === texts[`${TAB}.contexts.start`][state.language] ? null : state.other.slice(0, LONGEST_LINK) });
  }
  function refresh() {
    pressLanguage(state.language);
    if (textarea.value !== state.text) textarea.value = state.text;
    link();
    drawExamples();
    const of = shown?.of, same = of && JSON.stringify({ ...asked() }) === JSON.stringify({ text: of.text, language: of.language, start: of.start, off: of.off });
    if (same) answered(); else ask(structuredClone(state));
  }

  // What is shown is the answer to what is asked.
  function answered() {
    showProblem(problem, null);
    article.classList.remove("old");
    render();
    article.dataset.shown = String(Number(article.dataset.shown) + 1);
  }

  // ---- The server -------------------------------------------------------------------------------
  const openings = /** @type {Partial<Record<Language, Promise<Opening>>>} */ ({});
  const ask = newest(async (/** @type {State} */ of) => {
    article.classList.add("old");
    try {
      const begins = of.text === example(of.language, 1).text;
      const stored = begins && await (openings[of.language] ??= askServer(server.open_reading, { language: of.language }));
      const known = stored && stored.text === of.text && stored.answer.start === of.start && !of.off.length;
      const answer = known ? stored.answer : await askServer(server.read_text, { text: of.text, language: of.language, start: of.start, off: of.off });
      shown = { answer, read: unpacked(answer), of };
      answered();
    } catch (failure) {
      showProblem(problem, failure);
      if (shown?.of.text === of.text) crossing();  // nothing may be left of it: a word can come back
    }
  });

  // ---- Drawing ----------------------------------------------------------------------------------
  const words = () => (shown ? shown.answer.left.map((k) => shown?.of.text.slice(shown.answer.starts[k], shown.answer.ends[k]) ?? "") : []);
  const last = () => (state.direction === "backwards" ? 0 : Math.max(0, words().length - 1));
  const at = () => (state.at < 0 ? last() : Math.min(state.at, words().length - 1));
  const own = () => shown?.answer.answers.find((one) => one.start === state.start);

  function render() {
    if (!shown) return;
    const { answer } = shown;
    remarks(find(".remarks"), { ...answer, unknown: [], cuts: [], specials: [], tokens: [] }, state.language, (language) => change({ language, text: state.text }));
    const add = (/** @type {string} */ text) => find(".remarks").append(make("p", "remark", text));
    const unknown = [...new Set(answer.tokens.filter((_, k) => own()?.unknown[k]))];
    if (unknown.length) add(say(state.start === "random" ? "unknown_random" : "unknown", { list: unknown.slice(0, 6).join(" ") }));
    if (answer.n_mapped) add(say("mapped", { n: answer.n_mapped }));
    if (answer.n_cut) add(say("cut", { n: answer.n_cut, limit: answer.tokens.length }));
    crossing();
    verdicts();
    rows();
    head();
    for (const name of ["contexts", "reasons", "scores"]) sections.renew(name);
  }
  function crossing() {
    if (!shown) return;
    const { answer } = shown, costs = answer.costs[state.direction];
    const weights = answer.tokens.map((_, k) => { const n = answer.left.indexOf(k); return n < 0 ? 0 : costs[n]; });
    signedTokens(find(".crossing"), answer.tokens.map((_, k) => ({
      token: shown?.of.text.slice(answer.starts[k], answer.ends[k]) ?? "", at: k, weight: weights[k], hidden: state.off.includes(k),
    })), {
      scale: Math.max(...weights.map(Math.abs), 0.5),
      press: (k) => change({ off: state.off.includes(k) ? state.off.filter((one) => one !== k) : [...state.off, k].sort((x, y) => x - y) }),
      spoken: (one) => say(one.hidden ? "bring" : "costs", { token: one.token, cost: signed(one.weight ?? 0) }),
    });
    find(".back", HTMLButtonElement).disabled = !state.off.length;
    find(".crossed").textContent = state.off.length ? say("crossed", { n: state.off.length }) : "";
  }
  // One button a choice, with what it would answer.
  /** @type {(node: HTMLElement, list: { value: string, name: string, good: number, right: number, pressed: boolean, choose: () => void }[]) => void} */
  function verdictList(node, list) {
    const focused = valueFocused(node);
    node.replaceChildren(...list.map((one) => {
      const fill = make("i"), button = make("button", "", make("span", "name", one.name), make("span", "track", fill), make("span", "number", percent(one.good)), make("small", "", say("accuracy", { per: (100 * one.right).toFixed(1) })));
      signedBar(fill, 2 * one.good - 1);
      Object.assign(button, { type: "button", value: one.value, onclick: one.choose });
      button.setAttribute("aria-pressed", String(one.pressed));
      button.setAttribute("aria-label", say("spoken", { name: one.name, per: (100 * one.good).toFixed(0) }));
      return make("li", "", button);
    }));
    if (focused) node.querySelector(`button[value="${focused}"]`)?.focus();
  }
  function verdicts() {
    const list = shown?.answer.answers ?? [], mine = own(), { direction } = state;
    verdictList(find(".starts"), list.map((one) => ({ value: one.start, name: say(`start.${one.start}`), good: one.good[direction], right: one.test_accuracy[direction],
      pressed: one.start === state.start, choose: () => change({ start: one.start }) })));
    verdictList(find(".directions"), mine ? DIRECTIONS.map((name) => ({ value: name, name: say(`direction.${name}`), good: mine.good[name], right: mine.test_accuracy[name],
      pressed: name === direction, choose: () => change({ direction: name }) })) : []);
  }
  function rows() {
    if (!shown) return;
    const list = words(), k = at(), { read } = shown;
    pressPart(state.part);
    find(".shows").textContent = say(`shows.${state.part}`);
    drawRows(find(".words"), { words: list, read, direction: state.direction, at: k, part: state.part, choose: (next) => { stop(); move(next); } });
    find(".at-word").textContent = say("at", { word: list[k] });
    drawStrips(find(".strips"), { read, direction: state.direction, at: k });
    const [low, high] = state.direction === "backwards" ? [list.length - 1, 0] : [0, list.length - 1];
    find(".back-one", HTMLButtonElement).disabled = k === low;
    find(".on-one", HTMLButtonElement).disabled = k === high;
  }
  function head() {
    const mine = own();
    if (!shown || !mine) return;
    const { read } = shown, good = mine.good[state.direction], n = words().length;
    find(".given").textContent = words().join(state.language === "zh" ? "" : " ");
    find(".count").textContent = say("strip.words", { n });
    const ends = { forwards: [...read.forwards.hidden[n - 1]], backwards: [...read.backwards.hidden[0]] };
    const cells = state.direction === "both" ? [...ends.forwards, ...ends.backwards] : ends[state.direction];
    signedStrip(find(".cells", HTMLCanvasElement), cells, 1);
    find(".strip .caption").textContent = say("strip.left", { n: cells.length });
    find(".odds").textContent = signed(Math.log(good / (1 - good)));
    find(".outcome").textContent = say(good >= 0.5 ? "outcome.good" : "outcome.bad", { per: percent(good >= 0.5 ? good : 1 - good) });
  }

  // ---- Reading, step by step --------------------------------------------------------------------
  let timer = 0;
  function move(/** @type {number} */ next) {
    state.at = Math.max(0, Math.min(next, words().length - 1));
    link();
    rows();
  }
  const onward = () => (state.direction === "backwards" ? -1 : 1);
  function stop() {
    clearInterval(timer);
    timer = 0;
    find(".play").textContent = say("play");
  }
  find(".play").onclick = () => {
    if (timer) { stop(); return; }
    if (!shown) return;
    const first = state.direction === "backwards" ? words().length - 1 : 0;
    move(at() === last() ? first : at());
    timer = setInterval(() => { if (at() === last()) stop(); else move(at() + onward()); }, TICK);
    find(".play").textContent = say("pause");
  };
  find(".back-one").onclick = () => { stop(); move(at() - onward()); };
  find(".on-one").onclick = () => { stop(); move(at() + onward()); };

  // ---- Sections ---------------------------------------------------------------------------------
  const reasons = wordReasons(find(".ways", HTMLDetailsElement), {
    ask: () => askServer(server.compare_reasons, { ...asked(), direction: state.direction }), key: () => JSON.stringify([asked(), state.direction]),
    change: (open) => { state.compared = open; link(); },
  });
  const other = find(".other", HTMLInputElement), apart = find("[data-section=contexts] .problem");
  const showContexts = newest(async () => {
    find("[data-section=contexts] .one").textContent = state.text;
    if (other.value !== state.other) other.value = state.other;
    find(".pairs").replaceChildren(...Array.from({ length: N_PAIRS }, (_, k) => {
      const button = make("button", { type: "button" }, say(`pair_name.${k + 1}`));
      button.onclick = () => change({ text: texts[`${TAB}.pair_one.${k + 1}`][state.language], other: texts[`${TAB}.pair.${k + 1}`][state.language] });
      return button;
    }));
    try {
      const found = await askServer(server.compare_contexts, { text: state.text, other: state.other, language: state.language, start: state.start });
      showProblem(apart, null);
      drawContexts(find("[data-section=contexts] .table"), found);
    } catch (failure) { showProblem(apart, failure); }
  });
  other.oninput = () => { state.other = other.value; link(); showContexts(); };
  function showScores() {
    if (!shown) return;
    find("[data-section=scores] .says").textContent = say(`scores.${state.language}`);
    const rowsOf = shown.answer.answers.map((one) => make("tr", "", make("th", "", say(`start.${one.start}`)), ...DIRECTIONS.map((name) =>
      make("td", "number", `${(100 * one.test_accuracy[name]).toFixed(1)}%`))));
    find("[data-section=scores] .table").replaceChildren(make("table", "", make("tr", "", make("th"), ...DIRECTIONS.map((name) => make("th", "", say(`direction.${name}`)))), ...rowsOf));
  }
  const sections = pageSections(element, TAB, {
    contexts: { show: showContexts, owns: { other: null } },
    reasons: { show: () => { find(".experiment .how").textContent = say("reasons.how"); reasons.draw(state.compared); }, owns: { compare: null } },
    scores: { show: showScores },
  });
  framePage(element, TAB, {
    lights: { 1: ".words", 2: ".strip-row[data-part=forget_gate]", 3: ".starts" },
    proofs: { 2: () => change({ ...example(state.language, 2), off: [] }), 3: () => sections.open("contexts") },
  });

  // ---- Controls ---------------------------------------------------------------------------------
  const pressLanguage = choiceRow(find(".language"), (/** @type {Language} */ language) => { change({ ...example(language, 1), other: texts[`${TAB}.contexts.start`][language] }); });
  const pressPart = choiceRow(find(".part"), (/** @type {Part} */ part) => { state.part = part; link(); rows(); });
  textarea.oninput = () => {
    const fresh = Date.now() - lastTyped > 1500;  // one undo for a burst of typing
    lastTyped = Date.now();
    change({ text: textarea.value }, { keep: fresh });
  };
  find(".back").onclick = () => change({ off: [] });
  function drawExamples() {
    find(".examples").querySelectorAll("button").forEach((button) => button.remove());
    for (let k = 1; k <= N_EXAMPLES; k++) {
      const button = make("button", { type: "button" }, say(`example_name.${k}`)), one = example(state.language, k);
      button.setAttribute("aria-pressed", String(one.text === state.text));
      button.onclick = () => change(one);
      find(".examples").append(button);
    }
  }
  function legend() { signedLegend(find(".legend-row"), [say("legend.low"), say("legend.high")]); }
  listen("lang", () => { if (state) { drawExamples(); legend(); stop(); render(); } });
  listen("theme", () => { if (state) render(); });
  whenShown(TAB, () => {
    state = linked();
    legend();
    refresh();
    return sections.begin();
  });
}
