// Charts by Plotly, in the lab's look: chart(node, figure, options) draws what `figure` returns, and
// again when theme, language, size or, by `draw()`, the numbers change.
//
//   const curve = chart(node, ({ width, narrow, size }) => ({ traces, ... }), { file: "run", zoom: true });
//   curve.draw()                 resolves once it is drawn, or at once where it isn't in view
//   curve.at(event)              {x, y} of a pointer in the units of the axes, or null
//     traces, layout   Plotly's, colours from `colourNamed`; a trace with `meta: "mark"` isn't data
//     axes             {x, y} names of the axes, also of the columns of the CSV file
//     title, says      of the file, and for who can't see it;  table {columns, rows}: the CSV, if not the traces
//   options: file (name without ending), height (px, or a function), zoom (drag to zoom), gl (scattergl where there is WebGL),
//     press, hover (the point), pick (the points lassoed, or null), moved (the ranges of both axes), whole (instead of
//     Plotly's own reset), drawn (after each drawing), engine (true where WebGL draws; before the first drawing)
//
// Plotly is fetched when the first chart comes into view. It is in two parts: `basic` draws all charts,
// `gl2d` thousands of points, where the browser has WebGL.

/** @import { Point } from "./types" */
/** @import { Cell } from "./files.js" */
import { fetchFile, files, showProblem } from "./asking.js";
import { colourNamed } from "./colours.js";
import { make } from "./elements.js";
import { listen } from "./events.js";
import { saveFile, csv } from "./files.js";
import { loadTexts, textOf, texts } from "./language.js";

const HEIGHT = 300, NARROW = 520;  // pixels
const FILE = { width: 1000, height: 560, scale: 2 };  // of a picture to keep
const coarse = matchMedia("(pointer: coarse)").matches;

// ---- Plotly ------------------------------------------------------------------------------------
/** @type {Record<string, Promise<PlotlyLibrary>>} */
const parts = {};
/** @type {(part: string) => Promise<PlotlyLibrary>} */
const fetchPart = (part) => new Promise((resolve, reject) => {
  const { address, integrity } = files.plotly[part] ?? {};
  const script = Object.assign(make("script"), { src: new URL(address ?? `views/${part}.js`, document.baseURI).href, async: true });
  if (integrity) script.integrity = integrity;
  // Each part sets the same global: what it was is kept, or the second would take the place of the first.
  script.onload = () => { const { Plotly } = window; delete window.Plotly; script.remove(); if (Plotly) resolve(Plotly); else reject(texts["errors.charts_damaged"]); };
  script.onerror = () => {  // the server can say why
    script.remove();
    fetchFile(script.src).then(() => { throw texts["errors.charts_damaged"]; }).catch(reject);
  };
  document.head.append(script);
});
export const plotly = (part = "basic") => {
  parts[part] ??= Promise.all([loadTexts("charts")]).then(() => fetchPart(part));
  parts[part].catch(() => { delete parts[part]; });  // asked anew the next time
  return parts[part];
};
let webgl = /** @type {boolean | null} */ (null);
export const hasWebgl = () => {
  webgl ??= Boolean(make("canvas").getContext("webgl", { failIfMajorPerformanceCaveat: false }));
  return webgl;
};

// Plotly reads markup in any text; what somebody typed is shown as it is.
/** @type {(text: string | number) => string} */
export const plain = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
// A sentence in lines short enough to stand beside a point; a Chinese character is as wide as two letters.
/** @type {(text: string, narrow?: boolean) => string} */
export const wrapped = (text, narrow) => {
  const most = narrow ? 28 : 72;
  let width = 0, said = "";
  for (const piece of String(text).match(/[⺀-￯][，。：；！？、）”]*|[^\s⺀-￯]+|\s+/g) ?? []) {
    const more = [...piece].reduce((sum, letter) => sum + (letter >= "⺀" ? 2 : 1), 0);
    if (width && width + more > most) { said = `${said.trimEnd()}\n`; width = 0; }
    if (!width && !piece.trim()) continue;
    said += piece;
    width += more;
  }
  return plain(said).replaceAll("\n", "<br>");
};
/** @type {(colour: string, share: number) => string} */
export const faint = (colour, share) => `${colour}${Math.round(255 * share).toString(16).padStart(2, "0")}`;

// ---- The lab's look ----------------------------------------------------------------------------
const template = (/** @type {HTMLElement} */ node) => {
  const style = getComputedStyle(node), size = Number.parseFloat(style.fontSize) * 0.82;
  const [ink, soft, line, strong, panel, paper] = ["ink", "soft", "line", "strong-line", "panel", "paper"].map(colourNamed);
  const axis = {
    gridcolor: line, linecolor: strong, zeroline: false, showline: false, ticks: "", automargin: true, fixedrange: false,
    title: { standoff: 8, font: { size, color: soft } }, tickfont: { size, color: soft }, exponentformat: "power",
  };
  return {
    layout: {
      font: { family: style.fontFamily, size, color: ink },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      colorway: ["input", "code", "output", "error", "second", "hidden"].map(colourNamed),
      xaxis: { ...axis, showgrid: false, showline: true }, yaxis: { ...axis, rangemode: "tozero" },
      margin: { l: 8, r: 12, t: Math.round(1.9 * size), b: 8, pad: 0 },
      hovermode: "closest", hoverdistance: -1, showlegend: false,  // wherever one points, the nearest point tells its value
      hoverlabel: { bgcolor: panel, bordercolor: strong, font: { family: style.fontFamily, size, color: ink }, align: "left", namelength: -1 },
      legend: { orientation: "h", x: 0, y: -0.16, yanchor: "top", font: { size, color: soft } },
      annotationdefaults: { showarrow: false, font: { size, color: soft } },
      newselection: { line: { color: paper, width: 1.5 } }, activeselection: { opacity: 0.15 },
    },
  };
};
/** @typedef {{ [name: string]: unknown }} Settings Plotly's own names */
/**
 * @param {unknown} value
 * @returns {value is Settings}
 */
const isNested = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
/** @type {(one: Settings, other: Settings) => Settings} */
const merged = (one, other) => {
  const both = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const before = one[key];
    both[key] = isNested(value) && isNested(before) ? merged(before, value) : value;
  }
  return both;
};
// The name of the upright axis stands above it: read without turning one's head.
const above = (/** @type {string} */ text) => ({ text: `↑ ${plain(text)}`, xref: "paper", yref: "paper", x: 0, y: 1, xanchor: "left", yanchor: "bottom", yshift: 4 });

// ---- Numbers to keep ---------------------------------------------------------------------------
/** @param {Figure} figure */
const tableOf = ({ traces, axes = {}, table }) => table ?? {
  columns: ["series", axes.x ?? "x", axes.y ?? "y"],
  rows: traces.filter((trace) => trace.meta !== "mark").flatMap(({ name = "", x = [], y = [] }) => Array.from(y, (value, k) => [name, x[k], value])),
};

/** @type {Set<{ node: HTMLElement, draw: () => unknown }>} */
const charts = new Set();  // those on the page
/**
 * What Plotly draws.
 * @typedef {Settings & { name?: string, meta?: string, x?: ArrayLike<number | string | null>, y?: ArrayLike<number | null> }} Trace
 * @typedef {object} Figure
 * @property {Trace[]} traces
 * @property {Settings & { annotations?: Settings[] }} [layout]
 * @property {{ x?: string, y?: string }} [axes]
 * @property {string} [title]
 * @property {string} [says]
 * @property {{ columns: string[], rows: Cell[][] }} [table]
 */

/**
 * @param {HTMLElement} node
 * @param {(room: { width: number, narrow: boolean, size: number }) => Figure | null} figure
 * @param {object} [options]
 * @param {string} [options.file]
 * @param {number | (() => number)} [options.height]
 * @param {boolean} [options.zoom]
 * @param {boolean} [options.gl]
 * @param {((point: PlotlyPoint) => void) | null} [options.press]
 * @param {((points: PlotlyPoint[] | null) => void) | null} [options.pick]
 * @param {((point: PlotlyPoint | null) => void) | null} [options.hover]
 * @param {((across: number[], up: number[]) => void) | null} [options.moved]
 * @param {(() => unknown) | null} [options.whole]
 * @param {(() => void) | null} [options.drawn]
 * @param {((gl: boolean) => void) | null} [options.engine]
 */
export const chart = (node, figure, { file = "chart", height = HEIGHT, zoom = false, gl = false, press = null, pick = null, hover = null, moved = null, whole = null, drawn = null, engine = null } = {}) => {
  const plot = /** @type {PlotlyNode} */ (make("div", "chart-plot")), bar = make("div", pick ? "chart-tools chooses" : "chart-tools"), problem = make("p", "chart-problem");  // not .problem, by which a section finds its own
  problem.hidden = true;
  plot.setAttribute("role", "img");
  plot.tabIndex = -1;
  const tall = () => (typeof height === "number" ? height : height());
  plot.style.height = typeof height === "number" ? `${height}px` : "100%";
  node.classList.add("chart-box");
  node.replaceChildren(plot, bar, problem);
  let seen = false, stale = true, listening = false;
  let shown = /** @type {Figure | null} */ (null), Plotly = /** @type {PlotlyLibrary | null} */ (null), busy = /** @type {Promise<void> | null} */ (null);
  let mode = /** @type {string | false} */ (pick ? "pan" : zoom && !coarse ? "zoom" : false);

  /**
   * @param {Figure} figure
   * @param {{ legend?: boolean }} [how]
   */
  const layoutOf = ({ traces, layout, axes = {}, title }, { legend = false } = {}) => {
    const base = {
      template: template(node), autosize: true, height: tall(), dragmode: mode, uirevision: "kept",
      xaxis: { ...(axes.x && { title: { text: `${plain(axes.x)} →` } }), fixedrange: mode === false },
      yaxis: { fixedrange: mode === false },
      annotations: [...(axes.y ? [above(axes.y)] : []), ...(layout?.annotations ?? [])],
    };
    const whole = merged(base, { ...layout, annotations: base.annotations });
    if (!legend) return whole;
    const named = traces.filter((trace) => trace.name && trace.meta !== "mark").length > 1;
    return merged(whole, { ...FILE, showlegend: named, legend: { itemsizing: "constant" }, title: { text: plain(title ?? ""), font: { size: 18 }, x: 0.02 }, margin: { t: 70, l: 20, r: 30, b: 20 }, paper_bgcolor: colourNamed("paper"), autosize: false });
  };
  const size = () => ({ width: node.clientWidth, narrow: node.clientWidth < NARROW, size: Number.parseFloat(getComputedStyle(node).fontSize) / 16 });
  const config = { displayModeBar: false, displaylogo: false, responsive: false, doubleClick: "reset", scrollZoom: false, showTips: false };

  const picture = async (/** @type {string} */ format) => {
    if (!shown || !Plotly) throw new Error("nothing is drawn");  // its button stands beside a drawing only
    const whole = { data: shown.traces, layout: layoutOf(shown, { legend: true }), config };
    const made = await Plotly.toImage(whole, { format, ...FILE, scale: format === "png" ? FILE.scale : 1 });
    return (await fetch(made)).blob();
  };
  const save = {
    png: async () => saveFile(`${file}.png`, await picture("png")),
    svg: async () => saveFile(`${file}.svg`, await picture("svg")),
    csv: async () => saveFile(`${file}.csv`, csv(tableOf(shown ?? { traces: [] })), "text/csv;charset=utf-8"),
  };
  /** @type {string[]} */
  const modes = pick ? ["pan", "lasso", "zoom"] : [];
  let labelled = "";
  const buttons = () => {  // a button that is being pressed must stay the same one while the numbers change
    const now = `${mode} ${textOf("charts.png")}`;
    if (labelled === now) return;
    labelled = now;
    /** @type {(key: string, label: string, action: () => unknown, pressed?: boolean) => HTMLButtonElement} */
    const button = (key, label, action, pressed) => {
      const one = Object.assign(make("button", key, label), { type: "button", onclick: action });
      one.title = textOf(`charts.${key}`);
      one.setAttribute("aria-label", one.title);
      if (pressed !== undefined) one.setAttribute("aria-pressed", String(pressed));
      return one;
    };
    const focused = [...bar.children].findIndex((one) => one === document.activeElement);
    bar.replaceChildren(
      ...modes.map((one) => button(one, textOf(`charts.${one}_short`), () => { mode = one; result.draw(); }, mode === one)),
      ...(zoom || pick ? [button("whole", "⟲", () => result.whole())] : []),
      ...Object.entries(save).map(([kind, action]) => button(kind, kind.toUpperCase(), action)));
    bar.children[focused]?.focus();
  };

  // Returns whether the chart shows what it should: where it has no room, or Plotly can't come, it stays stale.
  const drawNow = async () => {
    if (!size().width) return false;
    stale = false;
    try {
      const wanted = gl && hasWebgl() ? "gl2d" : "basic";
      if (!Plotly) {
        Plotly = await plotly(wanted);
        engine?.(wanted === "gl2d");
      }
      const room = size();
      if (!room.width) { stale = true; return false; }  // hidden meanwhile
      const next = figure(room);
      if (!next) { Plotly.purge(plot); shown = null; listening = false; bar.hidden = true; return true; }
      shown = next;
      await Plotly.react(plot, next.traces, { ...layoutOf(next), width: room.width }, config);
      plot.setAttribute("aria-label", next.says ?? next.title ?? "");
      bar.hidden = false;
      buttons();
      listenOnce();
      showProblem(problem, null);
      plot.hidden = false;
      drawn?.();
      return true;
    } catch (failure) {
      if (!failure.en) throw failure;  // a bug
      stale = true;
      plot.hidden = true;
      showProblem(problem, failure);
      return false;
    }
  };
  const listenOnce = () => {
    if (listening) return;
    listening = true;
    if (hover) {
      plot.on("plotly_hover", ({ points: [point] }) => hover(point));
      plot.on("plotly_unhover", () => hover(null));
    }
    if (moved) plot.on("plotly_relayout", (change) => {
      const { xaxis, yaxis } = plot._fullLayout ?? {};
      if (xaxis && yaxis && Object.keys(change).some((key) => key.includes("axis"))) moved([...xaxis.range], [...yaxis.range]);
    });
    if (press) plot.on("plotly_click", ({ points: [point] }) => press(point));
    if (pick) {
      plot.on("plotly_selected", (event) => pick(event?.points ?? null));
      plot.on("plotly_deselect", () => pick(null));
    }
  };
  const result = {
    /** @type {HTMLElement} */
    node: plot,
    figure: () => shown,
    /** @type {() => Promise<void>} */
    draw: () => {
      stale = true;
      if (!seen) return Promise.resolve();
      // One at a time, the newest numbers: what comes in meanwhile is in the next one.
      busy ??= (async () => { try { while (stale && seen && await drawNow()); } finally { busy = null; } })();
      return busy;
    },
    whole: () => whole?.() ?? Plotly?.relayout(plot, { "xaxis.autorange": true, "yaxis.autorange": true, uirevision: Math.random() }).then(() => result.draw()),
    /** @type {(event: { clientX: number, clientY: number }) => { x: number, y: number } | null} */
    at: (event) => {
      const axes = plot._fullLayout;  // the pinned version's; there is no public name for it
      if (!axes?.xaxis) return null;
      const box = plot.getBoundingClientRect();
      return { x: axes.xaxis.p2d(event.clientX - box.left - axes.xaxis._offset), y: axes.yaxis.p2d(event.clientY - box.top - axes.yaxis._offset) };
    },
    // Where a place of the axes is, in pixels of `node`, or null: for what moves in each frame.
    /** @type {(at: { x: number, y: number }) => Point | null} */
    place: ({ x, y }) => {
      const axes = plot._fullLayout;
      return axes?.xaxis ? [axes.xaxis._offset + axes.xaxis.d2p(x), axes.yaxis._offset + axes.yaxis.d2p(y)] : null;
    },
  };
  charts.add(result);
  new IntersectionObserver((entries) => {
    seen = entries[entries.length - 1].isIntersecting;
    if (seen && stale) result.draw();
  }).observe(node);
  let before = 0;
  new ResizeObserver(() => {
    if (!node.isConnected) { charts.delete(result); return; }
    const { width } = size();
    if (width && width !== before && shown) result.draw();
    before = width;
  }).observe(node);
  return result;
};
const again = () => { for (const one of charts) if (one.node.isConnected) one.draw(); else charts.delete(one); };
listen("theme", again);
listen("lang", async () => { if (Object.keys(parts).length) { await loadTexts("charts"); again(); } });
