// What each head looks at. This file reads the text, keeps the state and shows one view at a time; each
// view is a part of its own, attention_<part>.js, that gets the `page` below and returns
//   { draw(), scene(), table(), snippet() }: show it; as shapes; as columns and rows; as Python.

import { heldOut } from "../common/views/answer_bars.js";
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { benchView } from "./bench.js";
import { make } from "../common/views/elements.js";
import { attentionExport } from "./export.js";
import { modelView } from "./grid.js";
import { headsView } from "./heads.js";
import { heatView } from "./heat.js";
import { mapsView } from "./maps.js";
import { attentionOwn } from "./own.js";
import { sourcesView } from "./sources.js";
import { attentionStrip } from "./strip.js";
import { swapView } from "./swap.js";
import { headWork } from "./work.js";
import { listen } from "../common/views/events.js";
import { framePage, pageOpens, whenShown } from "../common/views/frame.js";
import { lang, textOf, texts } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { modelLoader } from "../common/views/model_loading.js";
import { choiceRow, remarks, undoHistory } from "../common/views/tokens.js";
import { shares } from "../common/views/wire.js";

export async function mount({ element, props, server }) {
  await pageOpens("attention", "fill_in", "tokens");
  const TAB = "attention";
  const find = (selector) => element.querySelector(selector);
  const say = (key, values) => textOf(`${TAB}.${key}`, values);
  const N_EXAMPLES = 5, LONGEST_LINK = 900, AT_ONCE = 4e6;  // shares that come in one answer
  const VIEWS = ["heads", "model", "heat", "maps", "bench", "sources", "swap"], FILTERS = ["all", "aa", "ab", "ba", "bb"];
  const MEASURES = ["entropy", "distance", "pattern", "effect", "pairs"];

  framePage(element, TAB, {
    lights: { 1: ".stage-box, .plot-box", 2: ".strip .mix, .exports", 3: ".views" },
    proofs: {
      1: () => change({ view: "maps", measure: "pattern", pattern: "cls" }),
      2: () => change({ view: "bench", off: Array.from({ length: data.n_layers * data.n_heads }, (_, k) => k).filter((k) => k % 2), question: "mask" }),
      3: () => change({ view: "sources", question: "mask" }),
    },
  });
  find(".foot p").removeAttribute("data-i18n");  // its figures come from the server
  const problem = find(".typed > .problem"), fieldA = find("textarea.a"), fieldB = find("textarea.b");

  // ---- State ------------------------------------------------------------------------------------------
  // In the examples, the word between two | is pinned, and is the one that is asked for; ‖ begins sentence B.
  const example = (language, number) => {
    const [a, b = ""] = texts[`${TAB}.example.${number}`][language].split("‖");
    const [before, word = ""] = a.split("|");
    return { model: language, text: a.replaceAll("|", ""), second: b, focus: word ? [before.length, word] : null };
  };
  const BLANK = { keep: "head", at: null, off: [], question: "mask", target: null, otherA: null, otherB: null, pins: null };
  const SETTINGS = { view: "heads", layer: 2, head: 0, heads: null, unit: "piece", least: null, frame: true, filter: "all",
    sort: "place", measure: "entropy", pattern: "previous", asker: null, rolled: "rollout" };
  const exampleShown = () => Array.from({ length: N_EXAMPLES }, (_, k) => k + 1).find((k) => {
    const known = example(state.model === "zh" ? "zh" : "en", k);
    return known.text === state.text && known.second === state.second && known.model === state.model;
  });
  const worked = () => ({ ...BLANK, ...SETTINGS, ...example(lang, 1) });
  function linked() {
    const read = (name, fallback = null) => pageLink.read(TAB, name, fallback);
    const whole = (name, fallback, low, high) => Math.round(pageLink.number(TAB, name, fallback, low, high));
    const list = (name) => read(name, "").split(",").filter(Boolean).map(Number).filter((n) => Number.isInteger(n) && n >= 0);
    const one = (name, allowed, fallback) => (allowed.includes(read(name)) ? read(name) : fallback);
    const model = read("model", lang), language = model === "zh" ? "zh" : "en", typed = read("text");
    const pins = (read("pins") ?? "").split(",").filter((pin) => /^[qk]\d+$/.test(pin)).map((pin) => ({ side: pin[0], at: Number(pin.slice(1)) }));
    return {
      ...BLANK, ...example(language, whole("example", 1, 1, N_EXAMPLES)), model,
      ...(typed === null ? {} : { text: typed, second: read("second", ""), focus: null }),
      keep: one("keep", ["head", "tail"], "head"), at: read("at") === null ? null : whole("at", 0, 0, 511),
      off: list("off"), question: one("question", ["mask", "next"], "mask"), target: read("target"),
      otherA: read("other"), otherB: read("other2"), pins: read("pins") === null ? null : pins,
      view: one("view", VIEWS, "heads"), layer: whole("layer", 3, 1, 99) - 1, head: whole("head", 1, 1, 99) - 1,
      heads: read("heads") === null ? null : list("heads").map((head) => head - 1).filter((head) => head >= 0),
      unit: one("unit", ["piece", "word"], "piece"), least: read("least") === null ? null : whole("least", 5, 1, 50), frame: read("frame") !== "0",
      filter: one("pairs", FILTERS, "all"), sort: read("sort", "place"), measure: one("measure", MEASURES, "entropy"),
      pattern: one("pattern", props.patterns, "previous"), asker: read("asker") === null ? null : whole("asker", 0, 0, 511), rolled: one("rolled", ["rollout", "raw"], "rollout"),
    };
  }
  let state = null, data = null, lastTyped = 0, views = null;

  const past = undoHistory(find(".undo"), find(".reset"), {
    now: () => state, start: worked, show: (earlier) => { state = earlier; refresh(); },
  });
  function change(values, { keep = true } = {}) {
    if (keep) past.keep(state);
    state = { ...state, ...values };
    refresh();
  }
  const request = () => ({ model: state.model, text: state.text, second: state.second, keep: state.keep, at: state.at, off: state.off });
  // After a change of the text or the model, no token stands where it was.
  const retyped = (values) => change({ ...BLANK, question: state.question, focus: null, ...values });

  function refresh() {
    if (fieldA.value !== state.text) fieldA.value = state.text;
    if (fieldB.value !== state.second) fieldB.value = state.second;
    press.unit(state.unit);
    press.views(state.view);
    drawModels();
    writeLink();
    const key = JSON.stringify(request());
    if (data?.key === key) { seen(); return; }
    if (benchOnly(data?.asked)) { remark(); views.bench.draw(); page.ready(); }  // its answer needs no new reading
    send(request(), key);
  }
  const current = (key) => key === JSON.stringify(request());
  function seen() {
    element.querySelectorAll(".strip, .view, .own").forEach((node) => node.classList.remove("waiting"));
    showProblem(problem, null);
    show();
  }
  const benchOnly = (read) => state.view === "bench" && read && JSON.stringify({ ...read, off: state.off }) === JSON.stringify(request());
  function writeLink() {
    const known = exampleShown(), long = state.text.length + state.second.length > LONGEST_LINK;
    const unless = (value, usual, written = value) => (String(value) === String(usual) ? null : written);
    pageLink.set(TAB, {
      model: state.model, example: known ?? null, text: known || long ? null : state.text, second: known || long || !state.second ? null : state.second,
      keep: unless(state.keep, "head"), at: state.at, off: state.off.length ? state.off.join(",") : null,
      question: unless(state.question, "mask"), target: state.target, other: long ? null : state.otherA, other2: long ? null : state.otherB,
      view: state.view, layer: state.layer + 1, head: unless(state.head, 0, state.head + 1),
      heads: state.heads && state.heads.map((head) => head + 1).join(","),
      pins: state.pins && state.pins.map(({ side, at }) => side + at).join(","), unit: state.unit,
      least: state.least, frame: state.frame ? null : 0, pairs: unless(state.filter, "all"),
      sort: unless(state.sort, "place"), measure: state.view === "maps" ? state.measure : null,
      pattern: state.view === "maps" && state.measure === "pattern" ? state.pattern : null, asker: state.asker, rolled: unless(state.rolled, "rollout"),
    });
  }

  // ---- The server --------------------------------------------------------------------------------------
  const send = newest(async (/** @type {ReturnType<typeof request>} */ asked, /** @type {string} */ key) => {
    element.querySelectorAll(benchOnly(data?.asked) ? ".strip" : ".strip, .view, .own").forEach((node) => node.classList.add("waiting"));
    find(".typed .reading").textContent = data?.asked.model === asked.model ? "" : say("load.busy", { name: name(asked.model) });
    try {
      const answer = await askServer(server.read_attention, { ...asked, layers: [state.layer] }).catch((failure) => {
        if (failure.message !== "bad_request" || state.layer === 0) throw failure;
        state.layer = 0;  // a model with fewer layers than the one before
        return askServer(server.read_attention, { ...asked, layers: [0] });
      });
      if (!current(key)) return;  // what is on the screen and what the parts compute with is one reading
      take(answer, asked, key);
      seen();
      fetchRest(data);
    } catch (failure) {
      if (!current(key)) return;
      if (failure.key === "model_not_loaded") {
        find(".loader").hidden = false;
        loader.propose(asked.model, failure);
      } else showProblem(problem, failure);
    } finally { find(".typed .reading").textContent = ""; }
  });
  function take(answer, asked, key) {
    const n = answer.read.tokens.length, size = answer.n_heads * n * n;
    data = { ...answer, asked, key, n, layers: Array(answer.n_layers).fill(null), kept: new Map() };
    fill(data, answer);
    data.whole = size * answer.n_layers <= AT_ONCE;  // else each layer comes when it is opened
    state.head = Math.min(state.head, data.n_heads - 1);
    state.heads = state.heads?.filter((head) => head < data.n_heads) ?? null;
    data.focus = state.focus && tokenAt(state.focus[0]);
    if (!answer.read.segments.includes(1)) state.filter = "all";
    find(".loader").hidden = true;
    state.layer = Math.min(state.layer, data.n_layers - 1);
    writeLink();
    remark();
  }
  function fill(into, answer) {
    const all = shares(answer.attention), size = into.n_heads * into.n * into.n;
    answer.layers.forEach((layer, k) => { into.layers[layer] = all.subarray(k * size, (k + 1) * size); });
  }
  async function fetchRest(into, only = null) {
    const missing = only ?? into.layers.flatMap((layer, k) => (layer || !into.whole ? [] : [k]));
    if (!missing.length) return;
    try {
      const answer = await askServer(server.read_attention, { ...into.asked, layers: missing });
      fill(into, answer);
      if (into === data) { element.querySelector("article").dataset.layers = data.layers.filter(Boolean).length; show(); }
    } catch (failure) { showProblem(problem, failure); }
  }
  // The token that stands at a character of sentence A, found by counting what the tokens before it wrote.
  function tokenAt(character) {
    const { written, special, segments } = data.read;
    let from = 0;
    const low = state.text.toLowerCase();
    for (let i = 0; i < written.length; i++) {
      if (special[i] || segments[i]) continue;
      const at = low.indexOf(written[i].toLowerCase(), from);
      if (at < 0) continue;
      if (at + written[i].length > character) return i;
      from = at + written[i].length;
    }
    return null;
  }

  // ---- What the parts get ---------------------------------------------------------------------------------
  const page = {
    say, server, props, change, get state() { return state; }, get data() { return data; },
    quiet: (values) => change(values, { keep: false }),  // settings of a view: nothing that needs undoing
    // Tokens or whole words, as they are shown: [{ text, kind, segment, special, title, first, last }].
    units: (unit = state.unit) => kept(`units.${unit}`, () => {
      const { read } = data, bert = ["bert", "distilbert"].includes(read.kind), list = [];
      read.tokens.forEach((token, i) => {
        const mask = token === "[MASK]", face = mask || bert && unit === "piece" ? token : read.written[i], before = list.at(-1);
        if (unit === "word" && i && read.words[i] === read.words[i - 1]) {
          before.text += face;
          before.title += ` ${token}`;
          before.last = i;
        } else list.push({ text: face, kind: mask ? "hidden" : read.special[i] ? "special" : "plain", segment: read.segments[i],
          special: read.special[i], title: token === "[UNK]" ? `[UNK] ${read.written[i]}` : token, first: i, last: i });
      });
      return list;
    }),
    // The pinned tokens; while another text is being read, those of the one on the screen.
    pins: () => state.pins?.filter(({ at }) => at < data.n) ?? (data.focus === null ? [] : [{ side: "q", at: data.focus }]),
    unitOf: (at) => page.units().findIndex((one) => one.first <= at && at <= one.last),
    // One head's attention between units, [n * n] in 1/10,000; null until it has come.
    matrix: (layer, head) => {
      if (!data.layers[layer]) { if (!data.whole) kept(`ask.${layer}`, () => { fetchRest(data, [layer]); return true; }); return null; }
      return kept(`${state.unit}.${layer}.${head}`, () => {
        const { n } = data, one = data.layers[layer].subarray(head * n * n, (head + 1) * n * n), units = page.units();
        if (units.length === n) return one;
        const merged = new Float32Array(units.length ** 2);
        units.forEach((query, i) => units.forEach((key, j) => {  // to a word: the sum; from it: the mean
          let sum = 0;
          for (let a = query.first; a <= query.last; a++) for (let b = key.first; b <= key.last; b++) sum += one[a * n + b];
          merged[i * units.length + j] = sum / (query.last - query.first + 1);
        }));
        return merged;
      });
    },
    strongest: (row, n = 5) => [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, n),
    request,
    asked: () => ({ ...request(), question: state.question, target: state.target }),
    // An answer of the server that belongs to this reading, asked once.
    once: (name, ask) => kept(`once.${name}`, () => ask().catch((failure) => { data.kept.delete(`once.${name}`); throw failure; })),
    scores: () => page.once("scores", () => askServer(server.score_heads, request())),
    open: (layer, head, view = "heads") => page.quiet({ layer, head, heads: [head], view }),
    headName: (layer, head) => say("head_name", { layer: layer + 1, head: head + 1 }),
  };
  const kept = (key, make) => {
    if (!data.kept.has(key)) data.kept.set(key, make());
    return data.kept.get(key);
  };
  // What is on the screen has changed after draw(): an answer came, or a measurement is done.
  page.ready = () => {
    exports.renew();
    const article = find("article");
    article.dataset.shown = Number(article.dataset.shown ?? 0) + 1;
  };
  page.measure = headWork(page);

  // ---- What is on the screen ---------------------------------------------------------------------------
  function show() {
    if (!data || !element.clientWidth) return;  // a hidden tab has no width to draw in; it is shown again later
    state.pins = page.pins();
    for (const name of VIEWS) find(`.view.${name}`).hidden = name !== state.view;
    find(".about").textContent = say(`about.${state.view}`);
    find(".unit").hidden = page.units("word").length === data.n;
    views[state.view].draw();
    strip();
    page.ready();
  }

  function remark() {
    const { read } = data, language = ["en", "zh"].includes(state.model) ? state.model : read.looks_like, box = find(".remarks");
    remarks(box, { ...read, cuts: [], tokens: read.hidden === null ? read.tokens : [] }, language, (model) => retyped({ model }));
    own();
    const add = (text, key, act, disabled = false) => {
      const button = make("button", "", key);
      button.type = "button";
      button.disabled = disabled;
      button.onclick = act;
      box.append(make("p", "remark", text, " ", button));
    };
    read.left_out.forEach((left, k) => {
      if (!left.n_cut) return;
      add(say(`cut.${state.keep}`, { of: "AB"[k], given: left.n_given, n: left.n_cut, from: [...left.text].slice(0, 24).join("") }),
        say(state.keep === "head" ? "cut.to_tail" : "cut.to_head"), () => change({ ...BLANK, keep: state.keep === "head" ? "tail" : "head", question: state.question }));
    });
    if (state.at !== null) add(say("hidden", { word: read.hidden ?? "[MASK]" }), say("unhide"), () => change({ at: null, target: null }));
    if (state.off.length) add(say("off", { n: state.off.length, of: data.n_layers * data.n_heads }), say("bench.on"), () => change({ off: [] }));
  }

  const strip = attentionStrip(find(".strip"), page);
  const own = attentionOwn(find(".own"), page, (model) => name(model));

  // ---- Controls ------------------------------------------------------------------------------------------
  const press = {
    unit: choiceRow(find(".unit"), (unit) => page.quiet({ unit })),
    views: choiceRow(find(".views"), (view) => page.quiet({ view })),
  };
  for (const [field, name] of [[fieldA, "text"], [fieldB, "second"]]) field.oninput = () => {
    const fresh = Date.now() - lastTyped > 1500;  // one undo for a burst of typing
    lastTyped = Date.now();
    change({ ...BLANK, question: state.question, focus: null, [name]: field.value }, { keep: fresh });
  };
  const name = (model) => (["en", "zh"].includes(model) ? say(`ours.${model}`) : loader.label(model));
  const select = (model) => { find("select.model").value = model; };
  function drawModels() {
    loader.about(find(".about-model"), [state.model]);
    const names = [...new Set([...loader.names(), state.model])], select = find("select.model");
    if (select.dataset.names === `${lang} ${names}` && select.value === state.model) return;
    select.dataset.names = `${lang} ${names}`;
    select.replaceChildren(...names.map((one) => Object.assign(make("option", "", name(one)), { value: one })), Object.assign(make("option", "", say("load.title")), { value: "" }));
    select.value = state.model;
  }
  find("select.model").onchange = (event) => {
    const model = event.target.value, known = exampleShown();
    find(".loader").hidden = !(find(".loader").open = !model);
    if (!model || !loader.here(model)) {  // the list shows what is read until the other one is there
      select(state.model);
      find(".loader").hidden = false;
      if (model) loader.load(model); else find(".loader input").focus();
      return;
    }
    retyped(known && ["en", "zh"].includes(model) ? example(model, known) : { model });
    drawExamples();
  };
  const loader = modelLoader(find(".loader"), props, server, {
    done: (model) => { if (model === state.model) refresh(); else retyped({ model }); }, changed: () => { if (state) drawModels(); },
  });
  loader.lists(find("select.model"));
  function drawExamples() {
    const box = find(".examples");
    box.querySelectorAll("button").forEach((button) => button.remove());
    for (let k = 1; k <= N_EXAMPLES; k++) {
      const button = make("button", "", say(`example_name.${k}`));
      button.type = "button";
      button.onclick = () => {
        const model = state.model === "zh" || (state.model !== "en" && lang === "zh") ? "zh" : "en";
        retyped({ ...example(model, k), model: ["en", "zh"].includes(state.model) ? model : state.model, question: k === 2 ? "next" : "mask" });
      };
      box.append(button);
    }
  }
  async function renderFoot() {
    const language = state.model === "zh" ? "zh" : "en";
    const score = await askServer(server.show_score, { language }).catch(() => null);
    find(".foot p").textContent = say("foot", heldOut(language, score));
  }

  const VIEW = { heads: headsView, model: modelView, heat: heatView, maps: mapsView, bench: benchView, sources: sourcesView, swap: swapView };
  views = Object.fromEntries(VIEWS.map((name) => [name, VIEW[name](find(`.view.${name}`), page)]));
  const exports = attentionExport(element, page, () => views[state.view]);
  listen("lang", () => { drawExamples(); if (state) { drawModels(); renderFoot(); if (data) { remark(); for (const part of [loader, ...Object.values(views)]) part.words?.(); show(); } } });
  listen("theme", () => requestAnimationFrame(show));
  whenShown(TAB, () => { drawExamples(); loader.words(); state = linked(); refresh(); renderFoot(); loader.renew(); });
  let wide = 0;  // the tab comes on the screen a moment after it was asked for, and from no width to some
  new ResizeObserver(() => { if (element.clientWidth !== wide) { wide = element.clientWidth; show(); } }).observe(element);
}
