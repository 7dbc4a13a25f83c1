// Maps of codes with many numbers, stored or made now: codeMaps(element, props, ask, show).
// `ask` are the handlers; `show(map)` puts one on the screen: {points, kept, n, live}.
// Returns {choose, words}.

/** @import { CodeMap, MapReport, MapRequest, MapSettings, Props, Server } from "./types" */
/** @import { Report } from "../common/views/work.js" */
import { askServer, showProblem } from "../common/views/asking.js";
import { prefersStill } from "../common/views/colours.js";
import { finder, make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { halves } from "../common/views/wire.js";
import { longWork } from "../common/views/work.js";

/** @type {Record<keyof MapSettings, [usual: number, step: number]>} */
const FIELDS = { n_digits: [1000, 50], n_neighbors: [15, 1], min_dist: [0.1, 0.01], seed: [0, 1] };
const GROW = 2600;  // milliseconds from the first layout to the last

/**
 * @param {HTMLElement} element
 * @param {Props} props
 * @param {Server} ask
 * @param {(map: CodeMap) => void} show
 */
export const codeMaps = (element, { limits }, ask, show) => {
  const find = finder(finder(element)(".live")), go = find(".go", HTMLButtonElement), stop = find(".stop", HTMLButtonElement);
  const bar = find("progress", HTMLProgressElement), status = find(".status"), problem = find(".problem");
  const stored = /** @type {Map<string, CodeMap>} */ (new Map());
  let report = /** @type {Partial<MapReport> & { state: string, n?: number } | null} */ (null), growing = 0;
  let made = /** @type {{ net: string, n: number, kept: number, points: Float32Array } | null} */ (null);
  const names = /** @type {(keyof MapSettings)[]} */ (Object.keys(FIELDS));
  // A number within its limits; only min_dist has fractions.
  /** @type {(name: keyof MapSettings, value: number) => number} */
  const within = (name, value) => Math.min(limits[name][1], Math.max(limits[name][0], name === "min_dist" ? value : Math.round(value)));
  const linked = (/** @type {keyof MapSettings} */ name) => within(name, pageLink.number("code_space", `map_${name}`, FIELDS[name][0], limits[name][0], limits[name][1]));
  /** @type {MapSettings} */
  const wanted = { n_digits: linked("n_digits"), n_neighbors: linked("n_neighbors"), min_dist: linked("min_dist"), seed: linked("seed") };

  for (const name of names) {
    const [, step] = FIELDS[name], [min, max] = limits[name], value = make("output");
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
    const { state = "idle", first, ahead, epoch, n_epochs, seconds = 0, kept = 0, n } = report ?? /** @type {Partial<MapReport> & { state?: string, n?: number }} */ ({});
    const slow = first && ["starting", "graph"].includes(state);
    status.textContent = textOf(`code_space.live.state.${slow ? "first" : state}`,
      { ahead, epoch, n_epochs, seconds: seconds.toFixed(0), kept: (100 * kept).toFixed(0), n });
  };
  const busy = (/** @type {boolean} */ on) => { go.disabled = on; stop.disabled = !on; };
  const grow = (/** @type {Float32Array} */ stages, /** @type {number} */ n, /** @type {number} */ kept) => {     // play the layouts that were kept, each melting into the next
    const size = 2 * n, last = stages.length / size - 1, began = performance.now(), mine = ++growing;
    const points = new Float32Array(size);
    const frame = (/** @type {number} */ now) => {
      if (mine !== growing) return;
      const at = prefersStill ? last : Math.min(last, ((now - began) / GROW) * last);
      const k = Math.min(last - 1, Math.floor(at)), share = at - k;
      for (let i = 0; i < size; i++)
        points[i] = stages[k * size + i] * (1 - share) + stages[(k + 1) * size + i] * share;
      show({ points, n, kept, live: true, moving: at < last, end: stages.subarray(last * size) });
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
    net: "", asked: /** @type {Omit<MapRequest, "job"> | null} */ (null), words,
    made: () => made,
    // Show a stored map, or the one made last (method "live").
    choose: async (/** @type {string} */ net, /** @type {string} */ method) => {
      maps.net = net;
      growing++;
      if (method === "live" && made?.net === net) { show({ ...made, live: true, end: made.points }); return; }
      const name = `${net} ${method}`;
      let map = stored.get(name);
      if (!map) {
        const answer = await askServer(ask.show_map, { net, method });
        const points = halves(answer.points);
        map = { ...answer, points, n: points.length / 2, end: points, live: false };
        stored.set(name, map);
      }
      if (maps.net === net) show(map);
    },
  };
  // A report on the live map came.
  const progress = async (/** @type {Report<MapReport>} */ now) => {
    if (now.error) showProblem(problem, now.error);
    if (now.state === "error") {
      report = null;
    } else if (report?.state !== "stopping" || now.over) {
      report = { ...now, n: maps.asked?.n_digits };
    }
    if (now.over) { busy(false); bar.value = report?.state === "done" ? 1 : 0; }
    else if (report?.state === "layout") bar.value = (report.epoch ?? 0) / (report.n_epochs ?? 1);
    else bar.removeAttribute("value");
    words();
    if (report?.state !== "done" || !maps.asked) return;
    const { n_digits: n, net } = maps.asked, { kept = 0 } = now;
    try {
      const stages = halves((await askServer(ask.show_umap, { job: now.job })).stages);
      made = { net, n, kept, points: stages.subarray(stages.length - 2 * n) };
      if (net === maps.net) grow(stages, n, kept);
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
