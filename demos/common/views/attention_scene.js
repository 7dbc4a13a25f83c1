// Pictures of the attention page as lists of shapes, painted on a canvas and written as SVG alike, so
// that what is exported is what is shown. Shapes (in CSS pixels; `data` goes into the SVG as data-*):
//   {line: [x1, y1, x2, y2], colour, alpha, width, data}      {rect: [x, y, w, h], colour, alpha, data}
//   {text, x, y, colour, anchor, size, mono}                  {path: [[x, y], ...], colour, width}
// A scene is {width, height, shapes, title}. Also colours of heads and of shares, in both themes.

/**
 * @typedef {object} Shape
 * @property {string} colour
 * @property {number[]} [rect]
 * @property {number[]} [line]
 * @property {number[][]} [path]
 * @property {string} [text]
 * @property {number} [x]
 * @property {number} [y]
 * @property {"start" | "middle" | "end"} [anchor]
 * @property {number} [size]
 * @property {boolean} [mono]
 * @property {number} [alpha]
 * @property {number} [width]
 * @property {Record<string, string | number>} [data]
 *
 * @typedef {{ width: number, height: number, shapes: Shape[], title: string }} Scene
 */

/** @import { Rgb } from "./types" */
import { colourNamed } from "./colours.js";
import { context2d, make } from "./elements.js";

const N_COLOURS = 12, FACE = "system-ui, 'Noto Sans CJK SC', sans-serif", MONO = "ui-monospace, 'Noto Sans Mono CJK SC', monospace";

/** @type {(head: number) => string} */
export const headColour = (head) => colourNamed(`head-${head % N_COLOURS}`);

// Cividis (Nunez, Anderton & Renslow 2018), made for every eye, at eight places.
const CIVIDIS = [[0, 34, 78], [28, 56, 110], [70, 79, 108], [99, 102, 112], [130, 126, 120], [166, 152, 112], [207, 182, 92], [253, 231, 55]];
/** @type {(share: number) => Rgb} */
export const shadeOf = (share) => {  // 0..1 -> [r, g, b], from dark blue to yellow in both themes
  const at = Math.max(0, Math.min(1, share)) * (CIVIDIS.length - 1), k = Math.min(CIVIDIS.length - 2, Math.floor(at));
  return CIVIDIS[k].map((low, c) => Math.round(low + (at - k) * (CIVIDIS[k + 1][c] - low)));
};
/** @param {number[]} rgb */
export const cssColour = ([r, g, b]) => `rgb(${r}, ${g}, ${b})`;
// Black or white, whichever is read on [r, g, b].
/** @param {number[]} rgb */
export const readable = (rgb) => {
  const light = rgb.map((value) => ((value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2] > 0.18 ? "#000000" : "#ffffff";
};

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{ shapes: Shape[] }} scene
 */
export const paintScene = (context, { shapes }) => {
  for (const shape of shapes) {
    context.globalAlpha = shape.alpha ?? 1;
    context.fillStyle = context.strokeStyle = shape.colour;
    if (shape.rect) {
      const [x, y, width, height] = shape.rect;
      context.fillRect(x, y, width, height);
    } else if (shape.line || shape.path) {
      const points = shape.path ?? (shape.line ? [shape.line.slice(0, 2), shape.line.slice(2)] : []);
      context.lineWidth = shape.width ?? 1;
      context.beginPath();
      points.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.stroke();
    } else {
      context.font = `${shape.size ?? 14}px ${shape.mono ? MONO : FACE}`;
      context.textAlign = shape.anchor === "middle" ? "center" : shape.anchor ?? "start";
      context.textBaseline = "middle";
      context.fillText(shape.text ?? "", shape.x ?? 0, shape.y ?? 0);
    }
  }
  context.globalAlpha = 1;
};

// Thousands of smooth lines on an opaque image, all from x = left to x = right: Wu's lines (1991) in
// fixed point, several times as fast as a canvas strokes them without a GPU. `ends` [y, y, y, y, ...];
// `thick` pixels of each line are whole or shared by two neighbours.
// A pixel is one number of 32 bits: red and blue are mixed in one product, green in another.
/**
 * @param {ImageData} image
 * @param {number} left
 * @param {number} right
 * @param {ArrayLike<number>} ends
 * @param {number[]} rgb
 * @param {number} share of the colour, 0..1
 */
export const wuLines = ({ data, width, height }, left, right, ends, [r, g, b], share, thick = 1) => {
  const pixels = new Int32Array(data.buffer), alpha = Math.round(share * 256), solid = 0xff000000 | (b << 16) | (g << 8) | r;
  const odd = new Int32Array(257), even = new Int32Array(257);  // the colour times each weight
  for (let weight = 0; weight <= 256; weight++) { odd[weight] = (r | (b << 16)) * weight; even[weight] = (g << 8) * weight; }
  /** @type {(at: number, weight: number) => void} */
  const mix = (at, weight) => {
    const here = pixels[at], rest = 256 - weight;
    pixels[at] = 0xff000000 | (((Math.imul(here & 0xff00ff, rest) + odd[weight]) >>> 8) & 0xff00ff)
      | (((Math.imul(here & 0xff00, rest) + even[weight]) >>> 8) & 0xff00);
  };
  for (let k = 0; k < ends.length; k += 2) {
    const from = ends[k], to = ends[k + 1], slope = (to - from) / (right - left), steep = Math.abs(slope) > 1;
    // One pixel a step along the longer way, its colour shared with the neighbour across.
    const first = steep ? Math.max(0, Math.ceil(Math.min(from, to))) : Math.max(0, Math.ceil(left));
    const last = steep ? Math.min(height, Math.ceil(Math.max(from, to))) : Math.min(width, Math.ceil(right));
    const step = steep ? 1 / slope : slope, start = (steep ? left : from) + (first - (steep ? from : left)) * step - thick / 2;
    const along = steep ? width : 1, across = steep ? 1 : width, end = (steep ? width : height) - thick;
    let place = Math.round(start * 65536);
    const by = Math.round(step * 65536);
    for (let m = first, base = first * along; m < last; m++, place += by, base += along) {
      const low = place >> 16;
      if (low < 0 || low >= end) continue;
      const over = (((place >> 8) & 255) * alpha) >> 8;
      let at = base + low * across;
      mix(at, alpha - over);
      for (let inside = 1; inside < thick; inside++) {
        at += across;
        if (alpha === 256) pixels[at] = solid; else mix(at, alpha);
      }
      mix(at + across, over);
    }
  }
};

const escape = (/** @type {string | number} */ text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
  .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");  // what XML can't hold
/** @param {number} x */
const round = (x) => Math.round(x * 100) / 100;
/** @param {Shape} shape */
const svgShape = (shape) => {
  const alpha = shape.alpha === undefined ? "" : ` opacity="${round(shape.alpha)}"`;
  const data = Object.entries(shape.data ?? {}).map(([name, value]) => ` data-${name}="${escape(value)}"`).join("");
  if (shape.rect) {
    const [x, y, width, height] = shape.rect.map(round);
    return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${shape.colour}"${alpha}${data}/>`;
  }
  if (shape.line) {
    const [x1, y1, x2, y2] = shape.line.map(round);
    return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${shape.colour}" stroke-width="${round(shape.width ?? 1)}"${alpha}${data}/>`;
  }
  if (shape.path) return `<polyline points="${shape.path.map(([x, y]) => `${round(x)},${round(y)}`).join(" ")}" fill="none" stroke="${shape.colour}" stroke-width="${shape.width ?? 1}"${data}/>`;
  return `<text x="${round(shape.x ?? 0)}" y="${round(shape.y ?? 0)}" fill="${shape.colour}" font-size="${round(shape.size ?? 14)}" text-anchor="${shape.anchor ?? "start"}" dominant-baseline="central" font-family="${shape.mono ? MONO : FACE}" xml:space="preserve"${data}>${escape(shape.text ?? "")}</text>`;
};
/** @type {(scene: Scene) => string} */
export const sceneSvg = ({ width, height, shapes, title }) => [
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}">`,
  `<title>${escape(title)}</title>`, `<rect width="100%" height="100%" fill="${colourNamed("panel")}"/>`,
  ...shapes.map(svgShape), "</svg>"].join("\n");
/** @type {(scene: Scene, scale?: number) => Promise<Blob | null>} */
export const scenePng = (scene, scale = 2) => {
  const fits = Math.min(scale, 16000 / scene.height, 16000 / scene.width);  // browsers draw nothing larger
  const canvas = make("canvas"), context = context2d(canvas);
  canvas.width = Math.max(1, Math.round(scene.width * fits));
  canvas.height = Math.max(1, Math.round(scene.height * fits));
  context.scale(fits, fits);
  paintScene(context, { shapes: [{ rect: [0, 0, scene.width, scene.height], colour: colourNamed("panel") }, ...scene.shapes] });
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
};
