// Pictures of digits: how they are painted, those that ship, codes as bars, the learner's own drawing.

/** @import { Rgb } from "./types" */
import { fetchFile, files } from "./asking.js";
import { colourNamed, rgb } from "./colours.js";
import { context2d, find, svg } from "./elements.js";
import { announce, listen } from "./events.js";
import { signedScale } from "./signed_scale.js";

const SIDE = 28;
// Paint [784] values on a canvas of 28 x 28 (CSS scales it up, pixelated).
// kind "ink": 0..1, paper to the colour named `tone`; "difference": -1..1, as signed numbers.
/** @type {(canvas: HTMLCanvasElement, values: ArrayLike<number>, how?: { kind?: string, tone?: string }) => void} */
export const paint = (canvas, values, { kind = "ink", tone = "ink" } = {}) => {
  if (canvas.width !== SIDE) canvas.width = canvas.height = SIDE;
  const context = context2d(canvas);
  const image = context.createImageData(SIDE, SIDE);
  const paper = rgb(colourNamed("paper")), full = rgb(colourNamed(tone));
  /** @type {(ink: number) => Rgb} */
  const inked = (ink) => full.map((end, c) => paper[c] + Math.min(1, Math.max(0, ink)) * (end - paper[c]));
  const colour = kind === "ink" ? inked : signedScale();
  for (let i = 0; i < values.length; i++) image.data.set([...colour(values[i]), 255], 4 * i);
  context.putImageData(image, 0, 0);
  canvas.repaint = () => paint(canvas, values, { kind, tone });
  canvas.classList.add("digit");
};
listen("theme", () => { for (const c of document.querySelectorAll("canvas")) c.repaint?.(); });

// The 5,000 digits that ship: {labels, pixels(i) -> Float32Array [784] in [0, 1]}. Loaded once.
/**
 * @typedef {{ labels: number[], pixels: (i: number) => Float32Array }} SampleDigits
 * @type {Promise<SampleDigits> | null}
 */
let sample = null;
/** @returns {Promise<SampleDigits>} */
export const sampleDigits = () => {
  const asked = sample ??= readDigits();
  asked.catch(() => { sample = null; });  // asked anew the next time
  return asked;
};
/** @returns {Promise<SampleDigits>} */
const readDigits = async () => {
  const [picture, { labels }] = await Promise.all([
    fetchFile(files.digits).then((r) => r.blob()).then(createImageBitmap),
    fetchFile(files.labels).then((r) => r.json()),
  ]);
  const sheet = new OffscreenCanvas(picture.width, picture.height);
  const context = context2d(sheet, { willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, sheet.width, sheet.height);
  const grey = new Uint8Array(data.length / 4);  // reading the sheet tile by tile is slow
  for (let p = 0; p < grey.length; p++) grey[p] = data[4 * p];
  const across = picture.width / SIDE;
  return {
    labels: [...labels].map(Number),
    pixels: (i) => {
      const corner = Math.floor(i / across) * SIDE * sheet.width + (i % across) * SIDE;
      const pixels = new Float32Array(SIDE * SIDE);
      for (let p = 0; p < pixels.length; p++)
        pixels[p] = grey[corner + Math.floor(p / SIDE) * sheet.width + (p % SIDE)] / 255;
      return pixels;
    },
  };
};

// A code as bars with a zero line; `scale` is the value of a full bar, fixed by the caller. One
// path: a hundred elements, moved at each frame of a drawing, would be laid out each time.
/** @type {(node: HTMLElement & { values?: ArrayLike<number> }, values: ArrayLike<number>, scale: number, describe?: string) => void} */
export const codeBars = (node, values, scale, describe) => {
  if (!node.firstElementChild) {
    node.classList.add("bars");
    node.setAttribute("role", "img");
    node.replaceChildren(svg("svg", { preserveAspectRatio: "none", "aria-hidden": "true" }, svg("path")));
    node.onpointermove = (event) => {
      const { left, width } = node.getBoundingClientRect();
      const shown = node.values ?? [];
      node.title = shown[Math.floor(((event.clientX - left) / width) * shown.length)]?.toFixed(2) ?? "";
    };
  }
  if (describe) node.setAttribute("aria-label", describe);
  if (node.dataset.count !== String(values.length)) {
    node.dataset.count = String(values.length);
    find(node, "svg", SVGElement).setAttribute("viewBox", `0 -1 ${values.length} 2`);
  }
  node.values = values;
  find(node, "path", SVGElement).setAttribute("d", Array.from(values, (value, k) => {
    const share = Math.max(-1, Math.min(1, value / scale)) || 0;
    return `M${k + 0.06} 0V${-(Math.abs(share) < 0.03 ? 0.03 : share)}h.88V0Z`;
  }).join(""));
};

// What was drawn on the first page, for the others: {pixels: Float32Array [784]} or null.
/** @type {Float32Array | null} */
export let lastDrawing = null;
/** @type {(pixels: Float32Array) => void} */
export const keepDrawing = (pixels) => { lastDrawing = pixels; announce("drawing", pixels); };
