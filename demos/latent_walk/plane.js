// A plane of codes on a canvas: what its places decode to, the cloud of digits, the prior's circles,
// a path, and a point to drag. Drawn by us; nothing is asked of the server.
//
//   const plane = latentPlane(canvas, { onmove: (z) => ... });
//   plane.set({ codes, labels, decode, key })   the cloud glides from its old places to these
//   plane.look({ x, y, half })                   the window [x - half, x + half] x [y - half, y + half]
//   plane.show({ point, path, frame, ends, map, cloud })   any of them

/** @import { Point } from "../common/views/types" */
/** @import { Plane, Shown, Window } from "./types" */
import { colourNamed, prefersStill, rgb } from "../common/views/colours.js";
import { context2d, make } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { ticks } from "../common/views/scales.js";

const GRID = 20, TILE = 28, SIDE = GRID * TILE;  // the map: 20 x 20 digits, each decoded at its middle
/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const GLIDE = 450;                              // milliseconds of a change of window or of cloud
const BUDGET = 9;                               // milliseconds a frame for the map: dragging goes first
const FALLBACK = ["#4477aa", "#ee6677", "#228833", "#b59f00", "#0099bb", "#aa3377", "#777777", "#cc5500", "#6a3fb5", "#00785a"];

/** @type {(label: number) => string} */
export const planeColour = (label) => colourNamed(`digit-${label}`) || FALLBACK[label];
const ease = (/** @type {number} */ share) => (share < 0.5 ? 2 * share * share : 1 - 2 * (1 - share) ** 2);
/** @type {(from: number, to: number, share: number) => number} */
const mix = (from, to, share) => from + share * (to - from);

const sheet = (/** @type {number} */ side) => make("canvas", { width: side, height: side });

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{ onmove?: (z: number[]) => void }} [heard]
 */
export const latentPlane = (canvas, { onmove = () => {} } = {}) => {
  const context = context2d(canvas), none = new Float32Array(0);
  let size = 0, density = 1;
  let view = { x: 0, y: 0, half: 3 }, from = view, to = view, turned = 0;     // the window now; its glide
  // The codes, those that they glide from, and where they are by now.
  let codes = /** @type {Float32Array} */ (none), before = codes, now = codes, moved = 0;
  let labels = /** @type {number[]} */ ([]), decode = /** @type {Plane["decode"] | null} */ (null), key = "";
  /** @type {Shown} */
  let shown = { point: [0, 0], path: null, ends: {}, map: true, cloud: true };
  let layer = sheet(1), stale = true;                                              // all but path and point
  let dots = sheet(1), dotted = false;                                             // the cloud alone
  /** @typedef {{ canvas: HTMLCanvasElement, window: Window, done: number, decode: Plane["decode"], under: DecodedMap | null }} DecodedMap */
  /** @type {Map<string, DecodedMap>} */
  const maps = new Map();
  let map = /** @type {DecodedMap | null} */ (null), asked = 0;

  const anew = () => { stale = true; dotted = false; };
  const across = (/** @type {number} */ z1) => ((z1 - view.x + view.half) / (2 * view.half)) * size;
  const down = (/** @type {number} */ z2) => ((view.y + view.half - z2) / (2 * view.half)) * size;

  // ---- The map, decoded row by row between frames, kept for each model and window ----
  const wantMap = () => {
    if (!decode) return;
    const name = `${key}|${to.x}|${to.y}|${to.half}`;
    const wanted = maps.get(name) ?? { canvas: sheet(SIDE), window: { ...to }, done: 0, decode, under: null };
    maps.set(name, wanted);
    if (map && map !== wanted && map.done === GRID && map.decode === decode) wanted.under = map;
    map = wanted;
  };
  const growMap = () => {
    if (!map || map.done === GRID || !shown.map) return;
    const end = performance.now() + BUDGET, { window: w } = map;
    const ink = context2d(map.canvas), tone = rgb(colourNamed("output"));
    while (map.done < GRID && performance.now() < end) {
      const row = map.done++;
      for (let column = 0; column < GRID; column++) {
        const z = [w.x + w.half * ((2 * column + 1) / GRID - 1), w.y + w.half * (1 - (2 * row + 1) / GRID)];
        const pixels = map.decode(z), image = ink.createImageData(TILE, TILE);
        for (let i = 0; i < pixels.length; i++) {
          image.data.set(tone, 4 * i);
          image.data[4 * i + 3] = 255 * pixels[i];
        }
        ink.putImageData(image, column * TILE, row * TILE);
      }
    }
    if (map.done === GRID) map.under = null;
    stale = true;
    canvas.dataset.map = map.done === GRID ? "whole" : "growing";
  };
  /** @type {(on: CanvasRenderingContext2D, map: DecodedMap) => void} */
  const drawMap = (on, map) => {
    // An old window's map stays, scaled, until the new one is whole.
    const drawn = map.under ?? map, { x, y, half } = drawn.window;
    on.imageSmoothingEnabled = true;
    on.globalAlpha = shown.cloud ? 0.5 : 1;
    on.drawImage(drawn.canvas, across(x - half), down(y + half), (half / view.half) * size, (half / view.half) * size);
    on.globalAlpha = 1;
  };

  // ---- The cloud: one dot a digit ----
  const dot = (/** @type {number} */ label) => {
    const radius = (size > 420 ? 2.3 : 1.7) * density, side = Math.ceil(2 * radius + 2);
    const sprite = sheet(side), on = context2d(sprite);
    on.fillStyle = planeColour(label);
    on.arc(side / 2, side / 2, radius, 0, 7);
    on.fill();
    return sprite;
  };
  const drawCloud = () => {
    dots = dots.width === canvas.width ? dots : sheet(canvas.width);
    const on = context2d(dots), sprites = Array.from({ length: 10 }, (_, label) => dot(label)), half = sprites[0].width / 2;
    on.clearRect(0, 0, dots.width, dots.width);
    on.globalAlpha = 0.75;
    for (let i = 0; i < labels.length; i++)
      on.drawImage(sprites[labels[i]], Math.round(across(now[2 * i]) * density - half), Math.round(down(now[2 * i + 1]) * density - half));
    dotted = true;
  };

  // ---- Axes and the prior's circles ----
  /** @type {(on: CanvasRenderingContext2D, text: string, x: number, y: number, colour: string, align?: CanvasTextAlign) => void} */
  const words = (on, text, x, y, colour, align = "center") => {
    on.font = `${size > 420 ? 13 : 11}px system-ui, sans-serif`;
    on.textAlign = align;
    on.textBaseline = "middle";
    on.lineJoin = "round";
    on.lineWidth = 4;
    on.strokeStyle = colourNamed("paper");
    on.strokeText(text, x, y);
    on.fillStyle = colour;
    on.fillText(text, x, y);
  };
  const drawAxes = (/** @type {CanvasRenderingContext2D} */ on) => {
    const ink = colourNamed("ink");
    on.strokeStyle = ink;
    on.lineWidth = 1;
    on.globalAlpha = 0.3;
    on.beginPath();
    on.moveTo(across(0), 0); on.lineTo(across(0), size);
    on.moveTo(0, down(0)); on.lineTo(size, down(0));
    on.stroke();
    on.globalAlpha = 1;
    on.setLineDash([6, 4]);
    on.lineWidth = 1.8;
    for (const sigma of [1, 2, 3]) {
      const radius = (sigma / (2 * view.half)) * size;
      on.beginPath();
      on.arc(across(0), down(0), radius, 0, 7);
      on.strokeStyle = colourNamed("ink");
      on.stroke();
    }
    on.setLineDash([]);
    const tick = (/** @type {number} */ value) => String(Math.round(value * 100) / 100).replace("-", "−");
    for (const value of ticks(view.x - view.half, view.x + view.half, 8))
      if (across(value) > 30 && across(value) < size - 30) words(on, tick(value), across(value), size - 10, colourNamed("soft"));
    for (const value of ticks(view.y - view.half, view.y + view.half, 8))
      if (down(value) > 24 && down(value) < size - 24) words(on, tick(value), 6, down(value), colourNamed("soft"), "left");
    words(on, "z₁ →", size - 6, size - 10, ink, "right");
    words(on, "↑ z₂", 6, 12, ink, "left");
    if ((1 / view.half) * size > 60) for (const sigma of [1, 2, 3]) {
      const at = sigma * Math.SQRT1_2;
      if (across(at) < size - 14) words(on, `${sigma}σ`, across(at), down(at), ink);
    }
  };

  // ---- One frame ----
  const drawLayer = () => {
    if (layer.width !== canvas.width) layer = sheet(canvas.width);
    const on = context2d(layer);
    on.setTransform(density, 0, 0, density, 0, 0);
    on.fillStyle = colourNamed("paper");
    on.fillRect(0, 0, size, size);
    if (shown.map && map) drawMap(on, map);
    if (shown.cloud && now.length) {
      if (!dotted) drawCloud();
      on.drawImage(dots, 0, 0, size, size);
    }
    drawAxes(on);
    stale = false;
  };
  /** @type {(z: ArrayLike<number>, radius: number, fill: string, text?: string) => void} */
  const mark = (z, radius, fill, text = "") => {
    context.beginPath();
    context.arc(across(z[0]), down(z[1]), radius, 0, 7);
    context.fillStyle = fill;
    context.fill();
    context.lineWidth = 2.5;
    context.strokeStyle = colourNamed("paper");
    context.stroke();
    if (!text) return;
    context.fillStyle = colourNamed("paper");
    context.font = "700 13px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(text, across(z[0]), down(z[1]) + 1);
  };
  const drawOver = () => {
    const code = colourNamed("code"), path = shown.path;
    if (path) {
      for (const [width, colour] of /** @type {[number, string][]} */ ([[5, colourNamed("paper")], [2.5, code]])) {
        context.beginPath();
        path.forEach((z, k) => context[k ? "lineTo" : "moveTo"](across(z[0]), down(z[1])));
        context.lineWidth = width;
        context.strokeStyle = colour;
        context.stroke();
      }
      path.slice(1, -1).forEach((z) => mark(z, 4, code));
    }
    for (const [name, z] of Object.entries(shown.ends)) if (z) mark(z, 10, colourNamed("input"), name);
    const [x, y] = [across(shown.point[0]), down(shown.point[1])];
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 9 * dx, y + 9 * dy);
      context.lineTo(x + 18 * dx, y + 18 * dy);
    }
    context.moveTo(x + 9, y);
    context.arc(x, y, 9, 0, 7);
    for (const [width, colour] of /** @type {[number, string][]} */ ([[7, colourNamed("paper")], [3.5, code]])) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.stroke();
    }
  };
  const frame = () => {
    asked = 0;
    if (!size) return;
    const time = performance.now();
    const turn = prefersStill ? 1 : Math.min(1, (time - turned) / GLIDE), glide = prefersStill ? 1 : Math.min(1, (time - moved) / GLIDE);
    if (view !== to) {
      view = turn === 1 ? to : { x: mix(from.x, to.x, ease(turn)), y: mix(from.y, to.y, ease(turn)), half: Math.exp(mix(Math.log(from.half), Math.log(to.half), ease(turn))) };
      anew();
    }
    if (now !== codes) {
      now = glide === 1 ? codes : codes.map((value, k) => mix(before[k], value, ease(glide)));
      anew();
    }
    growMap();
    if (stale) drawLayer();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(layer, 0, 0);
    context.setTransform(density, 0, 0, density, 0, 0);
    drawOver();
    if (view !== to || now !== codes || (shown.map && map && map.done < GRID)) draw();
  };
  const draw = () => { asked ||= requestAnimationFrame(frame); };

  // ---- A hand on it ----
  /** @type {(value: number, middle: number) => number} */
  const held = (value, middle) => Math.min(middle + to.half, Math.max(middle - to.half, value));
  const move = (/** @type {Point} */ z) => {
    const point = shown.point = [held(z[0], to.x), held(z[1], to.y)];
    draw();
    onmove(point);
  };
  const under = (/** @type {PointerEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    return [view.x + view.half * ((2 * (event.clientX - box.left)) / box.width - 1), view.y + view.half * (1 - (2 * (event.clientY - box.top)) / box.height)];
  };
  canvas.onpointerdown = (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    move(under(event));
    event.preventDefault();
  };
  canvas.onpointermove = (event) => { if (canvas.hasPointerCapture(event.pointerId)) move(under(event)); };
  canvas.onkeydown = (event) => {
    const step = ARROWS[event.key];
    if (!step && event.key !== "Home") return;
    event.preventDefault();
    const far = (to.half / 60) * (event.shiftKey ? 6 : 1);
    move(step ? [shown.point[0] + far * step[0], shown.point[1] + far * step[1]] : [0, 0]);
  };
  new ResizeObserver(() => {
    size = canvas.clientWidth;
    density = Math.min(3, window.devicePixelRatio || 1);
    if (!size) return;
    canvas.width = canvas.height = Math.round(size * density);
    anew();
    draw();
  }).observe(canvas);
  listen("theme", () => { maps.clear(); map = null; if (decode) wantMap(); anew(); draw(); });

  return {
    /** @type {(given: { codes: Float32Array, labels: number[], decode: Plane["decode"], key: string }) => void} */
    set: (given) => {
      before = now;
      ({ codes, labels, decode, key } = given);
      moved = performance.now();
      if (before.length !== codes.length) before = codes;
      wantMap();
      anew();
      draw();
    },
    look: (/** @type {Window} */ window) => {
      if (window.x === to.x && window.y === to.y && window.half === to.half) return;
      from = { ...view };
      to = { ...window };
      turned = performance.now();
      if (decode) wantMap();
      draw();
    },
    show: (/** @type {Partial<Shown>} */ given) => {
      if (("map" in given && given.map !== shown.map) || ("cloud" in given && given.cloud !== shown.cloud)) stale = true;
      shown = { ...shown, ...given };
      draw();
    },
  };
};
