// Picture files from elsewhere: chosen, pasted or dropped, and made small enough to be sent.

import { context2d } from "./elements.js";
import { tabNow } from "./links.js";

const SENT_WHOLE = 2 ** 20;   // bytes: up to here the server decodes the file itself
const READABLE = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"];  // by the server
const MAX_SIDE = 1600;        // pixels: what a larger file is shrunk to
const MAX_FILE = 8 * 2 ** 20; // bytes of a file that only the server can judge
const ORIENTATION = 0x0112, APP1 = 0xe1, SCAN = 0xda;

// Where each kind of file keeps its EXIF block: [start, end] of the TIFF part, or null.
/** @typedef {[start: number, end: number] | null} Block */
/** @type {(view: DataView, at: number, length: number) => string} */
const text = (view, at, length) => {
  let out = "";
  for (let i = at; i < at + length && i < view.byteLength; i++) out += String.fromCharCode(view.getUint8(i));
  return out;
};
/** @type {(view: DataView) => Block} */
const inJpeg = (view) => {
  for (let at = 2; at + 10 < view.byteLength && view.getUint8(at) === 0xff;) {
    const marker = view.getUint8(at + 1), length = view.getUint16(at + 2);
    if (marker === SCAN) return null;
    if (marker === APP1 && text(view, at + 4, 6) === "Exif\0\0") return [at + 10, at + 2 + length];
    at += 2 + length;
  }
  return null;
};
/** @type {(view: DataView) => Block} */
const inWebp = (view) => {
  for (let at = 12; at + 8 <= view.byteLength;) {
    const length = view.getUint32(at + 4, true);
    if (text(view, at, 4) === "EXIF")
      return [at + 8 + (text(view, at + 8, 6) === "Exif\0\0" ? 6 : 0), at + 8 + length];
    at += 8 + length + (length % 2);
  }
  return null;
};
/** @type {(view: DataView) => Block} */
const inPng = (view) => {
  for (let at = 8; at + 12 <= view.byteLength;) {
    const length = view.getUint32(at);
    if (text(view, at + 4, 4) === "eXIf") return [at + 8, at + 8 + length];
    at += 12 + length;
  }
  return null;
};

// How a camera was held, 1 to 8, and the bytes without that note: browsers differ in which notes
// they obey (Chromium's createImageBitmap knows a JPEG's, not a WebP's), so none gets to see it.
/** @type {(buffer: ArrayBuffer) => { value: number, bytes: ArrayBuffer[] }} */
export const orientation = (buffer) => {
  const view = new DataView(buffer), plain = { value: 1, bytes: [buffer] };
  if (view.byteLength < 16) return plain;
  const png = text(view, 1, 3) === "PNG", webp = text(view, 8, 4) === "WEBP";
  const block = view.getUint16(0) === 0xffd8 ? inJpeg(view) : png ? inPng(view) : webp ? inWebp(view) : null;
  if (!block) return plain;
  const [start, end] = block;
  if (end > view.byteLength || start + 8 > end) return plain;
  const little = text(view, start, 2) === "II", first = start + view.getUint32(start + 4, little);
  if (first + 2 > end) return plain;
  const n = view.getUint16(first, little);
  for (let i = 0; i < n && first + 14 + 12 * i <= end; i++) {
    const entry = first + 2 + 12 * i;
    if (view.getUint16(entry, little) !== ORIENTATION) continue;
    const value = view.getUint16(entry + 8, little);
    if (value < 2 || value > 8) return plain;
    // A PNG's chunk has a checksum: it is left out whole.
    if (png) return { value, bytes: [buffer.slice(0, start - 8), buffer.slice(end + 4)] };
    const copy = buffer.slice(0);
    new DataView(copy).setUint16(entry + 8, 1, little);
    return { value, bytes: [copy] };
  }
  return plain;
};

// What turns a picture of width x height as its note says: the canvas' transform.
/** @type {Record<number, (w: number, h: number) => number[]>} */
const TURNS = {
  1: () => [1, 0, 0, 1, 0, 0],
  2: (w) => [-1, 0, 0, 1, w, 0],
  3: (w, h) => [-1, 0, 0, -1, w, h],
  4: (w, h) => [1, 0, 0, -1, 0, h],
  5: () => [0, 1, 1, 0, 0, 0],
  6: (w, h) => [0, 1, -1, 0, h, 0],
  7: (w, h) => [0, -1, -1, 0, h, w],
  8: (w) => [0, -1, 1, 0, 0, w],
};

// The picture upright, its longer side at most MAX_SIDE, as a file that holds no note.
/** @type {(file: File) => Promise<Blob>} */
const shrunk = async (file) => {
  const { value, bytes } = orientation(await file.arrayBuffer());
  const picture = await createImageBitmap(new Blob(bytes, { type: file.type }));
  const scale = Math.min(1, MAX_SIDE / Math.max(picture.width, picture.height));
  const [width, height] = [picture.width, picture.height].map((n) => Math.max(1, Math.round(n * scale)));
  const canvas = value > 4 ? new OffscreenCanvas(height, width) : new OffscreenCanvas(width, height);
  const context = context2d(canvas);
  context.imageSmoothingQuality = "high";
  const [a, b, c, d, e, f] = TURNS[value](width, height);
  context.setTransform(a, b, c, d, e, f);
  context.drawImage(picture, 0, 0, width, height);
  picture.close();
  // JPEG has no transparency; of the others only photos are ever large.
  const type = file.type === "image/jpeg" ? "image/jpeg" : "image/png";
  return canvas.convertToBlob({ type, quality: 0.92 });
};

// A picture file as base64, ready to be sent. What the browser can't decode goes as it is: the
// server says why.
/** @type {(file: File) => Promise<string>} */
export const pictureFile = async (file) => {
  let sent = /** @type {Blob} */ (file);
  if (file.size > SENT_WHOLE || !READABLE.includes(file.type)) {
    try { sent = await shrunk(file); } catch { sent = file.slice(0, MAX_FILE); }
  }
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).split(",")[1] ?? "");
    reader.readAsDataURL(sent);
  });
};

// Give `take` the files that are chosen, pasted, or dropped anywhere while `tab` is on the
// screen; it gets undefined where nothing dropped was a file. `target` is marked "over" meanwhile.
/** @type {(tab: string, how: { input: HTMLInputElement, target: Element, take: (file?: File) => void }) => void} */
export const takePictures = (tab, { input, target, take }) => {
  const here = (/** @type {Event} */ event) => tabNow === tab
    && !(event.target instanceof Element && event.target.closest("input[type=text], textarea"));
  input.onchange = () => { if (input.files?.length) take(input.files[0]); input.value = ""; };  // none: it was cancelled
  document.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.files[0];
    if (!here(event) || !pasted) return;
    event.preventDefault();
    take(pasted);
  });
  document.addEventListener("dragover", (event) => {
    if (!here(event)) return;
    event.preventDefault();
    target.classList.add("over");
  });
  document.addEventListener("dragleave", () => target.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    if (!here(event)) return;
    event.preventDefault();
    target.classList.remove("over");
    take(event.dataTransfer?.files[0]);
  });
};
