// Told and not told: one picture -> four codes, what is read off them, and what comes back.
// props.first: what the server stored of the worked example (see demos/told/tab.py).

/** @import { Mounted, Values } from "../common/views/types" */
/** @import { Answer, Figures, Maps, Method, Pictures, Props, Question, Server } from "./types" */
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { codeBars, paint } from "../common/views/digits.js";
import { finder, make } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { framePage, pageOpens, pageSections, whenShown } from "../common/views/frame.js";
import { textOf, translate } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { choiceRow } from "../common/views/tokens.js";
import { drawingPad } from "../common/views/pad.js";
import { percent } from "../common/views/scales.js";
import { floats, halves, inks, toBase64 } from "../common/views/wire.js";
import { kindName, OBJECTIVES, toldCharts } from "./charts.js";

const TAB = "told", LAST = 999;
/** @type {Pictures[]} */
const SETS = ["digits", "clothes", "animals"];

/** @param {Mounted<Props, Server>} page */
export async function mount({ element, props, server }) {
  await pageOpens("told", "reconstruction");  // the pad's words are that page's
  const find = finder(element), first = props.first, problem = find(".entry .problem"), page = find("article");
  /** @type {(key: string, values?: Values) => string} */
  const say = (key, values) => textOf(`${TAB}.${key}`, values);
  const fixed = (/** @type {number} */ error) => error.toFixed(4).replace(/^0/, "");
  const state = {
    pictures: /** @type {Pictures} */ ("digits"), sample: /** @type {number | null} */ (first.sample ?? null), row: 0,
    shown: /** @type {{ of: Pictures, answer: Answer } | null} */ (null), method: /** @type {Method} */ (props.methods[0]),
  };
  const canDraw = (/** @type {Pictures} */ pictures) => props.drawn.includes(pictures);
  framePage(element, TAB, {
    lights: { 1: ".card[data-objective=told] .back", 2: ".card .neighbours", 3: "[data-section=labels] .chart" },
    proofs: { 1: () => sections.open("lost"), 2: () => sections.open("labels"), 3: () => setPictures("animals") },
  });

  // ---- The cards ---------------------------------------------------------------------------------
  const cards = Object.fromEntries(OBJECTIVES.map((name) => {
    const card = make("section", { class: "card", "data-objective": name });
    card.innerHTML = `<h3 data-i18n="told.name.${name}"></h3><p class="asked" data-i18n="told.asked.${name}"></p>
      <canvas class="digit back" role="img"></canvas><p class="error number"></p>
      <p class="verdict"></p><h4 data-i18n="told.code"></h4><div class="bars"></div><h4 data-i18n="told.near"></h4><div class="neighbours" role="img"></div>`;
    const look = finder(card), neighbours = Array.from({ length: 5 }, () => make("canvas", "digit"));
    look(".neighbours").append(...neighbours);
    find(".cards").append(card);
    return [name, { look, neighbours }];
  }));
  translate(find(".cards"));

  function draw() {
    if (!state.shown) return;
    const { of, answer } = state.shown, seen = inks(answer.seen);
    paint(find(".strip .in canvas", HTMLCanvasElement), seen, { tone: "input" });
    for (const name of OBJECTIVES) {
      const { look, neighbours } = cards[name], one = answer.kept[name], back = inks(one.pixels), code = floats(one.code);
      paint(look(".back", HTMLCanvasElement), back, { tone: "output" });
      codeBars(look(".bars"), code, one.scale, say("code_label", { n: code.length }));
      const likely = one.kinds.indexOf(Math.max(...one.kinds));
      look(".error").textContent = say("error", { error: fixed(one.error) });
      look(".verdict").textContent = say("verdict", { kind: kindName(of, likely), share: percent(one.kinds[likely]) });
      look(".back").setAttribute("aria-label", say("back_label", { name: say(`name.${name}`), error: fixed(one.error) }));
      look(".neighbours").setAttribute("aria-label", say("near_label", { kinds: one.labels.map((kind) => kindName(of, kind)).join(say("comma")) }));
      neighbours.forEach((canvas, k) => {
        paint(canvas, inks(answer.tiles[one.neighbours[k]]), { tone: "ink" });
        canvas.title = kindName(of, one.labels[k]);
        canvas.classList.toggle("other", one.labels[k] !== likely);
      });
      if (name !== "told" && name !== "ae") continue;
      paint(find(`.strip [data-back=${name}]`, HTMLCanvasElement), back, { tone: "output" });
      if (name === "told") codeBars(find(".strip .bars"), code, one.scale, say("code_label", { n: code.length }));
    }
    find(".strip .left figcaption").textContent = say("strip.left", { n: floats(answer.kept.told.code).length });
    page.dataset.shown = String(Number(page.dataset.shown) + 1);
  }

  // ---- Asking ------------------------------------------------------------------------------------
  const ask = newest(async (/** @type {Question} */ question) => {
    page.setAttribute("aria-busy", "true");
    try {
      const answer = await askServer(server.compare_codes, question);
      if (question.pictures !== state.pictures) return;  // another set was chosen since
      state.shown = { of: question.pictures, answer };
      showProblem(problem, null);
      page.classList.remove("old");
      draw();
      sections.renew("maps");
    } catch (failure) {
      page.classList.add("old");
      showProblem(problem, failure);
    } finally { page.removeAttribute("aria-busy"); }
  });
  function send() {
    const { pictures, sample } = state;
    if (sample !== null) return ask({ pictures, sample });
    if (pad.empty()) { page.classList.add("old"); return undefined; }
    return ask({ pictures, drawing: toBase64(pad.bytes()) });
  }

  // ---- What is shown -----------------------------------------------------------------------------
  const tiles = /** @type {Map<number, Float32Array>} */ (new Map());  // of the set on the screen
  let buttons = /** @type {{ button: HTMLButtonElement, index: number }[]} */ ([]);
  function drawRow(/** @type {{ row: number[], tiles: string[] }} */ { row, tiles: packed }) {
    buttons = row.map((index, kind) => {
      const picture = make("canvas"), pixels = inks(packed[kind]);
      tiles.set(index, pixels);
      const button = Object.assign(make("button", { "data-index": index }, picture), { type: "button", onclick: () => pick(index) });
      paint(picture, pixels, { tone: "input" });
      return { button, index };
    });
    find(".samples").replaceChildren(...buttons.map(({ button }) => button));
    words();
  }
  const askRow = newest(async (/** @type {Pictures} */ pictures, /** @type {number} */ row, /** @type {boolean} */ choose) => {
    try {
      const found = await askServer(server.show_row, { pictures, row });
      if (pictures !== state.pictures) return;
      drawRow(found);
      if (choose) pick(found.row[0]);
    } catch (failure) { showProblem(problem, failure); }
  });
  function pick(/** @type {number} */ index) {
    const tile = tiles.get(index);
    if (canDraw(state.pictures) && tile) pad.set({ tile, name: index, example: true });  // it asks
    else { state.sample = index; chosen(); send(); }
  }
  function chosen() {
    for (const { button, index } of buttons) button.setAttribute("aria-pressed", String(index === state.sample));
    find(".hint").hidden = !pad.empty();
    find(".undo", HTMLButtonElement).disabled = !pad.canUndo();
    find(".clear", HTMLButtonElement).disabled = pad.empty();
    find(".unlinked").hidden = pad.text() !== null;
    link();
  }
  const pad = drawingPad(find(".pad canvas", HTMLCanvasElement), props.pad, (done) => {
    if (!done) return;
    state.sample = typeof pad.name === "number" && !pad.strokes.length ? pad.name : null;
    chosen();
    send();
  });
  find(".undo").onclick = () => pad.undo();
  find(".clear").onclick = () => pad.clear();
  find(".more").onclick = () => { state.row = (state.row + 1) % props.n_rows; askRow(state.pictures, state.row, false); };

  /** @type {(pictures: Pictures) => void} */
  function setPictures(pictures) {
    if (pictures === state.pictures) return;
    state.pictures = pictures;
    state.row = 0;
    state.sample = null;
    pad.open({});
    pad.forget();
    tiles.clear();
    page.classList.add("old");
    form();
    askRow(pictures, 0, true);
    for (const name of ["labels", "lost", "confusion"]) sections.renew(name);
  }
  function form() {
    for (const button of element.querySelectorAll(".sets button")) button.setAttribute("aria-pressed", String(button.getAttribute("value") === state.pictures));
    find(".drawn").hidden = !canDraw(state.pictures);
    words();
  }
  for (const pictures of SETS) find(`.sets [value=${pictures}]`).onclick = () => setPictures(pictures);

  function link() {
    const strokes = canDraw(state.pictures) ? pad.text() : null, { pictures, sample } = state;
    pageLink.set(TAB, {
      of: pictures === "digits" ? null : pictures,
      sample: strokes || (pictures === "digits" && sample === first.sample) ? null : sample,
      strokes: strokes || null, map: state.method === props.methods[0] ? null : state.method,
    });
  }

  // ---- Sections ----------------------------------------------------------------------------------
  const charts = toldCharts(element, { map: (index) => { state.sample = index; pad.open({}); chosen(); send(); } });
  const kept = /** @type {Record<string, Figures>} */ ({}), laid = /** @type {Record<string, Maps>} */ ({});
  /** @type {(section: string, how: (of: Pictures) => Promise<unknown>) => () => Promise<void>} */
  const shows = (section, how) => async () => {
    const place = find(`[data-section=${section}] .problem`), of = state.pictures;
    try {
      await how(of);
      showProblem(place, null);
    } catch (failure) { showProblem(place, failure); }
  };
  const measured = async (/** @type {Pictures} */ of) => (kept[of] ??= await askServer(server.show_figures, { pictures: of }));
  // Where the picture lies on each map. PCA takes in anything; the other two know their own points only, so
  // that what is no shown picture stands amid its five nearest.
  /** @type {(found: Maps, answer: Answer, method: Method) => Record<string, number[]>} */
  const placesOn = (found, answer, method) => Object.fromEntries(OBJECTIVES.map((name) => {
    const { place, neighbours } = answer.kept[name], near = state.sample === null ? neighbours : [state.sample];
    if (method === "pca") return [name, place];
    const points = halves(found.maps[name].points);
    return [name, [0, 1].map((axis) => near.reduce((sum, i) => sum + points[2 * i + axis], 0) / near.length)];
  }));
  find(".methods").append(...props.methods.map((method) => make("button", { type: "button", value: method, "data-i18n": `told.method.${method}` })));
  const pressMethod = choiceRow(find(".methods"), (method) => {
    state.method = props.methods.find((one) => one === method) ?? props.methods[0];
    link();
    sections.renew("maps");
  });
  const sections = pageSections(element, TAB, {
    labels: { show: shows("labels", async (of) => { const found = await measured(of); if (of === state.pictures) await charts.labels(found, of); }) },
    lost: { show: shows("lost", async (of) => { const found = await measured(of); if (of === state.pictures) await charts.lost(found, of); }) },
    maps: { show: shows("maps", async (of) => {
      const { method } = state, found = (laid[`${of} ${method}`] ??= await askServer(server.show_maps, { pictures: of, method }));
      pressMethod(method);
      if (of !== state.pictures || method !== state.method || state.shown?.of !== of) return;
      await charts.maps(found, of, placesOn(found, state.shown.answer, method), method);
    }), owns: { map: props.methods[0] } },
    confusion: { show: shows("confusion", async (of) => { const found = await measured(of); if (of === state.pictures) charts.confusion(found, of); }) },
  });

  const words = () => {
    find(".about-set").textContent = say(`about.${state.pictures}`);
    find(".draw-note").textContent = say(`draw.${state.pictures}`);
    buttons.forEach(({ button }, kind) => {
      button.title = kindName(state.pictures, kind);
      button.setAttribute("aria-label", say("sample", { kind: kindName(state.pictures, kind) }));
      button.setAttribute("aria-pressed", String(buttons[kind].index === state.sample));
    });
  };
  listen("lang", () => { words(); draw(); for (const name of ["labels", "lost", "maps", "confusion"]) sections.renew(name); });

  // ---- The first view ----------------------------------------------------------------------------
  whenShown(TAB, async () => {
    form();
    if (first.problem) {  // the rest of the page can't be trusted either
      showProblem(problem, first.problem);
      find(".answers").hidden = true;
      return sections.begin();
    }
    const wanted = pageLink.read(TAB, "of", "digits"), number = pageLink.number(TAB, "sample", null, 0, LAST);
    const pictures = SETS.find((one) => one === wanted) ?? "digits", strokes = pad.read(pageLink.read(TAB, "strokes", ""));
    const sample = number === null ? null : Math.round(number), method = pageLink.read(TAB, "map", "");
    state.method = props.methods.find((one) => one === method) ?? props.methods[0];
    if (pictures === "digits") drawRow(first);
    if (pictures === "digits" && !strokes.length && (sample === null || sample === first.sample)) {
      pad.open({ tile: tiles.get(first.sample) ?? null, name: first.sample, example: true });
      state.shown = { of: "digits", answer: first.answer };
      chosen();
      draw();
    } else {
      state.pictures = pictures;
      state.sample = strokes.length ? null : sample;
      pad.open({ strokes, example: false });
      form();
      if (pictures !== "digits") askRow(pictures, 0, sample === null && !strokes.length);
      chosen();
      if (state.sample !== null || strokes.length) await send();
    }
    return sections.begin();
  }, () => pad.show());
}
