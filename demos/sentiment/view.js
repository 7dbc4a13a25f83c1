// Sentiment: small models and BERT judge one text; whoever is chosen gives its reasons below.

/** @import { Language, Mounted, Values } from "../common/views/types" */
/** @import { Answer, BertAnswer, Request, Server, State, Verdict, Winner } from "./types" */
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { finder, make } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { framePage, pageOpens, pageSections, whenShown } from "../common/views/frame.js";
import { lang, textOf, texts } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { percent, signed } from "../common/views/scales.js";
import { sideOf, signedBar, signedGround } from "../common/views/signed_scale.js";
import { signedTokens } from "../common/views/signed_tokens.js";
import { chip, choiceRow, remarks, undoHistory, valueFocused } from "../common/views/tokens.js";
import { wordReasons } from "../common/views/reasons.js";

/** @param {Mounted<object, Server>} page */
export async function mount({ element, server }) {
  await pageOpens("sentiment", "reasons", "tokens");
  const TAB = "sentiment";
  const find = finder(element);
  /** @type {(key: string, values?: Values) => string} */
  const say = (key, values) => textOf(`${TAB}.${key}`, values);
  const STARTS = ["random", "tuned", "frozen"], MODELS = [...STARTS, "bow", "bert"];
  const N_EXAMPLES = 6, N_FILTERS = 6, LONGEST_LINK = 1500;
  /** @type {Record<Language, string[]>} */
  const KINDS = { en: ["pieces"], zh: ["characters", "words"] };

  framePage(element, TAB, {
    lights: { 1: ".verdicts", 2: ".filters", 3: ".crossing" },
    proofs: {
      1: () => change({ ...example(state.language, 3), off: [] }),
      2: () => change({ ...example(state.language, 4), model: "bow", off: [] }),
      3: () => { change({ model: "tuned" }); sections.lead("reasons", ".sentence"); },
    },
  });
  const sections = pageSections(element, TAB, {
    reasons: { show: () => { if (now) reasons(); }, owns: { filter: null, compare: null } },
    scores: { show: () => { if (now) scores(verdicts()); } },
  });
  const problem = find(".typed .problem"), slow = find(".result .problem"), textarea = find("textarea", HTMLTextAreaElement);

  // ---- State ------------------------------------------------------------------------------------------
  // text; off: [start, end] of the words that are crossed out; model: whose reasons; filter: by number.
  /** @type {(language: Language, k: number) => Pick<State, "language" | "kind" | "text">} */
  const example = (language, k) => ({ language, kind: state && KINDS[language].includes(state.kind) ? state.kind : KINDS[language][0], text: texts[`${TAB}.example.${k}`][language] });
  /** @type {State} */
  let state;  // set as the page is first on the screen
  /** @type {Answer} */
  let whole;  // to the whole text, and to what is left of it: nothing is drawn before them
  /** @type {Answer} */
  let now;
  let slowWhole = /** @type {BertAnswer | null} */ (null), slowNow = /** @type {BertAnswer | null} */ (null), lastTyped = 0;
  /** @returns {State} */
  const worked = () => ({ ...example(lang, 1), off: [], model: "tuned", filter: null, compared: false });
  /** @returns {State} */
  function linked() {
    const read = (/** @type {string} */ name, fallback = "") => pageLink.read(TAB, name, fallback);
    const language = read("of", lang) === "zh" ? "zh" : "en", from = example(language, 1);
    const off = read("off", "").split(",").map((span) => span.split("-").map(Number)).filter((span) => span.length === 2 && span.every(Number.isInteger));
    const filter = Number.parseInt(read("filter", ""), 10);
    return { ...from, text: read("text", from.text), off, kind: KINDS[language].includes(read("kind")) ? read("kind") : from.kind,
      model: MODELS.includes(read("model")) ? read("model") : "tuned", filter: Number.isInteger(filter) ? filter : null, compared: read("compare") === "1" };
  }
  const past = undoHistory(find(".undo", HTMLButtonElement), find(".reset", HTMLButtonElement), {
    now: () => state, start: worked, show: (earlier) => { state = earlier; refresh(); },
  });
  /** @type {(values: Partial<State>, how?: { keep?: boolean }) => void} */
  function change(values, { keep = true } = {}) {
    if (keep) past.keep(state);
    state = { ...state, ...values };
    if (values.text !== undefined) state.off = values.off ?? [];
    if (values.text !== undefined || values.model || values.kind || values.off) state.filter = null;
    refresh();
  }
  // The text without what is crossed out.
  const left = () => {
    let text = "", at = 0;
    for (const [start, end] of [...state.off].sort((x, y) => x[0] - y[0])) { text += state.text.slice(at, start); at = Math.max(at, end); }
    return text + state.text.slice(at);
  };
  const start = () => (STARTS.includes(state.model) ? state.model : "tuned");

  function refresh() {
    pressLanguage(state.language);
    pressKind(state.kind);
    find(".kind").hidden = state.language !== "zh";
    if (textarea.value !== state.text) textarea.value = state.text;
    const short = state.text.length < LONGEST_LINK;
    pageLink.set(TAB, {
      of: state.language, kind: state.language === "zh" ? state.kind : null, text: short ? state.text : null, model: state.model,
      off: short && state.off.length ? state.off.map((span) => span.join("-")).join(",") : null, filter: state.filter, compare: state.compared ? 1 : null,
    });
    drawExamples();
    judge(structuredClone(state), left());
  }

  // ---- The server --------------------------------------------------------------------------------------
  // Until a first change the models sleep: what is stored answers the examples.
  let awake = false;
  const DIMMED = ".strip, .verdicts, .agreement, .reasons";
  const judge = newest(async (/** @type {State} */ asked, /** @type {string} */ remaining) => {
    const request = { kind: asked.kind, start: start() };
    const ask = async (/** @type {string} */ text) => {
      awake = true;
      return { ...(await askServer(server.judge_text, { ...request, text })), ...request, text };
    };
    element.querySelectorAll(DIMMED).forEach((node) => node.classList.add("waiting"));
    try {
      const known = whole?.text === asked.text && whole.kind === request.kind && whole.start === request.start;
      if (!known && (awake || !(await recall(asked, request)))) whole = await ask(asked.text);
      now = asked.off.length ? await ask(remaining) : whole;
      showProblem(problem, null);
      render();
      element.querySelectorAll(DIMMED).forEach((node) => node.classList.remove("waiting"));
      judgeSlowly(asked, remaining);
    } catch (failure) { showProblem(problem, failure); }
    const page = find("article");
    page.dataset.shown = String(Number(page.dataset.shown ?? 0) + 1);
  });
  /** @type {(asked: State, request: Request) => Promise<boolean>} */
  async function recall({ text, language }, request) {
    const stored = await askServer(server.open_example, { ...request, text });
    if (!stored.known) return false;
    whole = { ...stored.judged, ...request, text, stored: true };
    slowWhole = { ...stored.by_bert, asked: text, language };
    return true;
  }
  const judgeSlowly = newest(async (/** @type {State} */ asked, /** @type {string} */ remaining) => {
    const ask = async (/** @type {string} */ text) => ({ ...(await askServer(server.judge_by_bert, { text, language: asked.language })), asked: text, language: asked.language });
    try {
      if (slowWhole?.asked !== asked.text || slowWhole.language !== asked.language) slowWhole = await ask(asked.text);
      slowNow = asked.off.length ? await ask(remaining) : slowWhole;
      showProblem(slow, null);
    } catch (failure) { slowWhole = slowNow = null; showProblem(slow, failure); }
    if (now) render();
  });
  const byBert = () => (slowNow?.asked === now.text && slowNow.language === state.language ? slowNow : null);

  // ---- Verdicts ------------------------------------------------------------------------------------------
  const name = (/** @type {string} */ model) => say(`model.${model}`);
  function verdicts() {
    /** @type {(answer: Answer, slower: BertAnswer | null) => Verdict[]} */
    const known = (answer, slower) => [...answer.verdicts, ...(slower ? [slower.verdict] : [])];
    const bert = byBert(), before = new Map(known(whole, bert && slowWhole).map((one) => [one.model, one.good]));
    return known(now, bert).map((one) => ({ ...one, before: before.get(one.model) ?? one.good }));
  }
  /** @typedef {Verdict & { before: number }} Judgement before words were crossed out */
  function drawVerdicts(/** @type {Judgement[]} */ list) {
    const focused = valueFocused(find(".verdicts"));
    find(".verdicts").replaceChildren(...MODELS.map((model) => {
      const one = list.find((found) => found.model === model), fill = make("i"), tick = make("i", "before"), track = make("span", "track", fill);
      const button = make("button", "", make("span", "name", name(model)), track,
        make("span", "share number", one ? percent(one.good) : "…"),
        make("small", "", one ? say("accuracy", { per: (100 * one.test_accuracy).toFixed(1) }) : ""));
      if (one) {
        signedBar(fill, 2 * one.good - 1);
        tick.style.left = `${100 * one.before}%`;
        if (state.off.length) track.append(tick);
        button.setAttribute("aria-label", say("spoken", { name: name(model), per: (100 * one.good).toFixed(0) }));
      }
      button.type = "button";
      button.value = model;
      button.setAttribute("aria-pressed", String(model === state.model));
      button.onclick = () => change({ model });
      return make("li", "", button);
    }));
    if (focused) element.querySelector(`.verdicts button[value="${focused}"]`)?.focus();
  }
  function render() {
    remarks(find(".remarks"), { ...whole, unknown: [], cuts: [], tokens: [], specials: [] }, state.language, (language) =>
      change({ language, kind: KINDS[language][0], text: state.text }));
    const add = (/** @type {string} */ text) => find(".remarks").append(make("p", "remark", text));
    const unknown = [...new Set(whole.tokens.filter((_, k) => whole.unknown[k]))];
    if (unknown.length === new Set(whole.tokens).size) add(say("all_unknown"));
    else if (unknown.length) add(say("unknown", { list: unknown.slice(0, 6).join(" ") }));
    if (whole.n_cut) add(say("cut", { n: whole.n_cut, limit: whole.tokens.length }));
    const list = verdicts();
    drawVerdicts(list);
    const sides = [true, false].map((good) => list.filter((one) => (one.good >= 0.5) === good).map((one) => name(one.model)));
    const join = (/** @type {string[]} */ names) => names.join(lang === "zh" ? "、" : ", ");
    find(".agreement").textContent = sides.every((side) => side.length)
      ? say("disagree", { good: join(sides[0]), bad: join(sides[1]) }) : say(sides[0].length ? "agree.good" : "agree.bad");
    find(".agreement").classList.toggle("apart", sides.every((side) => side.length));
    find(".stored").textContent = say(now.stored ? "stored" : "live");
    crossing();
    strip(list, winners());
    for (const part of ["reasons", "scores"]) sections.renew(part);
  }

  // ---- Crossing words out ----------------------------------------------------------------------------------
  /** @type {(x: number[], y: number[]) => boolean} */
  const same = (x, y) => x[0] === y[0] && x[1] === y[1];
  function crossing() {
    const box = find(".crossing"), focused = box.contains(document.activeElement) ? document.activeElement?.dataset.at : undefined;
    box.replaceChildren(...whole.tokens.map((token, k) => {
      const span = [whole.starts[k], whole.ends[k]], out = state.off.some((one) => same(one, span));
      const face = chip(token, { joined: token.startsWith("##") }), button = make("button", "token", face);
      face.classList.toggle("out", out);
      button.type = "button";
      button.dataset.at = String(k);
      button.setAttribute("aria-pressed", String(out));
      button.setAttribute("aria-label", say(out ? "bring" : "leave", { token }));
      button.onclick = () => change({ off: out ? state.off.filter((one) => !same(one, span)) : [...state.off, span] });
      return button;
    }));
    if (focused !== undefined) box.querySelector(`[data-at="${focused}"]`)?.focus();
    find(".back", HTMLButtonElement).disabled = !state.off.length;
    const one = verdicts().find(({ model }) => model === state.model);
    find(".crossed").textContent = state.off.length && one ? say("crossed", { name: name(state.model), before: percent(one.before), after: percent(one.good) }) : "";
  }

  // ---- Reasons -----------------------------------------------------------------------------------------------
  // The F * W filters' winners of the text on the screen, what adds most first.
  /** @returns {Winner[]} */
  const winners = () => now.filters.towards_good.map((towards, k) => {
    const begin = now.filters.begins[k], last = Math.min(begin + now.filters.sizes[k], now.tokens.length) - 1;
    return { k, towards, cost: now.filters.costs[k], met: now.filters.met[k], size: now.filters.sizes[k], begin, last, text: now.text.slice(now.starts[begin], now.ends[last]) };
  }).sort((x, y) => Math.abs(y.towards) - Math.abs(x.towards));
  const sizes = () => { const all = [...new Set(now.filters.sizes)]; return `${Math.min(...all)}–${Math.max(...all)}`; };
  // What the other ways of explaining are asked about: the text on the screen and the model that is chosen.
  const asking = () => ({ text: now.text, kind: now.kind, model: state.model, language: state.language });
  const compared = wordReasons(find(".ways", HTMLDetailsElement), {
    ask: () => { awake = true; return askServer(server.compare_reasons, asking()); }, key: () => JSON.stringify(asking()),
    change: (open) => { state.compared = open; pageLink.set(TAB, { compare: open ? 1 : null }); },
  });
  function reasons() {
    const { model } = state, cnn = STARTS.includes(model), bert = byBert(), best = winners();
    find(".whose").textContent = say("whose", { name: name(model) });
    find(".how").textContent = say(`how.${cnn ? "cnn" : model}`, { n: best.length, sizes: sizes() });
    find(".how-filters").textContent = say("how.filters", { n: best.length, sizes: sizes() });
    find(".cnn").hidden = !cnn;
    find(".shares").hidden = cnn;
    if (cnn) filters(best);
    const answer = model === "bow" ? now : model === "bert" ? bert : null;
    if (answer) {
      const costs = "bag" in answer ? answer.bag : answer.costs;
      signedTokens(find(".shares .chips"), answer.tokens.map((token, at) => ({ token, at, weight: costs[at], joined: token.startsWith("##") })),
        { scale: Math.max(...costs.map(Math.abs), 0.3), spoken: (one) => say("costs", { token: one.token, cost: signed(one.weight ?? 0) }) });
      /** @type {[word: string, cost: number][]} */
      const words = "bag" in answer ? answer.tokens.map((token, k) => [token, costs[k]]) : wordsOf(answer);
      const top = (/** @type {1 | -1} */ sign) => words.filter(([, x]) => sign * x > 0.005).sort((x, y) => sign * (y[1] - x[1]))
        .slice(0, 4).map(([token, x]) => `${token} ${signed(x)}`).join(lang === "zh" ? "，" : ", ") || say("nothing");
      find(".strongest").textContent = say("strongest", { for: top(1), against: top(-1) });
    } else if (!cnn) {
      find(".shares .chips").replaceChildren();
      find(".strongest").textContent = slow.hidden ? "…" : "";
    }
    find(".reasons .long").textContent = model === "bert" && bert && bert.together > 1 ? textOf("reasons.long", { n: bert.together }) : "";
    find(".ways").hidden = model === "bow";
    if (model !== "bow") compared.draw(state.compared);
  }
  /** @type {(list: Verdict[], best: Winner[]) => void} */
  function strip(list, best) {
    const one = list.find(({ model }) => model === state.model), cnn = STARTS.includes(state.model);
    find(".given").textContent = now.text;
    find(".count").textContent = say("strip.units", { n: now.tokens.length });
    find(".winners").replaceChildren(...(cnn ? best.slice(0, 3).map(({ text, cost }) => make("span", `signed-line ${sideOf(cost ?? 0)}`, text)) : [make("span", "", name(state.model))]));
    find(".strip .caption").textContent = cnn ? say("strip.filters", { n: best.length }) : say("strip.other");
    find(".odds").textContent = one ? signed(Math.log(one.good / (1 - one.good))) : "…";
    find(".outcome").textContent = one ? `${say(one.good >= 0.5 ? "good" : "bad")} ${percent(Math.max(one.good, 1 - one.good))}` : "…";
  }
  // Each word of a text that BERT read, with what hiding all its pieces costs.
  /** @type {(answer: BertAnswer) => [word: string, cost: number][]} */
  const wordsOf = ({ asked, costs, starts, ends, words }) => words.flatMap((word, k) =>
    (k && word === words[k - 1] ? [] : [[asked.slice(starts[k], ends[words.lastIndexOf(word)]), costs[k]]]));
  function filters(/** @type {Winner[]} */ best) {
    const side = (/** @type {1 | -1} */ sign) => best.filter(({ towards }) => sign * towards > 0).slice(0, N_FILTERS);
    const chosen = best.find(({ k }) => k === state.filter) ?? best[0], among = new Set([...side(1), ...side(-1), chosen]);
    const shown = best.filter((one) => among.has(one)), rest = best.filter((one) => !among.has(one));
    const scale = Math.max(...shown.map(({ towards }) => Math.abs(towards)), 1e-6);
    const focused = valueFocused(find(".filters"));
    find(".filters").replaceChildren(...shown.map((one) => {
      const lost = one.cost === null ? "–" : signed(one.cost), turned = (one.cost ?? 0) * one.towards < 0 ? " turned" : "";
      const fill = make("i"), button = make("button", "", make("span", "ngram", one.text), make("span", "track", fill), make("span", "number", signed(one.towards)), make("span", `number lost${turned}`, lost));
      signedBar(fill, one.towards / scale);
      button.type = "button";
      button.value = String(one.k);
      button.title = say("filter", { k: one.k + 1, size: one.size, met: one.met.toFixed(2) });
      button.setAttribute("aria-label", `${one.text}: ${say("adds")} ${signed(one.towards)}, ${say("lost")} ${lost}. ${button.title}`);
      button.setAttribute("aria-pressed", String(one === chosen));
      button.onclick = () => { past.keep(state); state.filter = one.k; pageLink.set(TAB, { filter: one.k }); filters(best); };
      return make("li", "", button);
    }));
    if (focused) element.querySelector(`.filters button[value="${focused}"]`)?.focus();
    const total = best.reduce((sum, { towards }) => sum + towards, 0);
    find(".sum").textContent = say("sum", { n: shown.length, top: signed(shown.reduce((sum, { towards }) => sum + towards, 0)), m: rest.length,
      rest: signed(total - shown.reduce((sum, { towards }) => sum + towards, 0)), bias: signed(now.filters.bias), odds: signed(total + now.filters.bias) });
    // A unit's colour is what the log-odds really lose without it: a filter's share is no such thing.
    const sentence = /** @type {(Node | string)[]} */ ([]), most = Math.max(...now.costs.map(Math.abs), 0.3);
    let at = 0;
    now.costs.forEach((cost, k) => {
      const mark = make("span", "won signed-line", now.text.slice(now.starts[k], now.ends[k]));
      signedGround(mark, cost / most);
      mark.title = say("costs", { token: now.tokens[k], cost: signed(cost) });
      if (chosen.begin <= k && k <= chosen.last) mark.classList.add("chosen");
      sentence.push(now.text.slice(at, now.starts[k]), mark);
      at = now.ends[k];
    });
    find(".sentence").replaceChildren(...sentence, now.text.slice(at));
    ngrams(chosen, { kind: now.kind, start: now.start, filter: chosen.k });
  }
  const ngrams = newest(async (/** @type {Winner} */ chosen, /** @type {Request & { filter: number }} */ request) => {
    find(".which").textContent = say("filter", { k: chosen.k + 1, size: chosen.size, met: chosen.met.toFixed(2) });
    try {
      const { ngrams: list } = await askServer(server.show_ngrams, request);
      find(".ngrams ol").replaceChildren(...list.map(({ text, met }) => make("li", "", make("span", "", text), make("span", "number", met.toFixed(2)))));
      showProblem(find(".ngrams .problem"), null);
    } catch (failure) { showProblem(find(".ngrams .problem"), failure); }
  });

  // ---- How good they are ---------------------------------------------------------------------------------------
  function scores(/** @type {Verdict[]} */ list) {
    find(".scores .says").textContent = say(`scores.${state.language}`);
    const head = make("tr", "", ...["model", "start", "sees", "right"].map((key) => make("th", "", say(`scores.${key}`))));
    find(".scores thead").replaceChildren(head);
    find(".scores tbody").replaceChildren(...list.map(({ model, test_accuracy }) => make("tr", "", make("td", "", name(model)), make("td", "", say(`scores.from.${model}`)),
      make("td", "", say(`scores.order.${STARTS.includes(model) ? "cnn" : model}`, { sizes: sizes() })), make("td", "number", `${(100 * test_accuracy).toFixed(1)}%`))));
  }

  // ---- Controls --------------------------------------------------------------------------------------------------
  const pressLanguage = choiceRow(find(".language"), (/** @type {Language} */ language) => change({ ...example(language, 1) }));
  const pressKind = choiceRow(find(".kind"), (kind) => change({ kind, off: [] }));
  textarea.oninput = () => {
    const fresh = Date.now() - lastTyped > 1500;  // one undo for a burst of typing
    lastTyped = Date.now();
    change({ text: textarea.value }, { keep: fresh });
  };
  find(".back").onclick = () => change({ off: [] });
  function drawExamples() {
    find(".examples").querySelectorAll("button").forEach((button) => button.remove());
    for (let k = 1; k <= N_EXAMPLES; k++) {
      const button = make("button", "", say(`example_name.${k}`)), one = example(state.language, k);
      button.type = "button";
      button.setAttribute("aria-pressed", String(one.text === state.text));
      button.onclick = () => change(one);
      find(".examples").append(button);
    }
  }
  listen("lang", () => { if (state) { drawExamples(); if (now) render(); } });
  whenShown(TAB, () => {
    state = linked();
    find(".given").textContent = state.text;
    drawVerdicts([]);  // the rows stand before the first answer: a typed text's models must be read first
    refresh();
    return sections.begin();
  });
}
