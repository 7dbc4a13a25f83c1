// The heat map: one head's whole matrix, with values; and the neuron view: from where one token's row of
// it comes, its query, each key, their product, and the softmax (Vaswani et al. 2017, equation 1).

/** @import { Values } from "../common/views/types" */
/** @import { Shape } from "../common/views/attention_scene.js" */
/** @import { Matrix, Page, View } from "./types" */
import { askServer, showProblem } from "../common/views/asking.js";
import { context2d, finder, make } from "../common/views/elements.js";
import { headScale } from "./grid.js";
import { numbered } from "./heads.js";
import { cssColour, paintScene, shadeOf } from "../common/views/attention_scene.js";
import { colourNamed } from "../common/views/colours.js";
import { lang, textOf } from "../common/views/language.js";
import { percent, signed } from "../common/views/scales.js";
import { signedLegend, signedStrip } from "../common/views/signed_scale.js";
import { halves } from "../common/views/wire.js";

const TAB = "attention";
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`${TAB}.${key}`, values);
/** @type {(node: HTMLElement, page: Page) => View} */
export const heatView = (node, page) => {
  const find = finder(node);
  const plot = find(".plot"), says = find(".side .cell"), neuron = find(".neuron"), opener = find(".neuron-open", HTMLButtonElement), asker = find(".asker", HTMLSelectElement);
  const canvas = make("canvas"), names = { q: make("div", "names q"), k: make("div", "names k") }, mark = make("i", "mark");
  const corner = make("span", "corner"), box = make("div", "field-box", canvas, mark);
  plot.replaceChildren(corner, names.k, names.q, box);
  box.tabIndex = 0;
  box.setAttribute("role", "application");
  let at = [0, 0], size = 24, open = false, shown = "";
  const read = () => page.matrix(page.state.layer, page.state.head);
  // Where something is shown of it, it has come.
  const matrix = () => /** @type {Matrix} */ (read());

  const paint = () => {
    const units = page.units(), n = units.length, values = read();
    node.classList.toggle("waiting", !values);
    if (!values) return;
    const em = parseFloat(getComputedStyle(plot).fontSize), room = find(".plot-box").clientWidth - 7.2 * em;
    size = Math.max(em * 0.75, Math.min(2.2 * em, room / n));
    plot.style.setProperty("--cell", `${size}px`);
    plot.classList.toggle("numbers", size > 2.1 * em);
    const scale = Math.min(devicePixelRatio || 1, 8000 / (n * size));
    canvas.width = canvas.height = Math.round(n * size * scale);
    canvas.style.width = canvas.style.height = `${n * size}px`;
    const context = context2d(canvas);
    context.scale(scale, scale);
    paintScene(context, { shapes: cells(0, 0, size) });
    const key = `${page.data.key} ${page.state.unit}`;
    if (key !== shown) {
      for (const side of [names.q, names.k]) side.replaceChildren(...units.map((one) => { const name = make("span", `${one.kind}${one.segment ? " second" : ""}`, make("b", "", one.text)); name.title = one.title; return name; }));
      at = [Math.max(0, page.pins().length ? page.unitOf(page.pins()[0].at) : 1), 0];
      at[1] = best(at[0]);
      shown = key;
    }
    point();
  };
  const best = (/** @type {number} */ i) => { const n = page.units().length; return page.strongest(matrix().slice(i * n, (i + 1) * n), 1)[0]; };
  /** @type {(x: number, y: number, side: number) => Shape[]} */
  const cells = (x, y, side) => {
    const n = page.units().length, values = matrix(), shapes = /** @type {Shape[]} */ ([]);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) {
      const share = values[i * n + j] / 1e4;
      shapes.push({ rect: [x + j * side, y + i * side, side - (side > 6 ? 1 : 0), side - (side > 6 ? 1 : 0)], colour: cssColour(shadeOf(Math.sqrt(share))), data: { from: i, to: j, share: share.toFixed(4) } });
    }
    return shapes;
  };
  const point = () => {
    const units = page.units(), n = units.length, values = matrix(), [i, j] = at;
    mark.style.cssText = `width:${size}px;height:${size}px;left:${j * size}px;top:${i * size}px`;
    const row = values.slice(i * n, (i + 1) * n);
    says.textContent = say("heat.says", { from: units[i].text, to: units[j].text, share: percent(values[i * n + j] / 1e4) });
    box.setAttribute("aria-label", says.textContent);
    find(".side h2").textContent = say("heads.list_q", { token: units[i].text });
    find(".side ol").replaceChildren(...page.strongest(row).map((k) => make("li", "number", `${units[k].text} ${percent(row[k] / 1e4)}`)));
    names.q.querySelectorAll("span").forEach((name, k) => name.classList.toggle("on", k === i));
    names.k.querySelectorAll("span").forEach((name, k) => name.classList.toggle("on", k === j));
  };
  box.onpointermove = box.onpointerdown = (/** @type {PointerEvent} */ event) => {
    const { left, top } = canvas.getBoundingClientRect(), n = page.units().length;
    if (!read()) return;
    at = [event.clientY - top, event.clientX - left].map((x) => Math.max(0, Math.min(n - 1, Math.floor(x / size))));
    point();
  };
  box.onclick = () => { if (open && page.state.unit === "piece") page.quiet({ asker: at[0] }); };
  const STEPS = /** @type {Record<string, number[] | undefined>} */ ({ ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] });
  box.onkeydown = (event) => {
    const step = STEPS[event.key], n = page.units().length;
    if (!step || !read()) return;
    event.preventDefault();
    at = at.map((x, k) => Math.max(0, Math.min(n - 1, x + step[k])));
    point();
  };

  const draw = () => {
    const { state, data } = page;
    numbered(find(".layer"), data.n_layers, state.layer, (k) => say("layer_n", { n: k + 1 }), (layer) => page.quiet({ layer }));
    numbered(find(".head"), data.n_heads, state.head, (k) => say("heads.head", { n: k + 1 }), (head) => page.quiet({ head, heads: [head] }));
    corner.textContent = say("heat.corner");
    headScale(find(".scale"), (share) => shadeOf(share), ["0%", "25%", "100%"]);
    opener.disabled = Boolean(data.can.neuron);
    opener.title = data.can.neuron?.[lang] ?? "";
    opener.setAttribute("aria-expanded", String(open));
    opener.textContent = data.can.neuron ? say("heat.cannot") : say(open ? "heat.close" : "heat.open");
    neuron.hidden = !open || Boolean(data.can.neuron);
    paint();
    if (!neuron.hidden) explain();
  };
  opener.onclick = () => { open = !open; draw(); if (open) neuron.scrollIntoView({ block: "nearest" }); };

  // ---- The neuron view ----------------------------------------------------------------------------------
  const strip = (/** @type {number[]} */ values, /** @type {number} */ scale, /** @type {string} */ describe) => {
    const bar = make("canvas", "strip-cells");
    signedStrip(bar, values, scale, "panel");
    bar.setAttribute("role", "img");
    bar.setAttribute("aria-label", describe);
    bar.onpointermove = (event) => {
      const { left, width } = bar.getBoundingClientRect(), k = Math.min(values.length - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * values.length)));
      bar.title = `${k + 1}: ${signed(values[k])}`;
    };
    return bar;
  };
  let parts = /** @type {ReturnType<typeof compute> | null} */ (null);
  const explain = async () => {
    const { state, data } = page, units = page.units("piece"), { layer, head } = state, problem = find(".neuron .problem");
    const i = Math.min(data.n - 1, state.asker ?? data.focus ?? 1);
    asker.replaceChildren(...units.map((one, k) => Object.assign(make("option", "", `${k} ${one.text}`), { value: String(k) })));
    asker.value = String(i);
    neuron.classList.add("waiting");
    try {
      const heard = await page.once(`head.${layer}.${head}`, () => askServer(page.server.read_head, { ...page.request(), layer, head }));
      showProblem(problem, null);
      if (page.state.layer !== layer || page.state.head !== head || page.data !== data) return;
      const found = parts = compute({ width: heard.width, queries: halves(heard.queries), keys: halves(heard.keys) }, i, data.n);
      find(".neuron h2").textContent = say("heat.neuron_title", { token: units[i].text, name: page.headName(layer, head) });
      const scale = Math.max(...found.query.map(Math.abs), ...found.keys.flat().map(Math.abs)), product = Math.max(...found.products.flat().map(Math.abs));
      const line = (/** @type {string} */ className, /** @type {HTMLElement[]} */ ...cells) => make("div", `line ${className}`, ...cells);
      signedLegend(find(".neuron .signs"), ["−", "+"]);
      find(".neuron .rows").replaceChildren(
        line("query", make("b", "mono", units[i].text), strip(found.query, scale, say("heat.query")), make("span", "quiet-text wide", say("heat.query"))),
        line("titles", make("span"), make("span", "", say("heat.key")), make("span", "", say("heat.product")), make("span", "", say("heat.score", { width: heard.width })), make("span", "", say("heat.softmax"))),
        ...found.scores.map((score, j) => {
          const fill = make("i");
          fill.style.width = `${100 * found.shares[j]}%`;
          return line("", make("b", "mono", units[j].text), strip(found.keys[j], scale, `${say("heat.key")} ${units[j].text}`),
            strip(found.products[j], product, `${say("heat.product")} ${units[j].text}`), make("span", "number", signed(score)), make("span", "share number", make("span", "track", fill), percent(found.shares[j])));
        }));
    } catch (failure) { showProblem(problem, failure); }
    neuron.classList.remove("waiting");
  };
  /** @type {(head: { width: number, queries: Float32Array, keys: Float32Array }, i: number, n: number) => { query: number[], keys: number[][], products: number[][], scores: number[], shares: number[] }} */
  const compute = ({ width, queries, keys }, i, n) => {
    const rowOf = (/** @type {Float32Array} */ list, /** @type {number} */ k) => Array.from(list.subarray(k * width, (k + 1) * width)), query = rowOf(queries, i);
    const all = Array.from({ length: n }, (_, j) => rowOf(keys, j)), products = all.map((key) => key.map((value, k) => value * query[k]));
    const scores = products.map((row) => row.reduce((sum, x) => sum + x, 0) / Math.sqrt(width)), top = Math.max(...scores);
    const powers = scores.map((score) => Math.exp(score - top)), total = powers.reduce((sum, x) => sum + x, 0);
    return { query, keys: all, products, scores, shares: powers.map((power) => power / total) };
  };
  asker.onchange = () => page.quiet({ asker: Number(asker.value) });

  const scene = () => {
    const units = page.units(), n = units.length, SIDE = 22, LEFT = 130, TOP = 150, ink = colourNamed("ink"), title = page.headName(page.state.layer, page.state.head);
    const shapes = /** @type {Shape[]} */ ([{ text: title, x: 8, y: 14, colour: ink, size: 14 }, { text: say("heat.corner"), x: 8, y: TOP - 14, colour: colourNamed("soft"), size: 12 }, ...cells(LEFT, TOP, SIDE)]);
    units.forEach((one, k) => {
      shapes.push({ text: one.text, x: LEFT - 6, y: TOP + (k + 0.5) * SIDE, anchor: "end", colour: ink, mono: true, size: 13 });
      shapes.push({ text: one.text.length > 4 && n > 6 ? `${one.text.slice(0, 4)}…` : one.text, x: LEFT + (k + 0.5) * SIDE, y: TOP - 12 - 24 * (k % 4), anchor: "middle", colour: ink, mono: true, size: 11 });
    });
    return { width: LEFT + n * SIDE + 12, height: TOP + n * SIDE + 12, shapes, title };
  };
  const table = () => {
    const units = page.units(), n = units.length, values = matrix(), { layer, head } = page.state;
    return { columns: ["layer", "head", "from", "from_token", "to", "to_token", "share"],
      rows: units.flatMap((query, i) => units.map((key, j) => [layer + 1, head + 1, i, query.text, j, key.text, (values[i * n + j] / 1e4).toFixed(4)])) };
  };
  const snippet = () => {
    const { layer, head } = page.state;
    return `seen = attention.show(**read, off=off)\nprint(seen.attention[${layer}, ${head}].round(4))  # layer and head, counted from 0\n` + (open && parts
      ? `one = attention.vectors(**read, off=off, layer=${layer}, head=${head})\nscores = one.queries @ one.keys.T / one.keys.shape[1] ** 0.5\nprint(scores[${asker.value || 0}].round(2))\n` : "");
  };
  return { draw, scene, table, snippet, imports: ["attention"] };
};
