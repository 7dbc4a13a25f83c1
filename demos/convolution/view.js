// The convolution playground. One state, `s`; `change` sets it, `compute` runs the layer, `draw` shows it.

/** @import { Language, Mounted, Values } from "../common/views/types" */
/** @import { Filter, Network } from "./filters.js" */
/** @import { Picture } from "./math.js" */
/** @import { Layer, Misfit, Plane, Props, Server, Shade, State } from "./types" */
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { find as findIn, finder, make } from "../common/views/elements.js";
import { convolutionExamples } from "./examples.js";
import * as filters from "./filters.js";
import { layerForm, misfit } from "./form.js";
import { cellCanvas, inkOf, shadeCells, signedNumber } from "./grid.js";
import { convolutionLink } from "./link.js";
import * as convolution from "./math.js";
import { convolutionPlayer } from "./player.js";
import { sumGrids, writtenSum } from "./sum.js";
import { convolutionWords } from "./words.js";
import { paint } from "../common/views/digits.js";
import { listen } from "../common/views/events.js";
import { framePage, pageOpens, pageSections, whenShown } from "../common/views/frame.js";
import { textOf } from "../common/views/language.js";
import { copyText, pageLink } from "../common/views/links.js";
import { drawingPad } from "../common/views/pad.js";
import { signedLegend } from "../common/views/signed_scale.js";
import { choiceRow, remarks, undoHistory } from "../common/views/tokens.js";
import { floats, inks } from "../common/views/wire.js";

/** @param {Mounted<Props, Server>} page */
export async function mount({ element, props, server }) {
  await pageOpens("convolution", "masking", "reconstruction", "tokens");
  const TAB = "convolution";
  /** @type {(key: string, values?: Values) => string} */
  const say = (key, values) => textOf(`${TAB}.${key}`, values);
  const find = finder(element);
  const textarea = find("textarea", HTMLTextAreaElement), biasField = find(".bias-value", HTMLInputElement), seed = find(".seed", HTMLInputElement);
  const page = find("article"), first = props.first, SIDE = 28;
  const OTHERS = [1, 0, 8, 2, 9, 4, 7];  // sample digits of channels 2, 3, ...

  const tiles = (first.tiles ?? []).map((text) => inks(text));
  const examples = convolutionExamples(props.width);
  /** @type {State} */
  let s = examples.worked();
  const nothing = { channels: 0, height: 0, width: 0, values: new Float64Array(0), inner: [0, 0], size: [0, 0] };  // before the first run
  /** @typedef {Picture & { values: Float32Array | Float64Array }} Values3d [channels, height, width] */
  let picture = /** @type {Values3d} */ (nothing), padded = /** @type {ReturnType<typeof convolution.pad>} */ (nothing), out = /** @type {Values3d} */ (nothing), weight = new Float64Array(0), biases = /** @type {number[]} */ ([]);
  let refused = /** @type {Misfit | null} */ (null), network = /** @type {Network | null} */ (null);
  let sentence = /** @type {{ tokens: string[], values: Float32Array, text: string, of: Language } | null} */ (null), ran = "";  // ran: what the output on the screen was made of

  framePage(element, TAB, {
    lights: { 1: ".maps .out canvas, .sum", 2: ".count, .dense", 3: ".maps .out canvas", 4: ".activation .curve" },
    proofs: Object.fromEntries(Object.entries(examples.answers).map(([k, state]) => [k, () => change(state())])),
  });
  const refusal = find(".refusal"), places = [refusal.parentElement, find(".refusal-here")];
  // A refusal stands by the fields that it is about while they are on the screen, else by the window.
  const placeRefusal = () => places[Number(find(".layer", HTMLDetailsElement).open)]?.append(refusal);
  find(".layer").addEventListener("toggle", placeRefusal);
  const sections = pageSections(element, TAB, {
    layer: {},
    activation: { show: () => { if (out) draw(); }, owns: { act: null } },
  });

  // ---- State ---------------------------------------------------------------------------------------------
  const past = undoHistory(find(".undo", HTMLButtonElement), find(".reset", HTMLButtonElement), {
    now: () => s, start: examples.worked, show: (earlier) => { s = earlier; openPad(); refresh(); },
  });
  /** @type {(values: Partial<State>, how?: { keep?: boolean }) => void} */
  function change(values, { keep = true } = {}) {
    if (keep) past.keep(s);
    player.stop();
    const wasOn = s.tile + JSON.stringify(s.strokes);
    s = { ...s, ...structuredClone(values) };
    if (wasOn !== s.tile + JSON.stringify(s.strokes)) openPad();
    refresh();
  }
  const changeLayer = (/** @type {Partial<Layer>} */ values, /** @type {Partial<State>} */ more = {}) => change({ ...more, layer: { ...s.layer, ...values }, reach: Infinity });
  async function refresh() {
    if (s.filters.includes("network") && !network) await loadNetwork();
    if (s.on === "sentence" && (sentence?.text !== s.text || sentence?.of !== s.of)) { askSentence(s.text, s.of); if (!sentence) { words(); return; } }
    compute();
  }
  async function loadNetwork() {
    try {
      const answer = await askServer(server.show_filters, {});
      network = { ...answer, weight: floats(answer.weight), bias: floats(answer.bias) };
      showProblem(find(".sum .problem"), null);
    } catch (problem) { showProblem(find(".sum .problem"), problem); }
  }
  const askSentence = newest(async (/** @type {string} */ text, /** @type {Language} */ of) => {
    page.classList.toggle("asking", s.on === "sentence");
    try {
      const answer = await askServer(server.show_sentence, { text, language: of });
      sentence = { ...answer, text, of, values: floats(answer.values) };
      showProblem(find(".sentence-input .problem"), null);
      remarks(find(".remarks"), { ...answer, cuts: [] }, of, (language) => change({ of: language }));
      if (s.on === "sentence") compute();
    } catch (problem) {
      sentence = { ...(sentence ?? { tokens: [], values: new Float32Array(0) }), text, of };
      showProblem(find(".sentence-input .problem"), problem);
    } finally { page.classList.remove("asking"); }
  });

  // ---- The layer -----------------------------------------------------------------------------------------
  const mostChannels = () => (s.on === "sentence" ? props.channels : 1 + OTHERS.length);
  const drawn = () => {  // what is on the pad, [784] in [0, 1]
    if (!pad.strokes.length && !pad.drawing()) return pad.tile ?? new Float32Array(SIDE * SIDE);
    const bytes = pad.bytes(), pixels = new Float32Array(SIDE * SIDE);
    bytes.forEach((ink, k) => { pixels[Math.floor(k / (4 * 4 * SIDE)) * SIDE + Math.floor((k % (4 * SIDE)) / 4)] += ink / (16 * 255); });
    return pixels;
  };
  const tokens = () => sentence?.tokens ?? [];
  /** @returns {Values3d} */
  function makePicture() {
    const channels = s.layer.in;
    if (s.on === "sentence" && sentence) {
      const height = sentence.tokens.length;
      return { channels, height, width: props.width, values: sentence.values.subarray(0, channels * height * props.width) };
    }
    const values = new Float64Array(channels * SIDE * SIDE);
    for (let c = 0; c < channels; c++) values.set((c ? tiles[OTHERS[c - 1]] : drawn()) ?? [], c * SIDE * SIDE);
    return { channels, height: SIDE, width: SIDE, values: s.signed ? values.map((v) => 2 * v - 1) : values };
  }
  function compute() {
    refused = misfit(s.layer, mostChannels());
    const size = s.on === "sentence" ? [tokens().length, props.width] : [SIDE, SIDE];
    if (!size[0]) { words(); return; }
    refused ??= convolution.refusal(s.layer, size);
    if (!refused) {
      const { layer } = s, shape = [layer.in / layer.groups, ...layer.kernel];
      s.filters = s.filters.map((f) => (typeof f === "string" || String(shape) === String(s.shape) ? f : filters.fit(f, s.shape, shape)));
      while (s.filters.length < layer.out) s.filters.push(filters.STARTERS[s.filters.length % filters.STARTERS.length]);
      s.shape = shape;
      s.filter = Math.min(s.filter, layer.out - 1);
      picture = makePicture();
      const made = Array.from({ length: layer.out }, (_, o) => filters.resolve(s.filters[o], o, shape, { picture, layer, seed: s.seed, network }));
      weight = Float64Array.from(made.flatMap(({ values }) => [...values]));
      biases = made.map(({ bias }, o) => s.biases[o] ?? bias);
      padded = convolution.pad(picture, layer);
      out = convolution.forward(padded, layer, weight, biases);
      ran = s.on;
      s.at = [Math.min(s.at[0], out.height - 1), Math.min(s.at[1], out.width - 1)];
    }
    draw();
  }

  // ---- Drawing -------------------------------------------------------------------------------------------
  const grids = {
    input: cellCanvas(find(".maps .in .holder canvas", HTMLCanvasElement), { pick: (r, c, pressed) => { if (pressed) choose(windowOver(r, c)); }, move }),
    output: cellCanvas(find(".maps .out .holder canvas", HTMLCanvasElement), { pick, move }),
    active: cellCanvas(find(".activation .holder canvas", HTMLCanvasElement), { pick, move, tallest: 340 }),
  };
  const tell = convolutionWords(element, say);
  const sums = sumGrids(find(".sum"), { write: writeWeight, bad: () => showProblem(find(".sum .problem"), "convolution.bad_cell") });
  const shadeOf = () => inkOf(s.on === "sentence" ? { signed: true, scale: 1 } : { signed: false, scale: s.signed ? 2 : 1, low: s.signed ? -1 : 0 });
  /** @type {(of: Plane, k: number) => Plane} */
  const plane = ({ height, width, values }, k) => ({ height, width, values: values.subarray(k * height * width, (k + 1) * height * width) });
  const scaleOf = (/** @type {Iterable<number>} */ values) => {
    let most = 1e-9;
    for (const value of values) most = Math.max(most, Math.abs(value));
    return most;
  };
  const faint = (/** @type {number} */ k) => (k <= s.reach ? 1 : 0.18);
  const group = () => { const { layer } = s, each = layer.in / layer.groups; return { each, from: Math.floor(s.filter / (layer.out / layer.groups)) * each }; };
  const corner = () => s.at.map((n, axis) => n * s.layer.stride[axis]);
  const phrase = (/** @type {number} */ row) => Array.from({ length: s.layer.kernel[0] }, (_, a) => tokens()[row * s.layer.stride[0] + a * s.layer.dilation[0] - padded.inner[0]] ?? "·")
    .join(s.of === "zh" ? "" : " ").replaceAll(" ##", "");
  const activate = () => convolution.ACTIVATIONS[s.activation];

  function draw() {
    page.classList.toggle("refused", Boolean(refused));
    page.classList.toggle("tokens", s.on === "sentence");
    if (!refused) s.channel = Math.min(Math.max(s.channel, group().from), group().from + group().each - 1);
    words();
    drawWindow();
    page.dataset.shown = String(Number(page.dataset.shown ?? 0) + 1);
  }
  function drawWindow() {  // what changes while the window slides
    if (!shown()) return;
    const { layer } = s, { each, from } = group(), [row, column] = corner();
    const shade = shadeOf(), map = plane(out, s.filter), scale = scaleOf(map.values), active = map.values.map(activate()[0]);
    const taps = layer.dilation.some((d) => d > 1)
      ? Array.from({ length: layer.kernel[0] * layer.kernel[1] }, (_, k) => ({ row: row + Math.floor(k / layer.kernel[1]) * layer.dilation[0], column: column + (k % layer.kernel[1]) * layer.dilation[1], rows: 1, columns: 1, colour: "code", line: 2 })) : [];
    const words = s.on === "sentence" ? tokens() : null;
    grids.input.show({
      ...plane(padded, s.channel), shade, labels: words && Array.from({ length: padded.height }, (_, r) => words[r - padded.inner[0]] ?? "·"),
      faint: (k) => { const [r, c] = [Math.floor(k / padded.width) - padded.inner[0], (k % padded.width) - padded.inner[1]]; return r >= 0 && c >= 0 && r < padded.size[0] && c < padded.size[1] ? 1 : 0.45; },
      frame: padded.height > padded.size[0] || padded.width > padded.size[1] ? { row: padded.inner[0], column: padded.inner[1], rows: padded.size[0], columns: padded.size[1], colour: "hidden", line: 1.5 } : null,
      marks: [...taps, { row, column, rows: convolution.span(layer, 0), columns: convolution.span(layer, 1), colour: "code", line: 3 }],
    });
    const mark = { row: s.at[0], column: s.at[1], rows: 1, columns: 1, colour: "code", line: 3 };
    const labels = words ? Array.from({ length: out.height }, (_, r) => phrase(r)) : null;
    const signed = inkOf({ signed: true, scale });
    signedLegend(find(".maps .out .signs"), [signedNumber(-scale), `+${signedNumber(scale)}`]);
    grids.output.show({ ...map, shade: signed, faint, labels, marks: [mark] });
    grids.active.show({ ...map, values: active, shade: signed, faint, labels, marks: [mark] });
    drawSum(from, each);
    drawStrip(signed, map, shade);
  }
  /** @type {(signed: Shade, map: Plane, shade: Shade) => void} */
  function drawStrip(signed, map, shade) {
    const kernel = plane({ height: s.shape[1], width: s.shape[2], values: weight }, s.filter * s.shape[0]);
    shadeCells(find(".strip .in canvas", HTMLCanvasElement), { ...plane(picture, s.channel), shade });
    shadeCells(find(".strip .left canvas", HTMLCanvasElement), { ...kernel, shade: inkOf({ signed: true, scale: scaleOf(kernel.values) }) });
    shadeCells(find(".strip .out canvas", HTMLCanvasElement), { ...map, shade: signed });
  }
  const under = (/** @type {number} */ c) => {  // what lies under the kernel in channel c of the padded picture
    const [row, column] = corner(), { kernel, dilation } = s.layer;
    return Array.from({ length: kernel[0] * kernel[1] }, (_, k) =>
      padded.values[(c * padded.height + row + Math.floor(k / kernel[1]) * dilation[0]) * padded.width + column + (k % kernel[1]) * dilation[1]]);
  };
  /** @type {(from: number, each: number) => void} */
  function drawSum(from, each) {
    const size = s.shape[1] * s.shape[2], base = s.filter * s.shape[0] * size, tokens = s.on === "sentence";
    const of = (/** @type {number} */ c) => Array.from(weight.subarray(base + (c - from) * size, base + (c - from + 1) * size));
    const channels = Array.from({ length: each }, (_, k) => from + k), seen = under(s.channel);
    const value = out.values[(s.filter * out.height + s.at[0]) * out.width + s.at[1]];
    sums(s.layer.kernel, seen, of(s.channel), { signed: tokens, low: s.signed ? -1 : 0 }, (row, column) => say("cell", { row, column }));
    tell.equation({
      terms: each === 1 ? writtenSum(seen, of(s.channel)) : null, channels, value, bias: s.layer.bias ? biases[s.filter] : null,
      sums: channels.map((c) => under(c).reduce((sum, x, k) => sum + x * of(c)[k], 0)),
    });
    find(".sum-title").textContent = say(tokens ? "sum_words" : "sum_title", { row: s.at[0] + 1, column: s.at[1] + 1, o: s.filter + 1, phrase: tokens ? phrase(s.at[0]) : "" });
    if (biasField !== document.activeElement) biasField.value = String(Number(biases[s.filter].toFixed(3)));
    biasField.disabled = !s.layer.bias;
    tell.activation(s.activation, activate(), value);
    if (!tokens) return;
    const { values } = plane(out, s.filter), best = values.indexOf(Math.max(...values));
    find(".peak").textContent = say("peak", { value: signedNumber(values[best]), phrase: phrase(Math.floor(best / out.width)) });
  }

  // ---- Words ---------------------------------------------------------------------------------------------
  const press = {
    on: choiceRow(find(".on"), (on) => change(on === "sentence" ? examples.sentence(s.of) : { ...examples.worked(), tile: s.tile, strokes: s.strokes })),
    range: choiceRow(find(".range"), (value) => change({ signed: value === "1" })),
    of: choiceRow(find(".language"), (/** @type {Language} */ of) => change({ ...examples.sentence(of), reach: Infinity })),
    activation: choiceRow(find(".which"), (activation) => change({ activation })),
  };
  const form = layerForm(find(".fields"), changeLayer);
  function words() {
    const tokens = s.on === "sentence", { layer } = s;
    press.on(s.on);
    press.range(s.signed ? "1" : "0");
    press.of(s.of);
    press.activation(s.activation);
    form.show(layer, s.square, mostChannels());
    form.blame(refused?.fields ?? []);
    find(".digit-input").hidden = tokens;
    find(".sentence-input").hidden = !tokens;
    find(".peak").hidden = !tokens;
    if (textarea.value !== s.text) textarea.value = s.text;
    find(".line code").textContent = convolution.line(layer);
    tell.refusal(refused, layer);
    find(".channels-note").textContent = tokens ? say(layer.in > 1 ? "channels_words" : "channel_words", { n: props.width })
      : say(layer.in > 1 ? "channels_digits" : s.signed ? "channel_signed" : "channel_digit", { n: layer.in });
    player.words();
    link();
    if (!shown()) return;
    tell.layer(layer, padded.size, [out.height, out.width], tokens);
    find(".maps .in figcaption").textContent = say(padded.height * padded.width > padded.size[0] * padded.size[1] ? "padded" : "plain", { shape: `${padded.height} × ${padded.width}`, c: s.channel + 1, n: layer.in });
    find(".maps .out figcaption").textContent = say("map", { shape: `${out.height} × ${out.width}`, o: s.filter + 1, n: layer.out });
    find(".kernel-title").textContent = say("kernel", { o: s.filter + 1 });
    thumbs(find(".maps .in .thumbs"), layer.in, padded, shadeOf, s.channel, (c) => change({ channel: c }, { keep: false }));
    thumbs(find(".maps .out .thumbs"), layer.out, out, (o) => inkOf({ signed: true, scale: scaleOf(plane(out, o).values) }), s.filter, (o) => change({ filter: o }, { keep: false }));
    drawPresets();
  }
  /** @type {(node: HTMLElement, count: number, of: Plane, shade: (k: number) => Shade, now: number, choose: (k: number) => void) => void} */
  function thumbs(node, count, of, shade, now, choose) {
    if (node.childElementCount !== count) node.replaceChildren(...Array.from({ length: count }, () => { const b = make("button", "", make("canvas")); b.type = "button"; return b; }));
    node.hidden = count === 1;
    const { each, from } = group();
    node.querySelectorAll("button").forEach((button, k) => {
      shadeCells(findIn(button, "canvas", HTMLCanvasElement), { ...plane(of, k), shade: shade(k) });
      button.onclick = () => choose(k);
      button.setAttribute("aria-label", String(k + 1));
      button.setAttribute("aria-pressed", String(k === now));
      button.disabled = of === padded && (k < from || k >= from + each);  // another group's channel
    });
  }

  function drawPresets() {
    const now = String(s.filters[s.filter]).split(".")[0], names = filters.PRESETS.filter((name) => name !== "network" || s.on === "digit");
    find(".names").replaceChildren(...names.map((name) => {
      const button = Object.assign(make("button", "", say(`preset.${name}`)), { type: "button", title: say(`preset_help.${name}`), onclick: () => take(name) });
      button.dataset.preset = name;
      button.setAttribute("aria-pressed", String(now === name));
      return button;
    }));
    seed.value = String(s.seed);
  }

  // ---- The filter, by preset or by hand ------------------------------------------------------------------
  /** @type {(filter: Filter, bias?: number | null) => Pick<State, "filters" | "biases">} */
  const withFilter = (filter, bias = null) => ({
    filters: s.filters.map((f, o) => (o === s.filter ? filter : f)),
    biases: Array.from({ length: s.filters.length }, (_, o) => (o === s.filter ? bias : s.biases[o] ?? null)),
  });
  function take(/** @type {string} */ name) {
    showProblem(find(".sum .problem"), null);
    if (refused) return;
    if (name === "network" && !s.filters.includes("network")) { change(examples.network()); return; }
    change(withFilter(name === "window" ? `window.${corner().map((n, axis) => n - padded.inner[axis]).join(".")}` : name));
  }
  /** @type {(cell: number, value: number) => void} */
  function writeWeight(cell, value) {
    const n = s.shape[0] * s.shape[1] * s.shape[2], values = Array.from(weight.subarray(s.filter * n, (s.filter + 1) * n));
    values[(s.channel - group().from) * s.shape[1] * s.shape[2] + cell] = value;
    showProblem(find(".sum .problem"), null);
    change(withFilter(values, s.biases[s.filter] ?? biases[s.filter]));
  }
  biasField.onchange = () => {
    const value = Number(biasField.value), good = biasField.value !== "" && Math.abs(value) <= filters.MAX_WEIGHT;
    showProblem(find(".sum .problem"), good ? null : "convolution.bad_cell");
    if (good) change(withFilter(s.filters[s.filter], value));
  };
  seed.onchange = () => change({ seed: Math.min(9999, Math.max(0, Math.round(Number(seed.value)) || 0)) });

  // ---- The window ----------------------------------------------------------------------------------------
  let later = 0;
  function rest() { clearTimeout(later); later = window.setTimeout(link, 250); }  // the address waits for the hand to rest
  const shown = () => !refused && ran === s.on;
  const player = convolutionPlayer(element, {
    count: () => (shown() ? out.height * out.width : 0), now: () => s.at[0] * out.width + s.at[1], reached: () => s.reach, rest,
    place: (k) => { s.reach = k; s.at = [Math.floor(k / out.width), k % out.width]; drawWindow(); },
  });
  function choose(/** @type {number[]} */ at) {
    player.stop();
    if (!shown()) return;
    s.at = at.map((n, axis) => Math.min([out.height, out.width][axis] - 1, Math.max(0, n)));
    drawWindow();
    rest();
  }
  /** @type {(row: number, column: number, pressed: boolean) => void} */
  function pick(row, column, pressed) { if (pressed || !player.playing()) choose([row, column]); }
  /** @type {(rows: number, columns: number) => void} */
  function move(rows, columns) { choose([s.at[0] + rows, s.at[1] + columns]); }
  const windowOver = (/** @type {number[]} */ ...place) => place.map((n, axis) => Math.round((n - (convolution.span(s.layer, axis) - 1) / 2) / s.layer.stride[axis]));
  find(".whole").onclick = () => { player.stop(); s.reach = Infinity; drawWindow(); rest(); };
  find(".fix").onclick = () => {
    const fix = refused?.fix;
    if (fix) changeLayer({ ...fix, ...(Array.isArray(fix.padding) ? { pads: fix.padding } : {}) });
  };
  const copy = find(".copy");
  copy.onclick = async () => {
    await copyText(find(".line code").textContent ?? "");
    copy.textContent = textOf("shell.copied");
    setTimeout(() => { copy.textContent = say("copy"); }, 1500);
  };

  // ---- The input -----------------------------------------------------------------------------------------
  const pad = drawingPad(find(".pad canvas", HTMLCanvasElement), props.pad, (done) => {
    find(".hint").hidden = !pad.empty();
    if (done) { change({ tile: typeof pad.name === "number" ? pad.name : null, strokes: pad.strokes }); return; }
    s.reach = Infinity;
    compute();
  });
  function openPad() {
    pad.open({ tile: s.tile === null ? null : tiles[s.tile] ?? null, name: s.tile, strokes: s.strokes, example: !s.strokes.length });
    find(".hint").hidden = !pad.empty();
  }
  find(".clear").onclick = () => pad.clear();
  find(".digits").append(...tiles.map((tile, kind) => {
    const picture = make("canvas"), button = Object.assign(make("button", "", picture), { type: "button", onclick: () => change({ tile: kind, strokes: [] }) });
    button.setAttribute("aria-label", String(kind));
    paint(picture, tile, { tone: "input" });
    return button;
  }));
  // The word vectors take the server's first visitor a second: they are asked for on the way to the button.
  find(".on [value=sentence]").onpointerenter = () => { if (!sentence) { const { text, of } = examples.sentence(s.of); askSentence(text, of); } };
  let typed = 0;
  textarea.oninput = () => {
    if (performance.now() - typed > 1500) past.keep(s);  // one step back undoes a burst of typing
    typed = performance.now();
    player.stop();
    s = { ...s, text: textarea.value, reach: Infinity };
    refresh();
  };

  // ---- Links ---------------------------------------------------------------------------------------------
  function link() {
    const whole = !shown() || s.reach >= out.height * out.width - 1;
    const { fields, long } = convolutionLink.write(s, { strokes: pad.text(), whole, start: examples.worked(s.of) });
    find(".unlinked").hidden = !long;
    pageLink.set(TAB, fields);
  }

  listen("lang", draw);
  listen("theme", draw);
  new ResizeObserver(() => Object.values(grids).forEach((grid) => grid.again())).observe(find(".stage"));
  whenShown(TAB, () => {
    if (first.problem) showProblem(find(".digit-input .problem"), first.problem);
    const linked = convolutionLink.read(examples, pad.read);
    s = examples.worked();  // in the language of now
    openPad();
    refresh();  // the worked example stays behind a layer that torch refuses
    if (linked) { s = linked; openPad(); refresh(); }
    return sections.begin();
  }, () => { pad.show(); draw(); });
}
