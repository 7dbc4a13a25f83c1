// A few blocks of a picture much larger, given and back, beside each other: where the edges of blocks come from.

/** @import { Values } from "../common/views/types" */
import { colourNamed } from "../common/views/colours.js";
import { context2d, finder, make } from "../common/views/elements.js";
import { choiceRow } from "../common/views/tokens.js";

const SIDE = 8, PIXELS = 640;  // of a block; of a canvas
export const SPANS = [1, 2, 4, 8];  // blocks across

/**
 * @param {HTMLElement} element of the section
 * @param {object} how
 * @param {() => { block: number[], span: number }} how.now
 * @param {() => { width: number, height: number }} how.size of the picture, in pixels
 * @param {(values: { block?: number[], span?: number }) => void} how.change
 * @param {(key: string, values?: Values) => string} how.say
 */
export const magnifiedBlocks = (element, { now, size, change, say }) => {
  const find = finder(element);
  find(".choices.span").append(...SPANS.map((n) => make("button", { type: "button", value: n }, `${n} × ${n}`)));
  const press = choiceRow(find(".choices.span"), (n) => change({ span: Number(n) }));
  // The first block across and down: the chosen one stands in the middle, but nothing beyond the edge is shown.
  const first = () => {
    const { block, span } = now(), { width, height } = size();
    return [height, width].map((pixels, axis) => Math.max(0, Math.min(block[axis] - Math.floor((span - 1) / 2), Math.ceil(pixels / SIDE) - span)));
  };
  const pairs = /** @type {const} */ ([["in", "magnified_given"], ["out", "magnified_ours"]]);
  for (const [side] of pairs) {
    const canvas = find(`.magnified .${side} canvas`, HTMLCanvasElement);
    canvas.onclick = ({ offsetX, offsetY }) => {
      const scale = canvas.clientWidth / now().span, [down, across] = first();
      change({ block: [down + Math.floor(offsetY / scale), across + Math.floor(offsetX / scale)] });
    };
  }
  return {
    draw: (/** @type {HTMLImageElement} */ given, /** @type {HTMLImageElement} */ ours) => {
      const { block, span } = now(), [down, across] = first(), cell = PIXELS / span;
      press(String(span));
      for (const [side, key] of pairs) {
        const canvas = find(`.magnified .${side} canvas`, HTMLCanvasElement), image = side === "in" ? given : ours;
        if (!image.naturalWidth) continue;
        canvas.width = canvas.height = PIXELS;
        const context = context2d(canvas);
        context.imageSmoothingEnabled = false;
        context.drawImage(image, across * SIDE, down * SIDE, span * SIDE, span * SIDE, 0, 0, PIXELS, PIXELS);
        context.strokeStyle = colourNamed("code");
        context.lineWidth = 5;
        context.strokeRect((block[1] - across) * cell + 2, (block[0] - down) * cell + 2, cell - 4, cell - 4);
        canvas.setAttribute("aria-label", say(key));
      }
    },
  };
};
