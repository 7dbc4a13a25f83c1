// Other BERTs: a larger one of ours, a folder of this machine or a name on the hub, fetched and opened while the page goes on.
//   const loader = modelLoader(node, { weights, large, folders, hub, rule }, server, { done, changed });
//     node: .loader of Fill in; done(name): a model can answer now; changed(): the list of models grew.
//     `server` has load_model, follow_loading and stop_loading; `rule` says which models of the hub may be had.
//   loader.fill(select, chosen, none), .here(name), .label(name), .load(name, then): fetch it, then call `then` instead of `done`;
//   .about(node, names): what a larger one of ours among these gives and costs, into the node;
//   .renew(): ask which folders there are (server.list_folders); .lists(node ...): do so when these are opened;
//   .propose(name, failure): say why a model can't answer, ready to load it; .words() on a language switch.

/** @import { Handler, Problem, ReaderCost, Values } from "./types" */
/** @import { Report } from "./work.js" */
import { amount } from "./answer_bars.js";
import { askServer, showProblem } from "./asking.js";
import { finder, make } from "./elements.js";
import { textOf } from "./language.js";
import { percent } from "./scales.js";
import { longWork } from "./work.js";

/**
 * Whether it has been scored: then no figure is null.
 * @param {ReaderCost} cost
 * @returns {cost is { [Figure in keyof ReaderCost]: number }}
 */
const scored = (cost) => !Object.values(cost).includes(null);

/**
 * @typedef {{ weights: string[], large: Record<string, ReaderCost>, folders: string[], hub: string[], rule: string }} Models
 * @typedef {{ ahead: number, here: number, total: number, seconds: number }} Loading here, total: bytes
 * @typedef {object} LoadingServer
 * @property {Handler<{ name: string, job: string }, object>} load_model
 * @property {Handler<{ job: string }, Loading & { state: string, over: boolean }>} follow_loading
 * @property {Handler<{ job: string }, object>} stop_loading
 * @property {Handler<object, { folders: string[] }>} list_folders
 *
 * @param {HTMLDetailsElement} node
 * @param {Models} models
 * @param {LoadingServer} server
 * @param {{ done: (name: string) => unknown, changed: () => unknown }} how
 */
export const modelLoader = (node, { weights, large, folders, hub, rule }, server, { done, changed }) => {
  const find = finder(node);
  /** @type {(key: string, values?: Values) => string} */
  const say = (key, values) => textOf(`fill_in.load.${key}`, values);
  const input = find("input", HTMLInputElement), go = find(".go", HTMLButtonElement), stop = find(".stop");
  const bar = find("progress", HTMLProgressElement), status = find(".status"), problem = find(".problem");
  /** @type {Set<string>} */
  const loaded = new Set();
  const free = rule === "any", larger = Object.keys(large);
  let report = /** @type {Partial<Report<Loading>> | null} */ (null), name = "", then = done;

  const busy = () => {
    const { job } = work;
    go.disabled = Boolean(job);
    stop.hidden = bar.hidden = !job;
    const { state = "idle", here = 0, total = 0, ahead = 0, seconds = 0 } = report ?? {};
    status.textContent = state === "idle" ? "" : say(`state.${state}`, {
      name, here: (here / 2 ** 20).toFixed(0), total: total ? (total / 2 ** 20).toFixed(0) : "?", ahead, seconds: seconds.toFixed(0) });
    if (state === "fetching" && total) bar.value = here / total; else if (job) bar.removeAttribute("value");
  };
  const loader = {
    // Put all models into a select; `none` is the first option's text where none may be chosen.
    /** @type {(select: HTMLSelectElement, chosen: string | null, none?: string | null) => void} */
    fill: (select, chosen, none = null) => {
      const names = [...new Set([...loader.names(), ...(chosen ? [chosen] : [])])];
      /** @type {(text: string, value: string) => HTMLOptionElement} */
      const option = (text, value) => Object.assign(make("option", "", text), { value });
      select.replaceChildren(...(none ? [option(none, "")] : []), ...names.map((one) => option(loader.label(one), one)));
      select.value = chosen ?? "";
    },
    names: () => [...weights, ...larger, ...folders, ...(free ? [] : hub),
      ...[...loaded].filter((one) => !larger.includes(one) && !folders.includes(one) && (free || !hub.includes(one)))],
    here: (/** @type {string} */ one) => weights.includes(one) || loaded.has(one),
    label: (/** @type {string} */ one) => ([...weights, ...larger, "en", "zh"].includes(one) ? say(`ours.${one}`) : one.replace(/^data\/models\//, "")),
    /** @type {(box: HTMLElement, names: (string | null)[]) => void} */
    about: (box, names) => {
      const one = larger.find((name) => names.includes(name)), cost = one ? large[one] : null;
      box.hidden = !cost || !scored(cost);
      box.textContent = !cost || !scored(cost) ? "" : say(`about.${one}`, {
        weights: amount(cost.n_weights), n: cost.n_words.toLocaleString("en"),
        top1: percent(cost.top1), ours: percent(cost.top1_ours), unread: percent(cost.unread), unread_ours: percent(cost.unread_ours),
        everyday: percent(cost.everyday), everyday_ours: percent(cost.everyday_ours),
        ms: Math.round(cost.milliseconds), ours_ms: Math.round(cost.milliseconds_ours) });
    },
    /** @type {(wanted: string, after?: (name: string) => unknown) => void} */
    load: (wanted, after = done) => {
      if (work.job || !wanted) return;
      node.open = true;
      node.scrollIntoView({ block: "nearest" });  // the list shows what answers still: here it says what comes
      name = wanted;
      then = after;
      report = { state: "asked" };
      input.value = wanted;
      showProblem(problem, null);
      work.start({ name: wanted });
      busy();
    },
    // Folders that came or went since the lab was started.
    renew: async () => {
      const heard = await askServer(server.list_folders, {}).catch(() => null);  // else the list stays as it is
      if (!heard || String(heard.folders) === String(folders)) return;
      folders = heard.folders;
      offer();
      changed();
    },
    lists: (/** @type {HTMLElement[]} */ ...nodes) => {
      for (const one of nodes) for (const event of ["focus", "pointerdown"]) one.addEventListener(event, loader.renew);
    },
    /** @type {(wanted: string, failure: Problem) => void} */
    propose: (wanted, failure) => {
      node.open = true;
      input.value = wanted;
      loaded.delete(wanted);
      showProblem(problem, failure);
    },
    words: () => {
      find(".hint").textContent = say(new Map([["any", "hint"], ["off", "hint_off"]]).get(rule) ?? "hint_space", { list: hub.join(", ") });
      busy();
    },
  };
  const progress = (/** @type {Report<Loading>} */ now) => {
    if (report?.state === "stopping" && !now.over) return;
    report = now.state === "error" ? null : now;
    if (now.error) showProblem(problem, now.error);
    if (now.state === "done") loaded.add(name);
    busy();
    if (now.state === "done") { changed(); then(name); }
  };
  const work = longWork({ begin: server.load_model, look: server.follow_loading, stop: server.stop_loading }, progress);
  const offer = () => find("datalist").replaceChildren(...[...folders, ...hub].map((one) => make("option", { value: one })));
  offer();
  loader.lists(input);
  // Whoever puts a folder there does it elsewhere and comes back.
  window.addEventListener("focus", () => { if (node.closest(".page")?.checkVisibility()) loader.renew(); });
  go.onclick = () => loader.load(input.value.trim());
  input.onkeydown = (event) => { if (event.key === "Enter") loader.load(input.value.trim()); };
  stop.onclick = () => {
    report = { ...report, state: "stopping" };
    busy();
    work.stop();
  };
  return loader;
};
