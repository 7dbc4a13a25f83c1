// Accuracy against pictures a class: what was measured beforehand, and runs of one's own as stars.

/** @import { Figure, Trace } from "../common/views/charts.js" */
/** @import { Problem, Values } from "../common/views/types" */
/** @import { Report } from "../common/views/work.js" */
/** @import { Curve, Props, Server, Told } from "./types" */
import { askServer, showProblem } from "../common/views/asking.js";
import { chart, plain } from "../common/views/charts.js";
import { colourNamed } from "../common/views/colours.js";
import { finder, make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { percent } from "../common/views/scales.js";
import { choiceRow } from "../common/views/tokens.js";
import { longWork } from "../common/views/work.js";

const HEIGHT = 360;
/** @type {Record<string, [colour: string, symbol: string, sign: string]>} */
const LOOKS = {  // a shape each, for those who can't tell the colours
  pixels: ["hidden", "x", "✕"], random: ["ink", "square", "■"], layer: ["output", "circle", "●"], block: ["code", "triangle-up", "▲"], all: ["error", "diamond", "◆"],
};
/** @type {(key: string, values?: Values) => string} */
const t = (key, values) => textOf(`retrain.${key}`, values);
/** @type {(values: number[]) => { mean: number, sd: number }} */
const spread = (values) => {
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  return { mean, sd: Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (values.length - 1)) };
};

/** @type {(element: HTMLElement, how: { props: Props, server: Server, keep: () => void }) => { show: () => unknown, words: () => void, choice: () => string | null, choose: (said: string) => void }} */
export const learningCurve = (element, { props, server, keep }) => {
  const find = finder(element), { counts, ways, kinds, seeds } = props.curve;
  const [go, stop] = [find(".measure", HTMLButtonElement), find(".give-up", HTMLButtonElement)];
  const usual = { way: "layer", n: counts[0] }, s = { ...usual };
  let stored = /** @type {Curve | null} */ (null), told = /** @type {{ state: string, step?: number, n?: number, ahead?: number } | null} */ (null);
  const own = /** @type {{ way: string, n: number, right: number }[]} */ ([]);
  let asked = { ...usual };
  const nameOf = (/** @type {string} */ way) => t(`way.${way}`);

  // ---- The chart ------------------------------------------------------------------------------------
  /** @returns {Figure | null} */
  const figure = () => {
    if (!stored) return null;
    const { right } = stored;
    const curves = ways.map((way) => {
      const [colour, symbol] = LOOKS[way], measured = counts.filter((_, k) => right[way][k].length), points = right[way].filter((one) => one.length).map(spread);
      return /** @type {Trace} */ ({
        type: "scatter", mode: "lines+markers", name: nameOf(way), x: measured, y: points.map(({ mean }) => mean),
        error_y: { type: "data", array: points.map(({ sd }) => sd), color: colourNamed(colour), thickness: 1.5, width: 4 },
        line: { color: colourNamed(colour), width: 2.5, dash: way === "pixels" || way === "random" ? "dot" : "solid" }, marker: { color: colourNamed(colour), symbol, size: 9 },
        hovertext: points.map(({ mean, sd }, k) => plain(t("curve.point", { name: nameOf(way), n: measured[k], mean: percent(mean), sd: percent(sd) }))),
        hovertemplate: "%{hovertext}<extra></extra>",
      });
    });
    const stars = own.map(({ way, n, right: share }) => /** @type {Trace} */ ({
      type: "scatter", mode: "markers", meta: "mark", name: nameOf(way), x: [n], y: [share],
      marker: { symbol: "star", size: 16, color: colourNamed(LOOKS[way][0]), line: { color: colourNamed("ink"), width: 1 } },
      hovertext: [plain(t("curve.star", { name: nameOf(way), n, right: percent(share) }))], hovertemplate: "%{hovertext}<extra></extra>",
    }));
    return {
      traces: [...curves, ...stars], axes: { x: t("curve.pictures"), y: t("curve.right") }, title: t("section.curve.title"), says: t("curve.chart"),
      layout: {
        xaxis: { type: "log", tickvals: counts, ticktext: counts.map(String) }, yaxis: { range: [0, 1], tickformat: ".0%" },
        shapes: [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: 1 / kinds, y1: 1 / kinds, line: { color: colourNamed("strong-line"), width: 1.5, dash: "dash" } }],
        annotations: [{ text: plain(t("curve.chance")), xref: "paper", x: 1, xanchor: "right", y: 1 / kinds, yanchor: "top" }],
      },
    };
  };
  const plot = chart(find(".chart"), figure, { file: "pictures-a-class", height: HEIGHT });

  // ---- A run of one's own ---------------------------------------------------------------------------
  const work = longWork({ begin: server.measure_point, look: server.follow_retraining, stop: server.stop_retraining }, heard);
  function heard(/** @type {Report<Told>} */ report) {
    if (report.error) showProblem(find(".problem"), report.error);
    const { facts, checks } = report;
    told = report.state === "error" ? null : { state: report.state, step: report.step, n: facts?.n_steps, ahead: report.ahead };
    const right = checks?.at(-1)?.[2];
    if (report.state === "done" && typeof right === "number") { own.push({ ...asked, right }); plot.draw(); }
    words();
  }
  go.onclick = () => {
    showProblem(find(".problem"), null);
    asked = { ...s };
    told = { state: "asked" };
    // The stored curve has the first seeds: a run of one's own draws other drawings.
    work.start({ way: s.way, n_learned: s.n, seed: seeds + own.length });
    words();
  };
  stop.onclick = () => { told = { ...told, state: "stopping" }; words(); work.stop(); };
  find(".ways-row").append(...ways.map((way) => make("button", { type: "button", value: way, "data-i18n": `retrain.way.${way}` })));
  find(".counts-row").append(...counts.map((n) => make("button", { type: "button", value: n }, n)));
  const change = (/** @type {Partial<typeof s>} */ values) => { Object.assign(s, values); words(); keep(); };
  const pressWay = choiceRow(find(".ways-row"), (way) => change({ way }));
  const pressCount = choiceRow(find(".counts-row"), (n) => change({ n: Number(n) }));
  function words() {
    pressWay(s.way);
    pressCount(String(s.n));
    const under = Boolean(work.job), seconds = stored?.seconds[s.way][counts.indexOf(s.n)];
    go.disabled = under || !stored;
    stop.disabled = !under || told?.state === "stopping";
    find(".live-status").textContent = told && (under || told.state !== "done")
      ? t(`state.${told.state}`, { step: told.step ?? 0, n: told.n ?? "…", ahead: told.ahead ?? 0, seconds: "…" })
      : own.length ? t("curve.star", { name: nameOf(own[own.length - 1].way), n: own[own.length - 1].n, right: percent(own[own.length - 1].right) })
      : typeof seconds !== "number" ? "" : t("curve.takes", { seconds: Math.max(1, Math.round(seconds)) });
    if (!stored) return;
    const whole = Object.values(stored.right).every((of) => of.every((one) => one.length));
    find(".reading").textContent = [t("curve.reading", { held: stored.n_held, seeds, kinds }), ...(whole ? [] : [t("curve.missing")])].join(" ");
    find(".key").replaceChildren(...ways.map((way) => {
      const sign = make("b", "", LOOKS[way][2]);
      sign.style.color = colourNamed(LOOKS[way][0]);
      return make("span", "", sign, " ", nameOf(way));
    }), make("span", "", make("b", "", "★"), " ", t("curve.own")));
  }
  return {
    show: async () => {
      try {
        stored ??= await askServer(server.show_curve, {});
        words();
        await plot.draw();
      } catch (failure) { showProblem(find(".problem"), /** @type {Problem} */ (failure)); }
    },
    words,
    choice: () => (s.way === usual.way && s.n === usual.n ? null : `${s.way},${s.n}`),
    choose: (said) => {
      const [way, n] = said.split(",");
      if (ways.includes(way)) s.way = way;
      if (counts.includes(Number(n))) s.n = Number(n);
    },
  };
};
