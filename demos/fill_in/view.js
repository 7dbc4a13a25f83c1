// Fill in the blank: click a word, and BERT answers. Parts of the page: layer_by_layer.js (the answer
// from layer to layer), stepwise.js (one blank after another), pronouns.js, model_loading.js,
// hints.js, transfer.js, and training_lapse.js, which other pages have too.

/** @import { Language, Mounted, Problem, ReaderScore, Values } from "../common/views/types" */
/** @import { Models } from "../common/views/model_loading.js" */
/** @import { Answer, Asked, Failure, Marked, MaskedWords, Server, State } from "./types" */
import { amount, answerBars, heldOut } from "../common/views/answer_bars.js";
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { finder, make } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { failureRow } from "../common/views/failures.js";
import { fillHints } from "./hints.js";
import { fillLayers } from "./layer_by_layer.js";
import { percent } from "../common/views/scales.js";
import { fillSteps } from "./stepwise.js";
import { framePage, pageOpens, pageSections, whenShown } from "../common/views/frame.js";
import { lang, textOf, texts } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { modelLoader } from "../common/views/model_loading.js";
import { pronouns } from "./pronouns.js";
import { chip, choiceRow, columnsOf, remarks, undoHistory } from "../common/views/tokens.js";
import { trainingLapse } from "../common/views/training_lapse.js";
import { transferTrial } from "./transfer.js";

/** @param {Mounted<Models, Server>} page */
export async function mount({ element, props, server }) {
  await pageOpens("fill_in", "tokens", "training_lapse");
  const find = finder(element), choice = (/** @type {string} */ selector) => find(selector, HTMLSelectElement);
  const TAB = "fill_in";
  /** @type {(key: string, values?: Values) => string} */
  const say = (key, values) => textOf(`${TAB}.${key}`, values);
  const N_EXAMPLES = 5, LONGEST_LINK = 400;
  // Whether it is one of ours in the bundle, which are named after their language.
  /** @type {(model: string | null | undefined) => model is Language} */
  const bundled = (model) => model === "en" || model === "zh";

  framePage(element, TAB, {
    lights: { 1: ".first .blanks", 2: ".layers", 3: ".training" },
    proofs: {
      1: () => change({ ...example(tongue(), 4), unit: "word" }),
      2: () => { change(example(tongue(), 3)); sections.open("layers"); },
      3: () => { change(example(tongue(), 5)); afterwards = steps.run; sections.open("steps"); },
    },
  });
  const sections = pageSections(element, TAB, {
    layers: { show: () => layers.ask(), owns: { layer: null } },
    steps: {},
    training: { show: () => showTraining(), owns: { moment: null, sentence: null } },
    transfer: { show: () => transfer.show() },
    people: { show: () => people.words(), owns: { people: null, template: null, jobs: null } },
  });
  const problem = find(".typed > .problem"), textarea = find(".typed textarea", HTMLTextAreaElement), board = find(".board");

  // ---- State ------------------------------------------------------------------------------------------
  // In the examples, what stands between two | is hidden. `hidden` are characters of the text.
  /** @type {(language: Language, number: number) => Marked & { model: string }} */
  const example = (language, number) => ({ model: language, ...marked(texts[`${TAB}.example.${number}`][language]) });
  /** @type {(written: string) => Marked} */
  function marked(written) {
    const parts = written.split("|");
    const hidden = /** @type {number[]} */ ([]);
    let text = "";
    parts.forEach((part, k) => {
      if (k % 2) for (let at = 0; at < part.length; at++) hidden.push(text.length + at);
      text += part;
    });
    return { text, hidden };
  }
  const tongue = () => (bundled(state.model) ? state.model : answer?.speaks ?? lang);
  const exampleShown = () => Array.from({ length: N_EXAMPLES }, (_, k) => k + 1).find((k) => {
    const known = example(state.model === "zh" ? "zh" : "en", k);
    return known.text === state.text && known.model === state.model && String(known.hidden) === String(state.hidden);
  });
  /** @type {() => State} */
  const worked = () => ({ ...example(lang, 1), unit: lang === "zh" ? "piece" : "word", k: 5, blank: 0, other: null });
  /** @type {() => State} */
  const linked = () => {
    /** @type {<F>(name: string, fallback: F) => string | F} */
    const read = (name, fallback) => pageLink.read(TAB, name, fallback);
    /** @type {(name: string, fallback: number, low: number, high: number) => number} */
    const number = (name, fallback, low, high) => Math.round(pageLink.number(TAB, name, fallback, low, high));
    const model = read("model", /** @type {string} */ (lang)), language = model === "zh" ? "zh" : "en";
    const typed = read("text", null), masks = read("masks", null), unit = read("unit", "");
    return {
      ...example(language, number("example", 1, 1, N_EXAMPLES)), model,
      ...(typed === null ? {} : { text: typed, hidden: [] }),
      ...(masks === null ? {} : { hidden: masks.split(",").filter(Boolean).map(Number).filter(Number.isInteger) }),
      unit: ["word", "piece"].includes(unit) ? unit : language === "zh" ? "piece" : "word",
      k: read("k", null) === "10" ? 10 : 5, blank: number("blank", 1, 1, 60) - 1, other: read("other", null),
    };
  };
  let state = worked(), lastTyped = 0, stored = false;
  let answer = /** @type {Answer | null} */ (null), second = /** @type {MaskedWords | null} */ (null), afterwards = /** @type {(() => unknown) | null} */ (null);

  const past = undoHistory(find(".undo", HTMLButtonElement), find(".reset", HTMLButtonElement), {
    now: () => state, start: worked, show: (earlier) => { state = earlier; refresh(); },
  });

  function change(/** @type {Partial<State>} */ values, { keep = true } = {}) {
    if (keep) past.keep(state);
    state = { ...state, ...values };
    refresh();
  }
  /** @type {() => Asked} */
  const asked = () => ({ model: state.model, text: state.text, hidden: state.hidden, by_word: state.unit === "word" });

  function refresh() {
    if (textarea.value !== state.text) textarea.value = state.text;
    drawModels();
    press.unit(state.unit);
    press.k(String(state.k));
    fails.words();
    const known = exampleShown();
    pageLink.set(TAB, {
      model: state.model, example: known ?? null,
      text: known || state.text.length > LONGEST_LINK ? null : state.text,
      masks: known || !state.hidden.length || state.text.length > LONGEST_LINK ? null : state.hidden.join(","),
      unit: state.unit, k: state.k, blank: state.blank ? state.blank + 1 : null, other: state.other,
    });
    send(asked(), state.other);
  }

  // ---- The server --------------------------------------------------------------------------------------
  const send = newest(async (/** @type {Asked} */ request, /** @type {string | null} */ other) => {
    element.querySelectorAll(".strip, .result, .layers .body").forEach((node) => node.classList.add("waiting"));
    try {
      const first = stored ? null : await opening(request);
      stored = true;  // what is stored serves the first view only
      const now = first ?? await askServer(server.fill_blanks, request);
      showProblem(problem, null);
      answer = { ...now, stored: first !== null, request };
      second = null;
      steps.forget();
      if (other) await fillSecond({ ...request, model: other });
      render(answer);
      element.querySelectorAll(".strip, .result").forEach((node) => node.classList.remove("waiting"));
      showScore();
      for (const name of ["layers", "training", "people"]) sections.renew(name);
      afterwards?.();
      afterwards = null;
    } catch (failure) {
      if (failure.message.startsWith("model_") && !bundled(request.model)) fallBack(request.model, failure);
      else { showProblem(problem, failure); find(".remarks").replaceChildren(); }
    }
  });
  // The worked example's stored answers: no model need wake for them.
  /** @type {(request: Asked) => Promise<MaskedWords | null>} */
  async function opening(request) {
    if (!bundled(request.model) || request.hidden.length) return null;
    const heard = await askServer(server.open_example, { text: request.text, model: request.model });
    return heard.known ? heard : null;
  }
  async function fillSecond(/** @type {Asked} */ request) {
    let problem = null;
    try { second = await askServer(server.fill_blanks, request); } catch (failure) { problem = failure; }
    showProblem(find(".second .problem"), problem);
  }
  // A model that isn't here any more: say so, offer to load it, and let ours go on.
  /** @type {(model: string, failure: Problem) => void} */
  function fallBack(model, failure) {
    loader.propose(model, failure);
    change({ model: bundled(answer?.speaks) ? answer.speaks : lang }, { keep: false });
  }

  // ---- What is on the screen ---------------------------------------------------------------------------
  const blankAt = (/** @type {MaskedWords} */ from, /** @type {number} */ at) => from.blanks.find((one) => one.at === at);
  const joined = (/** @type {MaskedWords} */ from, /** @type {number} */ i) => from.words[i] >= 0 && i > 0 && from.words[i] === from.words[i - 1];
  const title = (/** @type {MaskedWords} */ from, /** @type {number} */ i) => (from.tokens[i] === "[UNK]" ? `[UNK] ${from.written[i]}` : from.tokens[i]);

  function render(/** @type {Answer} */ answer) {
    remarks(find(".remarks"), { ...answer, cuts: [{ n_pieces: answer.n_cut, text: answer.cut }], looks_like: answer.speaks && answer.looks_like },
      answer.speaks, (language) => change({ model: language }));
    fillHints(find(".remarks"), answer, () => state.text, change);
    state.blank = Math.max(0, Math.min(state.blank, answer.blanks.length - 1));
    renderStrip(answer);
    renderBoard(answer);
    renderSide(find(".first"), answer, answer.request.model);
    find(".second").hidden = !find(".both").classList.toggle("two", Boolean(state.other));
    if (state.other && second) {
      const other = second;
      find(".second .pieces").replaceChildren(...other.tokens.map((token, i) => chip(token, {
        kind: blankAt(other, i) ? "hidden" : "plain", joined: joined(other, i), title: title(other, i) })));
      renderSide(find(".second"), other, state.other);
    } else if (state.other) find(".second h2").textContent = loader.label(state.other);
    find(".stored").textContent = say(answer.stored ? "stored" : answer.blanks.length ? "live" : "none");
    const first = answer.blanks[state.blank];
    find(".spoken").textContent = first ? say("spoken", { n: state.blank + 1, list: first.top.slice(0, 3).map(([t, p]) => `${t} ${percent(p)}`).join(", ") }) : "";
    const { dataset } = find("article");
    dataset.shown = String(Number(dataset.shown ?? 0) + 1);
  }

  function renderStrip(/** @type {Answer} */ answer) {
    const plain = (/** @type {number} */ i) => chip(answer.tokens[i], { joined: joined(answer, i), title: title(answer, i), kind: answer.words[i] < 0 ? "hidden" : "plain" });
    const n = answer.blanks.length, known = answer.blanks.filter((one) => one.rank !== null);
    find(".whole").replaceChildren(...answer.tokens.map((_, i) => plain(i)));
    find(".holes").replaceChildren(...answer.tokens.map((token, i) => (blankAt(answer, i) ? chip(token, { kind: "hidden" }) : plain(i))));
    find(".strip .filled").replaceChildren(...answer.tokens.map((token, i) => {
      const one = blankAt(answer, i);
      return one ? chip(one.top[0][0], { kind: one.rank === null || one.rank === 1 ? "answer" : "wrong", title: one.token ?? "" }) : plain(i);
    }));
    find(".share").textContent = say("strip.share", { n });
    find(".strip .right").textContent = known.length
      ? say("strip.right", { n: known.filter((one) => one.rank === 1).length, of: known.length })
      : n ? say("strip.sure", { per: percent(answer.blanks[state.blank].top[0][1]) }) : "";
  }

  const placeFocused = () => [...board.children].findIndex((chip) => chip === document.activeElement);
  const focusOn = (/** @type {number} */ place) => /** @type {HTMLElement} */ (board.children[Math.max(0, Math.min(board.childElementCount - 1, place))]).focus();
  // The sentence as buttons: a click hides a word or brings it back.
  function renderBoard(/** @type {Answer} */ answer) {
    const focused = placeFocused();
    board.replaceChildren(...answer.tokens.map((token, i) => {
      const typed = answer.words[i] < 0, one = blankAt(answer, i);
      const face = chip(one ? "" : token, { kind: one ? "hidden" : "plain", joined: joined(answer, i), columns: columnsOf(typed ? "[MASK]" : token), title: title(answer, i) });
      const button = make("button", face.className, ...face.childNodes);
      button.type = "button";
      button.style.minWidth = face.style.minWidth;
      button.title = title(answer, i);
      const number = one ? answer.blanks.indexOf(one) : -1;
      if (one) button.append(make("b", "corner", String(number + 1)));
      button.setAttribute("aria-pressed", String(Boolean(one)));
      button.setAttribute("aria-label", say(typed ? "chip.typed" : one ? "chip.hidden" : "chip.open", { token: title(answer, i) }));
      button.onclick = () => (typed ? select(number) : toggle(answer, i, Boolean(one)));
      return button;
    }));
    if (focused >= 0) focusOn(focused);
  }
  const WAYS = /** @type {Record<string, number | undefined>} */ ({ ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 });
  board.onkeydown = (event) => {
    const way = WAYS[event.key], at = placeFocused();
    if (!way || at < 0) return;
    event.preventDefault();
    focusOn(at + way);
  };
  /** @type {(answer: Answer, i: number, hidden: boolean) => void} */
  function toggle(answer, i, hidden) {
    const mine = answer.tokens.map((_, k) => k).filter((k) => k === i || (state.unit === "word" && answer.words[k] === answer.words[i]));
    const characters = new Set(mine.flatMap((k) => Array.from({ length: Math.max(1, [...answer.written[k]].length) }, (_, c) => answer.starts[k] + c)));
    const rest = state.hidden.filter((at) => !characters.has(at));
    const next = hidden ? rest : [...rest, ...characters].sort((a, b) => a - b);
    const before = answer.blanks.filter((one) => one.at < Math.min(...mine)).length;
    change({ hidden: next, blank: hidden ? Math.min(state.blank, before) : before });
  }
  function select(/** @type {number} */ number) {
    state.blank = number;
    pageLink.set(TAB, { blank: number ? number + 1 : null });
    for (const card of /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll(".first .blank"))) card.classList.toggle("chosen", Number(card.dataset.number) === number);
    sections.renew("layers");
  }

  /** @type {(side: HTMLElement, from: MaskedWords, model: string) => void} */
  function renderSide(side, from, model) {
    const part = finder(side);
    part("h2").textContent = state.other ? loader.label(model) : "";
    part(".words").replaceChildren(...from.whole_words.map((word) => make("p", "whole-word", say("whole_word", {
      word: word.written, n: word.at.length, pieces: word.at.map((at) => from.tokens[at]).join(" "), per: percent(word.probability) }))));
    const box = part(".blanks"), main = side.classList.contains("first");
    const old = new Map(/** @type {HTMLElement[]} */ ([...box.children]).map((card) => [card.dataset.at, card]));
    box.replaceChildren(...from.blanks.map((one, number) => {
      const card = old.get(String(one.at)) ?? make("div", "blank", make("div", "head"), make("ol"), make("small", "number"));
      card.dataset.at = String(one.at);
      card.dataset.number = String(number);
      const inside = finder(card);
      card.classList.toggle("chosen", main && number === state.blank);
      const named = say("blank", { n: number + 1 }), pick = main ? make("button", { type: "button", class: "pick" }, named) : make("b", "pick", named);
      if (main) pick.onclick = () => select(number);
      inside(".head").replaceChildren(pick, ...(one.token === null ? [] : [" ", chip(one.token), " → ", chip("", { kind: "hidden", columns: 3 })]));
      answerBars(inside("ol"), one.top.slice(0, state.k), { hit: one.token, n: Math.min(state.k, one.top.length) });
      inside("small").textContent = one.rank === null || one.probability === null ? "" : say("rank", { token: one.token, rank: one.rank.toLocaleString("en"), per: percent(one.probability) });
      return card;
    }));
    box.classList.toggle("empty", !from.blanks.length);
    box.classList.toggle("many", from.blanks.length > 8);
    if (!from.blanks.length) box.replaceChildren(make("p", "quiet-text", say("empty")));
  }

  // ---- Models ----------------------------------------------------------------------------------------------
  const loader = modelLoader(find(".loader", HTMLDetailsElement), props, server, {
    done: (name) => { change({ model: name }); },
    changed: () => drawModels(),
  });
  function drawModels() {
    loader.fill(choice("select.model"), state.model);
    loader.fill(choice("select.other"), state.other, say("other_none"));
    loader.about(find(".about-model"), [state.model, state.other]);
  }
  choice("select.model").onchange = () => {
    const model = choice("select.model").value, known = exampleShown();
    if (!loader.here(model)) { drawModels(); loader.load(model); return; }
    change(known && bundled(model) ? { ...example(model, known), blank: 0 } : { model });
    drawExamples();
  };
  loader.lists(find("select.model"), find("select.other"));
  choice("select.other").onchange = () => {
    const other = choice("select.other").value || null;
    if (other && !loader.here(other)) { drawModels(); loader.load(other, (name) => change({ other: name })); return; }
    change({ other });
  };

  // ---- Controls ------------------------------------------------------------------------------------------
  const press = {
    unit: choiceRow(find(".unit"), (unit) => change({ unit })),
    k: choiceRow(find(".k"), (k) => { state.k = Number(k); press.k(k); pageLink.set(TAB, { k }); if (answer) render(answer); layers.words(); }),
  };
  // What is hidden stays hidden while text is typed before or after it.
  textarea.oninput = () => {
    const [old, now] = [[...state.text], [...textarea.value]];
    let [head, tail] = [0, 0];
    while (head < Math.min(old.length, now.length) && old[head] === now[head]) head++;
    while (tail < Math.min(old.length, now.length) - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
    const hidden = state.hidden.filter((at) => at < head || at >= old.length - tail)
      .map((at) => (at < head ? at : at + now.length - old.length));
    const fresh = Date.now() - lastTyped > 1500;  // one undo for a burst of typing
    lastTyped = Date.now();
    change({ text: textarea.value, hidden }, { keep: fresh });
  };
  textarea.addEventListener("focus", () => { if (state.model === "zh" && state.unit === "word") server.wake_chinese_words({}); }, { once: true });
  find(".clear").onclick = () => change({ hidden: [], blank: 0 });

  function drawExamples() {
    const box = find(".examples"), language = state.model === "zh" ? "zh" : "en";
    box.querySelectorAll("button").forEach((button) => button.remove());
    for (let k = 1; k <= N_EXAMPLES; k++) {
      const button = make("button", "", say(`example_name.${k}`));
      button.type = "button";
      button.onclick = () => change({ ...example(tongue(), k), ...(k === 4 ? { unit: "word" } : {}), blank: 0, model: bundled(state.model) ? tongue() : state.model });
      box.append(button);
    }
    for (const unit of /** @type {NodeListOf<HTMLButtonElement>} */ (find(".unit").querySelectorAll("button"))) unit.textContent = say(`${unit.value}.${language}`);
  }

  // ---- The other parts ---------------------------------------------------------------------------------------
  // They go on from the answer on the screen, whatever has been changed since it was asked for.
  const ofAnswer = () => {
    const n = answer?.blanks.length ?? 0;
    return { request: answer?.request ?? null, blank: Math.max(0, Math.min(state.blank, n - 1)), k: state.k, n };
  };
  const layers = fillLayers(find(".layers"), { tab: TAB, ask: (request) => askServer(server.ask_layers, request), state: ofAnswer });
  const steps = fillSteps(find(".steps"), { ask: (request) => askServer(server.fill_next, request), state: () => ({ answer }) });
  const people = pronouns(find(".people"), { tab: TAB, ask: (request) => askServer(server.compare_pronouns, request), model: () => state.model, language: tongue });
  const transfer = transferTrial(find(".panel.transfer"), { ask: () => askServer(server.show_transfer, {}) });

  // A failure's button shows the blank's neighbours and what BERT puts there.
  /** @type {(words: string, from: number, to?: number) => string} */
  const near = (words, from, to) => (/[\u4e00-\u9fff]/.test(words) ? words.slice(from, to) : words.split(" ").slice(from, to).join(" "));
  const fails = failureRow(find(".failures"), {
    label: (/** @type {Failure} */ { marked: written, answer: said }) => {
      const [before, , after] = written.split("|");
      const left = near(before, -3), right = near(after, 0, 3);
      return `${left.length < before.length ? "…" : ""}${left}[${said}]${right}${right.length < after.length ? "…" : ""}`;
    },
    press: (/** @type {Failure} */ one) => change({ ...marked(one.marked), model: tongue(), unit: tongue() === "zh" ? "piece" : "word", blank: 0 }),
    shown: (/** @type {Failure} */ one) => { const it = marked(one.marked); return state.text === it.text && String(state.hidden) === String(it.hidden) && state.model === tongue(); },
    why: (/** @type {Failure} */ one) => `${say("fails.said", { right: one.marked.split("|")[1], answer: one.answer, per: percent(one.probability) })}${lang === "zh" ? "" : " "}${say(`fails.${one.kind}`, { tokens: told?.score.tokens ? amount(told.score.tokens) : "…" })}`,
  });
  let lapse = /** @type {ReturnType<typeof trainingLapse> | null} */ (null), trained = /** @type {Language | null} */ (null);
  let told = /** @type {{ language: Language, score: ReaderScore } | null} */ (null);
  const keep = (/** @type {{ moment: number, example: number }} */ { moment, example: k }) => pageLink.set(TAB, { moment, sentence: k });
  const showTraining = newest(async () => {
    const language = tongue();
    if (trained !== language) {
      try {
        const { lapse: data } = await askServer(server.show_training, { language });
        showProblem(find(".training .problem"), null);
        const number = (/** @type {string} */ name) => (trained ? null : pageLink.number(TAB, name, /** @type {number | null} */ (null), 0, 999));
        lapse = trainingLapse(find(".training .body"), data, {
          moment: number("moment"), example: number("sentence") ?? Math.max(0, data.sentences.indexOf(state.text)),
          change: keep,
        });
        if (!trained && number("moment") !== null) keep(lapse.state);
        trained = language;
      } catch (failure) { showProblem(find(".training .problem"), failure); }
    } else lapse?.words();
    find(".training .title").textContent = say("training.title", { model: loader.label(language) });
  });
  const showScore = newest(async () => {
    const language = tongue();
    if (told?.language !== language) {
      try {
        const { score, failures } = await askServer(server.show_score, { language });
        told = { language, score };
        fails.set(failures);
      } catch (failure) { showProblem(problem, failure); }
    }
    const foot = find(".foot p");
    foot.removeAttribute("data-i18n");
    foot.textContent = say("foot", heldOut(language, told?.score));
    fails.words();
  });

  listen("lang", () => {
    drawExamples();
    if (!answer) return;
    drawModels();
    render(answer);
    for (const part of [steps, loader]) part.words();
    sections.renew("layers", layers.words);
    for (const name of ["people", "training", "transfer"]) sections.renew(name);
    showScore();
  });
  whenShown(TAB, () => {
    state = linked();
    drawExamples();
    for (const part of [steps, loader]) part.words();
    refresh();
    showScore();
    loader.renew();
    return sections.begin();
  });
}
