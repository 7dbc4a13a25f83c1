// A cloud of codes on a canvas, one colour a digit: scatterCloud(canvas, {...}) in three dimensions
// (perspective, turning) or two (a map). Drawn by us, pixel by pixel, far points first, so that it is
// smooth without a graphics card: some 3 ms a frame for 5,000 points.
//
//   const cloud = scatterCloud(canvas, {onhover, onpick, onview, onturn});
//   cloud.set({points, labels, dimensions, centre, radius, extent})   axes fixed by centre and radius
//                                                               (a map's extent: half its width, height)
//   cloud.move(points)                                          the same digits elsewhere, same axes
//   cloud.hidden (Set of labels), cloud.marks {probe, star, near, pins}, cloud.view; then cloud.draw()

/** @import { Cloud, CloudHeard, Point, Rgb } from "./types" */
import { colourNamed, rgb } from "./colours.js";
import { context2d, make } from "./elements.js";
import { listen } from "./events.js";
import { textOf } from "./language.js";
import { scatterColours, scatterMarks } from "./scatter_marks.js";

const LEVELS = 24, PHASES = 4;      // depth levels of a point's look; parts of a pixel it may stand at
const DISTANCE = 3.2;               // of the eye from the middle, in radii
const SPEED = 0.16;                 // radians a second
/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const HOME = { yaw: -0.6, pitch: 0.35, zoom: 1, x: 0, y: 0 };
/** @type {(value: number, low: number, high: number) => number} */
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

// Colour of a digit as [r, g, b]; `inkOn(rgb)` is black or white, whichever reads better on it.
/** @type {(label: number) => Rgb} */
export const digitColour = (label) => rgb(colourNamed(`digit-${label}`));
/** @param {number[]} rgb */
export const inkOn = ([r, g, b]) => (0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#10151d" : "#ffffff");
// One button a digit: colour, digit, count; a click hides or shows it. `change` gets the Set.
/** @type {(node: HTMLElement, hidden: Set<number>, counts: number[], change: (hidden: Set<number>) => unknown) => void} */
export const digitLegend = (node, hidden, counts, change) => {
  node.replaceChildren(...counts.map((count, label) => {
    const dot = make("i", "", label), button = make("button", {
      type: "button", class: "key", "aria-pressed": String(!hidden.has(label)), "aria-label": textOf("code_space.legend.one", { label, count }),
    }, dot, count);
    dot.style.background = `var(--digit-${label})`;
    dot.style.color = inkOn(digitColour(label));
    button.onclick = () => { if (!hidden.delete(label)) hidden.add(label); change(hidden); };
    return button;
  }));
};

// For each level and phase: which pixels a point covers, and how far it and its rim cover them.
/** @typedef {{ offsets: Int32Array, cover: Uint16Array, rim: Uint16Array }} Sprite */
/** @type {(radiusOf: (near: number) => number, width: number) => Sprite[][]} */
const sprites = (radiusOf, width) => Array.from({ length: LEVELS }, (_, level) => {
  const radius = radiusOf(level / (LEVELS - 1)), reach = Math.ceil(radius + 2);
  return Array.from({ length: PHASES * PHASES }, (__, phase) => {
    const dx = ((phase % PHASES) + 0.5) / PHASES, dy = (Math.floor(phase / PHASES) + 0.5) / PHASES;
    const offsets = /** @type {number[]} */ ([]), cover = /** @type {number[]} */ ([]), rim = /** @type {number[]} */ ([]);
    for (let y = -reach; y <= reach; y++) for (let x = -reach; x <= reach; x++) {
      const distance = Math.hypot(x + 0.5 - dx, y + 0.5 - dy);
      const point = clamp(radius + 0.5 - distance, 0, 1), halo = clamp(radius + 1.3 - distance, 0, 1) * 0.7;
      if (halo < 0.02) continue;
      offsets.push(y * width + x);
      cover.push(Math.round(point * 256));
      rim.push(Math.round(Math.max(0, halo - point) * 256));
    }
    return { offsets: Int32Array.from(offsets), cover: Uint16Array.from(cover), rim: Uint16Array.from(rim) };
  });
});
/** @param {number[]} rgb */
const pack = ([r, g, b]) => (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
/** @type {(from: Rgb, to: Rgb, share: number) => Rgb} */
const mixed = (from, to, share) => from.map((value, c) => Math.round(value + share * (to[c] - value)));

/**
 * @param {HTMLCanvasElement} canvas
 * @param {CloudHeard} [heard]
 */
export const scatterCloud = (canvas, { onhover = () => {}, onpick = () => {}, onview = () => {}, onturn = () => {} } = {}) => {
  const context = context2d(canvas), none = new Float32Array(0);
  let width = 0, height = 0, density = 1, image = new ImageData(1, 1), pixels = new Uint32Array(0);
  let points = /** @type {Float32Array} */ (none), labels = /** @type {ArrayLike<number>} */ ([]), n = 0, dimensions = 3, centre = [0, 0, 0], radius = 1, extent = /** @type {Point | null} */ (null);
  let medians = /** @type {(Point | null)[]} */ ([]), order = new Uint32Array(0), x = none, y = none, depth = none;
  let paper = [255, 255, 255], line = [0, 0, 0], colour = /** @type {Record<string, string>} */ ({}), digits = /** @type {Rgb[]} */ ([]);
  let palette = /** @type {Uint32Array[]} */ ([]), looks = /** @type {Sprite[][]} */ ([]), looksFor = "";
  let scale = 1, turning = false, seen = false, asked = 0, last = 0;
  // Its methods follow.
  const cloud = /** @type {Cloud} */ ({ hidden: new Set(), marks: {}, view: { ...HOME }, hovered: null, ms: 0, frames: 0 });

  // ---- What to draw ------------------------------------------------------------------------
  cloud.set = (next) => {
    ({ labels, dimensions = 3, centre, radius, extent = null } = next);
    n = next.points.length / dimensions;
    [order, x, y, depth] = [new Uint32Array(n), new Float32Array(n), new Float32Array(n), new Float32Array(n)];
    if (cloud.hovered !== null && cloud.hovered >= n) hover(null);
    cloud.move(next.points);
  };
  cloud.move = (next) => {
    points = next;
    medians = Array.from({ length: 10 }, (_, label) => cloud.median(label));
    cloud.draw();
  };
  cloud.median = (label) => {
    const of = /** @type {number[]} */ ([]);
    for (let i = 0; i < n; i++) if (labels[i] === label) of.push(i);
    if (!of.length) return null;
    return Array.from({ length: dimensions }, (_, k) => {
      const values = Float32Array.from(of, (i) => points[i * dimensions + k]).sort();
      return values[values.length >> 1];
    });
  };
  cloud.at = (i) => Array.from(points.subarray(i * dimensions, (i + 1) * dimensions));
  cloud.count = () => n;

  // ---- From a code to the screen ----------------------------------------------------------------
  // A map's pixels for one unit of its own, so that both its extents fit.
  const fit = () => Math.min(width / (extent?.[0] ?? radius), height / (extent?.[1] ?? radius));
  /** @type {() => (...code: Point) => Point} */
  const projector = () => {
    const { yaw, pitch, zoom } = cloud.view;
    const size = Math.min(width, height);
    if (dimensions === 2) {
      const unit = 0.47 * zoom * fit();
      return (a, b) => [width / 2 + (a - centre[0] - cloud.view.x * radius) * unit,
        height / 2 - (b - centre[1] - cloud.view.y * radius) * unit, 1];
    }
    const [cy, sy, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
    const focus = 0.82 * size * zoom * DISTANCE / 2;
    return (a, b, c) => {
      const [u, v, w] = [(a - centre[0]) / radius, (b - centre[1]) / radius, (c - centre[2]) / radius];
      const right = cy * u + sy * w, away = cy * w - sy * u;
      const up = cp * v - sp * away, far = sp * v + cp * away;   // far > 0 is behind the middle
      const share = focus / Math.max(0.2, DISTANCE + far);
      return [width / 2 + right * share, height / 2 - up * share, far];
    };
  };
  // The same, in CSS pixels of the canvas.
  cloud.project = (code) => projector()(...code).map((value, k) => (k < 2 ? value / density : value));

  // ---- Pixels -----------------------------------------------------------------------------------
  const prepare = () => {
    const zoomed = clamp(Math.sqrt(cloud.view.zoom), 0.7, 2.2);
    const wanted = `${width} ${density} ${zoomed.toFixed(1)} ${dimensions} ${n > 2500}`;
    if (wanted !== looksFor) {
      const base = density * zoomed * (width / density < 500 ? 0.75 : 1) * (n > 2500 ? 1 : 1.25);
      looks = sprites((near) => base * (dimensions === 2 ? 2.6 : 1.7 + 2.1 * near), width);
      looksFor = wanted;
    }
  };
  const colours = () => {
    scale = Number.parseFloat(getComputedStyle(canvas).fontSize) / 16 || 1;
    paper = rgb(colourNamed("paper"));
    colour = scatterColours();   // looked up once: asking for a style in each frame takes longer than drawing
    digits = Array.from({ length: 10 }, (_, label) => digitColour(label));
    line = rgb(colourNamed("line"));
    palette = Array.from({ length: 10 }, (_, label) => Uint32Array.from({ length: LEVELS }, (__, level) =>
      pack(mixed(digits[label], paper, dimensions === 2 ? 0 : 0.42 * (1 - level / (LEVELS - 1))))));
  };
  /** @type {(from: Point, to: Point, colour: number) => void} */
  const rule = (from, to, colour) => {      // a line of the box, behind the points
    const steps = Math.ceil(Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])));
    if (!(steps < 8 * width)) return;
    for (let s = 0; s <= steps; s++) {
      const px = Math.round(from[0] + (s / steps) * (to[0] - from[0]));
      const py = Math.round(from[1] + (s / steps) * (to[1] - from[1]));
      if (px >= 0 && px < width && py >= 0 && py < height) pixels[py * width + px] = colour;
    }
  };
  /** @type {(box: { low: Point, high: Point }, bits: number) => Point} */
  const corner = ({ low, high }, bits) => low.map((value, k) => (bits & (1 << k) ? high[k] : value));

  const render = () => {
    const began = performance.now();
    const place = projector(), ground = pack(paper), inked = cloud.hidden;
    prepare();
    pixels.fill(ground);
    if (dimensions === 3 && cloud.box)
      for (let bits = 0; bits < 8; bits++) for (let k = 0; k < 3; k++) if (!(bits & (1 << k)))
        rule(place(...corner(cloud.box, bits)), place(...corner(cloud.box, bits | (1 << k))), pack(line));
    const buckets = new Uint32Array(LEVELS + 1), levels = new Uint8Array(n);
    for (let i = 0; i < n; i++) {
      if (inked.has(labels[i])) { levels[i] = 255; continue; }
      const o = i * dimensions;
      const [px, py, far] = place(points[o], points[o + 1], points[o + 2]);
      x[i] = px; y[i] = py; depth[i] = far;
      levels[i] = dimensions === 2 ? LEVELS - 1 : clamp(Math.floor((0.5 - far / 2.2) * LEVELS), 0, LEVELS - 1);
      buckets[levels[i] + 1]++;
    }
    for (let b = 0; b < LEVELS; b++) buckets[b + 1] += buckets[b];
    const shown = buckets[LEVELS];
    for (let i = 0; i < n; i++) if (levels[i] !== 255) order[buckets[levels[i]]++] = i;
    const margin = 8 * density * 2;
    for (let k = 0; k < shown; k++) {
      const i = order[k], px = x[i], py = y[i];
      if (!(px > margin && px < width - margin && py > margin && py < height - margin)) continue;
      const left = Math.floor(px), top = Math.floor(py);
      const phase = Math.floor((px - left) * PHASES) + PHASES * Math.floor((py - top) * PHASES);
      const { offsets, cover, rim } = looks[levels[i]][phase];
      const tint = palette[labels[i]][levels[i]], start = top * width + left;
      const [sr, sg] = [tint & 0xff00ff, tint & 0xff00];
      for (let p = 0; p < offsets.length; p++) {
        const at = start + offsets[p], c = cover[p];
        if (c === 256) { pixels[at] = tint; continue; }
        const under = pixels[at], h = rim[p], rest = 256 - c - h;
        const r = (sr * c + (ground & 0xff00ff) * h + (under & 0xff00ff) * rest) >>> 8;
        const g = (sg * c + (ground & 0xff00) * h + (under & 0xff00) * rest) >>> 8;
        pixels[at] = (0xff000000 | (r & 0xff00ff) | (g & 0xff00)) >>> 0;
      }
    }
    context.putImageData(image, 0, 0);
    context.save();
    context.scale(density, density);
    scatterMarks(context, cloud, { medians, dimensions, scale, colour, digits, labels, at: cloud.at,
      place: (code) => place(...code).map((value, k) => (k < 2 ? value / density : value)) });
    context.restore();
    cloud.ms = performance.now() - began;
    cloud.frames++;
  };

  const frame = (/** @type {number} */ now) => {
    asked = 0;
    if (!seen || !width) return;
    if (turning) cloud.view.yaw = (cloud.view.yaw + SPEED * Math.min(0.1, (now - last) / 1000)) % (2 * Math.PI);
    last = now;
    render();
    if (turning) cloud.draw();
  };
  cloud.draw = () => { if (!asked) asked = requestAnimationFrame(frame); };
  cloud.repaint = () => { colours(); cloud.draw(); };

  cloud.turn = (on) => {
    if (on === turning) return;
    turning = on;
    last = performance.now();
    onturn(on);
    cloud.draw();
  };
  cloud.turning = () => turning;
  cloud.look = (view) => {  // within what hands can reach, also from a link
    const { yaw, pitch, zoom, x, y } = { ...cloud.view, ...view };
    cloud.view = { yaw: yaw % (2 * Math.PI), pitch: clamp(pitch, -1.5, 1.5), zoom: clamp(zoom, 0.4, 12), x: clamp(x, -2, 2), y: clamp(y, -2, 2) };
    cloud.draw();
  };
  cloud.home = () => cloud.look(HOME);

  // ---- Pointing -------------------------------------------------------------------------------------
  const hover = (/** @type {number | null} */ i) => {
    if (i === cloud.hovered) return;
    cloud.hovered = i;
    cloud.draw();
    onhover(i);
  };
  cloud.hover = hover;
  /** @type {(event: PointerEvent, reach: number) => number | null} */
  const pick = (event, reach) => {
    const box = canvas.getBoundingClientRect();
    const [px, py] = [(event.clientX - box.left) * density, (event.clientY - box.top) * density];
    let best = /** @type {number | null} */ (null), least = (reach * density) ** 2;
    for (let i = 0; i < n; i++) {
      if (cloud.hidden.has(labels[i])) continue;
      const d = (x[i] - px) ** 2 + (y[i] - py) ** 2 + depth[i] * 6 * density ** 2;  // the nearer one in front wins
      if (d < least) { least = d; best = i; }
    }
    return best;
  };
  const touched = () => { cloud.turn(false); onview(cloud.view); };
  const pointers = /** @type {Map<number, PointerEvent>} */ (new Map());
  let moved = 0, gap = 0;
  const spread = () => {
    const [a, b] = [...pointers.values()];
    return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  };
  const zoom = (/** @type {number} */ factor) => { cloud.view.zoom = clamp(cloud.view.zoom * factor, 0.4, 12); cloud.draw(); touched(); };
  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, event);
    moved = 0;
    if (pointers.size === 2) gap = spread();
  };
  canvas.onpointermove = (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) { if (event.pointerType === "mouse") hover(pick(event, 9)); return; }
    const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
    pointers.set(event.pointerId, event);
    if (pointers.size === 2) {
      const now = spread();
      if (gap) zoom(now / gap);
      gap = now;
      moved = 99;
      return;
    }
    moved += Math.hypot(dx, dy);
    if (moved < 4) return;
    if (dimensions === 3) {
      cloud.view.yaw += dx * 0.008;
      cloud.view.pitch = clamp(cloud.view.pitch + dy * 0.008, -1.5, 1.5);
    } else {
      const unit = (0.47 * fit() * cloud.view.zoom * radius) / density;
      cloud.view.x = clamp(cloud.view.x - dx / unit, -2, 2);
      cloud.view.y = clamp(cloud.view.y + dy / unit, -2, 2);
    }
    hover(null);
    cloud.draw();
    touched();
  };
  canvas.onpointerup = canvas.onpointercancel = (event) => {
    if (pointers.delete(event.pointerId) && event.type === "pointerup" && moved < 4) {
      cloud.turn(false);
      const i = pick(event, event.pointerType === "mouse" ? 9 : 18);
      if (i !== null) { hover(i); onpick(i); }
    }
    gap = 0;
  };
  canvas.onpointerleave = (event) => { if (!pointers.size && event.pointerType === "mouse") hover(null); };
  // The wheel zooms where the cloud has been clicked before; else it scrolls the page, as everywhere.
  canvas.addEventListener("wheel", (event) => {
    if (document.activeElement !== canvas && !event.ctrlKey) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)));
  }, { passive: false });
  const step = (/** @type {1 | -1} */ by) => {
    for (let k = 1, i = cloud.hovered ?? (by > 0 ? -1 : n); k <= n; k++) {
      i = (i + by + n) % n;
      if (!cloud.hidden.has(labels[i])) { hover(i); return; }
    }
  };
  canvas.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const turn = ARROWS[event.key];
    if (turn && dimensions === 3) {
      cloud.view.yaw += turn[0] * 0.1;
      cloud.view.pitch = clamp(cloud.view.pitch + turn[1] * 0.1, -1.5, 1.5);
    } else if (turn) {
      cloud.view.x += (turn[0] * 0.1) / cloud.view.zoom;
      cloud.view.y -= (turn[1] * 0.1) / cloud.view.zoom;
    } else if (event.key === "+" || event.key === "=") zoom(1.15);
    else if (event.key === "-") zoom(1 / 1.15);
    else if (event.key === "0") cloud.home();
    else if (event.key === "n" || event.key === "p") step(event.key === "n" ? 1 : -1);
    else if (event.key === "Escape") hover(null);
    else if (event.key === "Enter" && cloud.hovered !== null) onpick(cloud.hovered);
    else return;
    event.preventDefault();
    cloud.draw();
    touched();
  };

  // ---- Size, theme, being seen ----------------------------------------------------------------------
  new ResizeObserver(() => {
    const box = canvas.getBoundingClientRect();
    density = Math.min(2, window.devicePixelRatio || 1);
    const [w, h] = [Math.round(box.width * density), Math.round(box.height * density)];
    if (!w || !h || (w === width && h === height)) return;
    [width, height] = [canvas.width, canvas.height] = [w, h];
    image = context.createImageData(w, h);
    pixels = new Uint32Array(image.data.buffer);
    cloud.repaint();
  }).observe(canvas);
  new IntersectionObserver((entries) => {
    seen = entries[entries.length - 1].isIntersecting;
    last = performance.now();
    if (seen) cloud.draw();
  }).observe(canvas);
  listen("theme", cloud.repaint);
  canvas.tabIndex = 0;
  return cloud;
};
