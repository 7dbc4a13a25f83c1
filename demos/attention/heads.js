// The head view: the tokens twice, and a line for each share of attention, in its head's colour. Who
// looks stands left, what is looked at right. The lines are painted on a canvas (a layer of 128 tokens
// has 196,608 of them), the tokens are buttons: hover or focus isolates one, a click pins it.

/** @import { Values } from "../common/views/types" */
/** @import { Shape } from "../common/views/attention_scene.js" */
/** @import { Cell } from "../common/views/files.js" */
/** @import { Page, Side, View } from "./types" */
import { headColour, readable, wuLines } from "../common/views/attention_scene.js";
import { colourNamed, rgb } from "../common/views/colours.js";
import { context2d, finder, make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { isDark } from "../common/views/links.js";
import { percent } from "../common/views/scales.js";
import { choiceRow } from "../common/views/tokens.js";

const TAB = "attention";
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`${TAB}.${key}`, values);
const N_STEPS = 8, CELL = 7;  // strengths of a line; pixels of a head in the margin
const MOST_AHEAD = 32 * 2 ** 20, BETWEEN = 50;  // bytes of pictures kept ahead; milliseconds between two
const CLOSE = 60;  // more tokens stand closer, and weaker lines are left out
/** @type {Record<string, number[] | undefined>} */
const SIDES = { aa: [0, 0], ab: [0, 1], ba: [1, 0], bb: [1, 1] };
// Buttons of the layers (or of one head among all), made anew only where their number changes.
/** @type {(node: HTMLElement, n: number, now: number, name: (k: number) => string, choose: (k: number) => void) => void} */
export const numbered = (node, n, now, name, choose) => {
  if (node.childElementCount !== n) node.replaceChildren(...Array.from({ length: n }, (_, k) => {
    const button = make("button", "", String(k + 1));
    button.type = "button";
    button.onclick = () => choose(k);
    return button;
  }));
  node.querySelectorAll("button").forEach((button, k) => {
    button.setAttribute("aria-pressed", String(k === now));
    button.title = name(k);
    button.setAttribute("aria-label", button.title);
  });
};

/** @type {(node: HTMLElement, page: Page) => View} */
export const headsView = (node, page) => {
  const find = finder(node);
  const canvas = find("canvas", HTMLCanvasElement), between = find(".between"), box = find(".stage-box"), columns = { q: find(".column.q"), k: find(".column.k") }, stage = find(".stage");
  const slider = find(".least input", HTMLInputElement), frame = find(".frame input", HTMLInputElement);
  const BOTH = /** @type {Side[]} */ (["q", "k"]);
  /** @typedef {{ side: Side, unit: number }} Spot a token in one of the columns */
  let hover = /** @type {Spot | null} */ (null), built = "", row = 24;

  const leastNow = () => page.state.least ?? (page.units().length > CLOSE ? 10 : 5);
  const heads = () => page.state.heads ?? Array.from({ length: page.data.n_heads }, (_, k) => k);
  const active = () => (hover ? [hover] : page.pins().map(({ side, at }) => ({ side, unit: page.unitOf(at) })));
  // Calls line(head, i, j, share in 1/10,000) for each line of a layer that is to be seen.
  /** @type {(layer: number, line: (head: number, i: number, j: number, share: number) => void) => boolean} */
  const lines = (layer, line) => {
    const { state } = page, units = page.units(), n = units.length, least = leastNow() * 100;
    const sides = SIDES[state.filter], from = { q: /** @type {Set<number>} */ (new Set()), k: /** @type {Set<number>} */ (new Set()) };
    for (const { side, unit } of active()) from[side].add(unit);
    const any = from.q.size + from.k.size > 0;
    const shown = units.map((one) => state.frame || !one.special);
    for (const head of heads()) {
      const matrix = page.matrix(layer, head);
      if (!matrix) return false;
      for (let i = 0; i < n; i++) {
        if (!shown[i] || (sides && (units[i].segment !== sides[0] || units[i].special))) continue;
        const whole = !any || from.q.has(i);
        if (!whole && !from.k.size) continue;
        for (let j = 0, at = i * n; j < n; j++, at++) {
          if (matrix[at] < least || !shown[j] || (sides && (units[j].segment !== sides[1] || units[j].special))) continue;
          if (whole || from.k.has(j)) line(head, i, j, matrix[at]);
        }
      }
    }
    return true;
  };

  // ---- Tokens -----------------------------------------------------------------------------------------
  const build = () => {
    const units = page.units();
    for (const side of BOTH) {
      columns[side].replaceChildren(...units.map((one, unit) => {
        const button = make("button", `token ${one.kind}${one.segment ? " second" : ""}`, one.text.startsWith("##") ? make("i", "hash", "##") : "", one.text.replace(/^##(?=.)/, ""));
        button.type = "button";
        button.tabIndex = unit ? -1 : 0;
        button.title = one.title;
        button.onpointerenter = (event) => { if (event.pointerType === "mouse") isolate({ side, unit }); };
        button.onfocus = () => { if (button.matches(":focus-visible")) isolate({ side, unit }); };
        button.onpointerleave = button.onblur = () => isolate(null);
        button.onclick = () => pin(side, unit);
        return button;
      }));
    }
  };
  const isolate = (/** @type {Spot | null} */ one) => {
    if (hover?.side === one?.side && hover?.unit === one?.unit) return;
    hover = one;
    cancelAnimationFrame(soon);
    soon = requestAnimationFrame(() => { if (page.data) { paint(); list(); } });
  };
  let soon = 0;
  const pin = (/** @type {Side} */ side, /** @type {number} */ unit) => {
    const one = page.units()[unit], rest = page.pins().filter((now) => !(now.side === side && one.first <= now.at && now.at <= one.last));
    hover = null;  // a pin that is taken off shows so at once
    page.quiet({ pins: rest.length < page.pins().length ? rest : [...rest, { side, at: one.first }] });
  };
  stage.onkeydown = (event) => {
    const side = columns.q.contains(document.activeElement) ? "q" : "k", [asking, asked] = [columns.q, columns.k].map((column) => [...column.querySelectorAll("button")]);
    const list = side === "q" ? asking : asked, at = list.findIndex((one) => one === document.activeElement);
    const go = /** @type {Record<string, number | undefined>} */ ({ ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 })[event.key];
    const to = event.key === "ArrowRight" && side === "q" ? asked[at] : event.key === "ArrowLeft" && side === "k" ? asking[at] : list[go ?? -1];
    if (event.key === "Escape") { page.quiet({ pins: [] }); return; }
    if (at < 0 || !to || (go === undefined && !event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    list[at].tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  };

  // ---- Lines ------------------------------------------------------------------------------------------
  box.onscroll = () => {
    cancelAnimationFrame(soon);
    soon = requestAnimationFrame(() => { if (page.data) paint(); });
  };
  const strength = (/** @type {number} */ share) => Math.min(N_STEPS - 1, Math.floor(Math.sqrt(share / 1e4) * N_STEPS));
  const look = (/** @type {number} */ step) => ({ alpha: 0.12 + 0.88 * ((step + 1) / N_STEPS), width: [2, 3.2][step - N_STEPS + 2] ?? 1 });
  const middle = (/** @type {number} */ unit) => (unit + 0.5) * row;
  // Lines of several heads between the same tokens run side by side.
  const aside = () => { const all = heads(), step = all.length > 1 ? (0.66 * row) / (all.length - 1) : 0; return new Map(all.map((head, k) => [head, (k - (all.length - 1) / 2) * step])); };
  const colourOf = (/** @type {number} */ head) => headColour(head);
  // What is to be seen of any layer now: of a long text only the part in view; the canvas sticks there
  // while its box scrolls.
  const sight = () => {
    const n = page.units().length, width = between.clientWidth, height = Math.min(n * row, Math.max(200, box.clientHeight - find(".ends").offsetHeight - 6));
    const above = Math.min(box.scrollTop, n * row - height), isolated = active(), margin = isolated.length ? heads().length * CELL + 4 : 0;
    return { width, height, above, row, scale: devicePixelRatio || 1, isolated, left: isolated.some(({ side }) => side === "k") ? margin : 0,
      right: width - (isolated.some(({ side }) => side === "q") ? margin : 0) };
  };
  // One layer's lines as an image; null until its numbers have come.
  /** @typedef {ReturnType<typeof sight>} Sight */
  /** @typedef {[head: number, i: number, j: number, share: number]} Drawn */
  /** @type {(layer: number, sight: Sight) => { image: ImageData, cells: Drawn[], count: number } | null} */
  const picture = (layer, { width, height, above, scale, isolated, left, right }) => {
    const image = new ImageData(Math.round(width * scale), Math.round(height * scale)), [red, green, blue] = rgb(colourNamed("paper"));
    new Uint32Array(image.data.buffer).fill(((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0);
    const bundles = /** @type {Map<number, number[]>} */ (new Map()), cells = /** @type {Drawn[]} */ ([]), shift = aside(), below = above + height;
    let count = 0;
    const there = lines(layer, (head, i, j, share) => {
      const step = strength(share), key = head * N_STEPS + step;
      const ends = bundles.get(key);
      if (ends) ends.push(i, j); else bundles.set(key, [i, j]);
      if (isolated.length) cells.push([head, i, j, share]);
      count++;
    });
    if (!there) return null;
    for (const [key, ends] of [...bundles].sort(([a], [b]) => (a % N_STEPS) - (b % N_STEPS))) {  // strong ones on top
      const { alpha, width: thick } = look(key % N_STEPS), by = shift.get(Math.floor(key / N_STEPS)) ?? 0, inView = /** @type {number[]} */ ([]);
      for (let k = 0; k < ends.length; k += 2) {
        const from = middle(ends[k]) + by, to = middle(ends[k + 1]) + by;
        if ((from < above && to < above) || (from > below && to > below)) continue;
        inView.push((from - above) * scale, (to - above) * scale);
      }
      wuLines(image, left * scale, right * scale, inView, rgb(colourOf(Math.floor(key / N_STEPS))), alpha, Math.max(1, Math.round(thick * scale)));
    }
    return { image, cells, count };
  };
  // Once a layer is on the screen, the others are painted between two frames, so that going through the
  // layers doesn't wait: thousands of lines take longer than a frame.
  let painted = { key: "", layers: /** @type {Map<number, ReturnType<typeof picture>>} */ (new Map()) }, later = 0;
  const keyOf = (/** @type {Sight} */ seen) => JSON.stringify([page.data.key, page.state.unit, heads(), page.state.filter, leastNow(), page.state.frame, isDark(), seen]);
  const paintAhead = (/** @type {string} */ key, /** @type {Sight} */ seen) => {
    const { data } = page, pixels = seen.width * seen.height * seen.scale ** 2;
    clearTimeout(later);
    if (!data.whole || 4 * pixels * data.n_layers > MOST_AHEAD) return;
    later = window.setTimeout(() => {
      if (painted.key !== key || page.data !== data || node.hidden || keyOf(sight()) !== key) return;
      const next = data.layers.findIndex((numbers, layer) => numbers && !painted.layers.has(layer));
      if (next < 0) return;
      painted.layers.set(next, picture(next, seen));
      paintAhead(key, seen);
    }, BETWEEN);
  };
  const paint = () => {
    const seen = sight(), { width, height, above, scale, isolated, right } = seen, { state } = page;
    if (!width) return;  // out of sight: `show` draws it once it has a width again
    const key = keyOf(seen);
    if (key !== painted.key) painted = { key, layers: new Map() };
    const shown = painted.layers.get(state.layer) ?? picture(state.layer, seen);
    node.classList.toggle("waiting", !shown);
    if (!shown) return;
    painted.layers.set(state.layer, shown);
    paintAhead(key, seen);
    if (canvas.width !== shown.image.width || canvas.height !== shown.image.height) {
      canvas.width = shown.image.width;
      canvas.height = shown.image.height;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const context = context2d(canvas, { willReadFrequently: true });
    context.putImageData(shown.image, 0, 0);
    context.setTransform(scale, 0, 0, scale, 0, -above * scale);
    // Beside the other column, what each head gives: one cell a head.
    const place = new Map(heads().map((head, k) => [head, k]));
    for (const [head, i, j, share] of shown.cells) {
      context.globalAlpha = Math.sqrt(share / 1e4);
      context.fillStyle = colourOf(head);
      for (const { side, unit } of isolated) {
        if (side === "q" && unit === i) context.fillRect(right + 4 + (place.get(head) ?? 0) * CELL, j * row + 3, CELL - 1, row - 6);
        if (side === "k" && unit === j) context.fillRect((place.get(head) ?? 0) * CELL, i * row + 3, CELL - 1, row - 6);
      }
    }
    context.globalAlpha = 1;
    const pins = page.pins(), units = page.units();
    for (const side of BOTH) {
      const lit = new Set(isolated.filter((one) => one.side === side).map(({ unit }) => unit));
      [...columns[side].children].forEach((button, unit) => {
        const one = units[unit], pinned = pins.some((now) => now.side === side && one.first <= now.at && now.at <= one.last);
        button.classList.toggle("on", lit.has(unit));
        if (button.getAttribute("aria-pressed") !== String(pinned)) button.setAttribute("aria-pressed", String(pinned));
      });
    }
    canvas.dataset.lines = String(shown.count);
  };

  // ---- The same in words --------------------------------------------------------------------------------
  const list = () => {
    const units = page.units(), n = units.length, one = active()[0], found = /** @type {Map<number, [share: number, i: number, j: number][]>} */ (new Map()), most = one ? 5 : 3;
    lines(page.state.layer, (head, i, j, share) => {
      if (one && (one.side === "q" ? i : j) !== one.unit) return;
      const best = found.get(head) ?? [];  // the strongest, the strongest first
      found.set(head, best);
      if (best.length === most && share <= best[most - 1][0]) return;
      let place = best.length;
      while (place && best[place - 1][0] < share) place--;
      best.splice(place, 0, [share, i, j]);
      best.length = Math.min(best.length, most);
    });
    const name = one ? units[one.unit].text : "";
    find(".listing h2").textContent = one ? say(`heads.list_${one.side}`, { token: name }) : say("heads.list_all");
    find(".listing ol").replaceChildren(...[...found].map(([head, best]) => {
      const text = best.map(([share, i, j]) => `${one ? units[one.side === "q" ? j : i].text : `${units[i].text} → ${units[j].text}`} ${percent(share / 1e4)}`).join(" · ");
      const mark = make("i", "swatch");
      mark.style.background = colourOf(head);
      return make("li", "number", mark, make("b", "", say("heads.head", { n: head + 1 })), ` ${text}`);
    }));
    if (!found.size) find(".listing ol").append(make("li", "", say(heads().length ? "heads.no_lines" : "heads.no_heads", { least: leastNow() })));
    canvas.setAttribute("aria-label", say("heads.spoken", { layer: page.state.layer + 1, n: n, lines: canvas.dataset.lines }));
  };

  const draw = () => {
    const { state, data } = page, pair = data.read.segments.includes(1), on = new Set(heads());
    numbered(find(".layer"), data.n_layers, state.layer, (k) => say("layer_n", { n: k + 1 }), (layer) => page.quiet({ layer }));
    const toggles = find(".toggles");
    if (toggles.childElementCount !== data.n_heads) toggles.replaceChildren(...Array.from({ length: data.n_heads }, (_, head) => {
      const button = make("button", "toggle number", String(head + 1));
      button.type = "button";
      button.onclick = () => {
        const now = new Set(heads());
        if (now.has(head)) now.delete(head); else now.add(head);
        page.quiet({ heads: now.size === data.n_heads ? null : [...now].sort((a, b) => a - b), head: now.has(head) ? head : page.state.head });
      };
      return button;
    }));
    toggles.querySelectorAll("button").forEach((button, head) => {
      button.style.setProperty("--head", colourOf(head));
      button.style.setProperty("--on-head", readable(rgb(colourOf(head))));
      button.setAttribute("aria-pressed", String(on.has(head)));
      button.setAttribute("aria-label", say("heads.head", { n: head + 1 }));
      button.title = say("heads.toggle_hint", { n: head + 1 });
      button.ondblclick = () => page.quiet({ heads: [head], head });
    });
    slider.value = String(leastNow());
    find(".least output").textContent = `${leastNow()}%`;
    slider.setAttribute("aria-valuetext", `${leastNow()}%`);
    frame.checked = state.frame;
    find(".pairs").hidden = !pair;
    press(state.filter);
    find(".unpin", HTMLButtonElement).disabled = !page.pins().length;
    row = Math.round(parseFloat(getComputedStyle(stage).fontSize) * (page.units().length > CLOSE ? 1.25 : 1.62));
    stage.style.setProperty("--row", `${row}px`);
    const key = `${data.key} ${state.unit}`;
    if (key !== built) { hover = null; build(); built = key; }
    paint();
    list();
  };
  const press = choiceRow(find(".pairs"), (filter) => page.quiet({ filter }));
  find(".all").onclick = () => page.quiet({ heads: null });
  find(".none").onclick = () => page.quiet({ heads: [] });
  find(".unpin").onclick = () => page.quiet({ pins: [] });
  slider.oninput = () => page.quiet({ least: Number(slider.value) });
  frame.onchange = () => page.quiet({ frame: frame.checked });

  const scene = () => {
    const units = page.units(), SIDE = 130, SPAN = 420, shapes = /** @type {Shape[]} */ ([]), ink = colourNamed("ink"), top = 30;
    const title = say("heads.title", { layer: page.state.layer + 1, heads: heads().map((head) => head + 1).join(", ") });
    shapes.push({ text: title, x: 8, y: 14, colour: ink, size: 14 });
    const found = /** @type {[share: number, head: number, i: number, j: number][]} */ ([]), shift = aside();
    lines(page.state.layer, (head, i, j, share) => found.push([share, head, i, j]));
    for (const [share, head, i, j] of found.sort((a, b) => a[0] - b[0]))
      shapes.push({ line: [SIDE, top + middle(i) + (shift.get(head) ?? 0), SIDE + SPAN, top + middle(j) + (shift.get(head) ?? 0)], colour: colourOf(head), ...look(strength(share)),
        data: { layer: page.state.layer + 1, head: head + 1, from: i, to: j, share: (share / 1e4).toFixed(4) } });
    units.forEach((one, i) => {
      const colour = colourNamed(one.special ? "soft" : one.segment ? "second" : "input"), y = top + middle(i);
      shapes.push({ text: one.text, x: SIDE - 8, y, anchor: "end", colour, mono: true }, { text: one.text, x: SIDE + SPAN + 8, y, colour, mono: true });
    });
    return { width: 2 * SIDE + SPAN, height: top + units.length * row + 10, shapes, title };
  };
  const table = () => {
    const units = page.units(), rows = /** @type {Cell[][]} */ ([]);
    lines(page.state.layer, (head, i, j, share) => rows.push([page.state.layer + 1, head + 1, i, units[i].text, j, units[j].text, (share / 1e4).toFixed(4)]));
    return { columns: ["layer", "head", "from", "from_token", "to", "to_token", "share"], rows };
  };
  const snippet = () => {
    const merged = page.state.unit === "word" ? "rows = attention.whole_words(seen.attention, seen.read.words)\n" : "rows = seen.attention\n";
    return `seen = attention.show(**read, off=off)\n${merged}print(seen.read.tokens)\nfor head in [${heads()}]:  # counted from 0\n    print(head, rows[${page.state.layer}, head].round(4))\n`;
  };
  return { draw, scene, table, snippet, imports: ["attention"] };
};
