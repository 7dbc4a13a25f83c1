// A picture of numbers as a grid of cells that can be pointed at, and the curve of an activation.

/** @import { OfNumber } from "../common/views/decoder.js" */
/** @import { Point } from "../common/views/types" */
/** @import { Cells, Mark, Shade } from "./types" */
import { readable } from "../common/views/attention_scene.js";
import { colourNamed, rgb } from "../common/views/colours.js";
import { context2d } from "../common/views/elements.js";
import { minus } from "../common/views/scales.js";
import { signedScale } from "../common/views/signed_scale.js";

/** @type {Record<string, [rows: number, columns: number]>} */
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [-99, -99], End: [99, 99] };
const MAX_CELL = 44, FROM_NUMBERS = 34;  // CSS pixels

// Colours of values: signed numbers over -scale..scale, or ink, paper - blue, over low..low + scale.
/** @type {(how: { signed: boolean, scale: number, low?: number }) => Shade} */
export const inkOf = ({ signed, scale, low = 0 }) => {
  if (signed) { const colour = signedScale(); return (value) => colour(value / scale); }
  const [paper, ink] = ["paper", "input"].map((name) => rgb(colourNamed(name)));
  return (value) => paper.map((from, c) => from + Math.min(1, Math.max(0, (value - low) / scale) || 0) * (ink[c] - from));
};

// One pixel a cell; CSS or `cellCanvas` scales it up.
/**
 * @param {HTMLCanvasElement | OffscreenCanvas} canvas
 * @param {{ height: number, width: number, values: ArrayLike<number>, shade: (value: number) => number[], faint?: (k: number) => number }} picture
 */
export const shadeCells = (canvas, { height, width, values, shade, faint = () => 1 }) => {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = context2d(canvas), image = context.createImageData(width, height);
  for (let k = 0; k < width * height; k++) {
    const colour = shade(values[k]);
    for (let c = 0; c < 3; c++) image.data[4 * k + c] = colour[c];
    image.data[4 * k + 3] = 255 * faint(k);
  }
  context.putImageData(image, 0, 0);
};

// cellCanvas(canvas, {pick, move}): `pick(row, column, pressed)` hears of the pointer, `move(rows,
// columns)` of arrow keys. show(picture): {height, width, values, shade, faint(k), labels, frame,
// marks: [{row, column, rows, columns, colour, line}]}; labels stand left of the rows.
/**
 * @param {HTMLCanvasElement} canvas
 * @param {{ pick: (row: number, column: number, pressed: boolean) => void, move: (rows: number, columns: number) => void, tallest?: number }} how
 */
export const cellCanvas = (canvas, { pick, move, tallest = 560 }) => {
  const small = new OffscreenCanvas(1, 1);
  let cell = 1, left = 0, shown = /** @type {Cells | null} */ (null);
  const show = (/** @type {Cells} */ picture) => {
    shown = picture;
    const { height, width, labels, frame, marks } = picture;
    const room = canvas.parentElement?.clientWidth ?? 0, ratio = window.devicePixelRatio || 1;
    if (!room) return;
    const context = context2d(canvas), body = getComputedStyle(document.body), font = parseFloat(getComputedStyle(canvas).fontSize);
    context.font = `${0.85 * font}px ${body.fontFamily}`;
    left = labels ? Math.min(room * 0.55, Math.ceil(Math.max(...labels.map((label) => context.measureText(label).width))) + 8) : 0;
    cell = Math.max(3, Math.min(MAX_CELL, Math.floor((room - left) / width), Math.max(labels ? 18 : 3, Math.floor(tallest / height))));
    const [w, h] = [left + cell * width, cell * height];
    Object.assign(canvas, { width: Math.round((w + 2) * ratio), height: Math.round((h + 2) * ratio) });
    Object.assign(canvas.style, { width: `${w + 2}px`, height: `${h + 2}px` });
    shadeCells(small, picture);
    context.setTransform(ratio, 0, 0, ratio, ratio, ratio);  // one CSS pixel of margin for the lines
    context.imageSmoothingEnabled = false;
    context.fillStyle = colourNamed("paper");
    context.fillRect(left, 0, w - left, h);
    context.drawImage(small, left, 0, w - left, h);
    context.strokeStyle = colourNamed("line");
    context.lineWidth = 1;
    context.beginPath();
    if (cell >= 8) {
      for (let c = 0; c <= width; c++) { context.moveTo(left + c * cell, 0); context.lineTo(left + c * cell, h); }
      for (let r = 0; r <= height; r++) { context.moveTo(left, r * cell); context.lineTo(w, r * cell); }
    } else context.rect(left, 0, w - left, h);
    context.stroke();
    context.textBaseline = "middle";
    context.fillStyle = colourNamed("ink");
    context.font = `${0.85 * font}px ${body.fontFamily}`;
    context.textAlign = "right";
    labels?.forEach((label, r) => context.fillText(label, left - 6, (r + 0.5) * cell, left - 6));
    if (cell >= FROM_NUMBERS) {
      context.textAlign = "center";
      context.font = `${Math.min(0.8 * font, 0.34 * cell)}px ${body.fontFamily}`;
      for (let k = 0; k < width * height; k++)
        if ((picture.faint?.(k) ?? 1) === 1) {
          context.fillStyle = readable(picture.shade(picture.values[k]));
          context.fillText(signedNumber(picture.values[k]), left + ((k % width) + 0.5) * cell, (Math.floor(k / width) + 0.5) * cell);
        }
    }
    /** @type {(mark: Mark, dashes: number[]) => void} */
    const outline = ({ row, column, rows, columns, colour, line }, dashes) => {
      context.setLineDash(dashes);
      context.strokeStyle = colourNamed(colour);
      context.lineWidth = line;
      context.strokeRect(left + column * cell, row * cell, columns * cell, rows * cell);
    };
    if (frame) outline(frame, [5, 3]);
    for (const mark of marks) outline(mark, []);
  };
  /** @type {(event: MouseEvent) => [row: number, column: number] | null} */
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left - 1 - left) / cell), row = Math.floor((event.clientY - box.top - 1) / cell);
    return shown && row >= 0 && row < shown.height ? [row, Math.min(shown.width - 1, Math.max(0, column))] : null;
  };
  canvas.onpointermove = (event) => { const place = at(event); if (place && event.pointerType === "mouse") pick(...place, false); };
  canvas.onclick = (event) => { const place = at(event); if (place) pick(...place, true); };
  canvas.onkeydown = (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    move(...step);
  };
  return { show, again: () => { if (shown) show(shown); } };
};

/** @type {(value: number, digits?: number) => string} */
export const signedNumber = (value, digits = 2) => minus(value, Math.abs(value) < 10 ? digits : 1);

// An activation f and its derivative over -range..range, with the point x marked on both.
/** @type {(canvas: HTMLCanvasElement, activation: [OfNumber, OfNumber], x: number) => void} */
export const activationCurve = (canvas, [f, slope], x) => {
  const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
  if (!width) return;
  Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
  const context = context2d(canvas), range = Math.max(4, Math.ceil(1.15 * Math.abs(x)));
  const [top, bottom] = [Math.max(1.5, f(range)), Math.min(-0.6, f(-range))], gap = 0.06 * (top - bottom);
  const across = (/** @type {number} */ v) => ((v + range) / (2 * range)) * width, up = (/** @type {number} */ v) => ((top + gap - v) / (top - bottom + 2 * gap)) * height;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = `${parseFloat(getComputedStyle(canvas).fontSize) * 0.75}px ${getComputedStyle(document.body).fontFamily}`;
  /** @type {(points: Point[], colour: string, line: number, dashes?: number[]) => void} */
  const path = (points, colour, line, dashes = []) => {
    context.strokeStyle = colourNamed(colour);
    context.lineWidth = line;
    context.setLineDash(dashes);
    context.beginPath();
    for (const [a, b] of points) context.lineTo(across(a), up(b));
    context.stroke();
  };
  path([[-range, 0], [range, 0]], "strong-line", 1);
  path([[0, bottom - gap], [0, top + gap]], "strong-line", 1);
  context.fillStyle = colourNamed("soft");
  context.textAlign = "center";
  for (const tick of [-range / 2, range / 2]) { path([[tick, -gap / 2], [tick, gap / 2]], "strong-line", 1); context.fillText(signedNumber(tick, 0), across(tick), up(0) + 16); }
  context.textAlign = "left";
  path([[-range / 60, 1], [range / 60, 1]], "strong-line", 1);
  context.fillText("1", across(range / 60) + 3, up(1) + 4);
  const places = Array.from({ length: 401 }, (_, k) => -range + (k / 200) * range);
  path(places.map((v) => [v, slope(v)]), "code", 2, [6, 4]);
  path(places.map((v) => [v, f(v)]), "output", 3);
  path([[x, bottom - gap], [x, top + gap]], "soft", 1, [2, 3]);
  for (const [value, colour] of /** @type {[number, string][]} */ ([[slope(x), "code"], [f(x), "output"]])) {
    context.setLineDash([]);
    context.beginPath();
    context.arc(across(x), up(value), 6, 0, 7);
    context.fillStyle = colourNamed(colour);
    context.fill();
  }
};
