// Retrain the last layers: classes of one's own, what learns, and what it then looks at.
// Its parts: boxes.js (classes), camera.js, pictures.js, runs.js (table and curves), answers.js, curve.js.

/** @import { Mounted, Values } from "../common/views/types" */
/** @import { Report } from "../common/views/work.js" */
/** @import { Box, Depth, Network, Props, Run, Server, Stored, Told } from "./types" */
import { askServer, showProblem } from "../common/views/asking.js";
import { finder, make } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { framePage, pageOpens, pageSections, whenShown } from "../common/views/frame.js";
import { textOf } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { toBase64 } from "../common/views/wire.js";
import { longWork } from "../common/views/work.js";
import { heldOut } from "./answers.js";
import { classBoxes } from "./boxes.js";
import { learningCurve } from "./curve.js";
import { drawingsFrom, pictureOf } from "./pictures.js";
import { lossCurves, rightOf, rowOf, runTable } from "./runs.js";

/** @param {Mounted<Props, Server>} page */
export async function mount({ element, props, server }) {
  await pageOpens("retrain", "tokens");
  const TAB = "retrain";
  const find = finder(element), { limits } = props;
  /** @type {(key: string, values?: Values) => string} */
  const t = (key, values) => textOf(`${TAB}.${key}`, values);
  const [go, stop, add, behind, look, reset] = [".go", ".stop", ".add", ".background", ".look", ".reset"].map((one) => find(one, HTMLButtonElement));
  const bar = find("progress", HTMLProgressElement), slider = find(".learned input", HTMLInputElement);
  [slider.min, slider.max] = limits.learned.map(String);

  const state = {
    boxes: /** @type {Box[]} */ ([]),
    n: pageLink.number(TAB, "n", 10, ...limits.learned),
    depth: props.depths.find((one) => one === pageLink.read(TAB, "depth", null)) ?? "layer",
    background: pageLink.read(TAB, "background", "0") === "1",
    network: props.networks.find((one) => one === pageLink.read(TAB, "network", null)) ?? "lite0",
    runs: /** @type {Map<string, Run>} */ (new Map()),
    shown: /** @type {Run | null} */ (null),
    asked: /** @type {Run | null} */ (null),
    report: /** @type {{ state: string, ahead?: number, step?: number } | null} */ (null),
    looking: true,
    changed: false,  // the pictures are others than those of the runs
  };
  state.n = Math.round(state.n);
  let drawings = /** @type {ReturnType<typeof drawingsFrom> | null} */ (null);
  const work = longWork({ begin: server.retrain, look: server.follow_retraining, stop: server.stop_retraining }, progress);
  const boxes = classBoxes(find(".boxes"), {
    props,
    read: async (file) => {
      const { picture, moves } = await askServer(server.read_picture, { file: toBase64(new Uint8Array(await file.arrayBuffer())) });
      return { picture: await pictureOf(picture), moves };
    },
    fill: drawn,
    changed: () => { state.changed = true; link(); words(); },
  });
  const answers = heldOut(element, props.tint);
  const table = runTable(find(".runs"), (run) => { state.shown = run; draw(); });
  const curves = lossCurves(find(".curves"), () => state.shown);
  for (const depth of props.depths) {
    const button = make("button", { type: "button", value: depth, "data-i18n": `retrain.depth.${depth}` });
    button.onclick = () => choose({ depth });
    find(".depths").append(button);
  }

  const network = find(".network", HTMLSelectElement);
  network.append(...props.networks.map((one) => make("option", { value: one, "data-i18n": `retrain.network.${one}` })));
  network.hidden = props.networks.length < 2;
  network.onchange = () => choose({ network: props.networks.find((one) => one === network.value) });

  // ---- What is chosen -----------------------------------------------------------------------------
  function link() {
    const kinds = state.boxes.map((box) => box.kind);
    pageLink.set(TAB, {
      n: state.n === 10 ? null : state.n, depth: state.depth === "layer" ? null : state.depth,
      background: state.background ? "1" : null, network: state.network === "lite0" ? null : state.network, kinds: kinds.every(Boolean) ? kinds.join(",") : null,
    });
  }
  function words() {
    for (const button of find(".depths").querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === state.depth));
    behind.setAttribute("aria-pressed", String(state.background));
    slider.value = String(state.n);
    find(".learned .n").textContent = t("learned", { n: state.n });
    network.value = state.network;
    find(".what").textContent = [t(state.network === "lite0" ? `what.${state.depth}` : `what.resnet.${state.depth}`), ...(state.background ? [t("what.background")] : [])].join(" ");
    add.disabled = state.boxes.length >= limits.classes[1];
    find(".lesson").textContent = lesson();
  }
  function choose(/** @type {{ depth?: Depth, background?: boolean, network?: Network }} */ next) {
    Object.assign(state, next);
    const run = [...state.runs.values()].find((one) => one.depth === state.depth && one.background === state.background && one.network === state.network);
    if (run) state.shown = run;
    boxes.draw(state.boxes, state.n, state.background ? props.tint : null);
    link();
    draw();
  }
  // So many drawings that some are held out, whatever the number to learn from.
  async function drawn(/** @type {string} */ kind) {
    return drawings ? drawings(kind, state.n + limits.held) : [];
  }
  slider.oninput = async () => {
    state.n = Number(slider.value);
    state.changed = true;
    words();
    await Promise.all(state.boxes.map(async (box) => {
      const { kind } = box, untouched = kind && box.pictures.every(({ sent }, row) => "row" in sent && sent.row === row);
      if (untouched) box.pictures = await drawn(kind);
    }));
    boxes.draw(state.boxes, state.n, state.background ? props.tint : null);
    link();
  };
  behind.onclick = () => choose({ background: !state.background });
  look.onclick = () => { state.looking = !state.looking; look.setAttribute("aria-pressed", String(state.looking)); draw(); };
  add.onclick = () => {
    state.boxes.push({ name: null, kind: null, pictures: [] });
    boxes.words();
    state.changed = true;
    link();
    words();
  };

  // ---- What is on the screen ----------------------------------------------------------------------
  function lesson() {
    if (state.changed && !work.job) return t("lesson.changed");
    const run = state.shown, right = run && rightOf(run);
    if (!run || right === null || !run.told.facts) return "";
    const classes = run.names.length, values = { right: (100 * right).toFixed(0), chance: (100 / classes).toFixed(0), n: run.told.facts.n_train };
    return t(run.background ? "lesson.background" : "lesson.right", values);
  }
  function draw() {
    table([...state.runs.values()], state.shown);
    curves.draw();
    answers.draw(state.shown, state.looking);
    words();
    busy();
  }
  function busy() {
    const under = Boolean(work.job), { report } = state;
    go.disabled = under;
    stop.disabled = !under || report?.state === "stopping";
    const facts = state.asked?.told.facts;
    if (under && !facts) bar.removeAttribute("value");
    else bar.value = under && facts ? (report?.step ?? 0) / facts.n_steps : 0;
    const { told, stored } = state.shown ?? {};
    const key = report?.state ?? (stored ? "stored" : "idle");
    find(".status").textContent = t(`state.${key}`, { step: report?.step ?? 0, n: facts?.n_steps ?? "…", ahead: report?.ahead ?? 0, seconds: (told?.seconds ?? 0).toFixed(1) });
  }

  // ---- A run --------------------------------------------------------------------------------------
  // Which pictures are held out, as core/inference/retrain.py splits them.
  /** @type {(background: boolean) => Run["held"]} */
  function held(background) {
    return state.boxes.flatMap(({ pictures }, label) => {
      const first = Math.min(state.n, pictures.length - 1);
      return pictures.slice(first, first + limits.held).map((picture) => ({ label, picture, tinted: background && label !== 0 }));
    });
  }
  /** @type {(told: Told, of: Pick<Run, "depth" | "background" | "network" | "stored">) => Run} */
  const runOf = (told, of) => ({ told, ...of, names: state.boxes.map((box) => ({ ...box })), held: held(of.background) });
  const NOTHING = { over: false, state: "asked", ahead: 0, step: 0, seconds: 0, losses: "", checks: [], facts: null, samples: null };
  go.onclick = () => {
    showProblem(find(".setup > .problem"), null);
    if (state.changed) state.runs.clear();
    state.changed = false;
    state.report = { state: "asked" };
    state.asked = runOf(NOTHING, { depth: state.depth, background: state.background, network: state.network, stored: false });
    work.start({ classes: state.boxes.map((box) => box.pictures.map((picture) => picture.sent)), n_learned: state.n, depth: state.depth, background: state.background, seed: 0, network: state.network });
    busy();
  };
  stop.onclick = () => { state.report = { ...state.report, state: "stopping" }; busy(); work.stop(); };
  /**
   * @param {Report<Told>} report
   * @returns {report is Told & { job: string }}
   */
  const isTold = (report) => Boolean(report.facts);
  function progress(/** @type {Report<Told>} */ report) {
    if (report.error) showProblem(find(".setup > .problem"), report.error);
    if (report.state === "error") { state.report = null; draw(); return; }
    if (state.report?.state === "stopping" && !report.over) return;
    state.report = report;
    if (isTold(report) && state.asked) {
      const { samples } = state.asked.told;
      state.asked.told = { ...report, samples: report.samples ?? samples };
      state.runs.set(rowOf(state.asked), state.asked);
      state.shown = state.asked;
    }
    draw();
  }

  // ---- Opening ------------------------------------------------------------------------------------
  const curve = learningCurve(find("[data-section=curve]"), { props, server, keep: () => pageLink.set(TAB, { live: curve.choice() }) });
  const sections = pageSections(element, TAB, { curve: { show: () => curve.show(), owns: { live: null } } });
  listen("lang", () => { boxes.words(); draw(); curve.words(); });
  listen("theme", draw);
  framePage(element, TAB, {
    lights: { 1: ".runs", 2: ".answers", 3: ".background" },
    proofs: { 1: () => choose({ depth: "all", background: false }), 2: () => choose({ depth: "layer", background: true }) },
  });
  whenShown(TAB, async () => {
    const stored = await askServer(server.show_retraining, {});
    drawings = drawingsFrom(stored.sheets, props.columns);
    const asked = pageLink.read(TAB, "kinds", "").split(",").filter((kind) => props.kinds.includes(kind));
    const kinds = asked.length >= limits.classes[0] ? asked.slice(0, limits.classes[1]) : stored.kinds;
    reset.onclick = async () => {  // the worked example; a run that is under way is given up
      if (work.job) stop.click();
      Object.assign(state, { n: stored.n_learned, depth: "layer", background: false, network: "lite0", shown: null, asked: null, report: null });
      showProblem(find(".setup > .problem"), null);
      await fill(stored, stored.kinds);
    };
    await fill(stored, kinds);
    curve.choose(pageLink.read(TAB, "live", ""));
    await sections.begin();
    element.querySelector(".page")?.setAttribute("data-ready", "");
  });
  // The boxes full of drawings, and the runs on these that ship.
  async function fill(/** @type {Stored} */ stored, /** @type {string[]} */ kinds) {
    state.boxes = await Promise.all(kinds.map(async (kind) => ({ name: null, kind, pictures: await drawn(kind) })));
    state.runs.clear();
    state.changed = kinds.join() !== stored.kinds.join() || state.n !== stored.n_learned;
    if (!state.changed) {
      for (const [name, told] of Object.entries(stored.runs)) {
        const background = name === "background", depth = props.depths.find((one) => one === name) ?? "layer";
        const run = runOf(told, { depth, background, network: "lite0", stored: true });
        state.runs.set(rowOf(run), run);
      }
    }
    choose({});
  }
}
