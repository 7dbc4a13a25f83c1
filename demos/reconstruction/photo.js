// A photo with what was taken for ink, and a box to drag around the digit: mouse, finger or keys.

/** @import { Point } from "../common/views/types" */
/** @import { Pad } from "../common/views/pad.js" */
/** @import { Box, Photo } from "./types" */
import { context2d, finder } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";

const MIN_BOX = 0.04;   // of the picture: a smaller drag is a slip
const KEY_STEP = 0.02;  // of the picture, an arrow key
const KEY_PAUSE = 500;  // ms after the last key until the box is read
/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const INK = "#d6006c";  // in both themes: it lies on the photo, not on the page
const clip = (/** @type {number} */ n) => Math.min(1, Math.max(0, n));

/** @type {(type: string, base64: string) => Promise<HTMLImageElement>} */
const loaded = (type, base64) => new Promise((done, fail) => {
  const picture = new Image();
  picture.onload = () => done(picture);
  picture.onerror = fail;
  picture.src = `data:image/${type};base64,${base64}`;
});

// sheet(canvas, chosen): shows one photo; `chosen(box)` after a box was drawn, [left, top,
// right, bottom] in shares of the picture.
/** @type {(canvas: HTMLCanvasElement, chosen: (box: Box) => void) => (photo: Photo) => Promise<void>} */
const sheet = (canvas, chosen) => {
  let picture = /** @type {HTMLImageElement | null} */ (null), found = /** @type {HTMLImageElement | null} */ (null);
  let box = /** @type {Box | null} */ (null), start = /** @type {Point | null} */ (null), later = 0;  // a timer

  const show = () => {
    if (!picture) return;
    const width = Math.round((canvas.clientWidth || 308) * (window.devicePixelRatio || 1));
    const height = Math.max(1, Math.round(width * picture.height / picture.width));
    if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
    const context = context2d(canvas);
    context.drawImage(picture, 0, 0, width, height);
    const [left, top, right, bottom] = box ?? [0, 0, 1, 1];
    /** @type {[x: number, y: number, width: number, height: number]} */
    const place = [left * width, top * height, (right - left) * width, (bottom - top) * height];
    if (found && !start) {
      const tint = new OffscreenCanvas(found.width, found.height), ink = context2d(tint);
      ink.drawImage(found, 0, 0);
      ink.globalCompositeOperation = "source-in";
      ink.fillStyle = INK;
      ink.fillRect(0, 0, tint.width, tint.height);
      context.drawImage(tint, ...place);
    }
    if (!box) return;
    context.fillStyle = "rgba(0, 0, 0, .45)";
    context.beginPath();
    context.rect(0, 0, width, height);
    context.rect(...place);
    context.fill("evenodd");
    // Two lines, so that the box is seen on any picture.
    for (const { colour, thick, dash } of [{ colour: "#fff", thick: 4, dash: [] }, { colour: "#000", thick: 2, dash: [6, 4] }]) {
      context.strokeStyle = colour;
      context.lineWidth = thick * width / canvas.clientWidth / 1.5;
      context.setLineDash(dash.map((n) => n * width / canvas.clientWidth));
      context.strokeRect(...place);
    }
    context.setLineDash([]);
  };

  /**
   * @param {number[]} from
   * @param {number[]} to
   */
  const spanned = ([ax, ay], [bx, by]) => [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
  const place = (/** @type {PointerEvent} */ event) => {
    const area = canvas.getBoundingClientRect();
    return [clip((event.clientX - area.left) / area.width), clip((event.clientY - area.top) / area.height)];
  };
  let before = /** @type {Box | null} */ (null);  // the box that a drag replaces
  canvas.style.touchAction = "none";
  canvas.onpointerdown = (event) => {
    if (!event.isPrimary || event.button !== 0 || !picture) return;
    canvas.setPointerCapture(event.pointerId);
    clearTimeout(later);
    before = box;
    start = place(event);
  };
  canvas.onpointermove = (event) => {
    if (!start || !event.isPrimary) return;
    box = spanned(start, place(event));
    show();
  };
  canvas.onpointerup = (event) => {
    if (!start || !event.isPrimary) return;
    const drawn = spanned(start, place(event));
    start = null;
    const large = drawn[2] - drawn[0] >= MIN_BOX && drawn[3] - drawn[1] >= MIN_BOX;
    box = large ? drawn : before;
    if (large) { found = null; chosen(drawn); }
    show();
  };
  canvas.onpointercancel = () => { if (start) { start = null; box = before; show(); } };

  // Arrows move the box, with Shift they move its lower right corner.
  const choose = () => { clearTimeout(later); later = 0; found = null; show(); if (box) chosen(box); };
  canvas.onkeydown = (event) => {
    if (!picture || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && box) { event.preventDefault(); choose(); return; }
    if (!(event.key in ARROWS)) return;
    event.preventDefault();
    const [x, y] = ARROWS[event.key].map((n) => n * KEY_STEP);
    let [left, top, right, bottom] = box ?? [0.25, 0.25, 0.75, 0.75];
    if (event.shiftKey) {
      right = Math.max(left + MIN_BOX, clip(right + x));
      bottom = Math.max(top + MIN_BOX, clip(bottom + y));
    } else {
      const dx = Math.max(-left, Math.min(1 - right, x)), dy = Math.max(-top, Math.min(1 - bottom, y));
      [left, right, top, bottom] = [left + dx, right + dx, top + dy, bottom + dy];
    }
    box = [left, top, Math.min(1, right), Math.min(1, bottom)];
    found = null;
    show();
    clearTimeout(later);
    later = window.setTimeout(choose, KEY_PAUSE);
  };
  canvas.onblur = () => { if (later) choose(); };
  listen("theme", show);
  new ResizeObserver(show).observe(canvas);

  // Show a photo: {picture, found} in base64 and the box that was read, or null. Of two calls the
  // later one wins, whichever picture is decoded first.
  let newest = /** @type {Photo | null} */ (null);
  return async (photo) => {
    newest = photo;
    clearTimeout(later);
    later = 0;
    const [sheet, ink] = await Promise.all([loaded("jpeg", photo.picture), loaded("png", photo.found)]);
    if (newest !== photo || start) return;
    [picture, found, box] = [sheet, ink, photo.box];
    show();
  };
};
// The panel under the pad: open where the reading of a photo is unsure, or on demand.
// `read(photo, box)` reads a photo anew, `say(key)` has the page's sentences.
/**
 * @param {HTMLElement} root
 * @param {{ pad: Pad, say: (key: string) => string, read: (photo: Photo, box: Box | null) => void }} how
 */
export const photoPanel = (root, { pad, say, read }) => {
  const find = finder(root), whole = find(".whole", HTMLButtonElement);
  /** @type {WeakMap<Float32Array, Photo>} */
  const photos = new WeakMap();  // by the tile that each became: undo brings both back
  const now = () => (pad.tile ? photos.get(pad.tile) : undefined);
  const again = (/** @type {Box | null} */ box) => { const photo = now(); if (photo) read(photo, box); };
  const show = sheet(find(".photo canvas", HTMLCanvasElement), again);
  let shown = /** @type {Photo | null} */ (null);
  const draw = () => {
    const photo = now(), open = Boolean(photo?.open);
    find(".inspect").hidden = !photo;
    find(".inspect").setAttribute("aria-expanded", String(open));
    find(".photo").hidden = !open;
    if (!photo || !open) return;
    find(".doubt").textContent = photo.doubt ? say(`doubt.${photo.doubt}`) : "";
    whole.disabled = !photo.box;
    if (shown !== photo) show(photo);
    shown = photo;
  };
  find(".inspect").onclick = () => { const photo = now(); if (photo) photo.open = !photo.open; draw(); };
  whole.onclick = () => again(null);
  return {
    draw,
    /** @type {(tile: Float32Array, photo: Photo) => void} */
    keep: (tile, photo) => photos.set(tile, photo),
    // The server doubts what it found; whether the models agree on it is known only later.
    judge: (/** @type {boolean} */ agreed) => {
      const photo = now();
      if (!photo || photo.judged) return;
      photo.judged = true;
      if (!agreed && !photo.doubt) Object.assign(photo, { doubt: "votes", open: true });
      draw();
    },
  };
};
