// Word vectors learn from a text: settings, a run under way, its moments on a map.
// Its parts: fields.js (settings), slide.js (the window), map.js with plane.js, charts.js, tables.js.

/** @import { Mounted, Values } from "../common/views/types" */
/** @import { Report } from "../common/views/work.js" */
/** @import { Asked, Props, Run, Server, Stored, Told } from "./types" */
import { askServer, showProblem } from "../common/views/asking.js";
import { codeBars } from "../common/views/digits.js";
import { finder, make } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { framePage, pageOpens, pageSections, whenShown } from "../common/views/frame.js";
import { lang, textOf } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { minus, percent } from "../common/views/scales.js";
import { halves } from "../common/views/wire.js";
import { longWork } from "../common/views/work.js";
import { correlation, fitChart, fitPairs, keptShare, lossCurve, thinnedChart, weightCurve } from "./charts.js";
import { wordFields } from "./fields.js";
import { wordMap } from "./map.js";
import { directions, plane } from "./plane.js";
import { slide } from "./slide.js";
import { heatTable, nearTable, waysTable } from "./tables.js";

const TAB = "word2vec", MAX_FRAMES = 60;
const NUMBERS = /** @type {const} */ (["window", "n_negative", "n_dims", "threshold", "epochs"]);

/** @param {Mounted<Props, Server>} page */
export async function mount({ element, props, server }) {
  await pageOpens("word2vec", "tokens");
  const find = finder(element), { usual } = props;
  /** @type {(key: string, values?: Values) => string} */
  const t = (key, values) => textOf(`${TAB}.${key}`, values);
  const [go, stop, reset] = [".go", ".stop", ".reset"].map((one) => find(one, HTMLButtonElement));
  const bar = find("progress", HTMLProgressElement), time = find(".time input", HTMLInputElement), rare = find(".threshold input", HTMLInputElement);
  const problem = find(".setup .problem");

  const state = {
    run: /** @type {Run | null} */ (null),
    moments: /** @type {{ points: number[][], explained: number }[]} */ ([]),  // of the run's frames
    now: 0,             // which of them is shown
    word: 0,            // which watched word
    at: 0,              // which word of the sentence is in the middle
    report: /** @type {{ state: string, ahead?: number, step?: number } | null} */ (null),
    waysWord: "",
  };
  const stored = /** @type {Map<string, Stored>} */ (new Map());
  const fields = wordFields(element, props, ({ source }) => { link(); words(); if (source) showStored(); });
  const window_ = slide(element, { moved: (at) => { state.at = at; drawSlide(); } });
  const map = wordMap(find(".map"), { pick: (word) => { state.word = word; drawWord(); } });
  const curve = lossCurve(find(".curve"), () => state.run);
  const weights = weightCurve(find(".weight"), () => state.run);
  const fit = fitChart(find(".aims"), () => (state.run ? { run: state.run, frame: frameNow(state.run) } : null));
  const thinned = thinnedChart(find(".thinned"), () => state.run, () => 10 ** Number(rare.value));
  const work = longWork({ begin: server.train_words, look: server.follow_words, stop: server.stop_words }, progress);

  const frameNow = (/** @type {Run} */ run) => run.frames[Math.min(state.now, run.frames.length - 1)];
  const chosen = () => state.run?.told.facts?.watched[state.word] ?? "";

  // ---- What is chosen ------------------------------------------------------------------------------
  function link() {
    const asked = fields.read(), source = fields.source(), from = usual[asked.language];
    pageLink.set(TAB, {
      text: source === "own" || source === lang ? null : source, method: asked.method === from.method ? null : asked.method,
      ...Object.fromEntries(NUMBERS.map((name) => [name, asked[name] === from[name] ? null : asked[name]])),
      watched: asked.own || asked.watched === from.watched ? null : asked.watched,
    });
  }
  /** @returns {Asked} */
  function fromLink() {
    const language = pageLink.read(TAB, "text", lang) === "zh" ? "zh" : "en", from = usual[language];
    const method = props.methods.find((one) => one === pageLink.read(TAB, "method", null)) ?? from.method;
    const numbers = Object.fromEntries(NUMBERS.map((name) => {
      const value = pageLink.number(TAB, name, from[name], ...props.ranges[name]);
      return [name, name === "threshold" ? value : Math.round(value)];
    }));
    return { ...from, method, ...numbers, watched: pageLink.read(TAB, "watched", from.watched) };
  }

  // ---- What is on the screen -----------------------------------------------------------------------
  function draw() {
    const { run } = state;
    if (!run?.told.facts || !run.frames.length) { words(); return; }
    const { facts } = run.told;
    while (state.moments.length < run.frames.length) {
      const before = state.moments.at(-1)?.points ?? null;
      state.moments.push(plane(directions(halves(run.frames[state.moments.length].vectors), facts.watched.length), before));
    }
    time.max = String(run.frames.length - 1);
    time.value = String(state.now);
    state.at = Math.min(state.at, facts.sentence.length - 1);
    state.word = Math.min(state.word, facts.watched.length - 1);
    drawSlide();
    drawWord();
    curve.draw();
    for (const name of ["counts", "fit", "frequent"]) sections.renew(name);
    words();
  }
  function drawSlide() {
    if (state.run?.frames.length) window_.show(state.run, frameNow(state.run), state.at);
  }
  // What hangs on the chosen word or on the moment.
  function drawWord() {
    const { run } = state, facts = run?.told.facts;
    if (!run || !facts || !run.frames.length) return;
    const frame = frameNow(run), moment = state.moments[state.now];
    map.show(facts.watched, state.moments.map(({ points }) => points), state.now, state.word);
    find(".explained").textContent = t("map.explained", { share: percent(moment.explained) });
    find(".moment").textContent = t(state.now === 0 ? "moment.before" : "moment.step", { step: frame.step, n: run.told.n_steps ?? "…" });
    nearTable(find(".near.table"), run, frame, state.word);
    const size = halves(frame.vectors).length / facts.watched.length, code = halves(frame.vectors).subarray(size * state.word, size * (state.word + 1));
    find(".strip .word").textContent = chosen();
    codeBars(find(".strip .bars"), code, Math.max(1e-6, ...code.map(Math.abs)), t("strip.code", { n: size }));
    find(".strip .left figcaption").textContent = t("strip.code", { n: size });
    find(".strip .said").replaceChildren(...frame.near[state.word].slice(0, 3).map((word) => make("b", "", word)));
    find(".strip .best").textContent = t("strip.cosine", { cosine: minus(frame.cosines[state.word][0] ?? 0) });
  }
  function words() {
    const { run, report } = state, under = Boolean(work.job), facts = run?.told.facts;
    go.disabled = under;
    stop.disabled = !under || report?.state === "stopping";
    const n = run?.told.n_steps;
    if (under && (!n || !report?.step)) bar.removeAttribute("value");
    else bar.value = under && n ? (report?.step ?? 0) / n : 0;
    const key = report?.state ?? (run?.stored ? "stored" : "idle");
    find(".status").textContent = t(`state.${key}`, { step: report?.step ?? run?.told.step ?? 0, n: n ?? "…", ahead: report?.ahead ?? 0, seconds: (run?.told.seconds ?? 0).toFixed(1), limit: props.max_seconds });
    find(".about").textContent = facts ? t("about", { read: facts.n_read.toLocaleString("en"), words: facts.n_words.toLocaleString("en"), least: facts.least }) : "";
    const asked = fields.read(), differs = run && (!run.stored ? false : NUMBERS.some((name) => fields.uses(name) && asked[name] !== run.asked[name]) || asked.watched !== run.asked.watched);
    find(".changed").hidden = !(differs || (asked.own && run?.stored));
  }
  time.oninput = () => { state.now = Number(time.value); drawSlide(); drawWord(); sections.renew("fit"); };

  // ---- Sections ------------------------------------------------------------------------------------
  const sections = pageSections(element, TAB, {
    counts: {
      show: () => {
        const facts = state.run?.told.facts;
        if (!facts) return undefined;
        heatTable(find(".heat"), facts);
        find("[data-section=counts] .reading").textContent = t("counts.reading", { n: facts.n_tokens.toLocaleString("en") });
        return weights.draw();
      },
    },
    fit: {
      show: () => {
        const { run } = state, pairs = run?.frames.length ? fitPairs(run, frameNow(run)) : [];
        if (!run) return undefined;
        find(".aims").hidden = !pairs.length;
        find("[data-section=fit] .reading").textContent = pairs.length ? t(`fit.reading.${run.asked.method}`, { r: correlation(pairs).toFixed(2), n: pairs.length }) : t("fit.none");
        return fit.draw();
      },
    },
    frequent: { show: drawFrequent, owns: { rare: "-3" } },
    ways: { show: drawWays },
  });
  rare.value = pageLink.read(TAB, "rare", "-3");
  function drawFrequent() {
    const facts = state.run?.told.facts, threshold = 10 ** Number(rare.value);
    if (!facts) return undefined;
    const [word, count] = facts.frequent[0], share = count / facts.n_tokens;
    find(".threshold .value").textContent = t("frequent.threshold", { threshold: threshold.toPrecision(2) });
    find("[data-section=frequent] .reading").textContent = t("frequent.reading", { word, share: percent(share), kept: percent(keptShare(share, threshold)) });
    return thinned.draw();
  }
  rare.oninput = () => { pageLink.set(TAB, { rare: rare.value }); drawFrequent(); };
  async function drawWays() {
    const language = fields.read().language, box = find("[data-section=ways] .problem");
    try {
      const runs = await Promise.all(props.methods.map((method) => storedRun(language, method)));
      showProblem(box, null);
      const all = runs[0].report.facts?.watched ?? [];
      if (!all.includes(state.waysWord)) state.waysWord = all[0];
      const which = all.indexOf(state.waysWord);
      find(".ways.words").replaceChildren(...all.map((word) => {
        const button = make("button", { type: "button", value: word, "aria-pressed": String(word === state.waysWord) }, word);
        button.onclick = async () => { state.waysWord = word; await drawWays(); find(`.ways.words [value="${word}"]`).focus(); };
        return button;
      }));
      find("[data-section=ways] .reading").textContent = t("ways.reading");
      waysTable(find(".ways.number"), runs.map(({ asked, frames }) => {
        const { near, cosines } = frames[frames.length - 1];
        return { name: t(`method.${asked.method}`), near: near[which], cosines: cosines[which] };
      }), state.waysWord);
    } catch (failure) { showProblem(box, failure); }
  }

  // ---- Stored runs, and live ones --------------------------------------------------------------------
  /** @type {(language: string, method: string) => Promise<Stored>} */
  async function storedRun(language, method) {
    const key = `${language} ${method}`, found = stored.get(key) ?? await askServer(server.show_word_run, { language, method });
    stored.set(key, found);
    return found;
  }
  /** @type {(run: Run, now: number) => void} */
  function put(run, now) {
    Object.assign(state, { run, moments: [], now, report: null });
  }
  async function showStored() {
    const asked = fields.read();
    if (work.job) return;
    state.report = null;
    if (asked.own) { words(); return; }
    try {
      const found = await storedRun(asked.language, asked.method);
      if (work.job || fields.read().method !== asked.method || fields.source() !== asked.language) return;
      showProblem(problem, null);
      put({ asked: found.asked, told: found.report, frames: found.frames, stored: true }, found.frames.length - 1);
      draw();
      sections.renew("ways");
    } catch (failure) { showProblem(problem, failure); words(); }
  }
  let asked = /** @type {Run | null} */ (null), leaving = false;  // what runs is given up for the worked example
  go.onclick = () => {
    showProblem(problem, null);
    const request = fields.read();
    asked = { asked: request, frames: [], stored: false, told: { over: false, state: "asked", ahead: 0, step: 0, seconds: 0, losses: "", checks: [], n_steps: null, facts: null, samples: null } };
    state.report = { state: "asked" };
    work.start(request);
    words();
  };
  stop.onclick = () => { state.report = { ...state.report, state: "stopping" }; work.stop(); words(); };
  /**
   * @param {Report<Told>} report
   * @returns {report is Told & { job: string }}
   */
  const isTold = (report) => Boolean(report.facts);
  function progress(/** @type {Report<Told>} */ report) {
    if (report.error) showProblem(problem, report.error);
    if (report.over) window_.rest();
    if (leaving) {
      if (report.over) { leaving = false; showProblem(problem, null); showStored(); }
      return;
    }
    if (report.state === "error") { state.report = null; words(); return; }
    if (state.report?.state === "stopping" && !report.over) return;
    state.report = report;
    if (isTold(report) && asked) {
      const { samples } = report, last = asked.frames.at(-1), newest = state.now >= asked.frames.length - 1;
      asked.told = report;
      if (samples && samples.vectors !== last?.vectors && asked.frames.length < MAX_FRAMES) asked.frames.push({ ...samples, step: report.step });
      else if (samples && report.over && last) Object.assign(last, samples, { step: report.step });
      if (asked.frames.length && state.run !== asked) { Object.assign(state, { run: asked, moments: [], word: 0, at: 0 }); window_.run(); }
      if (newest || report.over) state.now = Math.max(0, asked.frames.length - 1);
      if (report.over) state.moments = [];
    }
    draw();
  }

  // ---- Opening ---------------------------------------------------------------------------------------
  listen("lang", () => {
    fields.words();
    draw();
    sections.renew("ways");
  });
  framePage(element, TAB, {
    lights: { 1: ".slide", 2: ".map", 3: ".near.table" },
    proofs: { 2: () => sections.open("fit") },
  });
  reset.onclick = () => {
    leaving = Boolean(work.job);
    if (leaving) work.stop();
    window_.rest();
    showProblem(problem, null);
    fields.write({ ...usual[lang === "zh" ? "zh" : "en"] });
    Object.assign(state, { word: 0, at: 2, report: null });
    link();
    showStored();
  };
  whenShown(TAB, async () => {
    fields.write(fromLink());
    state.at = 2;
    await showStored();
    await sections.begin();
    element.querySelector(".page")?.setAttribute("data-ready", "");
  });
}
