// Train a model and watch it: settings, one run under way, one kept for comparison.
// Its parts: fields.js (settings), curves.js, samples.js, race.js.

/** @import { Mounted, Values } from "../common/views/types" */
/** @import { Report } from "../common/views/work.js" */
/** @import { Props, Run, Server, Settings, Told } from "./types" */
import { askServer, showProblem } from "../common/views/asking.js";
import { prefersStill } from "../common/views/colours.js";
import { codeBars, paint, sampleDigits } from "../common/views/digits.js";
import { find as findIn, finder } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { framePage, pageOpens, pageSections, whenShown } from "../common/views/frame.js";
import { textOf, translate } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { curves } from "./curves.js";
import { trainFields } from "./fields.js";
import { trainingRace } from "./race.js";
import { trainSamples } from "./samples.js";
import { floats, inks } from "../common/views/wire.js";
import { longWork } from "../common/views/work.js";

/** @param {Mounted<Props, Server>} page */
export async function mount({ element, props, server }) {
  await pageOpens("train", "code_space");
  const TAB = "train";
  const find = finder(element);
  /** @type {(key: string, values?: Values) => string} */
  const t = (key, values) => textOf(`${TAB}.${key}`, values);
  const OVER = ["done", "stopped", "diverged", "limit", "left", "lost", "failed"];
  const article = find("article"), bar = find("progress", HTMLProgressElement), settingsBox = find(".settings", HTMLDetailsElement);
  const [go, pause, step, stop, keep, logs] = [".go", ".pause", ".step", ".stop", ".keep", ".log"].map((one) => find(one, HTMLButtonElement));
  const measures = find(".measure").querySelectorAll("button");

  const state = {
    now: /** @type {Run | null} */ (null),   // the run on the screen
    kept: /** @type {Run | null} */ (null),  // the one to compare it with
    report: /** @type {(Partial<Report<Told>> & { state: string }) | null} */ (null),  // of the job under way
    job: /** @type {string | null} */ (null),
    asked: /** @type {Settings | null} */ (null),
    chosen: { pictures: 7, sentences: 0 },
    measure: "loss",
    log: pageLink.read(TAB, "log", "1") !== "0",
  };
  let stored = /** @type {Record<string, Told>} */ ({});    // examples by kind and language
  const form = trainFields(element, props, settled);
  const chart = curves(find(".curves"));
  const samples = trainSamples(element, { onpick: pick });
  const race = trainingRace(element, props, { rerun });
  const work = longWork({ begin: server.train, look: server.follow_training, stop: server.stop_training, name: TAB }, progress);
  const narrow = matchMedia("(max-width: 720px)").matches;   // there the curves stand below the settings
  if (narrow) settingsBox.open = false;
  const isText = (/** @type {Run} */ run) => run.settings.kind !== "autoencoder";

  // ---- What is on the screen ------------------------------------------------------------------------
  // What came from the server, as the charts read it.
  /** @type {(report: Told, of: Pick<Run, "settings" | "job" | "example">) => Run} */
  function unpacked(report, of) {
    const flat = floats(report.losses), losses = /** @type {Run["losses"]} */ ([]);
    for (let i = 0; i < flat.length; i += 2) losses.push([flat[i], flat[i + 1]]);
    return { ...report, losses, ...of };
  }
  function named(/** @type {Run} */ run) {
    return form.summary(run.settings);
  }
  function draw() {
    const { now, kept } = state;
    if (!now) return;
    const both = [now, ...(kept && isText(kept) === isText(now) ? [kept] : [])];
    const hasAccuracy = isText(now);
    find(".measure").hidden = !hasAccuracy;
    const measure = hasAccuracy ? state.measure : "loss";
    for (const button of measures) button.setAttribute("aria-pressed", String(button.dataset.measure === measure));
    logs.setAttribute("aria-pressed", String(state.log));
    logs.disabled = measure === "accuracy";
    keep.disabled = now === kept || !now.checks.length;
    find(".forget").hidden = !kept;
    chart.draw({ measure, log: state.log, runs: both.map((run, k) => ({
      ...run, role: k ? "kept" : "now", name: named(run), unit: isText(run) ? "entropy" : "error",
      per_epoch: run.facts?.per_epoch ?? 1, n_steps: run.facts?.n_steps ?? 1,
    })) });
    find(".lesson").textContent = lesson(now);
    find(".rows").hidden = find(".map").hidden = isText(now);
    find(".verdicts").hidden = !isText(now);
    if (now.facts) { if (isText(now)) samples.sentences(now, state.chosen.sentences); else samples.pictures(now, state.chosen.pictures); }
    sections.renew("codes");
    strip(now);
  }
  async function strip(/** @type {Run} */ run) {
    const input = find(".strip .in"), output = find(".strip .out"), { facts } = run, text = isText(run);
    const [bars, number] = [find(".strip .bars"), find(".strip .arrow b")];
    for (const figure of [input, output]) {
      findIn(figure, "canvas").hidden = text;
      findIn(figure, ".sentence").hidden = !text;
    }
    /** @type {(figure: HTMLElement, words: string) => void} */
    const said = (figure, words) => { findIn(figure, "figcaption").textContent = words; };
    if (!facts || !run.samples) return;
    if ("good" in run.samples) {
      const k = state.chosen.sentences, good = run.samples.good[k];
      findIn(input, ".sentence").textContent = facts.sentences[k];
      findIn(output, ".sentence").textContent = t(good > 0.5 ? "good" : "bad");
      codeBars(bars, [1 - good, good], 1, t("strip.shares"));
      said(input, t("strip.sentence"));
      find(".left figcaption").textContent = t("strip.probability", { bad: (100 * (1 - good)).toFixed(0), good: (100 * good).toFixed(0) });
      said(output, t("strip.truth", { truth: t(facts.labels[k] ? "good" : "bad") }));
      const right = (good > 0.5) === Boolean(facts.labels[k]);
      number.textContent = right ? "✓" : "✗";
      number.className = right ? "number right" : "number wrong";
      return;
    }
    const k = state.chosen.pictures, digits = await sampleDigits(), clean = digits.pixels(facts.digits[k]);
    const cut = (/** @type {string} */ packed) => inks(packed).subarray(784 * k, 784 * (k + 1));
    const back = cut(run.samples.pixels), { size } = run.samples;
    const code = floats(run.samples.codes).subarray(size * k, size * (k + 1));
    paint(findIn(input, "canvas", HTMLCanvasElement), facts.spoilt ? cut(facts.spoilt) : clean, { tone: "input" });
    paint(findIn(output, "canvas", HTMLCanvasElement), back, { tone: "output" });
    codeBars(bars, code, Math.max(1e-6, ...code.map(Math.abs)), t("strip.code", { size }));
    said(input, t(facts.spoilt ? "strip.spoilt" : "strip.in", { label: digits.labels[facts.digits[k]] }));
    find(".left figcaption").textContent = t(size === 1 ? "strip.code_one" : "strip.code", { size });
    said(output, t("strip.out"));
    const error = back.reduce((sum, value, p) => sum + (value - clean[p]) ** 2, 0) / back.length;
    number.textContent = t("strip.error", { error: error.toFixed(3) });
    number.className = "number error";
  }

  // One sentence on what the curves show; each condition can be read off them.
  function lesson(/** @type {Run} */ run) {
    const { checks, settings, losses } = run, scores = checks.flatMap(([, loss]) => (loss === null ? [] : [loss]));
    const first = scores[0], last = scores[scores.length - 1];
    const rate = settings.learning_rate, best = Math.min(...scores);
    const places = isText(run) ? 3 : 4;
    const say = (/** @type {string} */ key, /** @type {Values} */ values = {}) => t(`lesson.${key}`, { rate: String(rate), step: run.step, ...values });
    if (run.state === "diverged") return say("diverged");
    if (!scores.length) return "";
    const values = { first: first.toFixed(places), last: last.toFixed(places), best: best.toFixed(places) };
    if (rate === 0) return say("zero", values);
    if (!OVER.includes(run.state)) return losses.length ? say("going") : say("before", values);
    if (["limit", "left", "lost", "failed"].includes(run.state)) return t(`lesson.${run.state === "failed" ? "lost" : run.state}`, { seconds: props.max_seconds, pause: props.max_pause });
    if (last > 0.97 * first) return say(last > 1.05 * first || rate >= 0.03 ? "stuck" : "little", values);
    if (last > 1.12 * best) return say("overfit", values);
    if (isText(run) && run.test !== null) return say("tested", { ...values, test: (100 * run.test).toFixed(1), n: run.facts?.n_train });
    return say("learned", { ...values, error: ((1 - last / first) * 100).toFixed(0) });
  }
  function pick(/** @type {number} */ k) {
    if (!state.now) return;
    state.chosen[isText(state.now) ? "sentences" : "pictures"] = k;
    draw();
  }

  // ---- A run ------------------------------------------------------------------------------------------
  function busy() {
    const report = state.report, under = Boolean(state.job), paused = report?.state === "paused";
    const going = under && ["running", "paused"].includes(report?.state ?? "");
    go.disabled = under;
    pause.disabled = step.disabled = !going;
    stop.disabled = !under || report?.state === "stopping";
    pause.textContent = t(paused ? "resume" : "pause");
    race.busy(under);
    article.dataset.state = report?.state ?? "idle";
    const n = state.now?.facts?.n_steps;
    if (under && ["asked", "starting", "waiting", "testing"].includes(report?.state ?? "")) bar.removeAttribute("value");
    else bar.value = n && state.now && !state.now.example ? state.now.step / n : 0;
    const { step: at = 0, seconds = 0, share = 0, ahead = 0 } = report ?? {};
    const per = state.now?.facts?.per_epoch ?? 1;
    const tested = report?.state === "done" && report.test !== null;
    const key = tested ? "done_tested" : report?.state ?? (state.now?.example ? "example" : "idle");
    find(".status").textContent = t(`state.${key}`, {
      step: at, n: n ?? "?", epoch: (at / per).toFixed(at / per < 10 ? 1 : 0), seconds: seconds.toFixed(0), share: (100 * share).toFixed(0),
      test: (100 * (report?.test ?? 0)).toFixed(1), ahead, at_once: props.at_once, pause: props.max_pause, limit: props.max_seconds,
    });
  }
  function begin() {
    const settings = form.read();
    showProblem(find(".setup .problem"), form.wrong());
    if (!settings) return;
    if (state.now && !state.kept && state.now.checks.length) state.kept = state.now;
    if (narrow) settingsBox.open = false;
    state.asked = settings;
    state.report = { state: "asked" };
    state.job = work.start(settings);
    busy();
  }
  // A run that was under way when the page was loaded anew goes on, if it was asked about soon enough.
  async function resume() {
    const left = work.left();
    if (!left) return;
    state.asked = left.request;
    state.report = { state: "asked" };
    state.job = left.job;
    busy();
    if (await work.find(left.job)) return;
    state.job = state.report = null;
    showProblem(find(".setup .problem"), "train.run_gone");
    busy();
  }
  const order = (/** @type {string} */ name) => async () => {
    try { await askServer(server.tell_training, { job: state.job, order: name }); } catch (failure) { showProblem(find(".setup .problem"), failure); }
  };
  go.onclick = begin;
  pause.onclick = () => order(state.report?.state === "paused" ? "go" : "pause")();
  step.onclick = order("step");
  stop.onclick = () => {
    state.report = { ...state.report, state: "stopping" };
    busy();
    work.stop();
  };
  // A report of the server: the page's own have a state alone.
  /**
   * @param {Report<Told>} report
   * @returns {report is Told & { job: string }}
   */
  const isTold = (report) => Boolean(report.facts);
  function progress(/** @type {Report<Told>} */ value) {
    if (value.error) showProblem(find(".setup .problem"), value.error);
    if (value.state === "error") {
      state.job = state.report = null;
      busy();
      return;
    }
    const { over } = value;
    if (state.report?.state === "stopping" && !over) return;
    state.report = value;
    if (value.facts || over) {
      if (isTold(value) && state.asked) state.now = unpacked(value, { settings: state.asked, job: value.job });
      if (over) {
        state.job = null;
        if (value.state === "done" && typeof value.test === "number" && state.asked) race.add(state.asked, value.test);
      }
      draw();
    }
    busy();
  }

  // ---- Settings, comparison, links ----------------------------------------------------------------------
  // A setting changed; another kind shows its stored run, so that the page is never empty.
  /** @type {(settings: Settings | null, kindChanged?: boolean) => void} */
  function settled(settings, kindChanged) {
    if (settings) pageLink.set(TAB, form.link());
    if (kindChanged && !state.job && (!state.now || state.now.example || state.now.settings.kind !== form.kind())) example();
  }
  // The stored run of the chosen kind: what else stands in the fields, sensible or not, has no part in it.
  function example() {
    const kind = form.kind(), language = form.language(), name = language ? `${kind}-${language}` : kind;
    if (!stored[name]) return;
    const settings = { ...props.defaults[kind], ...(language ? { language } : {}) };
    state.now = unpacked(stored[name], { settings, example: true, job: name });
    state.report = null;
    if (state.kept && isText(state.kept) !== isText(state.now)) state.kept = null;
    draw();
    busy();
  }
  function rerun(/** @type {Settings} */ settings) {
    form.write(settings);
    begin();
    find(".setup").scrollIntoView({ block: "nearest", behavior: prefersStill ? "auto" : "smooth" });
  }
  keep.onclick = () => { state.kept = state.now; draw(); };
  find(".forget").onclick = () => { state.kept = null; draw(); };
  logs.onclick = () => { state.log = !state.log; pageLink.set(TAB, { log: state.log ? null : "0" }); draw(); };
  for (const button of measures) button.onclick = () => { state.measure = button.dataset.measure ?? "loss"; draw(); };

  const set = (/** @type {Partial<Settings>} */ values) => () => { form.write({ ...props.defaults.autoencoder, ...values }); find(".setup").scrollIntoView({ block: "nearest" }); };
  listen("lang", () => { form.words(); race.words(); draw(); busy(); });
  listen("theme", draw);
  framePage(element, TAB, {
    lights: { 1: ".curves", 2: ".map", 3: ".keep" },
    proofs: { 1: set({ learning_rate: 1e6 }), 2: set({ code_size: 16 }), 3: set({ noise: 0.5, code_size: 16 }) },
  });
  const sections = pageSections(element, TAB, {
    codes: { show: () => (state.now && !isText(state.now) ? samples.codes(state.now) : undefined) },
    race: { show: () => race.words() },
  });
  whenShown(TAB, async () => {
    form.words();
    translate(element);
    pageLink.set(TAB, { ...form.link(), log: state.log ? null : "0" });
    busy();
    await resume();
    try {
      const answer = await askServer(server.show_examples, {});
      stored = answer.examples;
      if (!state.now) example();
      race.show(answer.race);
      await sections.begin();
    } catch (failure) { showProblem(find(".setup .problem"), failure); }
  });
}
