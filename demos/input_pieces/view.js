// Input, piece by piece: what BERT reads of a text, and how WordPiece gets there.

/** @import { Language, Mounted } from "../common/views/types" */
/** @import { Added, Hits, InputPieces, MatchedWord, OtherPieces, Props, Runs, Search, Server, State, Vector } from "./types" */
import { finder, make } from "../common/views/elements.js";
import { addition, usualSize } from "./embedding_sum.js";
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { listen } from "../common/views/events.js";
import { framePage, pageOpens, pageSections, whenShown } from "../common/views/frame.js";
import { lang, textOf, texts } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { signedLegend } from "../common/views/signed_scale.js";
import { chip, choiceRow, remarks, undoHistory } from "../common/views/tokens.js";
import { floats } from "../common/views/wire.js";

/** @param {Mounted<Props, Server>} page */
export async function mount({ element, props, server }) {
  await pageOpens("input_pieces", "masking", "tokens");
  const find = finder(element);
  const N_EXAMPLES = 4, LONGEST_LINK = 300;
  const press = /** @type {Record<"language" | "which" | "how", (value: string) => void>} */ ({});  // the rows of choices

  framePage(element, "input_pieces", {
    lights: { 1: ".ladder", 2: ".cards", 3: ".facts" },
    proofs: {
      1: () => { change({ ...example(state.language, 3), sentence: 0, word: 0 }); sections.open("match"); },
      2: () => { look({ query: state.language === "zh" ? "北京" : "##ing", how: "contains" }); sections.open("search"); },
      3: () => { change({ ...example(state.language, 4), sentence: 0, word: 0 }); sections.open("match"); },
    },
  });
  const linkedTo = pageLink.read("input_pieces", "of", lang) === "zh" ? "zh" : "en";
  const sections = pageSections(element, "input_pieces", {
    match: { show: () => (answer ? takeApart() : undefined), owns: { sentence: null, word: null } },
    sum: { show: () => (answer ? addUp() : undefined), owns: { sentence: null, word: null } },
    search: { show: () => ask({ query: state.query, field: state.how, language: state.language }),
      owns: { q: texts["input_pieces.search.example"][linkedTo], how: "begins" } },
    others: { show: () => renderOthers() },
  });
  const takeApart = () => { renderSteps(); return match(); };
  const problem = find(".typed .problem"), query = find(".query", HTMLInputElement);
  const first = find("textarea.first", HTMLTextAreaElement), second = find("textarea.second", HTMLTextAreaElement);
  const [back, next, all] = [".back", ".next", ".all"].map((one) => find(one, HTMLButtonElement));

  // ---- State -------------------------------------------------------------------------------------------
  /** @type {(language: Language, number: number) => Pick<State, "language" | "first" | "second">} */
  const example = (language, number) => ({
    language,
    first: texts[`input_pieces.example.${number}`][language],
    second: number === 1 ? texts["input_pieces.example_second"][language] : "",
  });
  const usual = (/** @type {Language} */ language) => ({ query: texts["input_pieces.search.example"][language], how: "begins" });
  /** @returns {State} */
  const worked = () => ({ ...example(lang, 1), ...usual(lang), sentence: 0, word: -1 });  // -1: the word with the most pieces
  /** @returns {State} */
  const linked = () => {
    /** @type {<F>(name: string, fallback: F) => string | F} */
    const read = (name, fallback) => pageLink.read("input_pieces", name, fallback);
    /** @type {(name: string, fallback: number, low: number, high: number) => number} */
    const number = (name, fallback, low, high) => Math.round(pageLink.number("input_pieces", name, fallback, low, high));
    const language = read("of", lang) === "zh" ? "zh" : "en";
    return {
      ...example(language, number("example", 1, 1, N_EXAMPLES)), ...usual(language),
      ...(read("a", null) === null ? {} : { first: read("a", ""), second: read("b", "") }),
      sentence: number("sentence", 0, 0, 1), word: number("word", -1, -1, 5000),
      ...(read("q", null) === null ? {} : { query: read("q", "") }),
      ...(["begins", "contains", "id"].includes(read("how", "")) ? { how: read("how", "") } : {}),
    };
  };
  /** @type {State} */
  let state;  // set as the page is first on the screen
  /** @type {InputPieces} */
  let answer;  // of the text; nothing is drawn before the first
  let matched = /** @type {(MatchedWord & { language: Language }) | null} */ (null), hits = /** @type {(Hits & { asked: Search }) | null} */ (null);
  let sum = /** @type {{ asked: Added, name: string, vectors: Record<Vector, Float32Array> } | null} */ (null), cuts = /** @type {OtherPieces[] | null} */ (null);
  let rungs = 0, lastTyped = 0, at = /** @type {number | null} */ (null);  // at: the card that was clicked

  const past = undoHistory(find(".undo", HTMLButtonElement), find(".reset", HTMLButtonElement), {
    now: () => state, start: worked, show: (earlier) => { state = earlier; refresh(); look({}); },
  });

  /** @type {(values: Partial<State>, how?: { keep?: boolean }) => void} */
  function change(values, { keep = true } = {}) {
    if (keep) past.keep(state);
    const other = values.language && values.language !== state.language;
    state = { ...state, ...values, ...(other ? usual(values.language ?? state.language) : {}) };
    refresh();
    if (other) look({});
  }

  function refresh() {
    if (first.value !== state.first) first.value = state.first;
    if (second.value !== state.second) second.value = state.second;
    press.language(state.language);
    const known = Array.from({ length: N_EXAMPLES }, (_, k) => k + 1).find((k) => {
      const { first, second } = example(state.language, k);
      return first === state.first && second === state.second;
    });
    const short = state.first.length + state.second.length <= LONGEST_LINK;
    pageLink.set("input_pieces", {
      of: state.language, example: known ?? null,
      a: known || !short ? null : state.first, b: known || !short || !state.second ? null : state.second,
      sentence: state.sentence || null, word: state.word < 0 ? null : state.word,
    });
    send(structuredClone(state));
  }

  const WAITING = ".result, .steps, .greedy, .strip";
  const send = newest(async (/** @type {State} */ { language, first, second }) => {
    element.querySelectorAll(WAITING).forEach((node) => node.classList.add("waiting"));
    try {
      answer = await askServer(server.assemble_input, { language, first, second });
      showProblem(problem, null);
      element.querySelectorAll(WAITING).forEach((node) => node.classList.remove("waiting"));
      state.sentence = Math.min(state.sentence, answer.sentences.length - 1);
      render();
      await sections.renew("match");
      sections.renew("sum");
      const page = find("article");
      page.dataset.shown = String(Number(page.dataset.shown ?? 0) + 1);
    } catch (failure) { showProblem(problem, failure); }
  });

  // ---- What BERT reads -----------------------------------------------------------------------------------
  function render() {
    const seen = (/** @type {"unknown" | "specials"} */ field) => [...new Set(answer.sentences.flatMap((s) => s[field]))];
    const foreign = answer.sentences.find((s) => s.looks_like && s.looks_like !== state.language);
    remarks(find(".remarks"), {
      looks_like: foreign?.looks_like ?? null, unknown: seen("unknown"), specials: seen("specials"),
      cuts: answer.cuts, tokens: answer.tokens,
    }, state.language, (language) => change({ language }));
    renderStrip();
    renderCards();
    find(".sum").hidden = !props.weights.includes(state.language);
  }

  const special = (/** @type {string} */ token) => ["[CLS]", "[SEP]"].includes(token);
  const continues = (/** @type {string} */ token) => token.startsWith("##") && token.length > 2;

  function renderStrip() {
    const inner = answer.tokens.map((token, i) => ({ token, id: answer.ids[i] })).filter(({ token }) => !special(token));
    find(".sentence").textContent = [state.first, answer.sentences.length > 1 ? state.second : ""].filter(Boolean).join(" ／ ");
    find(".pieces").replaceChildren(...inner.map(({ token }) => chip(token, { joined: continues(token), kind: token === "[MASK]" ? "hidden" : "plain" })));
    find(".numbers").replaceChildren(...inner.map(({ id }) => make("span", "", String(id))));
    const words = answer.sentences.reduce((n, s) => n + s.words.length, 0);
    find(".share").textContent = textOf("input_pieces.strip.share", { words, pieces: inner.length });
    find(".asked").textContent = textOf("input_pieces.strip.asked", { n: answer.tokens.length });
  }

  // Each card: token, id, position; the line below says which segment. A click takes its word apart.
  function renderCards() {
    /** @type {([sentence: number, word: number] | null)[]} */
    const owner = answer.sentences.flatMap((sentence, s) => {
      const words = sentence.words.flatMap(([, pieces], w) => pieces.map(() => /** @type {[number, number]} */ ([s, w])));
      return [...words.slice(0, words.length - answer.cuts[s].n_pieces), null];
    });
    owner.unshift(null);
    find(".cards").replaceChildren(...answer.tokens.map((token, i) => {
      const b = answer.segments[i] === 1, framed = special(token) && !owner[i];
      const look = `card ${b ? "b" : "a"}${continues(token) ? " goes-on" : ""}`;
      const card = framed ? make("div", look) : make("button", { type: "button", class: look });
      card.append(
        chip(token, { kind: framed ? "special" : token === "[MASK]" ? "hidden" : "plain", columns: token === "[MASK]" ? 4 : 0 }),
        make("span", "", String(answer.ids[i])), make("small", "", String(i)));
      card.title = textOf("input_pieces.card_title", { token, id: answer.ids[i], at: i, segment: b ? "B" : "A" });
      const of = owner[i];
      if (!framed && of) {
        card.onclick = () => {
          at = i;
          change({ sentence: of[0], word: of[1] });
          if (!sections.isOpen("match")) sections.lead("match");
        };
      }
      return card;
    }));
    const used = answer.tokens.length, full = used === props.n_positions;
    find(".limit").classList.toggle("full", full);
    find(".limit i").style.width = `${(100 * used) / props.n_positions}%`;
    find(".places").textContent = textOf(full ? "input_pieces.full" : "input_pieces.places",
      { used, of: props.n_positions, left: props.n_positions - used });
  }

  // ---- Step by step ----------------------------------------------------------------------------------------
  // Characters that can't be seen are named; every blank is a dot.
  /** @type {(text: string, into: HTMLElement) => void} */
  function spell(text, into) {
    for (const part of text.split(/([ \t\n\r]|\p{Cc}|\p{Cf}|\p{Co}|[\u00a0\u2000-\u200a\u3000\ufffd])/u)) {
      if (!part) continue;
      if (part === " ") into.append(make("span", "blank", "·"), "\u200b");
      else if (/^[\p{Cc}\p{Cf}\p{Co}\u00a0\u2000-\u200a\u3000\ufffd]$/u.test(part))
        into.append(make("span", "blank", `U+${part.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`));
      else into.append(part);
    }
  }
  /** @type {(key: string, runs: Runs) => HTMLElement} */
  function stage(key, runs) {
    const made = make("div", "made");
    let n = 0;
    for (const [before, after] of runs) {
      if (before === after) { spell(after, made); continue; }
      n++;
      const node = make(after ? "mark" : "del");
      spell(after || before, node);
      node.title = `${before} → ${after}`;
      made.append(node);
    }
    return make("li", "", make("h3", "", textOf(`input_pieces.steps.${key}`)), made,
      make("small", "number", textOf(n ? "input_pieces.steps.changed" : "input_pieces.steps.unchanged", { n })));
  }

  function chosenWord() {
    const words = answer.sentences[state.sentence].words;
    if (state.word >= 0) return Math.min(state.word, words.length - 1);
    return words.reduce((best, [, pieces], w) => (pieces.length > words[best][1].length ? w : best), 0);
  }

  function renderSteps() {
    find(".which").hidden = answer.sentences.length < 2;
    press.which(String(state.sentence));
    const sentence = answer.sentences[state.sentence], at = chosenWord();
    const typed = make("div", "made");
    spell(state.sentence ? state.second : state.first, typed);
    const words = make("div", "chips", ...sentence.words.map(([word, pieces], w) => {
      const button = make("button", "word", ...pieces.map((piece) => chip(piece, { joined: continues(piece) })));
      button.type = "button";
      button.title = word;
      button.setAttribute("aria-pressed", String(w === at));
      button.onclick = () => change({ word: w });
      return button;
    }));
    find(".stages").replaceChildren(
      make("li", "", make("h3", "", textOf("input_pieces.steps.typed")), typed),
      stage("cleaned", sentence.cleaned), stage("spaced", sentence.spaced), stage("lowered", sentence.lowered),
      make("li", "", make("h3", "", textOf("input_pieces.steps.words", { n: sentence.words.length })), words));
  }

  // ---- The longest match -------------------------------------------------------------------------------------
  async function match() {
    const chosen = () => answer.sentences[state.sentence].words[chosenWord()][0], word = chosen(), { language } = state;
    if (matched?.word !== word || matched.language !== language) {
      const found = await askServer(server.match_word, { word, language });
      if (word !== chosen() || language !== state.language) return;  // another one is on its way
      matched = { ...found, language };
    }
    rungs = matched.attempts.length;
    renderLadder(matched);
  }

  function renderLadder(/** @type {MatchedWord} */ matched) {
    let done = "";
    const steps = matched.attempts.map(([piece, found]) => {
      const inside = done !== "", own = inside ? piece.slice(2) : piece;
      const rung = make("div", `rung ${found ? "found" : "missed"}`,
        make("i", "hash", inside ? "##" : "  "), make("u", "", done), make("b", "", own),
        make("em", "", found ? `✓ ${textOf("input_pieces.greedy.found")}` : "✗"));
      if (found) done += own;
      return rung;
    });
    find(".greedy-title").textContent = textOf("input_pieces.greedy.title", { word: [...matched.word].slice(0, 40).join("") });
    find(".ladder").replaceChildren(...steps.slice(0, rungs));
    find(".ladder").scrollTop = find(".ladder").scrollHeight;
    find(".progress").textContent = steps.length ? textOf("input_pieces.greedy.progress", { n: rungs, of: steps.length }) : "";
    next.disabled = all.disabled = rungs >= steps.length;
    back.disabled = rungs <= 1;
    const length = [...matched.word].length;
    const key = matched.pieces[0] === "[MASK]" ? "mask"
      : length > matched.longest ? "too_long"
      : rungs < steps.length ? "going"
      : matched.pieces[0] === "[UNK]" ? "unknown"
      : matched.pieces.length === 1 ? "whole" : "pieces";
    find(".verdict").textContent = textOf(`input_pieces.greedy.verdict.${key}`,
      { n: matched.pieces.length, list: matched.pieces.join(" "), looks: steps.length, length, limit: matched.longest });
  }
  const climb = (/** @type {(word: MatchedWord) => number} */ to) => () => {
    if (!matched) return;
    rungs = to(matched);
    renderLadder(matched);
  };
  back.onclick = climb(() => 1);
  next.onclick = climb(() => rungs + 1);
  all.onclick = climb(({ attempts }) => attempts.length);

  // ---- Three embeddings, added up --------------------------------------------------------------------------------
  /** @type {Vector[]} */
  const STRIPES = ["word", "position", "segment", "summed", "normalised"];
  const addUp = newest(async () => {
    const { language } = state;
    if (!props.weights.includes(language)) return;
    const [s, w] = [state.sentence, chosenWord()];
    const start = s ? answer.segments.indexOf(1) : 1;
    const before = answer.sentences[s].words.slice(0, w).reduce((n, [, pieces]) => n + pieces.length, 0);
    const within = answer.sentences[s].words[w][1].length;
    const here = at !== null && at >= start + before && at < start + before + within ? at : start + before;
    if (here >= answer.tokens.length) return;  // cut off
    const asked = { token: answer.ids[here], position: here, segment: answer.segments[here], language };
    const told = await askServer(server.add_embeddings, asked);
    const { word, position, segment, summed, normalised } = told;
    const vectors = { word: floats(word), position: floats(position), segment: floats(segment), summed: floats(summed), normalised: floats(normalised) };
    sum = { asked, name: answer.tokens[here], vectors };
    renderSum();
  });

  // The first four strips share a scale; LayerNorm's has its own.
  function renderSum() {
    if (!sum) return;
    const { vectors } = sum;
    find(".sum-title").textContent = textOf("input_pieces.sum.title", { token: sum.name });
    const scale = Math.max(...STRIPES.slice(0, 4).map((name) => usualSize(vectors[name])));
    const values = { id: sum.asked.token, at: sum.asked.position, segment: sum.asked.segment ? "B" : "A" };
    signedLegend(find(".signs"), [`−${scale.toFixed(2)}`, `+${scale.toFixed(2)}`]);
    addition(find(".stripes"), STRIPES.map((name, k) => {
      const own = name === "normalised" ? usualSize(vectors[name]) : scale;
      return {
        sign: ["", "+", "+", "=", "→"][k], label: textOf(`input_pieces.sum.${name}`, values), values: vectors[name], scale: own,
        note: textOf("input_pieces.sum.length", { length: Math.hypot(...vectors[name]).toFixed(2), scale: own.toFixed(2) }),
      };
    }), (d) => {
      const [a, b, c, all, last] = STRIPES.map((name) => vectors[name][d].toFixed(3));
      find(".sum-value").textContent = textOf("input_pieces.sum.value", { d, a, b, c, all, last });
    });
    find(".sum-value").textContent = textOf("input_pieces.sum.point");
  }

  // ---- Other models' tokenizers --------------------------------------------------------------------------------------
  const othersProblem = find(".others .problem");
  function renderOthers() {
    const here = props.present.length > 0;
    find(".others-how").textContent = textOf(here ? "input_pieces.others.how" : "input_pieces.others.none");
    find(".cut-them").hidden = !here;
    find(".others-list").replaceChildren(...props.others.map((name) => {
      const found = cuts?.find((one) => one.name === name);
      const row = make("div", "other", make("h3", "", textOf(`input_pieces.others.name.${name.split("-")[0]}`)));
      if (!props.present.includes(name))
        row.append(make("p", "quiet-text", textOf("input_pieces.others.absent", { folder: `data/tokenizers/${name}` })));
      else if (found && !found.readable)
        row.append(make("p", "quiet-text", textOf("input_pieces.others.damaged", { folder: `data/tokenizers/${name}` })));
      else if (found)
        row.append(make("p", "quiet-text number", textOf("input_pieces.others.count", { n: found.n_tokens, size: found.n_vocabulary.toLocaleString("en") })),
          make("div", "chips", ...found.tokens.map((token) => chip(token))));
      return row;
    }));
  }
  find(".cut-them").onclick = async () => {
    find(".others-list").classList.add("waiting");
    try {
      ({ cuts } = await askServer(server.cut_by_others, { text: state.first }));
      showProblem(othersProblem, null);
      renderOthers();
    } catch (failure) { showProblem(othersProblem, failure); }
    find(".others-list").classList.remove("waiting");
  };

  // ---- The vocabulary -------------------------------------------------------------------------------------------
  const searchProblem = find(".search .problem");
  /** @type {(values: Partial<State>) => void} */
  function look(values) {
    state = { ...state, ...values };
    if (query.value !== state.query) query.value = state.query;
    press.how(state.how);
    pageLink.set("input_pieces", { q: state.query, how: state.how });
    sections.renew("search");
  }
  const ask = newest(async (/** @type {Search} */ asked) => {
    try {
      hits = { ...(await askServer(server.search_vocabulary, asked)), asked };
      showProblem(searchProblem, null);
      renderHits();
    } catch (failure) { showProblem(searchProblem, failure); }
  });
  function renderHits() {
    if (!hits) return;
    const count = (/** @type {number} */ n) => n.toLocaleString("en");
    find(".n-found").textContent = textOf(hits.n_found > hits.shown.length ? "input_pieces.search.many" : hits.n_found ? "input_pieces.search.some" : "input_pieces.search.none",
      { n: count(hits.n_found), shown: hits.shown.length, query: hits.asked.query });
    find(".hits").replaceChildren(...hits.shown.map(([token, id]) =>
      make("span", "hit", chip(token, { kind: /^\[(PAD|UNK|CLS|SEP|MASK)\]$/.test(token) ? "special" : "plain" }), make("small", "", String(id)))));
    const { n_tokens, n_continuing, n_special, n_unused, n_chinese } = hits.facts;
    find(".facts").textContent = textOf(`input_pieces.search.facts.${hits.asked.language}`, {
      n: count(n_tokens), continuing: count(n_continuing), special: n_special, unused: n_unused, chinese: count(n_chinese),
    });
  }

  // ---- Controls ---------------------------------------------------------------------------------------------------
  press.language = choiceRow(find(".language"), (/** @type {Language} */ language) => {
    const known = Array.from({ length: N_EXAMPLES }, (_, k) => k + 1).find((k) => example(state.language, k).first === state.first);
    change({ ...(known ? example(language, known) : { language }), word: -1 });
  });
  press.which = choiceRow(find(".which"), (which) => change({ sentence: Number(which), word: -1 }));
  press.how = choiceRow(find(".how"), (how) => look({ how }));
  for (const box of [first, second])
    box.oninput = () => {
      const fresh = Date.now() - lastTyped > 1500;  // one undo for a burst of typing
      lastTyped = Date.now();
      change({ ...(box === first ? { first: box.value } : { second: box.value }), word: -1 }, { keep: fresh });
    };
  query.oninput = () => look({ query: query.value });

  function drawExamples() {
    const box = find(".examples");
    box.querySelectorAll("button").forEach((button) => button.remove());
    for (let k = 1; k <= N_EXAMPLES; k++) {
      const button = make("button", "", textOf(`input_pieces.example_name.${k}`));
      button.type = "button";
      button.onclick = () => change({ ...example(state.language, k), sentence: 0, word: -1 });
      box.append(button);
    }
  }

  listen("lang", () => {
    drawExamples();
    if (answer) render();
    const last = matched;
    if (last) sections.renew("match", () => { renderSteps(); renderLadder(last); });
    if (hits) renderHits();
    if (sum) sections.renew("sum", renderSum);
    sections.renew("others");
  });
  listen("theme", () => { if (sum) sections.renew("sum", renderSum); });
  whenShown("input_pieces", () => {
    drawExamples();
    state = linked();
    refresh();
    look({});
    return sections.begin();
  });
}
