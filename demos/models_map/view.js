// The map of pre-trained models: nodes on a time line or in groups, a path through them, and the
// pages that show them. One state; `change` sets it, `draw` places the nodes, `tell` says of one.

/** @import { Mounted, Values } from "../common/views/types" */
/** @import { Everything, Item, Laid, Perspective, Place, Server, State } from "./types" */
import { askServer, showProblem } from "../common/views/asking.js";
import { finder, make, svg } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { framePage, pageOpens, whenShown } from "../common/views/frame.js";
import { textOf, texts } from "../common/views/language.js";
import { chaptersOf, pageLink } from "../common/views/links.js";
import { choiceRow } from "../common/views/tokens.js";
import { mapDetails } from "./details.js";
import { grouped, neighbour, opened, PHONE, timeLine } from "./layout.js";
import { drawStrip } from "./strip.js";

const TAB = "models_map", LONGEST = 60;  // characters of a search
/** @type {State} */
const START = { node: "bert", by: "task", layout: "time", only: [], path: true, query: "" };

/** @param {Mounted<object, Server>} page */
export async function mount({ element, server }) {
  await pageOpens("models_map");
  const find = finder(element), stage = find(".stage"), map = find(".map"), details = find(".details"), instrument = find(".instrument");
  const search = find(".search", HTMLInputElement), back = find(".steps .back", HTMLButtonElement), on = find(".steps .on", HTMLButtonElement);
  /** @type {(key: string, values?: Values) => string} */
  const say = (key, values) => textOf(`${TAB}.${key}`, values);
  /** @type {Everything} */
  let all = { models: {}, perspectives: { representation: [], architecture: [], task: [], extension: [] }, path: [], sights: {} };
  let state = structuredClone(START), step = 0;
  const nodes = /** @type {Map<string, HTMLButtonElement>} */ (new Map());
  let places = /** @type {Map<string, Place>} */ (new Map());

  framePage(element, TAB, {
    lights: { 1: ".node[data-year='2019']", 2: ".node[data-architecture=lstm]", 3: ".node.grey" },
    proofs: {
      1: () => change({ by: "task", layout: "groups", only: [] }),
      2: () => change({ by: "architecture", layout: "groups", only: [] }),
      3: () => change({ node: "bert", layout: "time", only: [] }),
    },
  });

  const nameOf = (/** @type {string} */ name) => (`${TAB}.named.${name}` in texts ? say(`named.${name}`) : all.models[name].name);
  const pages = () => new Set(Object.values(chaptersOf()).flat());
  /** @type {(name: string) => [string, Everything["sights"][string]][]} */
  const sightsOf = (name) => {
    const there = pages();
    return all.models[name].sights.map((sight) => /** @type {[string, Everything["sights"][string]]} */ ([sight, all.sights[sight]]))
      .filter(([, { page }]) => there.has(page));
  };
  const groupOf = (/** @type {string} */ name) => all.models[name][state.by];
  const tone = (/** @type {string} */ group) => `var(--head-${all.perspectives[state.by].indexOf(group)})`;
  /** @type {() => Item[]} */
  const items = () => Object.entries(all.models).map(([name, { year, generation }]) => ({ name, year, generation, group: groupOf(name) }));
  // What neither a group nor the search leaves out.
  function found() {
    const wanted = state.query.trim().toLowerCase();
    return Object.keys(all.models).filter((name) => {
      const { authors, paper, year } = all.models[name], text = `${all.models[name].name} ${nameOf(name)} ${authors} ${paper} ${year}`.toLowerCase();
      return text.includes(wanted) && (!state.only.length || state.only.includes(groupOf(name)));
    });
  }

  // ---- State ------------------------------------------------------------------------------------------
  const tellDetails = mapDetails(details, {
    filter: (by, group) => change({ by, only: [group] }),
    nameOf, sightsOf,
  });
  function change(/** @type {Partial<State>} */ values) {
    state = { ...state, ...values };
    if (values.by && !values.only) state.only = [];
    tell();
    draw();
  }
  function link() {
    pageLink.set(TAB, {
      node: state.node, by: state.by === START.by ? null : state.by, layout: state.layout === START.layout ? null : state.layout,
      only: state.only.join(",") || null, path: state.path ? null : 0, q: state.query || null,
    });
  }
  function linked() {
    /** @type {(name: string) => string} */
    const read = (name) => pageLink.read(TAB, name, "");
    const by = /** @type {Perspective[]} */ (Object.keys(all.perspectives)).find((one) => one === read("by")) ?? START.by;
    return {
      by, node: Object.keys(all.models).find((name) => name === read("node")) ?? START.node, layout: read("layout") === "groups" ? "groups" : START.layout,
      only: all.perspectives[by].filter((group) => read("only").split(",").includes(group)), path: read("path") !== "0", query: read("q").slice(0, LONGEST),
    };
  }
  function open() {
    const [first] = sightsOf(state.node);
    if (first) pageLink.enter(first[1].page, first[1].values);
  }

  // ---- The chosen model ---------------------------------------------------------------------------------
  function tell() {
    drawStrip(find(".strip"), state.node, all.models[state.node], nameOf(state.node));
    tellDetails(all, state.node);
    const at = all.path.indexOf(state.node);
    if (at >= 0) step = at;
    find(".steps .step").textContent = at < 0 ? say("path_off") : say("path_step", { k: at + 1, n: all.path.length });
    back.disabled = at === 0;
    on.disabled = step === all.path.length - 1;
    find(".steps .path").setAttribute("aria-pressed", String(state.path));
    link();
  }
  /** @type {(by: number) => void} */
  const go = (by) => change({ node: all.path[step + (by < 0 && !all.path.includes(state.node) ? 0 : by)], path: true });
  back.onclick = () => go(-1);
  on.onclick = () => go(1);
  find(".steps .path").onclick = () => change({ path: !state.path });

  // ---- The map --------------------------------------------------------------------------------------------
  function drawLegend() {
    const focused = document.activeElement instanceof HTMLButtonElement && find(".legend").contains(document.activeElement) ? document.activeElement.value : null;
    const counted = all.perspectives[state.by].map((group) => ({ group, n: items().filter((one) => one.group === group).length })).filter(({ n }) => n);
    const buttons = counted.map(({ group, n }) => {
      const swatch = make("i"), button = make("button", { type: "button", value: group, "aria-pressed": String(state.only.includes(group)) },
        swatch, say(`group.${state.by}.${group}`), " ", make("small", "number", n));
      swatch.style.background = tone(group);
      button.onclick = () => change({ only: state.only.includes(group) ? state.only.filter((one) => one !== group) : [...state.only, group] });
      return button;
    });
    find(".legend").replaceChildren(...buttons, make("small", "grey-key", make("i"), say("grey")));
    buttons.find((button) => button.value === focused)?.focus();
  }
  function drawNodes(/** @type {Set<string>} */ shown) {
    const there = new Set(Object.keys(all.models).filter((name) => sightsOf(name).length));
    for (const [name, node] of nodes) {
      const group = say(`group.${state.by}.${groupOf(name)}`), at = state.path ? all.path.indexOf(name) : -1, chosen = name === state.node;
      node.classList.toggle("grey", !there.has(name));
      node.classList.toggle("dim", !shown.has(name));
      node.classList.toggle("built", all.models[state.node].builds_on.includes(name));
      node.classList.toggle("taken", all.models[name].builds_on.includes(state.node));
      node.setAttribute("aria-selected", String(chosen));
      node.tabIndex = chosen ? 0 : -1;
      node.style.setProperty("--tone", tone(groupOf(name)));
      const values = { name: nameOf(name), year: all.models[name].year, group };
      node.setAttribute("aria-label", there.has(name) ? say("lit_node", { ...values, page: textOf(`${sightsOf(name)[0][1].page}.tab`) }) : say("grey_node", values));
      node.replaceChildren(make("span", "", nameOf(name)), ...(at < 0 ? [] : [make("b", "number", at + 1)]));
    }
  }
  function drawLabels(/** @type {Laid} */ { labels }) {
    find(".labels").replaceChildren(...labels.map(({ kind, of, x, y, width, height }) => {
      const words = { year: () => [of], group: () => [say(`group.${state.by}.${of}`)], lane: () => [make("b", "", say(`lane.${of}`)), make("span", "", say(`lane_about.${of}`))] };
      const label = make("div", `label ${kind}`, ...words[kind]());
      if (kind === "lane") label.dataset.lane = of;
      if (kind === "group") label.style.setProperty("--tone", tone(of));
      Object.assign(label.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
      return label;
    }));
  }
  function drawLines(/** @type {Laid} */ { cell, height }) {
    /** @type {(name: string) => string} */
    const middle = (name) => { const place = places.get(name) ?? { x: 0, y: 0 }; return `${place.x + cell.width / 2},${place.y + cell.height / 2}`; };
    const { builds_on } = all.models[state.node], taken = Object.keys(all.models).filter((name) => all.models[name].builds_on.includes(state.node));
    /** @type {(kind: string) => (name: string) => SVGElement} */
    const related = (kind) => (name) => svg("path", { class: kind, d: `M${middle(name)}L${middle(state.node)}` });
    /** @type {(kind: string, names: string[]) => SVGElement[]} */
    const route = (kind, names) => (state.path && names.length > 1 ? [svg("polyline", { class: kind, points: names.map(middle).join(" ") })] : []);
    const lines = find(".lines", SVGSVGElement);
    lines.setAttribute("height", String(height));
    lines.replaceChildren(...route("route", all.path), ...route("gone", all.path.slice(0, step + 1)), ...builds_on.map(related("built")), ...taken.map(related("taken")));
  }
  // On a phone what is told of a model opens under its row.
  function lay() {
    const width = stage.clientWidth, narrow = width < PHONE, plain = state.layout === "time" ? timeLine(items(), width) : grouped(items(), width, all.perspectives[state.by]);
    if (narrow !== stage.contains(details)) (narrow ? stage : instrument).append(details);
    if (!narrow) { details.style.top = ""; return plain; }
    const laid = opened(plain, state.node, details.offsetHeight);
    details.style.top = `${laid.at}px`;
    return laid;
  }
  function draw() {
    if (!nodes.size || !stage.clientWidth) return;
    const shown = found(), some = state.query.trim() || state.only.length, laid = lay();
    ({ places } = laid);
    press.by(state.by);
    press.layout(state.layout);
    if (search.value !== state.query) search.value = state.query;
    find(".found").textContent = !some ? "" : shown.length ? say("found", { n: shown.length, all: nodes.size }) : say("found_none");
    drawLegend();
    drawNodes(new Set(shown));
    drawLabels(laid);
    drawLines(laid);
    stage.style.height = `${laid.height}px`;
    for (const [name, node] of nodes) {
      const { x, y } = places.get(name) ?? { x: 0, y: 0 };
      Object.assign(node.style, { transform: `translate(${x}px, ${y}px)`, width: `${laid.cell.width}px`, height: `${laid.cell.height}px` });
    }
  }
  const press = {
    by: choiceRow(find(".by"), (by) => change({ by: /** @type {Perspective} */ (by) })),
    layout: choiceRow(find(".layouts"), (layout) => change({ layout: layout === "groups" ? "groups" : "time" })),
  };
  search.oninput = () => { state.query = search.value; link(); draw(); };
  search.onkeydown = (event) => {
    const [first] = found();
    if (event.key === "Enter" && state.query.trim() && first) change({ node: first });
  };
  map.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") { event.preventDefault(); open(); return; }
    const shown = new Set([...found(), state.node]), to = neighbour(new Map([...places].filter(([name]) => shown.has(name))), state.node, event.key);
    if (to === null) return;
    event.preventDefault();
    change({ node: to });
    nodes.get(to)?.focus();
  };

  // ---- The first view ---------------------------------------------------------------------------------------
  listen("lang", () => { if (nodes.size) { tell(); draw(); } });
  let drawn = 0;  // the width for which it was
  new ResizeObserver(() => { if (stage.clientWidth !== drawn) { drawn = stage.clientWidth; draw(); } }).observe(stage);
  whenShown(TAB, async () => {
    try {
      all = await askServer(server.show_models, {});
    } catch (problem) { showProblem(find(".chart > .problem"), problem); return; }
    for (const [name, { year, architecture }] of Object.entries(all.models)) {
      const node = make("button", { type: "button", class: "node", role: "option", value: name, "data-year": year, "data-architecture": architecture });
      node.onclick = () => change({ node: name });
      nodes.set(name, node);
    }
    map.replaceChildren(...nodes.values());
    change(linked());
    find(".page").dataset.ready = "";
  }, draw);
}
