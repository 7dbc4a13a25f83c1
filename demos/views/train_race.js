// Accuracy against number of labels for four models: trainingRace(element, props, {rerun}).
//   .show(languages): the stored race, {en: {n_test, points: [{model, n_labels, accuracies}]}, zh} or null;
//   .add(settings, accuracy): a run of this visitor that stands for one point; .busy(on); .words().

import { lang, textOf } from "./language.js";
import { make } from "./tokens.js";
import { svg, ticks } from "./train_curves.js";

const HEIGHT = 350;
const MODELS = {   // how each is trained, as research/race.py does: at least so many steps
  random: { how: { kind: "textcnn", vectors: "random" }, fewest: 400, epochs: 4 },
  static: { how: { kind: "textcnn", vectors: "frozen" }, fewest: 400, epochs: 4 },
  frozen: { how: { kind: "bert", n_layers: 0, learning_rate: 3.3e-4 }, fewest: 200, epochs: 2 },
  tuned: { how: { kind: "bert", n_layers: -1, learning_rate: 1e-4 }, fewest: 60, epochs: 2 },
};
const MARKS = {    // a shape each, for those who can't tell the colours
  random: "M-5-5H5V5H-5Z", static: "M0-6 6 5H-6Z", frozen: "M0-7 6 0 0 7-6 0Z", tuned: "M-5.5 0A5.5 5.5 0 1 0 5.5 0A5.5 5.5 0 1 0-5.5 0Z",
  star: "M0-9 2.5-3 9-3 4 1.5 6 8.5 0 4.5-6 8.5-4 1.5-9-3-2.5-3Z",
};
const t = (key, values) => textOf(`train.race.${key}`, values);
const percent = (value) => `${(100 * value).toFixed(1)}%`;

export const trainingRace = (element, { defaults }, { rerun }) => {
  const box = element.querySelector(".race"), find = (selector) => box.querySelector(selector);
  let languages = null, language = lang;
  const own = [];   // {language, model, n_labels, accuracy}
  const [model, labels] = [find(".model"), find(".labels")];
  const sizes = () => [...new Set(languages[language].points.map((point) => point.n_labels))].sort((a, b) => a - b);
  const isAll = (n) => n === sizes().at(-1);

  const choose = () => {
    const keep = [model.value || "tuned", labels.value || "100"];
    const option = (value, text) => Object.assign(make("option", "", text), { value });
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
  const draw = () => {
    if (!languages) return;
    choose();
    const narrow = find(".chart").clientWidth < 520, WIDTH = narrow ? 380 : 1000;   // words keep their size
    const PAD = { left: 48, right: narrow ? 34 : 190, top: 14, bottom: 44 };
    const { points, n_test } = languages[language], all = sizes();
    const [low, high] = [Math.log(all[0]), Math.log(all.at(-1))];
    const floor = Math.floor(20 * Math.min(0.5, ...points.flatMap((point) => point.accuracies))) / 20;
    const top = Math.min(1, Math.ceil(20 * Math.max(...points.flatMap((point) => point.accuracies)) + 0.4) / 20);
    const x = (n) => PAD.left + ((Math.log(n) - low) / (high - low || 1)) * (WIDTH - PAD.left - PAD.right);
    const y = (accuracy) => HEIGHT - PAD.bottom - ((accuracy - floor) / (top - floor)) * (HEIGHT - PAD.top - PAD.bottom);
    const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": t("chart", { n: n_test }) });
    const add = (tag, attributes, text) => picture.append(svg(tag, attributes, text));
    for (const value of ticks(floor, top, 6)) {
      add("line", { class: value === 0.5 ? "axis" : "grid", x1: PAD.left, x2: WIDTH - PAD.right, y1: y(value), y2: y(value) });
      add("text", { x: PAD.left - 6, y: y(value) + 5, "text-anchor": "end" }, `${(100 * value).toFixed(0)}%`);
    }
    if (floor <= 0.5) add("text", { class: "title", x: WIDTH - PAD.right, y: y(0.5) - 6, "text-anchor": "end" }, t("chance"));
    for (const n of all) add("text", { x: isAll(n) && narrow ? WIDTH - 4 : x(n), y: HEIGHT - PAD.bottom + 18, "text-anchor": isAll(n) && narrow ? "end" : "middle" }, isAll(n) ? t("all", { n }) : n);
    add("text", { class: "title", x: WIDTH - PAD.right, y: HEIGHT - 5, "text-anchor": "end" }, t("axis"));
    const ends = [];
    for (const name of Object.keys(MODELS)) {
      const mine = points.filter((point) => point.model === name).sort((a, b) => a.n_labels - b.n_labels)
        .map((point) => ({ ...point, mean: point.accuracies.reduce((a, b) => a + b, 0) / point.accuracies.length }));
      if (!mine.length) continue;
      add("path", { class: `line ${name}`, d: mine.map(({ n_labels, mean }, k) => `${k ? "L" : "M"}${x(n_labels)} ${y(mean)}`).join("") });
      for (const { n_labels, mean, accuracies } of mine) {
        add("line", { class: `spread ${name}`, x1: x(n_labels), x2: x(n_labels), y1: y(Math.min(...accuracies)), y2: y(Math.max(...accuracies)) });
        const mark = svg("path", { class: `mark ${name}`, d: MARKS[name], transform: `translate(${x(n_labels)} ${y(mean)})` });
        mark.append(svg("title", {}, t("point", { name: t(`name.${name}`), n: n_labels, mean: percent(mean), low: percent(Math.min(...accuracies)), high: percent(Math.max(...accuracies)), seeds: accuracies.length })));
        picture.append(mark);
      }
      ends.push({ name, at: y(mine.at(-1).mean) });
    }
    ends.sort((a, b) => a.at - b.at).forEach((end, k) => { end.at = Math.max(end.at, k ? ends[k - 1].at + 20 : 0); });
    if (!narrow) for (const { name, at } of ends) add("text", { class: `name ${name}`, x: WIDTH - PAD.right + 12, y: at + 5 }, t(`name.${name}`));
    const here = own.filter((point) => point.language === language);
    for (const point of here) {
      const mark = svg("path", { class: `own ${point.model}`, d: MARKS.star, transform: `translate(${x(point.n_labels)} ${y(Math.max(floor, point.accuracy))})` });
      mark.append(svg("title", {}, t("own", { name: t(`name.${point.model}`), n: point.n_labels, accuracy: percent(point.accuracy) })));
      picture.append(mark);
    }
    const key = make("p", "key", ...ends.map(({ name }) => {
      const one = make("span", name), sample = svg("svg", { viewBox: "-9 -9 18 18", "aria-hidden": "true" });
      sample.append(svg("path", { class: `mark ${name}`, d: MARKS[name] }));
      one.append(sample, t(`name.${name}`));
      return one;
    }));
    find(".chart").replaceChildren(picture, ...(narrow ? [key] : []));
    find(".found").textContent = here.length ? t("own", { name: t(`name.${here.at(-1).model}`), n: here.at(-1).n_labels, accuracy: percent(here.at(-1).accuracy) }) : "";
  };
  model.onchange = labels.onchange = draw;
  find(".rerun").onclick = () => {
    const { how, fewest, epochs: usual } = MODELS[model.value], n = Number(labels.value), given = defaults[how.kind];
    const epochs = Math.max(usual, Math.ceil(fewest / Math.ceil(n / given.batch_size)));
    rerun({ ...given, ...how, epochs, language, n_labels: isAll(n) ? 0 : n, seed: Math.floor(Math.random() * 1000) });
  };
  return {
    show: (stored) => {
      languages = stored;
      box.hidden = !stored;
      if (stored && !(language in stored)) language = Object.keys(stored)[0];
      draw();
    },
    add: (settings, accuracy) => {
      if (!languages) return;
      const found = Object.entries(MODELS).find(([, { how }]) => Object.entries(how).every(([name, value]) => name === "learning_rate" || settings[name] === value));
      const all = [...new Set(languages[settings.language].points.map((point) => point.n_labels))].sort((a, b) => a - b);
      const n_labels = settings.n_labels || all.at(-1);
      if (!found || !all.includes(n_labels)) return;
      own.push({ language: settings.language, model: found[0], n_labels, accuracy });
      language = settings.language;
      draw();
    },
    busy: (on) => { find(".rerun").disabled = on; },
    words: draw,
  };
};
