// Accuracy against number of labels for four models: trainingRace(element, props, {rerun}).
//   .show(languages): the stored race, or null;
//   .add(settings, accuracy): a run of this visitor that stands for one point; .busy(on); .words().

/** @import { Values } from "../common/views/types" */
/** @import { Figure } from "../common/views/charts.js" */
/** @import { Kind, Props, Race, Settings } from "./types" */
import { chart, faint, plain, wrapped } from "../common/views/charts.js";
import { colourNamed } from "../common/views/colours.js";
import { find as findIn, finder, make } from "../common/views/elements.js";
import { lang, textOf } from "../common/views/language.js";
import { percent } from "../common/views/scales.js";
/** @import { Trace } from "../common/views/charts.js" */

const HEIGHT = 360;
/** @type {Record<string, { how: Partial<Settings> & { kind: Kind }, fewest: number, epochs: number }>} */
const MODELS = {   // how each is trained, as research/race.py does: at least so many steps
  random: { how: { kind: "textcnn", vectors: "random" }, fewest: 400, epochs: 4 },
  static: { how: { kind: "textcnn", vectors: "frozen" }, fewest: 400, epochs: 4 },
  frozen: { how: { kind: "bert", n_layers: 0, learning_rate: 3.3e-4 }, fewest: 200, epochs: 2 },
  tuned: { how: { kind: "bert", n_layers: -1, learning_rate: 1e-4 }, fewest: 60, epochs: 2 },
};
/** @type {Record<string, [colour: string, symbol: string]>} */
const LOOKS = {    // a shape each, for those who can't tell the colours
  random: ["hidden", "square"], static: ["code", "triangle-up"], frozen: ["output", "diamond"], tuned: ["accent", "circle"],
};
/** @type {(key: string, values?: Values) => string} */
const t = (key, values) => textOf(`train.race.${key}`, values);

/**
 * @param {HTMLElement} element
 * @param {Props} props
 * @param {{ rerun: (settings: Settings) => void }} how
 */
export const trainingRace = (element, { defaults }, { rerun }) => {
  const box = findIn(element, ".race", HTMLDetailsElement), find = finder(box);
  let languages = /** @type {Race} */ ({}), language = /** @type {string} */ (lang);
  const own = /** @type {{ language: string, model: string, n_labels: number, accuracy: number }[]} */ ([]);
  const [model, labels] = [".model", ".labels"].map((one) => find(one, HTMLSelectElement)), again = find(".rerun", HTMLButtonElement);
  const known = () => language in languages;
  const sizes = () => [...new Set(languages[language].points.map((point) => point.n_labels))].sort((a, b) => a - b);
  const isAll = (/** @type {number} */ n) => n === sizes().at(-1);

  const choose = () => {
    const keep = [model.value || "tuned", labels.value || "100"];
    /** @type {(value: string | number, text: string) => HTMLOptionElement} */
    const option = (value, text) => Object.assign(make("option", "", text), { value: String(value) });
    model.replaceChildren(...Object.keys(MODELS).map((name) => option(name, t(`name.${name}`))));
    labels.replaceChildren(...sizes().map((n) => option(n, isAll(n) ? t("all", { n }) : String(n))));
    [model.value, labels.value] = keep;
    if (!labels.value) labels.value = String(sizes()[0]);
    find(".languages").replaceChildren(...Object.keys(languages).map((name) => {
      const button = make("button", "", textOf(`train.language.${name}`));
      button.type = "button";
      button.setAttribute("aria-pressed", String(name === language));
      button.onclick = () => { language = name; draw(); };
      return button;
    }));
    const slow = MODELS[model.value].how.kind === "bert" && Number(labels.value) > 2000;
    find(".cost small").textContent = `${t(slow ? "cost_slow" : "cost")} ${t(`data.${language}`)}`;
  };
  const sum = (/** @type {number[]} */ values) => values.reduce((a, b) => a + b, 0);
  const lines = () => Object.keys(MODELS).map((name) => ({
    name,
    points: languages[language].points.filter((point) => point.model === name).sort((a, b) => a.n_labels - b.n_labels)
      .map((point) => ({ ...point, mean: sum(point.accuracies) / point.accuracies.length, low: Math.min(...point.accuracies), high: Math.max(...point.accuracies) })),
  })).filter(({ points }) => points.length);
  const mine = () => own.filter((point) => point.language === language);
  /** @type {(room: { narrow: boolean }) => Figure | null} */
  const figure = ({ narrow }) => {
    if (!known()) return null;
    const { n_test } = languages[language], all = sizes(), paper = colourNamed("paper");
    const every = languages[language].points.flatMap((point) => point.accuracies);
    const floor = Math.floor(20 * Math.min(0.5, ...every)) / 20, top = Math.min(1, Math.ceil(20 * Math.max(...every) + 0.4) / 20);
    const drawn = lines(), ends = drawn.map(({ name, points }) => ({ name, at: points[points.length - 1].mean })).sort((a, b) => b.at - a.at);
    const guessing = floor <= 0.5;
    const apart = 0.065 * (top - floor);  // the names beside the last points must not lie on each other
    ends.forEach((end, k) => { end.at = Math.min(end.at, k ? ends[k - 1].at - apart : Infinity); });
    const colour = (/** @type {string} */ name) => colourNamed(LOOKS[name][0]);
    /** @type {Trace[]} */
    const traces = drawn.map(({ name, points }) => ({
      type: "scatter", mode: "lines+markers", name: t(`name.${name}`), x: points.map((p) => p.n_labels), y: points.map((p) => p.mean),
      error_y: { type: "data", symmetric: false, array: points.map((p) => p.high - p.mean), arrayminus: points.map((p) => p.mean - p.low), color: faint(colour(name), 0.45), thickness: 6, width: 0 },
      line: { color: colour(name), width: 2.5 }, marker: { color: colour(name), symbol: LOOKS[name][1], size: 11, line: { color: paper, width: 1.5 } },
      hovertext: points.map((p) => wrapped(t("point", { name: t(`name.${name}`), n: p.n_labels, mean: percent(p.mean), low: percent(p.low), high: percent(p.high), seeds: p.accuracies.length }), narrow)),
      hovertemplate: "%{hovertext}<extra></extra>",
    }));
    for (const point of mine()) traces.push({
      type: "scatter", mode: "markers", name: `★ ${t(`name.${point.model}`)}`, x: [point.n_labels], y: [Math.max(floor, point.accuracy)],
      marker: { symbol: "star", size: 19, color: colourNamed("lit"), line: { color: colour(point.model), width: 2.5 } },
      hovertemplate: `${wrapped(t("own", { name: t(`name.${point.model}`), n: point.n_labels, accuracy: percent(point.accuracy) }), narrow)}<extra></extra>`,
    });
    return {
      traces, axes: { x: t("axis"), y: textOf("train.axis.accuracy") }, title: textOf("train.section.race.title"), says: t("chart", { n: n_test }),
      layout: {
        margin: { r: narrow ? 14 : 150 },
        xaxis: { type: "log", tickvals: all, ticktext: all.map((n) => (isAll(n) && !narrow ? t("all", { n }) : String(n))) },
        yaxis: { range: [floor, top], tickformat: ".0%" },
        shapes: guessing ? [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: 0.5, y1: 0.5, line: { color: colourNamed("strong-line"), width: 1.5, dash: "dot" } }] : [],
        annotations: [
          ...(guessing ? [{ text: plain(t("chance")), xref: "paper", x: 1, xanchor: "right", y: 0.5, yanchor: "bottom" }] : []),
          ...(narrow ? [] : ends.map(({ name, at }) => ({ text: `<b>${plain(t(`name.${name}`))}</b>`, xref: "paper", x: 1, xanchor: "left", xshift: 2, y: at, font: { color: name === "random" ? colourNamed("soft") : colour(name) } }))),
        ],
      },
    };
  };
  const plot = chart(find(".chart"), figure, { file: "training-race", height: HEIGHT });
  const draw = () => {
    if (!known() || !box.open) return;
    choose();
    plot.draw();
    find(".racers").replaceChildren(...lines().map(({ name }) => make("span", name, make("i"), t(`name.${name}`))));
    const last = mine().at(-1);
    find(".found").textContent = last ? t("own", { name: t(`name.${last.model}`), n: last.n_labels, accuracy: percent(last.accuracy) }) : "";
  };
  model.onchange = labels.onchange = draw;
  again.onclick = () => {
    const { how, fewest, epochs: usual } = MODELS[model.value], n = Number(labels.value), given = defaults[how.kind];
    const epochs = Math.max(usual, Math.ceil(fewest / Math.ceil(n / given.batch_size)));
    rerun({ ...given, ...how, epochs, language: language === "zh" ? "zh" : "en", n_labels: isAll(n) ? 0 : n, seed: Math.floor(Math.random() * 1000) });
  };
  return {
    show: (/** @type {Race | null} */ stored) => {
      languages = stored ?? {};
      box.hidden = !stored;
      if (stored && !(language in stored)) language = Object.keys(stored)[0];
      draw();
    },
    /** @type {(settings: Settings, accuracy: number) => void} */
    add: (settings, accuracy) => {
      if (!settings.language || !(settings.language in languages)) return;
      const found = Object.entries(MODELS).find(([, { how }]) => how.kind === settings.kind
        && (how.vectors === undefined || how.vectors === settings.vectors) && (how.n_layers === undefined || how.n_layers === settings.n_layers));
      const all = [...new Set(languages[settings.language].points.map((point) => point.n_labels))].sort((a, b) => a - b);
      const n_labels = settings.n_labels || all[all.length - 1];
      if (!found || !all.includes(n_labels)) return;
      own.push({ language: settings.language, model: found[0], n_labels, accuracy });
      language = settings.language;
      draw();
    },
    busy: (/** @type {boolean} */ on) => { again.disabled = on; },
    words: draw,
  };
};
