// One cell a head: rows are layers, columns heads. Used by every view that has a number for each head.
//   const grid = headGrid(node, { cell, press, label })
//     cell(layer, head) -> { rgb, text, says, pressed, off, parts: [[share, colour], ...], data }
//     press(layer, head): on a click or Enter; label: what the whole grid is
//   grid.draw(page), grid.scene(page, title): the same as shapes.
// Also the scale under a chart, and the model view, where each cell is that head's whole attention.

/** @import { Rgb, Values } from "../common/views/types" */
/** @import { HeadCell, Matrix, OfHeads, Page, View } from "./types" */
import { showProblem } from "../common/views/asking.js";
import { cssColour, readable, shadeOf } from "../common/views/attention_scene.js";
import { colourNamed } from "../common/views/colours.js";
import { context2d, find as findIn, finder, make } from "../common/views/elements.js";
import { lang, textOf } from "../common/views/language.js";
import { isDark } from "../common/views/links.js";
import { percent } from "../common/views/scales.js";
/** @import { Cell } from "../common/views/files.js" */
/** @import { Scene, Shape } from "../common/views/attention_scene.js" */

const TAB = "attention";
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`${TAB}.${key}`, values);

/**
 * @param {HTMLElement} node
 * @param {{ cell: (layer: number, head: number) => HeadCell, press: (layer: number, head: number) => unknown, label?: () => string }} how
 */
export const headGrid = (node, { cell, press, label = () => "" }) => {
  let size = "", cells = /** @type {HTMLButtonElement[]} */ ([]);
  const build = (/** @type {number} */ n_layers, /** @type {number} */ n_heads) => {
    node.classList.add("head-grid");
    node.setAttribute("role", "group");
    node.style.setProperty("--columns", String(n_heads));
    cells = [];
    const rows = /** @type {HTMLElement[]} */ ([make("span", "corner", "")]);
    for (let head = 0; head < n_heads; head++) rows.push(make("span", "name number", String(head + 1)));
    for (let layer = 0; layer < n_layers; layer++) {
      rows.push(make("span", "name number", String(layer + 1)));
      for (let head = 0; head < n_heads; head++) {
        const button = make("button", "cell number", make("span"));
        button.type = "button";
        button.tabIndex = layer || head ? -1 : 0;
        button.onclick = () => press(layer, head);
        cells.push(button);
        rows.push(button);
      }
    }
    rows[0].textContent = say("grid.corner");
    node.replaceChildren(...rows);
    node.onkeydown = (event) => {
      const at = cells.findIndex((one) => one === document.activeElement);
      const step = /** @type {Record<string, number | undefined>} */ ({ ArrowRight: 1, ArrowLeft: -1, ArrowDown: n_heads, ArrowUp: -n_heads })[event.key];
      if (at < 0 || !step || !cells[at + step]) return;
      event.preventDefault();
      cells[at].tabIndex = -1;
      cells[at + step].tabIndex = 0;
      cells[at + step].focus();
    };
  };
  const draw = (/** @type {Page} */ { data: { n_layers, n_heads } }) => {
    if (size !== `${n_layers} ${n_heads}`) { build(n_layers, n_heads); size = `${n_layers} ${n_heads}`; }
    node.setAttribute("aria-label", label());
    cells.forEach((button, k) => {
      const { rgb = null, text = "", says, pressed = null, off = false, parts = null } = cell(Math.floor(k / n_heads), k % n_heads);
      button.style.background = rgb ? cssColour(rgb) : parts ? `linear-gradient(to right, ${stops(parts)})` : "";
      button.style.color = rgb ? readable(rgb) : "";
      findIn(button, "span").textContent = text;
      button.classList.toggle("off", off);
      button.title = says;
      button.setAttribute("aria-label", says);
      if (pressed === null) button.removeAttribute("aria-pressed"); else button.setAttribute("aria-pressed", String(pressed));
    });
  };
  const stops = (/** @type {[share: number, colour: string][]} */ parts) => {
    let from = 0;
    return parts.map(([share, colour]) => { const text = `${colour} ${100 * from}% ${100 * (from += share)}%`; return text; }).join(", ");
  };
  /** @type {(page: Page, title: string) => Scene} */
  const scene = ({ data: { n_layers, n_heads } }, title) => {
    const LEFT = 52, TOP = 58, W = 54, H = 34, ink = colourNamed("ink");
    /** @type {Shape[]} */
    const shapes = [{ text: title, x: 8, y: 16, colour: ink, size: 15 }];
    for (let head = 0; head < n_heads; head++) shapes.push({ text: String(head + 1), x: LEFT + (head + 0.5) * W, y: TOP - 14, colour: ink, anchor: "middle", size: 12 });
    for (let layer = 0; layer < n_layers; layer++) {
      shapes.push({ text: String(layer + 1), x: LEFT - 10, y: TOP + (layer + 0.5) * H, colour: ink, anchor: "end", size: 12 });
      for (let head = 0; head < n_heads; head++) {
        const { rgb = null, text = "", off = false, parts = null, data = {} } = cell(layer, head), x = LEFT + head * W, y = TOP + layer * H;
        const about = { layer: layer + 1, head: head + 1, ...data };
        shapes.push({ rect: [x, y, W - 2, H - 2], colour: rgb ? cssColour(rgb) : colourNamed(off ? "hidden" : "line"), data: about });
        let from = 0;
        for (const [share, colour] of parts ?? []) { shapes.push({ rect: [x + from * (W - 2), y, share * (W - 2), H - 2], colour }); from += share; }
        if (text) shapes.push({ text, x: x + W / 2 - 1, y: y + H / 2 - 1, colour: rgb ? readable(rgb) : ink, anchor: "middle", size: 12 });
      }
    }
    return { width: LEFT + n_heads * W + 10, height: TOP + n_layers * H + 10, shapes, title };
  };
  return { draw, scene, cells: () => cells };
};

// A colour scale with its ends (and its middle) written: ends [low, high] or [low, middle, high].
/** @type {(node: HTMLElement, colour: (share: number) => Rgb, ends: string[]) => void} */
export const headScale = (node, colour, ends) => {
  const bar = make("i"), n = 16;
  bar.style.background = `linear-gradient(to right, ${Array.from({ length: n + 1 }, (_, k) => cssColour(colour(k / n))).join(", ")})`;
  node.classList.add("colour-scale");
  bar.classList.toggle("with-zero", ends.length === 3 && ends[1] === "0");
  node.replaceChildren(bar, make("div", "number", ...ends.map((end) => make("span", "", end))));
};
// A list of heads with their numbers; each opens that head.
/** @type {(node: HTMLElement, page: Page, entries: [layer: number, head: number, text: string][]) => void} */
export const headList = (node, page, entries) => {
  node.classList.add("head-list");
  node.replaceChildren(...entries.map(([layer, head, text]) => {
    const button = make("button", "quiet", page.headName(layer, head));
    button.type = "button";
    button.onclick = () => page.open(layer, head);
    return make("li", "", button, " ", make("span", "number", text));
  }));
};

// ---- The model view: every head as a thumbnail of its matrix ---------------------------------------------
/** @type {(node: HTMLElement, page: Page) => View} */
export const modelView = (node, page) => {
  const find = finder(node), thumbs = find(".thumbs"), sort = find(".sort", HTMLSelectElement), problem = find(".problem");
  const paint = (/** @type {HTMLCanvasElement} */ canvas, /** @type {Matrix} */ matrix, /** @type {number} */ n) => {
    canvas.width = canvas.height = n;
    const context = context2d(canvas), image = context.createImageData(n, n), colours = palette();
    for (let i = 0; i < n * n; i++) {
      const k = Math.min(255, Math.round(Math.sqrt((matrix[i] || 0) / 1e4) * 255));  // small shares show too
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = colours[3 * k + c];
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  };
  const palette = () => Uint8Array.from(Array.from({ length: 256 }, (_, k) => shadeOf(k / 255)).flat());
  const ways = () => ["place", "entropy", "distance", ...page.props.patterns, "effect"];
  const words = () => {
    sort.replaceChildren(...ways().map((way) => Object.assign(make("option", "", say(page.props.patterns.includes(way) ? `pattern.${way}` : `model_view.by.${way}`)), { value: way })));
    sort.value = ways().includes(page.state.sort) ? page.state.sort : "place";
  };
  sort.onchange = () => page.quiet({ sort: sort.value });
  find(".effect").onclick = () => page.quiet({ view: "maps", measure: "effect" });
  // What each head is sorted by: numbers [L][H], rising or falling; null for the plain grid.
  /** @type {(way: string) => Promise<OfHeads | null>} */
  const values = async (way) => {
    if (way === "place" || !ways().includes(way)) return null;
    if (way === "effect") return page.effects()?.change.map((row) => row.map((change) => -Math.abs(change))) ?? null;
    const scores = await page.scores();
    return way === "entropy" || way === "distance" ? scores[way] : scores.patterns[way].map((row) => row.map((share) => (share === null ? null : -share)));
  };
  let order = /** @type {[layer: number, head: number][]} */ ([]), shown = "";
  const draw = async () => {
    if (!sort.options.length || sort.dataset.lang !== lang) { words(); sort.dataset.lang = lang; }
    const { data, state } = page, way = sort.value;
    find(".effect").hidden = way !== "effect" || Boolean(page.effects());
    find(".legend-box").replaceChildren(make("span", "quiet-text", say("model_view.legend")));
    let by = /** @type {OfHeads | null} */ (null);
    try { by = await values(way); showProblem(problem, null); } catch (failure) { showProblem(problem, failure); }
    if (data !== page.data) return;
    order = Array.from({ length: data.n_layers * data.n_heads }, (_, k) => [Math.floor(k / data.n_heads), k % data.n_heads]);
    if (by) order.sort(([l, h], [m, g]) => (by[l][h] ?? Infinity) - (by[m][g] ?? Infinity));
    thumbs.classList.toggle("in-place", !by);
    thumbs.style.setProperty("--columns", String(data.n_heads));
    const key = [data.key, state.unit, way, isDark(), lang, data.layers.map(Boolean), Boolean(by)].join();
    if (key === shown) { mark(); return; }
    shown = key;
    const n = page.units().length;
    thumbs.replaceChildren(...order.map(([layer, head]) => {
      const canvas = make("canvas"), matrix = page.matrix(layer, head), number = by && by[layer][head];
      if (matrix) paint(canvas, matrix, n);
      canvas.classList.toggle("coarse", n < 60);
      const value = number === null || number === undefined || !by ? "" : (way === "effect" ? page.effects()?.change[layer][head] ?? 0 : Math.abs(number)).toFixed(2);
      const button = make("button", "thumb", canvas, make("span", "number", `${layer + 1}·${head + 1}${value && ` ${value}`}`));
      button.type = "button";
      button.dataset.at = String(layer * data.n_heads + head);
      button.title = say("model_view.open", { name: page.headName(layer, head), list: matrix ? main(matrix, n) : "…" });
      button.setAttribute("aria-label", button.title);
      button.onclick = () => page.open(layer, head);
      return button;
    }));
    mark();
  };
  const mark = () => { for (const one of /** @type {NodeListOf<HTMLElement>} */ (thumbs.querySelectorAll(".thumb"))) one.classList.toggle("off", page.state.off.includes(Number(one.dataset.at))); };
  // The text equivalent of a thumbnail: its strongest line.
  const main = (/** @type {Matrix} */ matrix, /** @type {number} */ n) => {
    let best = 0;
    for (let i = 1; i < n * n; i++) if (matrix[i] > matrix[best]) best = i;
    const units = page.units();
    return `${units[Math.floor(best / n)].text} → ${units[best % n].text} ${percent(matrix[best] / 1e4)}`;
  };
  const scene = () => {
    const { data } = page, n = page.units().length, S = 84, G = 20, columns = data.n_heads, dot = S / n, shapes = /** @type {Shape[]} */ ([]);
    order.forEach(([layer, head], k) => {
      const x = 6 + (k % columns) * (S + 8), y = 6 + Math.floor(k / columns) * (S + G), matrix = page.matrix(layer, head);
      shapes.push({ rect: [x, y, S, S], colour: cssColour(shadeOf(0)), data: { layer: layer + 1, head: head + 1 } });
      shapes.push({ text: `${layer + 1}·${head + 1}`, x: x + S / 2, y: y + S + 8, colour: colourNamed("ink"), anchor: "middle", size: 11 });
      for (let i = 0; matrix && i < n * n; i++) if (matrix[i] >= 200)  // 2%: the rest is as good as the ground
        shapes.push({ rect: [x + (i % n) * dot, y + Math.floor(i / n) * dot, dot, dot], colour: cssColour(shadeOf(Math.sqrt(matrix[i] / 1e4))) });
    });
    return { width: 12 + columns * (S + 8), height: 12 + Math.ceil(order.length / columns) * (S + G), shapes, title: say("view.model") };
  };
  const table = () => {
    const n = page.units().length, units = page.units(), rows = /** @type {Cell[][]} */ ([]);
    for (const [layer, head] of order) {
      const matrix = page.matrix(layer, head);
      for (let i = 0; matrix && i < n; i++) for (const j of page.strongest(matrix.subarray(i * n, (i + 1) * n), 3))
        rows.push([layer + 1, head + 1, i, units[i].text, j, units[j].text, (matrix[i * n + j] / 1e4).toFixed(4)]);
    }
    return { columns: ["layer", "head", "from", "from_token", "to", "to_token", "share"], rows };
  };
  const snippet = () => "seen = attention.show(**read, off=off)\nprint(seen.attention.shape)  # layers, heads, tokens that look, tokens that are looked at\n" +
    "for layer, heads in enumerate(seen.attention, 1):\n    for head, rows in enumerate(heads, 1):\n        print(layer, head, rows.argmax(-1))  # what each token looks at most\n";
  return { draw, scene, table, snippet, imports: ["attention"], words };
};
