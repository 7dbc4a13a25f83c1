// The space of codes: a cloud to turn, a probe that decodes in the browser, moments of training,
// empty places, the drawing of the first page; and maps of codes with more numbers.
// Shared parts: scatter.js (the cloud), panels.js (cards, tables), timeline.js, maps.js.

/** @import { CloudPoints, CloudView, LinkValues, Mounted, Point, Values } from "../common/views/types" */
/** @import { SampleDigits } from "../common/views/digits.js" */
/** @import { CodeMap, Lapse, Near, Passed, Place, Props, Server, Space } from "./types" */
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { finder, make } from "../common/views/elements.js";
import { codePanels } from "./panels.js";
import { prefersStill } from "../common/views/colours.js";
import { decoder } from "../common/views/decoder.js";
import { codeBars, lastDrawing, paint, sampleDigits } from "../common/views/digits.js";
import { listen } from "../common/views/events.js";
import { flatMap } from "./flat_map.js";
import { framePage, pageOpens, whenShown } from "../common/views/frame.js";
import { textOf, translate } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { digitLegend, scatterCloud } from "../common/views/scatter.js";
import { drawTimeline } from "./timeline.js";
import { codeMaps } from "./maps.js";
import { halves, inks, toBase64 } from "../common/views/wire.js";

/** @param {Mounted<Props, Server>} page */
export async function mount({ element, props, server }) {
  await pageOpens("code_space");
  const TAB = "code_space", MAX_PINS = 8;
  const find = finder(element), canvas = (/** @type {string} */ selector) => find(selector, HTMLCanvasElement);
  const all = (/** @type {string} */ selector) => [...element.querySelectorAll("button")].filter((button) => button.matches(selector));
  /** @type {(key: string, values?: Values) => string} */
  const t = (key, values) => textOf(`${TAB}.${key}`, values);
  const link = (/** @type {LinkValues} */ values) => pageLink.set(TAB, values);
  const numbers = (/** @type {string} */ text) => text.split(",").filter((part) => part !== "").map(Number).filter(Number.isFinite);
  /** @type {(name: string, allowed: string[], fallback: string) => string} */
  const chosen = (name, allowed, fallback) => { const value = pageLink.read(TAB, name, fallback); return allowed.includes(value) ? value : fallback; };
  const short = (/** @type {ArrayLike<number>} */ values) => `(${Array.from(values, (value) => value.toFixed(2)).join(", ")})`;

  const state = {
    mode: chosen("mode", ["space", "maps"], "space"),
    space: chosen("space", props.spaces, "lecture"),
    net: chosen("net", props.nets, "dense32"),
    method: chosen("map", props.methods, "umap"),
    pins: numbers(pageLink.read(TAB, "pins", "27,567")).filter((i) => Number.isInteger(i) && i >= 0 && i < 5000).slice(0, MAX_PINS),
    probe: /** @type {Record<string, Point>} */ ({}),   // by space; the middle of the codes at first
    moved: /** @type {Set<string>} */ (new Set()),      // spaces whose probe was moved
    moment: /** @type {number | null} */ (null),        // of training, or null: trained
    star: /** @type {Point | null} */ (null), near: /** @type {Near[]} */ ([]),
  };
  // What came from the server; net:index -> digit.
  const spaces = /** @type {Record<string, Promise<Space> | undefined>} */ ({}), lapses = /** @type {Record<string, Lapse>} */ ({});
  const digitsOf = /** @type {Map<string, Passed>} */ (new Map());
  /** @type {SampleDigits} */
  let digits;  // come before anything is drawn
  let ready = false, now = /** @type {Space | null} */ (null), maps = /** @type {ReturnType<typeof codeMaps> | null} */ (null);
  let timeline = /** @type {ReturnType<typeof drawTimeline> | null} */ (null), mapShown = /** @type {CodeMap | null} */ (null);
  const needDigits = async () => { digits = await sampleDigits(); ready = true; };
  const clouds = {   // of three numbers, turning; and flat maps of more
    space: scatterCloud(canvas(".cloud"), { onhover: hovered, onpick: pin, onview: keepView, onturn: (on) => find(".turn").setAttribute("aria-pressed", String(on)) }),
    maps: flatMap(find(".flat"), { onhover: hovered, onpick: pin, onview: keepView, onlasso: lassoed }),
  };
  const cloudOf = (/** @type {string} */ mode) => (mode === "maps" ? clouds.maps : clouds.space);
  let cloud = cloudOf(state.mode);
  // Show the one that belongs to the mode, with the same digits hidden.
  function show() {
    const { hidden } = cloud;
    cloud = cloudOf(state.mode);
    cloud.hidden = hidden;
    find("canvas.cloud").hidden = state.mode === "maps";
    find(".flat").hidden = state.mode !== "maps";
    Object.assign(find("canvas.cloud"), { cloud });   // for tests and measurements
  }
  cloud.hidden = new Set(numbers(pageLink.read(TAB, "hide", "")).filter((label) => Number.isInteger(label) && label >= 0 && label < 10));

  // ---- The trained space ---------------------------------------------------------------------------
  async function loadSpace(/** @type {string} */ name) {
    const coming = spaces[name] ??= askServer(server.show_space, { space: name }).then((answer) => {
      const { low, high } = answer, codes = halves(answer.codes);
      const centre = low.map((value, k) => (value + high[k]) / 2);
      const radius = 0.66 * Math.max(...low.map((value, k) => high[k] - value));
      return { ...answer, name, codes, centre, radius, decode: decoder(answer.decoder) };
    });
    try { return await coming; } catch (failure) { delete spaces[name]; throw failure; }
  }
  // What stands in the cloud is `now`, until another chosen space (`state.space`) has come; the probe, the
  // moments of training and the empty places are those of `now` all the while.
  async function openSpace(/** @type {string} */ name) {
    const before = state.space;
    state.space = name;
    state.moment = null;
    timeline?.pause();
    link({ moment: null, p: state.moved.has(name) ? state.probe[name].join(",") : null });
    mark();
    try {
      await needDigits();
      const next = await loadSpace(name);
      if (state.space !== name || state.mode !== "space") return;
      now = next;
      showProblem(find(".main-problem"), null);
      state.probe[name] = within(state.probe[name] ?? next.centre, next);
      cloud.box = { low: next.low, high: next.high };
      cloud.set(pointsOf(next));
      find(".wait").hidden = true;
      buildLapse();
      probe(next);
      place();
      refresh();
      foot();
    } catch (failure) {
      showProblem(find(".main-problem"), failure);
      if (now && state.space === name) { state.space = before; mark(); }   // the cloud is still that one
    }
  }
  const { nearest } = codePanels;
  /** @type {(space: Space, points?: Float32Array) => CloudPoints} */
  const pointsOf = ({ codes, centre, radius }, points = codes) => ({ points, labels: digits.labels, dimensions: 3, centre, radius });
  const codeOf = (/** @type {Space} */ { codes }, /** @type {number} */ i) => codes.subarray(3 * i, 3 * i + 3);
  const errorOf = (/** @type {Float32Array} */ a, /** @type {Float32Array} */ b) => a.reduce((sum, value, p) => sum + (value - b[p]) ** 2, 0) / a.length;

  // ---- The probe --------------------------------------------------------------------------------------
  const KEYS = /** @type {Record<string, number | undefined>} */ ({ ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 });
  const sliders = ["z₁", "z₂", "z₃"].map((name, k) => {
    const label = make("label"), row = make("span"), title = make("b", "", name), value = make("output");
    const input = Object.assign(make("input"), { type: "range", step: "any" });
    const move = () => {
      if (!now) return;
      const code = state.probe[now.name].slice();
      code[k] = Number(input.value);
      moveProbe(code);
    };
    input.oninput = move;
    input.onkeydown = (event) => {   // step "any" gives a key no size of its own
      const by = KEYS[event.key];
      if (!by) return;
      event.preventDefault();
      input.value = String(Number(input.value) + by * (Number(input.max) - Number(input.min)) / 100);
      move();
    };
    row.append(title, value);
    label.append(row, input);
    find(".sliders").append(label);
    return { input, value };
  });
  const round = (/** @type {number} */ value) => Number(value.toPrecision(4));   // as in the link, so that it restores the same
  /** @type {(code: Point, space: Space) => Point} */
  const within = (code, { low, high }) => code.map((value, k) => Math.min(high[k], Math.max(low[k], round(value))));
  function moveProbe(/** @type {Point} */ code) {
    if (!now) return;
    if (state.moment !== null) trained();
    state.probe[now.name] = within(code, now);
    if (now.name === state.space) link({ p: state.probe[now.name].map(round).join(",") });
    probe(now);
  }
  function probe(/** @type {Space} */ now) {
    const code = state.probe[now.name];
    sliders.forEach(({ input, value }, k) => {
      [input.min, input.max, input.value] = [now.low[k], now.high[k], code[k]].map(String);
      input.setAttribute("aria-valuetext", code[k].toFixed(2));
      value.textContent = code[k].toFixed(2);
    });
    paint(canvas(".big"), now.decode(code), { tone: "output" });
    const [{ i, distance }] = nearest(now.codes, code, 1);
    paint(canvas(".nearest canvas"), digits.pixels(i), { tone: "input" });
    find(".nearest span").textContent = t("probe.nearest", { label: digits.labels[i], distance: distance.toFixed(2) });
    find(".big").setAttribute("aria-label", t("probe.label", { code: short(code), label: digits.labels[i] }));
    marks();
  }

  // ---- What is marked in the cloud ---------------------------------------------------------------------
  function marks() {
    const trainedSpace = state.mode === "space" && state.moment === null;
    cloud.marks = { pins: state.pins, ...(trainedSpace && now ? { probe: state.probe[now.name], star: state.star, near: state.near.map(({ i }) => i) } : {}) };
    cloud.draw();
  }
  function refresh() {
    marks();
    able();
    drawPins();
    drawLegend();
    codePanels.table(find(".table div"), cloud);
    strip();
  }
  function able() {
    const i = subject();
    find(".pin", HTMLButtonElement).disabled = i === null || state.pins.at(-1) === i;
    find(".here", HTMLButtonElement).disabled = i === null || state.mode === "maps";
  }
  function drawLegend() {
    const counts = /** @type {number[]} */ (Array(10).fill(0));
    for (let i = 0; i < cloud.count(); i++) counts[digits.labels[i]]++;
    digitLegend(find(".legend"), cloud.hidden, counts, () => showOnly(cloud.hidden));
  }
  function showOnly(/** @type {Set<number>} */ hidden) {
    cloud.hidden = hidden;
    link({ hide: hidden.size ? [...hidden].sort().join(",") : null });
    const focused = all(".key").findIndex((key) => key === document.activeElement);
    drawLegend();
    if (focused >= 0) all(".key")[focused].focus();
    cloud.draw();
  }

  // ---- One digit: hovered, or pinned last ------------------------------------------------------------------
  // Its reconstruction: decoded here from three numbers, on the server from more.
  /** @type {(i: number) => Promise<Passed>} */
  async function look(i) {
    if (state.mode === "space" && now) {
      if (state.moment !== null) return { code: cloud.at(i), pixels: null };
      const code = codeOf(now, i), pixels = now.decode(code);
      return { code, pixels, error: errorOf(pixels, digits.pixels(i)) };
    }
    const key = `${state.net}:${i}`;
    let found = digitsOf.get(key);
    if (!found) {
      const answer = await askServer(server.show_digit, { net: state.net, index: i });
      found = { code: answer.code, error: answer.mse, pixels: inks(answer.pixels) };
      digitsOf.set(key, found);
    }
    return found;
  }
  const subject = () => cloud.hovered ?? state.pins.filter((i) => i < cloud.count()).at(-1) ?? null;
  const strip = newest(async () => {
    const i = subject();
    if (i === null || !cloud.count()) return;
    try {
      const { code, pixels, error } = await look(i);
      const label = digits.labels[i];
      paint(canvas(".strip .in canvas"), digits.pixels(i), { tone: "input" });
      paint(canvas(".strip .out canvas"), pixels ?? new Float32Array(784), { tone: "output" });
      const scale = state.mode === "maps" || !now ? mapShown?.scale ?? 3 : Math.max(...now.low.map(Math.abs), ...now.high.map(Math.abs));
      codeBars(find(".bars"), code, scale, t("strip.code", { code: short(Array.from(code).slice(0, 32)) }));
      find(".strip .in figcaption").textContent = t("strip.in", { label });
      find(".strip .left figcaption").textContent = code.length === 3 ? short(code) : t("strip.left", { n: code.length });
      find(".strip .out figcaption").textContent = pixels ? t("strip.out") : t("strip.gone");
      find(".strip .arrow b").textContent = pixels ? t("strip.error", { error: error?.toFixed(3) }) : "";
      find(".strip .in canvas").setAttribute("aria-label", t("strip.in", { label }));
      find(".strip .out canvas").setAttribute("aria-label", find(".strip .out figcaption").textContent);
      say(i, code, error);
    } catch (failure) { showProblem(find(".main-problem"), failure); }
  });
  /** @type {(i: number, code: ArrayLike<number>, error?: number) => void} */
  function say(i, code, error) {
    const values = { label: digits.labels[i], index: i, code: short(Array.from(code).slice(0, 3)) };
    if (state.mode === "space" && now && state.moment === null) {
      const near = nearest(now.codes, code, 6).filter((other) => other.i !== i).slice(0, 5).map((other) => digits.labels[other.i]);
      find(".summary").textContent = t("summary.space", { ...values, near: near.join(" "), error: error?.toFixed(3) });
    } else find(".summary").textContent = t(state.mode === "maps" ? "summary.maps" : "summary.moment", { ...values, error: error?.toFixed(3) });
  }
  function hovered(/** @type {number | null} */ i) {
    const tip = find(".tip");
    tip.hidden = i === null;
    able();
    if (i !== null) {
      paint(canvas(".tip canvas"), digits.pixels(i), { tone: "input" });
      find(".tip b").textContent = String(digits.labels[i]);
      const [x, y] = cloud.project(cloud.at(i)), scene = find(".scene");
      const left = x + 24 + tip.offsetWidth > scene.clientWidth ? x - 24 - tip.offsetWidth : x + 24;
      const top = Math.min(Math.max(4, y - tip.offsetHeight / 2), scene.clientHeight - tip.offsetHeight - 4);
      tip.style.transform = `translate(${Math.max(4, left)}px, ${top}px)`;
    }
    strip();
  }

  // ---- Pins --------------------------------------------------------------------------------------------------
  const probeAt = (/** @type {number} */ i) => { if (now) moveProbe(Array.from(codeOf(now, i))); };
  function pin(/** @type {number} */ i) {
    state.pins = state.pins.filter((other) => other !== i);
    state.pins.push(i);
    if (state.pins.length > MAX_PINS) state.pins.shift();
    pinned();
  }
  function unpin(/** @type {number} */ i) {
    state.pins = state.pins.filter((other) => other !== i);
    pinned();
    find(".cloud").focus({ preventScroll: true });
  }
  function pinned() {
    link({ pins: state.pins.join(",") });
    able();
    marks();
    drawPins();
    strip();
  }
  function drawPins() {
    const kept = (/** @type {number} */ i) => state.mode === "maps" || state.moment === null || i < cloud.count();
    const cards = state.pins.map((i, k) => {
      const { card, fill } = codePanels.card(i, k, digits, {
        here: state.mode === "maps" ? null : () => probeAt(i), gone: () => unpin(i),
      });
      if (kept(i)) look(i).then(fill, (failure) => showProblem(find(".main-problem"), failure));
      return card;
    });
    find(".pins").replaceChildren(...(cards.length ? cards : [make("p", "quiet-text", t("no_pins"))]));
  }

  // ---- Moments of training ----------------------------------------------------------------------------------
  const lapse = (/** @type {string} */ selector) => find(`.lapse ${selector}`);
  function buildLapse() {
    const loaded = now && lapses[now.name];
    lapse(".open").hidden = Boolean(loaded);
    lapse(".timeline").hidden = !loaded;
    lapse(".back").hidden = state.moment === null;
    showProblem(lapse(".problem"), null);
    timeline = loaded ? drawTimeline(lapse(".timeline"), { ...loaded, moment: state.moment ?? loaded.epochs.length - 1 }, showMoment) : null;
  }
  async function openLapse(moment = 0) {
    if (!now) return;   // it is on its way: there is nothing in the cloud yet
    const { name } = now;
    try {
      if (!lapses[name]) {
        const answer = await askServer(server.show_time_lapse, { space: name });
        lapses[name] = { ...answer, codes: halves(answer.codes) };
      }
      if (name !== now.name || state.mode !== "space") return;
      state.moment = Math.min(moment, lapses[name].epochs.length - 1);
      buildLapse();
      showMoment(state.moment);
    } catch (failure) { showProblem(lapse(".problem"), failure); }
  }
  function showMoment(/** @type {number} */ moment) {
    if (!now) return;
    const { codes, n } = lapses[now.name], size = 3 * n;
    const k = Math.min(codes.length / size - 1, Math.floor(moment)), share = moment - k, next = share ? k + 1 : k;
    const points = new Float32Array(size);
    for (let i = 0; i < size; i++) points[i] = codes[k * size + i] * (1 - share) + codes[next * size + i] * share;
    const fresh = state.moment === null || cloud.count() !== n;
    state.moment = moment;
    lapse(".back").hidden = false;
    if (fresh) cloud.set(pointsOf(now, points));
    else cloud.move(points);
    if (fresh) refresh();
    if (!share) { link({ moment: String(moment) }); strip(); }
    marks();
  }
  function trained() {
    state.moment = null;
    timeline?.rest();
    link({ moment: null });
    lapse(".back").hidden = true;
    if (now) cloud.set(pointsOf(now));
    refresh();
  }
  lapse(".open").onclick = () => openLapse();
  lapse(".back").onclick = trained;

  // ---- Empty places -----------------------------------------------------------------------------------------
  let seed = 0, holes = /** @type {Place[] | null} */ (null);
  async function dig(/** @type {number} */ next) {
    const problem = find(".holes .problem");
    find(".found").classList.add("waiting");
    try {
      await needDigits();
      const { places } = await askServer(server.show_empty_places, { seed: next, space: state.space });
      [seed, holes] = [next, places];
      link({ seed: String(seed) });
      showProblem(problem, null);
      drawHoles();
      const here = places.find(({ space }) => space === now?.name);
      if (here) { if (state.moment !== null) trained(); moveProbe(here.code); }
    } catch (failure) { showProblem(problem, failure); }
    find(".found").classList.remove("waiting");
  }
  function drawHoles() {
    if (!holes) return;
    find(".found").hidden = false;
    find(".holes .seed").textContent = t("holes.seed", { seed });
    find(".found").replaceChildren(...holes.map((hole) => codePanels.hole(hole, digits)),
      make("small", "note", t("holes.note", { n: props.n_tries })));
  }
  find(".dig").onclick = () => dig(Math.floor(Math.random() * (props.limits.seed[1] + 1)));

  // ---- The drawing of the first page ---------------------------------------------------------------------------
  const place = newest(async () => {
    const name = state.space, pixels = lastDrawing, problem = find(".mine .problem");
    find(".mine .none").hidden = Boolean(pixels);
    find(".mine .near").hidden = !pixels;
    [state.star, state.near] = [null, []];
    if (!pixels || state.mode !== "space" || !now) { marks(); return; }
    try {
      const { code } = await askServer(server.place_drawing, { space: name, pixels: toBase64(Uint8Array.from(pixels, (value) => Math.round(255 * value))) });
      if (name !== now.name) return;
      showProblem(problem, null);
      [state.star, state.near] = [code, nearest(now.codes, code, 5)];
      drawMine();
    } catch (failure) { showProblem(problem, failure); }
    marks();
  });
  function drawMine() {
    if (state.star && now) codePanels.drawing(find(".mine .near"), now.decode(state.star), state.near, digits);
  }
  find(".mine .draw").onclick = () => document.getElementById("tab-reconstruction")?.click();
  listen("drawing", () => { if (ready && now) place(); });

  // ---- Maps ------------------------------------------------------------------------------------------------------
  function showMap(/** @type {CodeMap} */ map) {
    if (state.mode !== "maps") return;
    if (map.live && state.method !== "live") { state.method = "live"; mark(); }
    const first = mapShown?.end !== map.end && !(mapShown?.live && map.live && cloud.count() === map.n);
    mapShown = { ...mapShown, ...map };
    find(".wait").hidden = true;
    const range = [0, 1].map((k) => {
      const values = Float32Array.from({ length: map.n }, (_, i) => map.end[2 * i + k]).sort();
      return [values[Math.floor(0.005 * map.n)], values[Math.floor(0.995 * (map.n - 1))]];
    });
    const centre = range.map(([low, high]) => (low + high) / 2), extent = range.map(([low, high]) => 0.56 * (high - low) || 1);
    cloud.set({ points: map.points, labels: digits.labels, centre, radius: Math.max(...extent), extent });
    if (first || !map.moving) { refresh(); about(); foot(); }
  }
  function about() {
    find(".about h3").textContent = t(`method.${state.method}`);
    find(".about .what").textContent = t(`maps.${state.method === "live" ? "umap" : state.method}`);
    find(".about .kept").textContent = mapShown ? t("maps.kept", { kept: (100 * mapShown.kept).toFixed(0) }) : "";
  }
  async function openMap() {
    mark();
    about();
    try {
      showProblem(find(".main-problem"), null);
      await needDigits();
      await maps?.choose(state.net, state.method);
    } catch (failure) { showProblem(find(".main-problem"), failure); }
  }

  // ---- Switches, links, start ------------------------------------------------------------------------------------
  function mark() {
    const inMaps = state.mode === "maps";
    for (const [name, value] of Object.entries({ mode: state.mode, space: state.space, net: state.net, method: state.method }))
      for (const button of all(`.choices.${name} button`)) button.setAttribute("aria-pressed", String(button.dataset[name] === value));
    find(".choices.space").hidden = find(".in-space").hidden = inMaps;
    find(".choices.net").hidden = find(".choices.method").hidden = find(".in-maps").hidden = !inMaps;
    find('[data-method="live"]').hidden = maps?.made()?.net !== state.net;
    find(".turn").hidden = inMaps;
    find(".stage .todo").dataset.i18n = `${TAB}.${inMaps ? "todo_maps" : "todo"}`;
    find(".stage .todo").textContent = t(inMaps ? "todo_maps" : "todo");
    able();
    link({ mode: inMaps ? "maps" : null, space: inMaps ? null : state.space, net: inMaps ? state.net : null, map: inMaps && state.method !== "live" ? state.method : null });
    foot();
  }
  function foot() {
    const stem = state.mode === "maps" ? state.net : props.stems[state.space];
    const score = (state.mode === "maps" ? mapShown?.score : now?.score) ?? /** @type {Record<string, number | undefined>} */ ({});
    const mse = score.test_mse ?? score.validation_mse;
    const node = element.querySelector(".foot p");
    if (node) { node.removeAttribute("data-i18n"); node.textContent = t("foot", { file: `${stem}.safetensors`, mse: mse?.toFixed(4) ?? "…" }); }
  }
  // Digits that were chosen with the lasso, or null.
  function lassoed(/** @type {number[] | null} */ chosen) {
    if (!chosen) { strip(); return; }
    const counts = /** @type {number[]} */ (Array(10).fill(0));
    for (const i of chosen) counts[digits.labels[i]]++;
    const list = counts.map((count, label) => ({ count, label })).filter(({ count }) => count).sort((a, b) => b.count - a.count);
    find(".summary").textContent = t("lasso", { n: chosen.length, list: list.map(({ count, label }) => `${label} × ${count}`).join(", ") });
  }
  function enter(/** @type {string} */ mode) {
    cloud.hover(null);
    state.mode = mode;
    show();
    timeline?.pause();
    find(".wait").hidden = cloud.count() > 0;
    cloud.look({ zoom: 1, x: 0, y: 0 });
    if (mode === "maps") { cloud.turn(false); openMap(); }
    else openSpace(state.space);
  }
  let viewTimer = 0;
  /** @param {Pick<CloudView, "zoom" | "x" | "y"> & Partial<CloudView>} view */
  function keepView({ yaw = 0, pitch = 0, zoom, x, y }) {
    clearTimeout(viewTimer);
    const view = state.mode === "maps" ? [x, y, zoom] : [((yaw % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI), pitch, zoom];
    viewTimer = window.setTimeout(() => link({ view: view.map((value) => value.toFixed(2)).join(",") }), 250);
  }
  for (const [name, values] of Object.entries({ space: props.spaces, net: props.nets, method: [...props.methods, "live"] }))
    for (const value of values) {
      const button = make("button");
      button.type = "button";
      button.dataset[name] = value;
      button.dataset.i18n = `${TAB}.${name}.${value}`;
      button.onclick = () => {
        if (name === "space") { openSpace(value); return; }
        if (name === "net") state.net = value; else state.method = value;
        if (name === "net" && state.method === "live") state.method = "umap";
        cloud.look({ zoom: 1, x: 0, y: 0 });
        openMap();
      };
      find(`.choices.${name}`).append(button);
    }
  for (const button of all(".choices.mode button")) button.onclick = () => { if (state.mode !== button.dataset.mode) enter(button.dataset.mode ?? "space"); };
  find(".turn").onclick = () => cloud.turn(!cloud.turning());
  find(".closer").onclick = () => { cloud.look({ zoom: Math.min(12, cloud.view.zoom * 1.25) }); cloud.turn(false); keepView(cloud.view); };
  find(".farther").onclick = () => { cloud.look({ zoom: Math.max(0.4, cloud.view.zoom / 1.25) }); cloud.turn(false); keepView(cloud.view); };
  find(".home").onclick = () => { cloud.home(); link({ view: null }); };
  find(".pin").onclick = () => { const i = subject(); if (i !== null) pin(i); };
  find(".here").onclick = () => { const i = subject(); if (i !== null) probeAt(i); };
  listen("lang", () => {
    if (!ready) return;
    maps?.words();
    timeline?.words();
    if (cloud.count()) { refresh(); drawHoles(); drawMine(); about(); foot(); if (state.mode === "space" && now) probe(now); }
  });
  listen("theme", () => { if (cloud.count()) drawLegend(); });

  async function lecture() {   // where the answers hold
    if (state.mode !== "space") enter("space");
    await openSpace("lecture");
  }
  framePage(element, TAB, {
    lights: { 1: ".legend", 2: ".holes", 3: ".probe .big, .card" },
    proofs: {
      1: async () => { await lecture(); showOnly(new Set([0, 1, 2, 3, 5, 6, 7, 8])); },
      2: async () => { await lecture(); dig(1); },
      3: async () => { await lecture(); showOnly(new Set()); await openLapse(0); lapse(".play")?.click(); },
    },
  });
  show();
  whenShown(TAB, async () => {
    const view = numbers(pageLink.read(TAB, "view", "")), moment = pageLink.number(TAB, "moment", null, 0, 999);
    const at = numbers(pageLink.read(TAB, "p", "")), linked = pageLink.number(TAB, "seed", null, 0, props.limits.seed[1]);
    maps = codeMaps(element, props, server, showMap);
    translate(element);
    link({ pins: state.pins.join(","), hide: cloud.hidden.size ? [...cloud.hidden].join(",") : null });
    mark();
    await needDigits();
    if (at.length === 3) { state.probe[state.space] = at; state.moved.add(state.space); }
    if (state.mode === "maps") await openMap(); else await openSpace(state.space);
    if (view.length === 3) cloud.look(state.mode === "maps" ? { x: view[0], y: view[1], zoom: view[2] } : { yaw: view[0], pitch: view[1], zoom: view[2] });
    else if (!prefersStill && state.mode === "space") cloud.turn(true);
    if (view.length === 3) keepView(cloud.view);
    if (at.length === 3 && now) moveProbe(at);
    if (linked !== null && now) { await dig(Math.round(linked)); if (at.length === 3) moveProbe(at); }
    if (moment !== null && now) await openLapse(moment);
  });
}
