// Signed numbers have one scale in the whole lab: --against below zero, the ground at zero, --for above
// (assets/style.css). No view has another one, or the colours of this one (tests/test_colours.py).
// Style: signed_scale.css; what has a sign bears the class "for" or "against", its zero is marked.

/** @import { Rgb } from "./types" */
import { colourNamed, rgb } from "./colours.js";
import { context2d, make } from "./elements.js";

/** @type {(value: number) => "for" | "against"} */
export const sideOf = (value) => (value < 0 ? "against" : "for");

// -1..1 (beyond it the colour stays full) -> [r, g, b]; zero is the ground, by its name in the style sheet.
// For many numbers; made anew where the theme may have changed.
/** @type {(ground?: string) => (share: number) => Rgb} */
export const signedScale = (ground = "paper") => {
  const [zero, high, low] = [ground, sideOf(1), sideOf(-1)].map((name) => rgb(colourNamed(name)));
  return (share) => {
    const end = share < 0 ? low : high, much = Math.min(1, Math.abs(share) || 0);
    return zero.map((from, c) => Math.round(from + much * (end[c] - from)));
  };
};
/** @type {(share: number, ground?: string) => Rgb} */
export const signedColour = (share, ground) => signedScale(ground)(share);

// The same behind words: never so strong that they can't be read.
/** @type {(node: HTMLElement, share: number) => void} */
export const signedGround = (node, share) => {
  node.classList.add("signed-ground");
  node.classList.toggle("against", share < 0);
  node.classList.toggle("for", !(share < 0));
  node.style.setProperty("--share", `${Math.round(100 * Math.min(1, Math.abs(share) || 0))}%`);
};

// A bar from the middle of its track: `share` of the half on its side.
/** @type {(fill: HTMLElement, share: number) => void} */
export const signedBar = (fill, share) => {
  const much = 50 * Math.min(1, Math.abs(share) || 0);
  fill.classList.remove("for", "against");
  fill.classList.add(sideOf(share));
  Object.assign(fill.style, { left: `${share < 0 ? 50 - much : 50}%`, right: "auto", width: `${much}%` });
  fill.parentElement?.classList.add("sided");
};

// A strip of numbers, one pixel each; CSS scales it up.
/** @type {(canvas: HTMLCanvasElement, values: ArrayLike<number>, scale: number, ground?: string) => void} */
export const signedStrip = (canvas, values, scale, ground = "paper") => {
  Object.assign(canvas, { width: values.length, height: 1 });
  const context = context2d(canvas), image = context.createImageData(values.length, 1);
  const colour = signedScale(ground);
  for (let k = 0; k < values.length; k++) image.data.set([...colour(values[k] / scale), 255], 4 * k);
  context.putImageData(image, 0, 0);
};

// The scale itself, zero in the middle and marked: ends [low, high] are what stands at its sides.
/** @type {(node: HTMLElement, ends: [low: string, high: string]) => void} */
export const signedLegend = (node, [low, high]) => {
  node.replaceChildren(make("span", "number low", low), make("i", "signed-bar"), make("span", "number high", high));
  node.classList.add("signed-legend");
};
