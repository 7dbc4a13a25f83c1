// A pad to draw a digit on: mouse, touch, pen or arrow keys; undo; strokes as a short text.
// Under the strokes may lie a tile of 28 x 28 (a sample digit, a photo). What the lab itself laid
// there (`example`) gives way to the first stroke; what is the learner's own is drawn upon.

/** @import { Point, Rgb } from "./types" */
import { colourNamed, rgb } from "./colours.js";
import { context2d } from "./elements.js";
import { listen } from "./events.js";

/** @typedef {Point[]} Stroke in the pad's units */
/**
 * What lies on a pad.
 * @typedef {object} Content
 * @property {Float32Array | null} tile [784] in [0, 1]
 * @property {string | number | null} name what the tile is, for the caller
 * @property {Stroke[]} strokes
 * @property {boolean} example
 */

const KEY_STEP = 4;    // units an arrow key moves the pen
const MAX_TEXT = 1500; // characters: longer drawings do not go into a link
const TILE = 28;

// Keep the points without which a line would move by more than `tolerance` (Douglas & Peucker).
/** @type {(points: Stroke, tolerance: number) => Stroke} */
const simplify = (points, tolerance) => {
  if (points.length < 3) return points;
  const [ax, ay] = points[0], [bx, by] = points[points.length - 1];
  const length = Math.hypot(bx - ax, by - ay);
  let far = 0, at = 0;
  for (let i = 1; i < points.length - 1; i++) {
    const [x, y] = points[i];
    const away = length
      ? Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length : Math.hypot(x - ax, y - ay);
    if (away > far) { far = away; at = i; }
  }
  if (far <= tolerance) return [points[0], points[points.length - 1]];
  return [...simplify(points.slice(0, at + 1), tolerance).slice(0, -1), ...simplify(points.slice(at), tolerance)];
};

// strokes <-> "x,y,x,y:x,y": whole numbers from 0 to the pad's side, strokes parted by colons.
/** @type {(strokes: Stroke[]) => string} */
const write = (strokes) => strokes.map((stroke) => stroke.flat().join(",")).join(":");
/** @type {(text: string, side: number) => Stroke[]} */
const read = (text, side) => {
  const strokes = text.slice(0, MAX_TEXT).split(":").map((part) => part.split(",").map(Number));
  const whole = strokes.every((numbers) => numbers.length >= 2 && numbers.length % 2 === 0
    && numbers.every((n) => Number.isInteger(n) && n >= 0 && n <= side));
  if (!text || !whole) return [];
  return strokes.map((numbers) => Array.from({ length: numbers.length / 2 }, (_, i) => numbers.slice(2 * i, 2 * i + 2)));
};

/** @type {(context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D, strokes: Stroke[], scale: number, colour: string, pen: number) => void} */
const line = (context, strokes, scale, colour, pen) => {
  context.lineCap = context.lineJoin = "round";
  context.lineWidth = pen * scale;
  context.strokeStyle = colour;
  context.fillStyle = colour;
  for (const stroke of strokes) {
    const [[startX, startY]] = stroke;
    context.beginPath();
    if (stroke.every(([x, y]) => x === startX && y === startY)) {  // a line without a length isn't drawn
      context.arc(startX * scale, startY * scale, pen * scale / 2, 0, 7);
      context.fill();
      continue;
    }
    for (const [x, y] of stroke) context.lineTo(x * scale, y * scale);
    context.stroke();
  }
};

// drawingPad(canvas, { side, pen }, changed): strokes live on a grid of side x side, four units for each
// pixel of a tile, and are `pen` units wide; `changed(done)` after each change, done = false while a
// stroke lasts.
/** @typedef {ReturnType<typeof drawingPad>} Pad */
/**
 * @param {HTMLCanvasElement} canvas
 * @param {{ side: number, pen: number }} how
 * @param {(done: boolean) => void} changed
 */
export const drawingPad = (canvas, { side, pen: width }, changed) => {
  const raster = new OffscreenCanvas(side, side);
  const ink = context2d(raster, { willReadFrequently: true });
  const stamp = new OffscreenCanvas(TILE, TILE);
  /** @type {Content} */
  const blank = { tile: null, name: null, strokes: [], example: false };
  const pad = { ...blank };
  const past = /** @type {Content[]} */ ([]);
  let live = /** @type {Stroke | null} */ (null);                                       // the stroke under way
  let pen = /** @type {{ x: number, y: number, down: boolean } | null} */ (null);                                        // {x, y, down} once keys have moved it

  const show = () => {
    const size = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1)) || 308;
    if (canvas.width !== size) canvas.width = canvas.height = size;
    const context = context2d(canvas), scale = size / side, colour = colourNamed("input");
    context.clearRect(0, 0, size, size);
    if (pad.tile) {
      stampTile(pad.tile, rgb(colour));
      context.imageSmoothingEnabled = false;
      context.drawImage(stamp, 0, 0, size, size);
    }
    line(context, all(), scale, colour, width);
    if (!pen) return;
    context.lineWidth = 2 * size / canvas.clientWidth;
    context.strokeStyle = colourNamed(pen.down ? "error" : "ink");
    context.beginPath();
    context.arc(pen.x * scale, pen.y * scale, width * scale / 2, 0, 7);
    context.stroke();
  };
  const all = () => (live ? [...pad.strokes, live] : pad.strokes);
  /** @type {(tile: ArrayLike<number>, colour: Rgb) => void} */
  const stampTile = (tile, colour) => {
    const image = new ImageData(TILE, TILE);
    for (let i = 0; i < tile.length; i++) image.data.set([...colour, Math.round(255 * tile[i])], 4 * i);
    context2d(stamp).putImageData(image, 0, 0);
  };

  const remember = () => {
    past.push({ tile: pad.tile, name: pad.name, strokes: [...pad.strokes], example: pad.example });
    if (past.length > 100) past.shift();
  };
  const begin = (/** @type {Point} */ point) => {
    remember();
    if (pad.example) Object.assign(pad, blank);
    live = [point];
  };
  const end = () => {
    if (!live) return;
    // What stays is what a link can say: few points, whole numbers.
    const whole = simplify(live, 0.7).map((p) => p.map((n) => Math.round(Math.min(side, Math.max(0, n)))));
    pad.strokes = [...pad.strokes, whole];
    live = null;
    show();
    changed(true);
  };

  // ---- Mouse, finger, pen
  canvas.style.touchAction = "none";
  const place = (/** @type {PointerEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * side, (event.clientY - box.top) / box.height * side];
  };
  canvas.onpointerdown = (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    pen = null;
    begin(place(event));
    show();
    changed(false);
  };
  canvas.onpointermove = (event) => {
    if (!live || pen || !event.isPrimary) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) live.push(place(move));
    show();
    changed(false);
  };
  canvas.onpointerup = canvas.onpointercancel = (event) => { if (event.isPrimary && !pen) end(); };

  // ---- Keys: arrows move, space puts the pen down and lifts it
  const held = /** @type {Set<string>} */ (new Set());
  /** @type {Record<string, Point>} */
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const lift = () => { if (pen?.down) { pen.down = false; end(); } };
  canvas.onkeydown = (event) => {
    const back = event.key === "Backspace" || (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey));
    if (!(event.key in ARROWS) && ![" ", "Enter", "Escape", "Delete"].includes(event.key) && !back) return;
    event.preventDefault();
    if (back) { lift(); undo(); return; }
    if (event.key === "Delete") { lift(); clear(); return; }
    if (event.key === "Escape") { lift(); show(); return; }
    pen ??= { x: side / 2, y: side / 4, down: false };
    if (event.key in ARROWS) {
      held.add(event.key);
      for (const key of held) {
        pen.x = Math.min(side, Math.max(0, pen.x + KEY_STEP * ARROWS[key][0]));
        pen.y = Math.min(side, Math.max(0, pen.y + KEY_STEP * ARROWS[key][1]));
      }
      if (live && pen.down) { live.push([pen.x, pen.y]); changed(false); }
    } else if (!event.repeat) {
      if (pen.down) { lift(); } else { pen.down = true; begin([pen.x, pen.y]); changed(false); }
    }
    show();
  };
  canvas.onkeyup = (event) => held.delete(event.key);
  canvas.onblur = () => { held.clear(); lift(); pen = null; show(); };

  const replace = (/** @type {Partial<Content>} */ content) => {
    Object.assign(pad, blank, content);
    live = null;
    show();
    changed(true);
  };
  // Put something else on the pad; `undo` brings back what was there.
  const set = (/** @type {Partial<Content>} */ content) => { remember(); replace(content); };
  const undo = () => { const last = past.pop(); if (last) replace(last); };
  const clear = () => { if (pad.tile || pad.strokes.length) set({}); };
  listen("theme", show);
  new ResizeObserver(show).observe(canvas);
  return Object.assign(pad, {
    show, set, undo, clear,
    // Lay something on the pad without a call of `changed`, as at the start.
    open: (/** @type {Partial<Content>} */ content) => { Object.assign(pad, blank, content); show(); },
    // What was there belongs to something else: nothing of it comes back.
    forget: () => { past.length = 0; },
    canUndo: () => past.length > 0,
    drawing: () => live !== null,
    empty: () => !pad.tile && !all().length,
    // Ink as bytes, [side x side], 255 for full ink.
    bytes: () => {
      ink.clearRect(0, 0, side, side);
      if (pad.tile) {
        stampTile(pad.tile, [0, 0, 0]);
        ink.imageSmoothingEnabled = false;
        ink.drawImage(stamp, 0, 0, side, side);
      }
      line(ink, all(), 1, "#000", width);
      const { data } = ink.getImageData(0, 0, side, side);
      const bytes = new Uint8Array(side * side);
      for (let i = 0; i < bytes.length; i++) bytes[i] = data[4 * i + 3];
      return bytes;
    },
    // The strokes for a link, or null where they are too many.
    text: () => { const text = write(pad.strokes); return text.length <= MAX_TEXT ? text : null; },
    read: (/** @type {string} */ text) => read(text, side),
  });
};
