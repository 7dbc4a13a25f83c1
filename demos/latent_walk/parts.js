// Parts of the latent walk: a film of a path, a sheet of draws, a digit's bound as bars.

/** @import { Sentence, Values } from "../common/views/types" */
/** @import { Film, Scales, Split, Walk } from "./types" */
import { showProblem } from "../common/views/asking.js";
import { chart, plain } from "../common/views/charts.js";
import { colourNamed, rgb } from "../common/views/colours.js";
import { paint } from "../common/views/digits.js";
import { context2d, finder, make, svg } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { minus } from "../common/views/scales.js";

const TAB = "latent_walk";
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`${TAB}.${key}`, values);
const GAP = 3;                    // pixels between the tiles of a film
const WIDE = 480, HIGH = 46;      // the chart of lengths, in its own units
// Length of a draw from N(0, I) with 2 and with 16 numbers (chi distribution): mean, deviation.
/** @type {Record<string, [mean: number, deviation: number]>} */
const TYPICAL = { vae2: [1.253, 0.655], vae16: [3.938, 0.702] };
const node = (/** @type {string} */ html) => {
  const holder = make("template");
  holder.innerHTML = html;
  return holder.content.children[0];
};

// One model's film: {show(walk), turn(k), name(text)}; a click on a tile calls onpick(k).
/** @type {(holder: Element, name: string, onpick: (k: number) => void) => { name: (text: string) => void, show: (walk: Walk) => void, turn: (k: number) => void }} */
export const digitReel = (holder, name, onpick) => {
  const reel = node(`<div class="reel ${name}"><p class="name"><b class="title"></b><span class="length number"></span></p>
    <canvas class="digit" role="img"></canvas>
    <div><div class="strip-of-film" aria-hidden="true"></div><p class="problem" hidden></p>
    <svg class="lengths" viewBox="0 0 ${WIDE} ${HIGH}" preserveAspectRatio="none" aria-hidden="true"></svg></div></div>`);
  const find = finder(reel), film = find(".strip-of-film"), big = find("canvas", HTMLCanvasElement), chart = find("svg", SVGElement);
  const line = svg("line", { class: "now", x1: 0, x2: 0, y1: 0, y2: HIGH });
  let walk = /** @type {Film | null} */ (null), now = 0;
  film.onclick = (event) => {
    const at = [...film.children].findIndex((tile) => tile === event.target);
    if (at >= 0) onpick(at);
  };
  holder.append(reel);
  /** @type {(k: number, walk: Film) => number} */
  const along = (k, { frames }) => (WIDE * (k + 0.5)) / frames.length;  // under the middle of its tile
  // How long the code is, frame by frame; shaded, how long draws from the prior are.
  const drawLengths = (/** @type {Film} */ walk) => {
    const typical = TYPICAL[name], top = 1.1 * Math.max(...walk.lengths, typical ? typical[0] + typical[1] : 0);
    const y = (/** @type {number} */ length) => HIGH * (1 - length / top);
    chart.replaceChildren();
    if (typical) chart.append(svg("rect", { class: "band", x: 0, width: WIDE, y: y(typical[0] + typical[1]), height: (2 * HIGH * typical[1]) / top }));
    chart.append(svg("polyline", { points: walk.lengths.map((length, k) => `${along(k, walk)},${y(length)}`).join(" ") }), line);
  };
  return {
    name: (text) => { find(".title").textContent = text; big.setAttribute("aria-label", text); },
    show: (given) => {
      walk = given.problem ? null : given;
      showProblem(find(".problem"), given.problem);
      for (const part of [film, big, chart, find(".length")]) part.toggleAttribute("hidden", !walk);
      if (!walk) return;
      const { frames } = walk;
      const n = frames.length;
      const tile = [84, 56, 28].find((side) => n * (side + GAP) <= film.clientWidth) ?? 28;
      film.style.setProperty("--tile", `${tile}px`);
      chart.style.width = `${Math.min(film.clientWidth, n * (tile + GAP) - GAP)}px`;
      while (film.childElementCount > n) film.lastChild?.remove();
      while (film.childElementCount < n) film.append(make("canvas"));
      film.querySelectorAll("canvas").forEach((tile, k) => paint(tile, frames[k], { tone: "output" }));
      drawLengths(walk);
    },
    turn: (k) => {
      if (!walk) return;
      film.children[now]?.classList.remove("now");
      film.children[k].classList.add("now");
      now = k;
      paint(big, walk.frames[k], { tone: "output" });
      for (const end of ["x1", "x2"]) line.setAttribute(end, String(along(k, walk)));
      find(".length").textContent = say(`length.${name}`, { length: walk.lengths[k].toFixed(1) });
    },
  };
};

// 32 digits, eight or, on a phone, four in a row; `bytes` holds 784 a digit.
/** @type {(canvas: HTMLCanvasElement, bytes: Uint8Array) => void} */
export const digitSheet = (canvas, bytes) => {
  const across = innerWidth < 720 ? 4 : 8, n = bytes.length / 784;
  Object.assign(canvas, { width: 28 * across, height: (28 * n) / across });
  const context = context2d(canvas), image = context.createImageData(28, 28);
  const paper = rgb(colourNamed("paper")), tone = rgb(colourNamed("output"));
  for (let k = 0; k < n; k++) {
    for (let p = 0; p < 784; p++) {
      const ink = bytes[784 * k + p] / 255;
      for (let c = 0; c < 3; c++) image.data[4 * p + c] = paper[c] + ink * (tone[c] - paper[c]);
      image.data[4 * p + 3] = 255;
    }
    context.putImageData(image, 28 * (k % across), 28 * Math.floor(k / across));
  }
  canvas.repaint = () => digitSheet(canvas, bytes);
};

// One model's bound: a function (split, {most, widest}) that shows it on scales common to all;
// what goes beyond them is cut, and says so.
/** @type {(holder: Element, name: string) => (split: Split | { problem: Sentence }, scales: Scales) => void} */
export const boundedChoice = (holder, name) => {
  const box = node(`<div class="split ${name}"><p class="name"></p><p class="problem" hidden></p><p class="sum number"></p>
    <div class="stack" aria-hidden="true"><i class="loss"></i><i class="kl"></i></div>
    <div class="dimensions"></div><small class="carried"></small></div>`);
  const find = finder(box);
  let shown = /** @type {{ each: number[], widest: number } | null} */ (null);
  holder.append(box);
  const bars = chart(find(".dimensions"), ({ narrow }) => {
    if (!shown) return null;
    const { each, widest } = shown, numbers = each.map((_, k) => `z${k + 1}`), cut = numbers.filter((_, k) => each[k] > widest);
    return {
      traces: [{
        type: "bar", name: say(`model.${name}`), x: numbers, y: each.map((nats) => Math.min(nats, widest)), marker: { color: colourNamed("code") },
        hovertext: each.map((nats, k) => plain(say("dimension", { k: k + 1, nats: nats.toFixed(2) }))), hovertemplate: "%{hovertext}<extra></extra>",
      }],
      axes: { x: "", y: say("nats_each") }, title: say(`model.${name}`), says: each.map((nats) => nats.toFixed(1)).join(", "),
      table: { columns: ["dimension", "nats"], rows: each.map((nats, k) => [k + 1, nats]) },
      layout: {
        bargap: 0.25, xaxis: { type: "category", range: [-0.6, Math.max(each.length, 8) - 0.4] }, yaxis: { range: [0, 1.25 * widest], nticks: 4 },
        // What goes beyond the common scale is cut, and says above it how far it goes.
        annotations: cut.map((x) => ({ x, y: widest, yanchor: "bottom", text: `<b>${narrow ? "" : "↑ "}${each[numbers.indexOf(x)].toFixed(0)}</b>`, font: { color: colourNamed("code") } })),
      },
    };
  }, { file: `kl-${name}`, height: 150 });
  return (split, { most, widest }) => {
    find(".name").textContent = say(`model.${name}`);
    const problem = "problem" in split ? split.problem : null;
    showProblem(find(".problem"), problem);
    for (const part of [".sum", ".stack", ".dimensions", ".carried"]) find(part).hidden = Boolean(problem);
    if ("problem" in split) return;
    const { reconstruction, kl, kl_per_dimension: each } = split;
    find(".sum").textContent = say("sum", {
      elbo: minus(split.elbo, 1), reconstruction: reconstruction.toFixed(1), kl: kl.toFixed(1), error: split.standard_error.toFixed(1),
    });
    find(".stack .loss").style.width = `${(100 * Math.min(reconstruction, most)) / most}%`;
    find(".stack .kl").style.width = `${(100 * Math.max(0, Math.min(kl, most - reconstruction))) / most}%`;
    find(".stack").classList.toggle("cut", reconstruction + kl > most);
    shown = { each, widest };
    bars.draw();
    find(".carried").textContent = say("carried", { used: each.filter((nats) => nats >= 0.1).length, n: each.length, widest: widest.toFixed(1) });
  };
};
