// In context: a word in several sentences is one static vector, and in BERT as many points, layer by layer.
// props.first: the listed words, what the page opens with, what was measured (see demos/contextual/tab.py).

/** @import { Language, Mounted, Values } from "../common/views/types" */
/** @import { Answer, Props, Server, State } from "./types" */
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { finder, make } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { framePage, pageOpens, pageSections, whenShown } from "../common/views/frame.js";
import { lang, textOf } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { choiceRow, remarks, undoHistory } from "../common/views/tokens.js";
import { measuredCharts } from "./charts.js";
import { sentenceCloud, toldAt } from "./cloud.js";

const TAB = "contextual", LONGEST_LINK = 1500, TICK = 1100, LAST = 7;  // LAST: the stop of our BERTs' last layer

/** @param {Mounted<Props, Server>} page */
export async function mount({ element, props, server }) {
  await pageOpens("contextual", "tokens");
  const find = finder(element), article = find("article"), problem = find(".typed .problem");
  const textarea = find("textarea", HTMLTextAreaElement), word = find("input.word", HTMLInputElement);
  const slider = find("input.layer", HTMLInputElement), listed = find("select", HTMLSelectElement);
  const { words, opening, scores } = props.first;
  /** @type {(key: string, values?: Values) => string} */
  const say = (key, values) => textOf(`${TAB}.${key}`, values);
  const cloud = sentenceCloud(element), charts = measuredCharts(element, scores);

  // ---- State ------------------------------------------------------------------------------------
  let state = /** @type {State} */ ({ language: lang, word: "", text: null, stop: 0 });  // set as the page is first on the screen
  let shown = /** @type {{ answer: Answer, of: string } | null} */ (null), lastTyped = 0, timer = 0;
  /** @type {(language: Language) => State} */
  const usual = (language) => ({ language, word: opening[language]?.word ?? words[language][0], text: null, stop: LAST });
  const last = () => (shown ? shown.answer.places.length : LAST);
  const key = (/** @type {State} */ of) => JSON.stringify([of.language, of.word, of.text]);
  /** @returns {State} */
  function linked() {
    const from = usual(pageLink.read(TAB, "of", lang) === "zh" ? "zh" : "en");
    const said = pageLink.read(TAB, "word", from.word), text = pageLink.read(TAB, "text", /** @type {string | null} */ (null));
    const known = text !== null || words[from.language].includes(said);
    return { ...from, word: known ? said : from.word, text, stop: Math.round(pageLink.number(TAB, "layer", LAST - 1, -1, 99)) + 1 };
  }
  const past = undoHistory(find(".undo", HTMLButtonElement), find(".reset", HTMLButtonElement), {
    now: () => state, start: () => usual(lang), show: (earlier) => { state = earlier; refresh(); },
  });
  /** @type {(values: Partial<State>, how?: { keep?: boolean }) => void} */
  function change(values, { keep = true } = {}) {
    if (keep) past.keep(state);
    state = { ...state, ...values };
    refresh();
  }
  function link() {
    const { language, text, stop } = state, short = (text ?? "").length < LONGEST_LINK;
    pageLink.set(TAB, { of: language, word: state.word.slice(0, 60), text: short ? text : null, layer: stop < last() ? stop - 1 : null });
  }
  function refresh() {
    pressLanguage(state.language);
    if (word.value !== state.word) word.value = state.word;
    if (state.text !== null && textarea.value !== state.text) textarea.value = state.text;
    drawListed();
    link();
    if (shown?.of === key(state)) answered(); else ask(structuredClone(state));
  }
  function drawListed() {
    const own = make("option", { value: "" }, say("own_ones"));
    listed.replaceChildren(...(state.text === null ? [] : [own]), ...words[state.language].map((one) => make("option", { value: one }, one)));
    listed.value = state.text === null ? state.word : "";
  }

  // ---- The server -------------------------------------------------------------------------------
  const ask = newest(async (/** @type {State} */ of) => {
    const { language, text } = of, stored = opening[language];
    article.classList.add("old");
    try {
      const answer = text !== null ? await askServer(server.compare_sentences, { language, word: of.word, text })
        : stored?.word === of.word ? stored : await askServer(server.show_word, { language, word: of.word });
      shown = { answer, of: key(of) };
      answered();
    } catch (failure) { showProblem(problem, failure); }
  });
  function answered() {
    if (!shown) return;
    showProblem(problem, props.first.problem ?? null);
    article.classList.remove("old");
    if (state.text === null) textarea.value = shown.answer.sentences.join("\n");
    cloud.take(shown.answer);
    slider.max = String(last());
    render();
    article.dataset.shown = String(Number(article.dataset.shown) + 1);
  }

  // ---- Drawing ----------------------------------------------------------------------------------
  const layerName = (/** @type {number} */ stop) => (stop ? say("layer_name", { k: stop - 1 }) : say("static"));
  function render() {
    if (!shown) return;
    const { answer } = shown;
    remarks(find(".remarks"), { looks_like: answer.looks_like, unknown: [], cuts: [], specials: [], tokens: [] }, answer.language,
      (language) => change({ language, text: textarea.value }));
    const add = (/** @type {string} */ text) => find(".remarks").append(make("p", "remark", text));
    if (answer.repeated.length) add(say("repeated", { list: answer.repeated.map((k) => k + 1).join(", ") }));
    if (!answer.has_static) add(say("no_static"));
    moved();
  }
  function moved() {
    if (!shown) return;
    const { answer } = shown, stop = Math.min(state.stop, last()), n = answer.sentences.length;
    slider.value = String(stop);
    slider.setAttribute("aria-valuetext", layerName(stop));
    find(".at").textContent = layerName(stop);
    find(".says").textContent = say(stop === 0 ? "says.static" : stop === 1 ? "says.first" : stop === last() ? "says.last" : "says.layer", { k: stop - 1 });
    cloud.at(stop);
    find(".given").textContent = answer.word;
    find(".given-of").textContent = say("strip.in", { n });
    find(".layer-name").textContent = layerName(stop);
    find(".points").textContent = stop ? say("strip.points", { n }) : say("strip.point");
    const { told, own } = toldAt(answer, stop);
    find(".outcome").textContent = told === null ? own.toFixed(2) : say(stop ? "strip.told" : "strip.untold", { n: told, all: n });
    find(".outcome-of").textContent = told === null ? say("strip.mean") : say("strip.out");
  }

  // ---- Layer by layer ---------------------------------------------------------------------------
  function move(/** @type {number} */ stop) { state.stop = Math.max(0, Math.min(stop, last())); link(); moved(); }
  const playing = () => { find(".play").textContent = say(timer ? "pause" : "play"); };
  function stopPlaying() { clearInterval(timer); timer = 0; playing(); }
  find(".play").onclick = () => {
    if (timer) { stopPlaying(); return; }
    move(state.stop >= last() ? 0 : state.stop + 1);
    timer = setInterval(() => { if (state.stop >= last()) stopPlaying(); else move(state.stop + 1); }, TICK);
    playing();
  };
  slider.oninput = () => { stopPlaying(); move(Number(slider.value)); };

  // ---- Controls ---------------------------------------------------------------------------------
  const sections = pageSections(element, TAB, { senses: { show: charts.senses }, alike: { show: charts.alike } });
  framePage(element, TAB, {
    lights: { 1: ".layers", 2: ".means", 3: "[data-section=senses] .chart" },
    proofs: { 1: () => move(1), 2: () => sections.open("senses"), 3: () => sections.open("alike") },
  });
  const pressLanguage = choiceRow(find(".language"), (/** @type {Language} */ language) => change({ ...usual(language), stop: state.stop }));
  listed.onchange = () => { if (listed.value) change({ word: listed.value, text: null }); };
  const typed = () => {
    const fresh = Date.now() - lastTyped > 1500;  // one undo for a burst of typing
    lastTyped = Date.now();
    change({ word: word.value, text: textarea.value }, { keep: fresh });
  };
  textarea.oninput = word.oninput = typed;
  listen("lang", () => { if (!shown) return; playing(); drawListed(); cloud.take(shown.answer); render(); sections.renew("senses"); sections.renew("alike"); });
  listen("theme", () => { sections.renew("senses"); sections.renew("alike"); });
  whenShown(TAB, () => {
    state = linked();
    playing();
    refresh();
    return sections.begin();
  });
}
