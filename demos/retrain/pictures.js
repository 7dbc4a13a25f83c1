// Pictures of the page: drawings cut out of the sheets that ship, and files that the server has read.

/** @import { Picture, Stored } from "./types" */
import { fetchFile, files } from "../common/views/asking.js";
import { context2d } from "../common/views/elements.js";
import { bytesOf } from "../common/views/wire.js";

const VEIL = "16, 22, 40", DARKEST = 0.8;  // what lies over places that have no part in an answer

// The first `n` drawings of a kind; each sheet is fetched and cut once.
/** @type {(sheets: Stored["sheets"], columns: number) => (kind: string, n: number) => Promise<Picture[]>} */
export const drawingsFrom = (sheets, columns) => {
  /** @type {Record<string, Promise<Picture[]>>} */
  const cut = {};
  const all = async (/** @type {string} */ kind) => {
    const answer = await fetchFile(`${files.samples}${sheets[kind].file}`);
    const sheet = await createImageBitmap(await answer.blob()), side = sheet.width / columns;
    return Promise.all(Array.from({ length: sheets[kind].n }, async (_, row) => ({
      sent: { kind, row },
      drawn: await createImageBitmap(sheet, (row % columns) * side, Math.floor(row / columns) * side, side, side),
    })));
  };
  return async (kind, n) => {
    cut[kind] ??= all(kind);
    cut[kind].catch(() => { delete cut[kind]; });  // asked anew the next time
    return (await cut[kind]).slice(0, n);
  };
};
/** @type {(jpeg: string) => Promise<Picture>} */
export const pictureOf = async (jpeg) => ({ sent: { file: jpeg }, drawn: await createImageBitmap(new Blob([bytesOf(jpeg)], { type: "image/jpeg" })) });

// Paint a picture, through a coloured filter if there is one, and with a veil wherever `evidence`
// (side * side numbers in [0, 1]) is small.
/**
 * @param {HTMLCanvasElement} canvas
 * @param {ImageBitmap} drawn
 * @param {{ size: number, tint?: string | null, evidence?: Float32Array | null }} how
 */
export const paintPicture = (canvas, drawn, { size, tint = null, evidence = null }) => {
  const pixels = Math.round(size * Math.min(2, window.devicePixelRatio || 1));
  canvas.width = canvas.height = pixels;
  const context = context2d(canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(drawn, 0, 0, pixels, pixels);
  if (tint) {
    context.globalCompositeOperation = "multiply";
    context.fillStyle = tint;
    context.fillRect(0, 0, pixels, pixels);
    context.globalCompositeOperation = "source-over";
  }
  if (!evidence) return;
  const side = Math.sqrt(evidence.length), small = new OffscreenCanvas(side, side), veil = context2d(small);
  evidence.forEach((share, place) => {
    veil.fillStyle = `rgba(${VEIL}, ${DARKEST * (1 - share)})`;
    veil.fillRect(place % side, Math.floor(place / side), 1, 1);
  });
  context.drawImage(small, 0, 0, pixels, pixels);
};
// How much each place speaks for a class and not for the others: its logit above the mean of all
// classes there, as a share of the most.
/** @type {(maps: Float32Array, at: { n: number, classes: number, side: number, label: number }) => Float32Array} */
export const evidenceOf = (maps, { n, classes, side, label }) => {
  const places = side * side, above = new Float32Array(places);
  for (let place = 0; place < places; place++) {
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += maps[(n * classes + c) * places + place];
    above[place] = Math.max(0, maps[(n * classes + label) * places + place] - sum / classes);
  }
  const most = Math.max(1e-6, ...above);
  return above.map((value) => value / most);
};
