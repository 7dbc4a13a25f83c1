// What each head looks at. This file reads the text, keeps the state and shows one view at a time; each
// view is a part of its own, attention_<part>.js, that gets the `page` below and returns
//   { draw(), scene(), table(), snippet() }: show it; as shapes; as columns and rows; as Python.

/** @import { Language, Mounted, Values } from "../common/views/types" */
/** @import { Attention, Data, Page, Props, Reading, Server, State, Unit, View } from "./types" */
import { heldOut } from "../common/views/answer_bars.js";
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { benchView } from "./bench.js";
import { finder, make } from "../common/views/elements.js";
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

/** @param {Mounted<Props, Server>} page */
export async function mount({ element, props, server }) {
  await pageOpens("attention", "fill_in", "tokens");
  const TAB = "attention";
  const find = finder(element);
  /** @type {(key: string, values?: Values) => string} */
  const say = (key, values) => textOf(`${TAB}.${key}`, values);
  const N_EXAMPLES = 5, LONGEST_LINK = 900, AT_ONCE = 4e6;  // shares that come in one answer
  const VIEWS = ["heads", "model", "heat", "maps", "bench", "sources", "swap"], FILTERS = ["all", "aa", "ab", "ba", "bb"];
  const MEASURES = ["entropy", "distance", "pattern", "effect", "pairs"];

  framePage(element, TAB, {
    lights: { 1: ".stage-box, .plot-box", 2: ".strip .mix, .exports", 3: ".views" },
    proofs: {
      1: () => change({ view: "maps", measure: "pattern", pattern: "cls" }),
      2: () => change({ view: "bench", off: Array.from({ length: page.data.n_layers * page.data.n_heads }, (_, k) => k).filter((k) => k % 2), question: "mask" }),
      3: () => change({ view: "sources", question: "mask" }),
    },
  });
  find(".foot p").removeAttribute("data-i18n");  // its figures come from the server
  const problem = find(".typed > .problem"), fieldA = find("textarea.a", HTMLTextAreaElement), fieldB = find("textarea.b", HTMLTextAreaElement), chosen = find("select.model", HTMLSelectElement);
  /** @type {(model: string | null) => model is Language} */
  const bundled = (model) => model === "en" || model === "zh";

  // ---- State ------------------------------------------------------------------------------------------
  // In the examples, the word between two | is pinned, and is the one that is asked for; ‖ begins sentence B.
  /** @type {(language: Language, number: number) => Pick<State, "model" | "text" | "second" | "focus">} */
  const example = (language, number) => {
    const [a, b = ""] = texts[`${TAB}.example.${number}`][language].split("‖");
    const [before, word = ""] = a.split("|");
    return { model: language, text: a.replaceAll("|", ""), second: b, focus: word ? [before.length, word] : null };
  };
  /** @type {Pick<State, "keep" | "at" | "off" | "question" | "target" | "otherA" | "otherB" | "pins">} */
  const BLANK = { keep: "head", at: null, off: [], question: "mask", target: null, otherA: null, otherB: null, pins: null };
  /** @type {Omit<State, keyof typeof BLANK | "model" | "text" | "second" | "focus">} */
  const SETTINGS = { view: "heads", layer: 2, head: 0, heads: null, unit: "piece", least: null, frame: true, filter: "all",
    sort: "place", measure: "entropy", pattern: "previous", asker: null, rolled: "rollout" };
  const exampleShown = () => Array.from({ length: N_EXAMPLES }, (_, k) => k + 1).find((k) => {
    const known = example(state.model === "zh" ? "zh" : "en", k);
    return known.text === state.text && known.second === state.second && known.model === state.model;
  });
  /** @type {() => State} */
  const worked = () => ({ ...BLANK, ...SETTINGS, ...example(lang, 1) });
  /** @type {() => State} */
  function linked() {
    const read = (/** @type {string} */ name) => pageLink.read(TAB, name, /** @type {string | null} */ (null));
    /** @type {(name: string, fallback: number, low: number, high: number) => number} */
    const whole = (name, fallback, low, high) => Math.round(pageLink.number(TAB, name, fallback, low, high));
    const list = (/** @type {string} */ name) => (read(name) ?? "").split(",").filter(Boolean).map(Number).filter((n) => Number.isInteger(n) && n >= 0);
    const one = (/** @type {string} */ name, /** @type {string[]} */ allowed, /** @type {string} */ fallback) => allowed.find((value) => value === read(name)) ?? fallback;
    const model = read("model") ?? lang, language = model === "zh" ? "zh" : "en", typed = read("text");
    const pins = (read("pins") ?? "").split(",").filter((pin) => /^[qk]\d+$/.test(pin)).map((pin) => ({ side: /** @type {"q" | "k"} */ (pin[0]), at: Number(pin.slice(1)) }));
    return {
      ...BLANK, ...example(language, whole("example", 1, 1, N_EXAMPLES)), model,
      ...(typed === null ? {} : { text: typed, second: read("second") ?? "", focus: null }),
      keep: one("keep", ["head", "tail"], "head"), at: read("at") === null ? null : whole("at", 0, 0, 511),
      off: list("off"), question: one("question", ["mask", "next"], "mask"), target: read("target"),
      otherA: read("other"), otherB: read("other2"), pins: read("pins") === null ? null : pins,
      view: one("view", VIEWS, "heads"), layer: whole("layer", 3, 1, 99) - 1, head: whole("head", 1, 1, 99) - 1,
      heads: read("heads") === null ? null : list("heads").map((head) => head - 1).filter((head) => head >= 0),
      unit: one("unit", ["piece", "word"], "piece"), least: read("least") === null ? null : whole("least", 5, 1, 50), frame: read("frame") !== "0",
      filter: one("pairs", FILTERS, "all"), sort: read("sort") ?? "place", measure: one("measure", MEASURES, "entropy"),
      pattern: one("pattern", props.patterns, "previous"), asker: read("asker") === null ? null : whole("asker", 0, 0, 511), rolled: one("rolled", ["rollout", "raw"], "rollout"),
    };
  }
  let state = worked(), data = /** @type {Data | null} */ (null), lastTyped = 0;

  const past = undoHistory(find(".undo", HTMLButtonElement), find(".reset", HTMLButtonElement), {
    now: () => state, start: worked, show: (earlier) => { state = earlier; refresh(); },
  });
  function change(/** @type {Partial<State>} */ values, { keep = true } = {}) {
    if (keep) past.keep(state);
    state = { ...state, ...values };
    refresh();
  }
  /** @type {() => Reading} */
  const request = () => ({ model: state.model, text: state.text, second: state.second, keep: state.keep, at: state.at, off: state.off });
  // After a change of the text or the model, no token stands where it was.
  const retyped = (/** @type {Partial<State>} */ values) => change({ ...BLANK, question: state.question, focus: null, ...values });

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
  const current = (/** @type {string} */ key) => key === JSON.stringify(request());
  function seen() {
    element.querySelectorAll(".strip, .view, .own").forEach((node) => node.classList.remove("waiting"));
    showProblem(problem, null);
    show();
  }
  const benchOnly = (/** @type {Reading | undefined} */ read) => state.view === "bench" && read !== undefined && JSON.stringify({ ...read, off: state.off }) === JSON.stringify(request());
  function writeLink() {
    const known = exampleShown(), long = state.text.length + state.second.length > LONGEST_LINK;
    /** @type {(value: string | number | boolean | null, usual: string | number, written?: string | number | boolean | null) => string | number | boolean | null} */
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
  const send = newest(async (/** @type {Reading} */ asked, /** @type {string} */ key) => {
    element.querySelectorAll(benchOnly(data?.asked) ? ".strip" : ".strip, .view, .own").forEach((node) => node.classList.add("waiting"));
    find(".typed .reading").textContent = data?.asked.model === asked.model ? "" : say("load.busy", { name: name(asked.model) });
    try {
      const answer = await askServer(server.read_attention, { ...asked, layers: [state.layer] }).catch((failure) => {
        if (failure.message !== "bad_request" || state.layer === 0) throw failure;
        state.layer = 0;  // a model with fewer layers than the one before
        return askServer(server.read_attention, { ...asked, layers: [0] });
      });
      if (!current(key)) return;  // what is on the screen and what the parts compute with is one reading
      fetchRest(take(answer, asked, key));
    } catch (failure) {
      if (!current(key)) return;
      if (failure.key === "model_not_loaded") {
        find(".loader").hidden = false;
        loader.propose(asked.model, failure);
      } else showProblem(problem, failure);
    } finally { find(".typed .reading").textContent = ""; }
  });
  /** @type {(answer: Attention, asked: Reading, key: string) => Data} */
  function take(answer, asked, key) {
    const n = answer.read.tokens.length, size = answer.n_heads * n * n;
    const whole = size * answer.n_layers <= AT_ONCE;  // else each layer comes when it is opened
    const focus = state.focus && tokenAt(answer.read, state.focus[0]);
    data = { ...answer, asked, key, n, whole, focus, layers: Array(answer.n_layers).fill(null), kept: new Map() };
    fill(data, answer);
    state.head = Math.min(state.head, answer.n_heads - 1);
    state.heads = state.heads?.filter((head) => head < answer.n_heads) ?? null;
    if (!answer.read.segments.includes(1)) state.filter = "all";
    find(".loader").hidden = true;
    state.layer = Math.min(state.layer, data.n_layers - 1);
    writeLink();
    remark();
    seen();
    return data;
  }
  function fill(/** @type {Data} */ into, /** @type {Attention} */ answer) {
    const all = shares(answer.attention), size = into.n_heads * into.n * into.n;
    answer.layers.forEach((layer, k) => { into.layers[layer] = all.subarray(k * size, (k + 1) * size); });
  }
  async function fetchRest(/** @type {Data} */ into, only = /** @type {number[] | null} */ (null)) {
    const missing = only ?? into.layers.flatMap((layer, k) => (layer || !into.whole ? [] : [k]));
    if (!missing.length) return;
    try {
      const answer = await askServer(server.read_attention, { ...into.asked, layers: missing });
      fill(into, answer);
      if (into === data) { find("article").dataset.layers = String(into.layers.filter(Boolean).length); show(); }
    } catch (failure) { showProblem(problem, failure); }
  }
  // The token that stands at a character of sentence A, found by counting what the tokens before it wrote.
  function tokenAt(/** @type {Attention["read"]} */ { written, special, segments }, /** @type {number} */ character) {
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
  /** @type {Page} */
  const page = {
    say, server, props, change, get state() { return state; }, get data() { return now(); },
    quiet: (values) => change(values, { keep: false }),  // settings of a view: nothing that needs undoing
    // Tokens or whole words, as they are shown: [{ text, kind, segment, special, title, first, last }].
    units: (unit = state.unit) => kept(`units.${unit}`, () => {
      const { read } = now(), bert = ["bert", "distilbert"].includes(read.kind), list = /** @type {Unit[]} */ ([]);
      read.tokens.forEach((token, i) => {
        const mask = token === "[MASK]", face = mask || bert && unit === "piece" ? token : read.written[i], before = list.at(-1);
        if (before && unit === "word" && read.words[i] === read.words[i - 1]) {
          before.text += face;
          before.title += ` ${token}`;
          before.last = i;
        } else list.push({ text: face, kind: mask ? "hidden" : read.special[i] ? "special" : "plain", segment: read.segments[i],
          special: read.special[i], title: token === "[UNK]" ? `[UNK] ${read.written[i]}` : token, first: i, last: i });
      });
      return list;
    }),
    // The pinned tokens; while another text is being read, those of the one on the screen.
    pins: () => {
      const { n, focus } = now();
      return state.pins?.filter(({ at }) => at < n) ?? (focus === null ? [] : [{ side: "q", at: focus }]);
    },
    unitOf: (at) => page.units().findIndex((one) => one.first <= at && at <= one.last),
    // One head's attention between units, [n * n] in 1/10,000; null until it has come.
    matrix: (layer, head) => {
      const data = now(), shared = data.layers[layer];
      if (!shared) { if (!data.whole) kept(`ask.${layer}`, () => { fetchRest(data, [layer]); return true; }); return null; }
      return kept(`${state.unit}.${layer}.${head}`, () => {
        const { n } = data, one = shared.subarray(head * n * n, (head + 1) * n * n), units = page.units();
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
    strongest: (row, n = 5) => Array.from(row, (_, k) => k).sort((a, b) => row[b] - row[a]).slice(0, n),
    request,
    asked: () => ({ ...request(), question: state.question, target: state.target }),
    // An answer of the server that belongs to this reading, asked once.
    once: (name, ask) => { const { kept: mine } = now(); return kept(`once.${name}`, () => ask().catch((failure) => { mine.delete(`once.${name}`); throw failure; })); },
    scores: () => page.once("scores", () => askServer(server.score_heads, request())),
    open: (layer, head, view = "heads") => page.quiet({ layer, head, heads: [head], view }),
    headName: (layer, head) => say("head_name", { layer: layer + 1, head: head + 1 }),
    ready: () => {
      exports.renew();
      const article = find("article");
      article.dataset.shown = String(Number(article.dataset.shown ?? 0) + 1);
    },
    measure: (task, asked, node) => measuring(task, asked, node),
    effects: () => null,  // these two are the charts'
    measureEffects: async () => null,
  };
  // What is read; there before any part is drawn.
  const now = () => /** @type {Data} */ (data);
  /** @type {<T>(key: string, make: () => T) => T} */
  const kept = (key, make) => {
    const { kept: mine } = now();
    if (!mine.has(key)) mine.set(key, make());
    return /** @type {ReturnType<typeof make>} */ (mine.get(key));
  };
  // What is on the screen has changed after draw(): an answer came, or a measurement is done.
  const measuring = headWork(page);

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
    const { read, n_layers, n_heads } = now(), language = bundled(state.model) ? state.model : read.looks_like, box = find(".remarks");
    remarks(box, { ...read, cuts: [], tokens: read.hidden === null ? read.tokens : [] }, language, (model) => retyped({ model }));
    own();
    const add = (/** @type {string} */ text, /** @type {string} */ key, /** @type {() => unknown} */ act) => {
      const button = make("button", "", key);
      button.type = "button";
      button.onclick = act;
      box.append(make("p", "remark", text, " ", button));
    };
    read.left_out.forEach((left, k) => {
      if (!left.n_cut) return;
      add(say(`cut.${state.keep}`, { of: "AB"[k], given: left.n_given, n: left.n_cut, from: [...left.text].slice(0, 24).join("") }),
        say(state.keep === "head" ? "cut.to_tail" : "cut.to_head"), () => change({ ...BLANK, keep: state.keep === "head" ? "tail" : "head", question: state.question }));
    });
    if (state.at !== null) add(say("hidden", { word: read.hidden ?? "[MASK]" }), say("unhide"), () => change({ at: null, target: null }));
    if (state.off.length) add(say("off", { n: state.off.length, of: n_layers * n_heads }), say("bench.on"), () => change({ off: [] }));
  }

  const strip = attentionStrip(find(".strip"), page);
  const own = attentionOwn(find(".own"), page, (model) => name(model));

  // ---- Controls ------------------------------------------------------------------------------------------
  const press = {
    unit: choiceRow(find(".unit"), (unit) => page.quiet({ unit })),
    views: choiceRow(find(".views"), (view) => page.quiet({ view })),
  };
  for (const [name, field] of Object.entries({ text: fieldA, second: fieldB })) field.oninput = () => {
    const fresh = Date.now() - lastTyped > 1500;  // one undo for a burst of typing
    lastTyped = Date.now();
    change({ ...BLANK, question: state.question, focus: null, [name]: field.value }, { keep: fresh });
  };
  const name = (/** @type {string} */ model) => (bundled(model) ? say(`ours.${model}`) : loader.label(model));
  const select = (/** @type {string} */ model) => { chosen.value = model; };
  function drawModels() {
    loader.about(find(".about-model"), [state.model]);
    const names = [...new Set([...loader.names(), state.model])], select = chosen;
    if (select.dataset.names === `${lang} ${names}` && select.value === state.model) return;
    select.dataset.names = `${lang} ${names}`;
    select.replaceChildren(...names.map((one) => Object.assign(make("option", "", name(one)), { value: one })), Object.assign(make("option", "", say("load.title")), { value: "" }));
    select.value = state.model;
  }
  chosen.onchange = () => {
    const model = chosen.value, known = exampleShown();
    box.open = !model;
    box.hidden = !box.open;
    if (!model || !loader.here(model)) {  // the list shows what is read until the other one is there
      select(state.model);
      box.hidden = false;
      if (model) loader.load(model); else find(".loader input").focus();
      return;
    }
    retyped(known && bundled(model) ? example(model, known) : { model });
    drawExamples();
  };
  const box = find(".loader", HTMLDetailsElement);
  const loader = modelLoader(box, props, server, {
    done: (model) => { if (model === state.model) refresh(); else retyped({ model }); }, changed: () => drawModels(),
  });
  loader.lists(chosen);
  function drawExamples() {
    const box = find(".examples");
    box.querySelectorAll("button").forEach((button) => button.remove());
    for (let k = 1; k <= N_EXAMPLES; k++) {
      const button = make("button", "", say(`example_name.${k}`));
      button.type = "button";
      button.onclick = () => {
        const model = state.model === "zh" || (state.model !== "en" && lang === "zh") ? "zh" : "en";
        retyped({ ...example(model, k), model: bundled(state.model) ? model : state.model, question: k === 2 ? "next" : "mask" });
      };
      box.append(button);
    }
  }
  async function renderFoot() {
    const language = state.model === "zh" ? "zh" : "en";
    const score = await askServer(server.show_score, { language }).catch(() => null);
    find(".foot p").textContent = say("foot", heldOut(language, score));
  }

  /** @type {Record<string, (node: HTMLElement, page: Page) => View>} */
  const VIEW = { heads: headsView, model: modelView, heat: heatView, maps: mapsView, bench: benchView, sources: sourcesView, swap: swapView };
  const views = /** @type {Record<string, View>} */ (Object.fromEntries(VIEWS.map((name) => [name, VIEW[name](find(`.view.${name}`), page)])));
  const exports = attentionExport(element, page, () => views[state.view]);
  let begun = false;
  listen("lang", () => {
    drawExamples();
    if (!begun) return;
    drawModels();
    renderFoot();
    if (!data) return;
    remark();
    for (const part of [loader, ...Object.values(views)]) part.words?.();
    show();
  });
  listen("theme", () => requestAnimationFrame(show));
  whenShown(TAB, () => { begun = true; drawExamples(); loader.words(); state = linked(); refresh(); renderFoot(); loader.renew(); });
  let wide = 0;  // the tab comes on the screen a moment after it was asked for, and from no width to some
  new ResizeObserver(() => { if (element.clientWidth !== wide) { wide = element.clientWidth; show(); } }).observe(element);
}
