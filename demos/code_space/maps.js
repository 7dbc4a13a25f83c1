// Maps of codes with many numbers, stored or made now: codeMaps(element, props, ask, show).
// `ask` are the handlers; `show(map)` puts one on the screen: {points, kept, n, live}.
// Returns {choose, words}.

import { askServer, showProblem } from "../common/views/asking.js";
import { prefersStill } from "../common/views/colours.js";
import { make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { halves } from "../common/views/wire.js";
import { longWork } from "../common/views/work.js";

const FIELDS = { n_digits: [1000, 50], n_neighbors: [15, 1], min_dist: [0.1, 0.01], seed: [0, 1] };
const GROW = 2600;  // milliseconds from the first layout to the last

export const codeMaps = (element, { limits }, ask, show) => {
  const find = (selector) => element.querySelector(`.live ${selector}`);
  const [go, stop, bar, status, problem] = [".go", ".stop", "progress", ".status", ".problem"].map(find);
  const stored = new Map();
  let report = null, made = null, growing = 0;
  // A number within its limits; only min_dist has fractions.
  const within = (name, value) => Math.min(limits[name][1], Math.max(limits[name][0], name === "min_dist" ? value : Math.round(value)));
  const wanted = Object.fromEntries(Object.entries(FIELDS).map(([name, [value]]) =>
    [name, within(name, pageLink.number("code_space", `map_${name}`, value, limits[name][0], limits[name][1]))]));

  for (const [name, [, step]] of Object.entries(FIELDS)) {
    const [min, max] = limits[name], value = make("output");
    const input = make("input", { type: name === "seed" ? "number" : "range", step, min, max, class: name });
    input.value = String(wanted[name]);
    value.textContent = name === "seed" ? "" : input.value;
    input.oninput = () => {
      wanted[name] = within(name, Number(input.value) || 0);
      value.textContent = name === "seed" ? "" : input.value;
      pageLink.set("code_space", { [`map_${name}`]: String(wanted[name]) });
    };
    find(".fields").append(make("label", "", make("span", "", make("b", { "data-i18n": `code_space.live.${name}` }), value),
      input, make("small", { "data-i18n": `code_space.live.${name}_hint` })));
  }

  const words = () => {
    const { state = "idle", first, ahead, epoch, n_epochs, seconds = 0, kept = 0, n } = report ?? {};
    const slow = first && ["starting", "graph"].includes(state);
    status.textContent = textOf(`code_space.live.state.${slow ? "first" : state}`,
      { ahead, epoch, n_epochs, seconds: seconds.toFixed(0), kept: (100 * kept).toFixed(0), n });
  };
  const busy = (on) => { go.disabled = on; stop.disabled = !on; };
  const grow = (stages, n) => {     // play the layouts that were kept, each melting into the next
    const size = 2 * n, last = stages.length / size - 1, began = performance.now(), mine = ++growing;
    const points = new Float32Array(size);
    const frame = (now) => {
      if (mine !== growing) return;
      const at = prefersStill ? last : Math.min(last, ((now - began) / GROW) * last);
      const k = Math.min(last - 1, Math.floor(at)), share = at - k;
      for (let i = 0; i < size; i++)
        points[i] = stages[k * size + i] * (1 - share) + stages[(k + 1) * size + i] * share;
      show({ points, n, kept: made.kept, live: true, moving: at < last, end: stages.subarray(last * size) });
      if (at < last) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  };

  go.onclick = () => {
    showProblem(problem, null);
    const n_neighbors = Math.min(wanted.n_neighbors, wanted.n_digits - 1);
    const request = { net: maps.net, ...wanted, n_neighbors };
    report = { state: "asked" };
    maps.asked = request;
    bar.removeAttribute("value");
    busy(true);
    words();
    work.start(request);
  };
  stop.onclick = () => {
    stop.disabled = true;
    report = { ...report, state: "stopping" };
    words();
    work.stop();
  };

  const maps = {
    net: null, asked: null, words,
    made: () => made,
    // Show a stored map, or the one made last (method "live").
    choose: async (net, method) => {
      maps.net = net;
      growing++;
      if (method === "live" && made?.net === net) { show({ ...made, live: true, end: made.points }); return; }
      const name = `${net} ${method}`;
      if (!stored.has(name)) {
        const answer = await askServer(ask.show_map, { net, method });
        const points = halves(answer.points);
        stored.set(name, { ...answer, points, n: points.length / 2, end: points });
      }
      if (maps.net === net) show({ ...stored.get(name), live: false });
    },
  };
  // A report on the live map came.
  const progress = async (now) => {
    if (now.error) showProblem(problem, now.error);
    if (now.state === "error") {
      report = null;
    } else if (report?.state !== "stopping" || now.over) {
      report = { ...now, n: maps.asked?.n_digits };
    }
    if (now.over) { busy(false); bar.value = report?.state === "done" ? 1 : 0; }
    else if (report.state === "layout") bar.value = report.epoch / report.n_epochs;
    else bar.removeAttribute("value");
    words();
    if (report?.state !== "done") return;
    const { n_digits: n, net } = maps.asked, { kept } = now;
    try {
      const stages = halves((await askServer(ask.show_umap, { job: now.job })).stages);
      made = { net, n, kept, points: stages.subarray(stages.length - 2 * n) };
      if (net === maps.net) grow(stages, n);
    } catch (failure) { showProblem(problem, failure); }
  };
  const work = longWork({ begin: ask.make_umap, look: ask.follow_umap, stop: ask.stop_umap, name: "umap" }, progress);
  const left = work.left();  // under way when the page was loaded anew
  if (left) {
    report = { state: "asked" };
    maps.asked = left.request;
    busy(true);
    work.find(left.job).then((there) => { if (!there) { report = null; busy(false); words(); } });
  }
  words();
  return maps;
};
