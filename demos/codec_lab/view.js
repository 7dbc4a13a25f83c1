// Codes: a message by Huffman's code, a picture by JPEG's. One state, `s`, of the message; the further
// experiments keep their own.

/** @import { Mounted, Problem, Values } from "../common/views/types" */
/** @import { Props, Server, Source, State, Unit } from "./types" */
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { find as findIn, finder, make } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { framePage, pageOpens, pageSections, whenShown } from "../common/views/frame.js";
import { lang, textOf } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { choiceRow, undoHistory } from "../common/views/tokens.js";
import { equalPart } from "./equal.js";
import { START as LOSSY, lossyPart } from "./lossy.js";
import { messageSource } from "./sources.js";
import { bitStream } from "./stream.js";
import { huffmanTree, toneOf } from "./tree.js";
import { waveletPart } from "./wavelets.js";

const LONGEST = 400;  // characters of a text in a link
const PACE = 700, WHOLE_IN = 15_000;  // ms: a merge, and all of them
const SEEN = 24, SEEN_BITS = 40;  // characters and bits in the strip
/** @type {Source[]} */
const SOURCES = ["text", "digit", "drawing", "picture"];

/** @param {Mounted<Props, Server>} page */
export async function mount({ element, props, server }) {
  await pageOpens("codec_lab", "tokens", "reconstruction");  // the pad's words are that page's
  const TAB = "codec_lab";
  /** @type {(key: string, values?: Values) => string} */
  const say = (key, values) => textOf(`${TAB}.${key}`, values);
  const find = finder(element), textarea = find(".typed textarea", HTMLTextAreaElement);

  // ---- State ----------------------------------------------------------------------------------------
  /** @returns {State} */
  const worked = () => ({ source: "text", text: say("example"), unit: "characters", digit: props.digit, strokes: [], picture: "flower", step: Infinity, cursor: Math.round(bitsToday() * 0.6), flips: [] });
  const bitsToday = () => props.first[lang].sizes.find(([name]) => name === "huffman")?.[1] ?? 0;
  let s = worked(), coded = props.first[lang], timer = 0;
  const past = undoHistory(find(".undo", HTMLButtonElement), find(".reset", HTMLButtonElement), {
    now: () => s, start: worked, show: (earlier) => { s = earlier; refresh(); },
  });
  /** @type {(values: Partial<State>) => void} */
  const change = (values) => {
    past.keep(s);
    halt();
    s = { ...s, step: Infinity, cursor: Infinity, flips: [], ...values };
    refresh();
  };
  const ask = newest(async (/** @type {State} */ asked) => {
    try {
      coded = await askServer(server.code_message, await source.asked(asked));
      showProblem(find(".entry > .problem"), null);
      take();
    } catch (problem) { showProblem(find(".entry > .problem"), /** @type {Problem} */ (problem)); }
    element.classList.remove("asking");
  });
  const stored = () => s.source === "text" && s.unit === "characters" && s.text === say("example");
  function refresh() {
    controls();
    if (stored()) { showProblem(find(".entry > .problem"), null); coded = props.first[lang]; take(); return undefined; }
    element.classList.add("asking");
    return ask({ ...s });
  }
  function take() {
    stream.show(coded);
    s.step = Math.min(s.step, coded.merges.length);
    s.cursor = Math.min(s.cursor, stream.length());
    s.flips = s.flips.filter((at) => at < stream.length());
    draw();
    sections.renew("symbols");
    find(".page").dataset.drawn = "1";
  }

  // ---- Symbols as they are written ------------------------------------------------------------------
  const WRITTEN = /** @type {Record<string, string>} */ ({ " ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍" });
  const name = (/** @type {number} */ symbol) => {
    if (s.source !== "text") return String(symbol);
    if (s.unit === "bytes" && (symbol < 32 || symbol > 126)) return symbol.toString(16).toUpperCase().padStart(2, "0");
    const sign = String.fromCodePoint(symbol);
    return WRITTEN[sign] ?? sign;
  };
  // As in a text that is read: a blank is a blank, and bytes are parted.
  const spelled = (/** @type {number} */ symbol) => {
    const sign = name(symbol);
    return sign.length > 1 || s.source !== "text" ? `${sign} ` : sign === "␣" ? " " : sign;
  };
  const tree = huffmanTree(find(".tree"));
  const stream = bitStream(element, {
    now: () => s, say, name: spelled,
    change: (values) => { s = { ...s, ...values }; stream.draw(); link(); },
  });

  // ---- The tree grows -------------------------------------------------------------------------------
  const merges = () => coded.merges.length;
  const shownStep = () => Math.min(s.step, merges());  // a new message, still on its way, has none
  function setStep(/** @type {number} */ step) {
    s.step = Math.max(0, Math.min(merges(), step));
    drawTree();
    link();
  }
  function halt() { if (timer) { clearInterval(timer); timer = 0; drawTree(); } }
  const playing = find(".merging .play", HTMLButtonElement);
  playing.onclick = () => {
    if (timer) { halt(); return; }
    if (s.step >= merges()) setStep(0);
    timer = window.setInterval(() => { setStep(s.step + 1); if (s.step >= merges()) halt(); }, Math.min(PACE, WHOLE_IN / Math.max(1, merges())));
    drawTree();
  };
  find(".merging .back").onclick = () => { halt(); setStep(shownStep() - 1); };
  find(".merging .next").onclick = () => { halt(); setStep(s.step + 1); };
  find(".merging .whole").onclick = () => { halt(); setStep(merges()); };
  function drawTree() {
    const step = shownStep();
    tree.draw(coded, step, name);
    playing.textContent = say(timer ? "pause" : "play");
    playing.disabled = !merges();
    find(".merging .back", HTMLButtonElement).disabled = step <= 0;
    find(".merging .next", HTMLButtonElement).disabled = step >= merges();
    find(".merging .count").textContent = say("step", { k: step, n: merges() });
    const pair = coded.merges[step - 1], n = coded.symbols.length;
    const told = (/** @type {number} */ node) => (node < n ? say("leaf", { symbol: name(coded.symbols[node]), count: coded.counts[node] }) : say("joined", { count: coded.counts[node] }));
    find(".stage .told").textContent = pair ? say("merge", { one: told(pair[0]), other: told(pair[1]), sum: coded.counts[n + step - 1] })
      : merges() ? say("before") : say("one_symbol");
  }

  // ---- Drawing --------------------------------------------------------------------------------------
  function draw() {
    drawTree();
    stream.draw();
    source.draw(coded);
    strip();
    const plain = coded.sizes[0][1], most = Math.max(...coded.sizes.map(([, bits]) => bits));
    find(".sizes tbody").replaceChildren(...coded.sizes.map(([way, bits]) => {
      const bar = make("span", "bar");
      bar.style.width = `${(100 * bits) / most}%`;
      const row = make("tr", way === "huffman" || way === "packed" ? "own" : "", make("th", { scope: "row" }, say(`size.${way}`)), make("td", "", bits.toLocaleString(lang)), make("td", "track", bar));
      row.dataset.way = way;
      return row;
    }));
    find(".bound").textContent = say("bound", { entropy: coded.entropy.toFixed(3), average: coded.average.toFixed(3), n: coded.message.length, kinds: coded.symbols.length, plain });
    link();
  }
  function strip() {
    const text = (/** @type {number} */ k) => (coded.message.length > k ? "…" : ""), seen = coded.message.slice(0, SEEN).map(spelled).join("") + text(SEEN);
    const bits = stream.bits(), huffman = coded.sizes.find(([way]) => way === "huffman")?.[1] ?? 0, [[, plain]] = coded.sizes;
    find(".strip .in .said").textContent = seen;
    find(".strip .left .said").textContent = bits.slice(0, SEEN_BITS) + (bits.length > SEEN_BITS ? "…" : "") || "–";
    find(".strip .out .said").textContent = seen;
    find(".strip .in figcaption").textContent = say("strip.in", { n: coded.message.length, bits: plain });
    find(".strip .left figcaption").textContent = say("strip.left", { bits: huffman });
    find(".strip .out figcaption").textContent = say("strip.out");
    find(".strip .verdict").textContent = say("strip.lost");
  }
  function controls() {
    pressSource(s.source);
    pressUnit(s.unit);
    if (textarea.value !== s.text) textarea.value = s.text;
    source.controls();
  }
  function drawSymbols() {
    const n = coded.message.length, order = coded.symbols.map((_, k) => k).reverse();
    find(".symbols tbody").replaceChildren(...order.map((k) => {
      const count = coded.counts[k], code = make("span", "code", coded.codes[k] || "–"), sign = make("th", { scope: "row", class: "mono" }, name(coded.symbols[k]));
      code.style.setProperty("--tone", toneOf(coded, coded.symbols[k]));
      return make("tr", "", sign, make("td", "", count), make("td", "", Math.log2(n / count).toFixed(2)), make("td", "", coded.codes[k].length), make("td", "mono", code));
    }));
  }

  // ---- What is typed and chosen ---------------------------------------------------------------------
  const source = messageSource(element, { server, props, say, now: () => s, change });
  const pressSource = choiceRow(find(".source"), (one) => change({ source: SOURCES.find((known) => known === one) ?? "text" }));
  const pressUnit = choiceRow(find(".unit"), (unit) => change({ unit: unit === "bytes" ? "bytes" : "characters" }));
  const EXAMPLES = ["example", "example_one", "example_even", "example_long"];
  for (const key of EXAMPLES) {
    const button = make("button", { type: "button", "data-i18n": `${TAB}.name_of.${key}` });
    button.onclick = () => change({ source: "text", text: say(key) });
    find(".examples").append(button);
  }
  let typed = 0;
  textarea.maxLength = props.limits.text + 1;  // one more, so that the server can say why not
  textarea.oninput = () => {
    if (performance.now() - typed > 1500) past.keep(s);  // one step back undoes a burst of typing
    typed = performance.now();
    halt();
    s = { ...s, text: textarea.value, step: Infinity, cursor: Infinity, flips: [] };
    refresh();
  };

  // ---- Links and sections ---------------------------------------------------------------------------
  function link() {
    const own = s.text !== say("example");
    pageLink.set(TAB, {
      on: s.source === "text" ? null : s.source, text: s.source === "text" && own && s.text.length <= LONGEST ? s.text : null,
      unit: s.source === "text" && s.unit !== "characters" ? s.unit : null, digit: s.source === "digit" && s.digit !== props.digit ? s.digit : null,
      strokes: s.source === "drawing" ? source.pad.text() || null : null, of: s.source === "picture" && !["flower", "own"].includes(s.picture) ? s.picture : null,
      step: shownStep() === merges() ? null : s.step, bit: Math.min(s.cursor, stream.length()), flip: s.flips.join(",") || null,
    });
  }
  function linked() {
    const first = worked(), text = pageLink.read(TAB, "text", null), bare = text === null && pageLink.read(TAB, "on", null) === null;
    const whole = (/** @type {string} */ one, /** @type {number} */ usual, /** @type {number} */ high) => Math.round(pageLink.number(TAB, one, usual, 0, high));
    const flips = pageLink.read(TAB, "flip", "").split(",").filter(Boolean).map(Number).filter((at) => Number.isInteger(at) && at >= 0).slice(0, 100);
    /** @type {Unit} */
    const unit = pageLink.read(TAB, "unit", "characters") === "bytes" ? "bytes" : "characters";
    return {
      ...first, unit, flips, text: text ?? first.text, digit: whole("digit", props.digit, 4999),
      source: SOURCES.find((one) => one === pageLink.read(TAB, "on", "text")) ?? "text",
      strokes: source.pad.read(pageLink.read(TAB, "strokes", "")), picture: pageLink.read(TAB, "of", "") === "temple" ? "temple" : "flower",
      step: whole("step", Infinity, 1e6), cursor: whole("bit", bare ? first.cursor : Infinity, 1e9),
    };
  }
  const lossy = lossyPart(find(".lossy"), {
    server, limits: props.limits, say, changed: () => sections.renew("wavelets"),
    keep: () => pageLink.set(TAB, lossy.choice()), drawing: () => source.sheet(),
  });
  const wavelets = waveletPart(find(".wavelets"), { server, limits: props.limits, say, picked: () => lossy.picked(), keep: () => pageLink.set(TAB, { wave: wavelets.choice() }) });
  const equal = equalPart(find(".equal"), { server, limits: props.limits, digit: props.digit, say, ink: () => source.ink(), keep: () => pageLink.set(TAB, { codes: equal.choice() }) });
  framePage(element, TAB, {
    lights: { 1: ".tree", 2: ".sizes", 3: ".stream", 4: ".three" },
    proofs: {
      1: () => change({ source: "text", unit: "characters", text: say("example_one") }),
      2: () => change({ source: "digit", digit: props.digit }),
      3: () => { change({ source: "text", unit: "characters", text: say("example"), flips: [Math.floor(bitsToday() / 3)] }); },
    },
  });
  const sections = pageSections(element, TAB, {
    symbols: { show: drawSymbols },
    lossy: { show: () => lossy.show(), owns: { q: LOSSY.quality, pic: LOSSY.picture, block: null, bands: null, off: null, halved: null, span: LOSSY.span } },
    wavelets: { show: () => wavelets.show(), owns: { wave: null } },
    equal: { show: () => equal.show(), owns: { codes: null } },
  });
  let spoken = say("example");
  listen("lang", () => {
    const stands = s.text === spoken;
    spoken = say("example");
    if (stands && s.source === "text") { s = { ...worked(), unit: s.unit }; refresh(); } else draw();
    lossy.words();
    wavelets.words();
    equal.words();
    sections.renew("symbols");
  });
  listen("theme", () => { draw(); lossy.words(); });
  new ResizeObserver(() => tree.draw(coded, shownStep(), name)).observe(findIn(element, ".stage"));
  whenShown(TAB, async () => {
    s = linked();
    spoken = say("example");
    lossy.choose((name) => pageLink.read(TAB, name, ""));
    wavelets.choose(pageLink.read(TAB, "wave", ""));
    equal.choose(pageLink.read(TAB, "codes", ""));
    await refresh();
    await sections.begin();
    find(".page").dataset.ready = "";
  });
}
