// What was measured on test pictures, as charts and tables: toldCharts(element, {map}).
//   .labels|lost|confusion(figures, pictures), .maps(found, places): draw a section;
// map(i): a point of a map was pressed.

/** @import { Figure, Trace } from "../common/views/charts.js" */
/** @import { Values } from "../common/views/types" */
/** @import { Figures, Maps, Method, Pictures, Spread } from "./types" */
import { chart, plain } from "../common/views/charts.js";
import { colourNamed } from "../common/views/colours.js";
import { finder, make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { percent } from "../common/views/scales.js";
import { halves } from "../common/views/wire.js";

export const OBJECTIVES = ["told", "ae", "denoising", "both"];
/** @type {Record<string, [colour: string, symbol: string]>} */
const LOOKS = {  // a shape each, for those who can't tell the colours
  told: ["error", "circle"], ae: ["output", "diamond"], denoising: ["code", "triangle-up"], both: ["accent", "square"], pixels: ["hidden", "x"],
};
const HEIGHT = 340, LOW_HEIGHT = 250, MAP_HEIGHT = 270, KINDS = 10;
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`told.${key}`, values);
const nameOf = (/** @type {string} */ objective) => say(`name.${objective}`);
/** @type {(pictures: Pictures, kind: number) => string} */
export const kindName = (pictures, kind) => (pictures === "digits" ? String(kind) : say(`kind.${pictures}.${kind}`));
const counted = (/** @type {number} */ n) => n.toLocaleString("en");
const fixed = (/** @type {number} */ error) => error.toFixed(4).replace(/^0/, "");

/**
 * @param {HTMLElement} element
 * @param {{ map: (i: number) => void }} heard
 */
export const toldCharts = (element, { map: pressed }) => {
  const inside = Object.fromEntries(["labels", "lost", "maps", "confusion"].map((name) => [name, finder(finder(element)(`[data-section=${name}]`))]));
  let figures = /** @type {Figures | null} */ (null), pictures = /** @type {Pictures} */ ("digits");
  let found = /** @type {Maps | null} */ (null), places = /** @type {Record<string, number[]>} */ ({});

  // ---- A line on the code, against the number of labels ------------------------------------------
  /** @type {(room: { narrow: boolean }) => Figure | null} */
  const curve = ({ narrow }) => {
    if (!figures) return null;
    const { n_training, objectives, pixels } = figures;
    const probes = /** @type {[string, Record<string, Spread>][]} */ ([...OBJECTIVES.map((name) => [name, objectives[name].linear_probe]), ["pixels", pixels.linear_probe]]);
    const counts = Object.keys(pixels.linear_probe), sizes = counts.map((n) => (n === "all" ? n_training : Number(n)));
    const traces = probes.map(([name, probe]) => {
      const [colour, symbol] = LOOKS[name], points = counts.map((n) => probe[n]);
      return /** @type {Trace} */ ({
        type: "scatter", mode: "lines+markers", name: nameOf(name), x: sizes, y: points.map(({ mean }) => mean),
        error_y: { type: "data", array: points.map(({ sd }) => sd), color: colourNamed(colour), thickness: 1.5, width: 4 },
        line: { color: colourNamed(colour), width: 2.5, dash: name === "pixels" ? "dot" : "solid" }, marker: { color: colourNamed(colour), symbol, size: 9 },
        hovertext: points.map(({ mean, sd }, k) => plain(say("point", { name: nameOf(name), n: counted(sizes[k]), mean: percent(mean), sd: percent(sd) }))),
        hovertemplate: "%{hovertext}<extra></extra>",
      });
    });
    return {
      traces, axes: { x: say("axis.labels"), y: say("axis.accuracy") }, title: say("section.labels.title"), says: say("chart.labels"),
      layout: {
        xaxis: { type: "log", tickvals: sizes, ticktext: counts.map((n, k) => (n === "all" && !narrow ? say("all", { n: counted(n_training) }) : counted(sizes[k]))) },
        yaxis: { range: [0, 1.02], tickformat: ".0%" },
      },
    };
  };

  // ---- What is lost -------------------------------------------------------------------------------
  /** @type {(values: (Spread | null)[], key: string, names: string[], say: (mean: Spread) => string) => Trace} */
  const bars = (values, key, names, spoken) => ({
    type: "bar", name: say(key), x: names.map(nameOf), y: values.map((one) => one?.mean ?? null),
    marker: { color: names.map((name) => colourNamed(LOOKS[name][0])) },
    error_y: { type: "data", array: values.map((one) => one?.sd ?? 0), color: colourNamed("ink"), thickness: 1.5, width: 5 },
    text: values.map((one) => (one ? spoken(one) : "")), textposition: "inside", insidetextanchor: "start", textangle: 0, insidetextfont: { color: colourNamed("paper") },
    hovertemplate: "%{x}: %{y}<extra></extra>",
  });
  /** @type {() => Figure | null} */
  const errors = () => {
    if (!figures) return null;
    const { objectives, pixels } = figures, mean = pixels.kind_mean_mse;
    return {
      traces: [bars(OBJECTIVES.map((name) => objectives[name].decode_mse), "axis.error", OBJECTIVES, (one) => fixed(one.mean))],
      axes: { y: say("axis.error") }, title: say("chart.lost"), says: say("chart.lost"),
      layout: {
        yaxis: { range: [0, 1.18 * mean] },
        shapes: [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: mean, y1: mean, line: { color: colourNamed("strong-line"), width: 2, dash: "dot" } }],
        annotations: [{ text: plain(say("kind_mean", { error: fixed(mean) })), xref: "paper", x: 1, xanchor: "right", y: mean, yanchor: "bottom" }],
      },
    };
  };
  /** @type {() => Figure | null} */
  const strokes = () => {
    if (!figures?.objectives.told.strokes_r2) return null;
    const { objectives } = figures, half = OBJECTIVES.flatMap((name) => [objectives[name].strokes_r2 ?? {}]);
    const of = (/** @type {string} */ what) => half.map((one) => one[what]);
    const two = ["slant", "pen_width"].map((what, k) => ({
      ...bars(of(what), `stroke.${what}`, OBJECTIVES, (one) => one.mean.toFixed(2).replace(/^0/, "")),
      marker: { color: OBJECTIVES.map((name) => colourNamed(LOOKS[name][0])), opacity: k ? 0.55 : 1, line: { color: colourNamed("ink"), width: k ? 0 : 1 } },
    }));
    return {
      traces: two, axes: { y: say("axis.r2") }, title: say("chart.strokes"), says: say("chart.strokes"),
      layout: { barmode: "group", yaxis: { range: [0, 1] } },
    };
  };

  // ---- Maps ---------------------------------------------------------------------------------------
  /** @type {(objective: string) => Figure | null} */
  const mapOf = (objective) => {
    const one = found?.maps[objective];
    if (!found || !one) return null;
    const points = halves(one.points), { labels } = found, place = places[objective];
    const hidden = { visible: false };
    const traces = /** @type {Trace[]} */ (Array.from({ length: KINDS }, (_, kind) => {
      const mine = labels.flatMap((label, i) => (label === kind ? [i] : []));
      return {
        type: "scatter", mode: "markers", name: kindName(pictures, kind), customdata: mine, x: mine.map((i) => points[2 * i]), y: mine.map((i) => points[2 * i + 1]),
        marker: { color: colourNamed(`digit-${kind}`), size: 5, opacity: 0.85 }, hovertemplate: `${plain(kindName(pictures, kind))}<extra></extra>`,
      };
    }));
    if (place) traces.push({
      type: "scatter", mode: "markers", meta: "mark", name: say("here"), x: [place[0]], y: [place[1]], hoverinfo: "skip",
      marker: { symbol: "star", size: 20, color: colourNamed("lit"), line: { color: colourNamed("ink"), width: 2 } },
    });
    return {
      traces, title: nameOf(objective), says: say("chart.map", { name: nameOf(objective) }),
      layout: { margin: { l: 4, r: 4, t: 4, b: 4 }, hoverdistance: 20, xaxis: hidden, yaxis: hidden },
    };
  };

  const boxes = OBJECTIVES.map((objective) => {
    const node = make("div", "map"), caption = make("figcaption");
    inside.maps(".maps").append(make("figure", "", caption, node));
    const press = (/** @type {{ customdata?: unknown }} */ { customdata }) => { if (typeof customdata === "number") pressed(customdata); };
    return { objective, caption, plot: chart(node, () => mapOf(objective), { file: `told-map-${objective}`, height: MAP_HEIGHT, press }) };
  });
  const curves = chart(inside.labels(".chart"), curve, { file: "told-labels", height: HEIGHT });
  const lost = chart(inside.lost(".errors-chart"), errors, { file: "told-errors", height: LOW_HEIGHT });
  const written = chart(inside.lost(".strokes-chart"), strokes, { file: "told-strokes", height: LOW_HEIGHT });

  /** @type {(next: Figures, of: Pictures) => void} */
  const take = (next, of) => { figures = next; pictures = of; };
  const key = (/** @type {string[]} */ names) => names.map((name) => {
    const swatch = make("i");
    swatch.style.background = colourNamed(LOOKS[name][0]);
    return make("span", "", swatch, " ", nameOf(name));
  });
  return {
    /** @type {(next: Figures, of: Pictures) => Promise<void>} */
    labels: (next, of) => {
      take(next, of);
      inside.labels(".reading").textContent = say("reading.labels", { n: counted(next.n_test), seeds: next.n_seeds });
      inside.labels(".key").replaceChildren(...key([...OBJECTIVES, "pixels"]));
      const { near } = next;
      inside.labels(".twins").textContent = near ? say("twins", { n: counted(near.n_near), all: counted(near.n_test), told: percent(near.right.told.near), told_others: percent(near.right.told.others), ae: percent(near.right.ae.near), ae_others: percent(near.right.ae.others) }) : "";
      return curves.draw();
    },
    /** @type {(next: Figures, of: Pictures) => Promise<unknown>} */
    lost: (next, of) => {
      take(next, of);
      const both = Boolean(next.objectives.told.strokes_r2);
      inside.lost(".strokes-chart").hidden = !both;
      inside.lost(".reading").textContent = say(both ? "reading.lost" : "reading.lost_others", { n: counted(next.n_test), seeds: next.n_seeds });
      return Promise.all([lost.draw(), written.draw()]);
    },
    /** @type {(next: Maps, of: Pictures, at: Record<string, number[]>, method: Method) => Promise<unknown>} */
    maps: (next, of, at, method) => {
      found = next;
      pictures = of;
      places = at;
      inside.maps(".reading").textContent = say(`reading.maps.${method}`, { n: counted(next.labels.length) });
      inside.maps(".legend").replaceChildren(...Array.from({ length: KINDS }, (_, kind) => {
        const swatch = make("i");
        swatch.style.background = colourNamed(`digit-${kind}`);
        return make("span", "", swatch, " ", kindName(of, kind));
      }));
      return Promise.all(boxes.map(({ objective, caption, plot }) => {
        const { explained } = next.maps[objective];
        caption.textContent = explained === null ? nameOf(objective) : say("map", { name: nameOf(objective), share: Math.round(100 * explained) });
        return plot.draw();
      }));
    },
    /** @type {(next: Figures, of: Pictures) => void} */
    confusion: (next, of) => {
      inside.confusion(".reading").textContent = say("reading.confusion", { n: counted(next.n_test) });
      inside.confusion(".tables").replaceChildren(...OBJECTIVES.map((objective) => {
        const counts = next.objectives[objective].confusion, right = counts.reduce((sum, row, kind) => sum + row[kind], 0);
        const caption = make("caption", "", say("right", { name: nameOf(objective), share: percent(right / next.n_test) }));
        const rows = counts.map((row, kind) => {
          const all = row.reduce((sum, n) => sum + n, 0);
          return make("tr", "", make("th", { scope: "row" }, kindName(of, kind)), ...row.map((n, other) => {
            const cell = make("td", kind === other ? "right" : "", n || "");
            cell.style.setProperty("--share", `${Math.round(100 * Math.min(1, (kind === other ? 0.5 : 5) * n / all))}%`);
            cell.title = say("taken", { kind: kindName(of, kind), other: kindName(of, other), n, all });
            return cell;
          }));
        });
        const table = make("div", { class: "scroll", tabindex: 0 });
        table.append(make("table", "", caption, make("tbody", "", ...rows)));
        return table;
      }));
    },
  };
};
