// Colours of the style sheet, for canvases.

/** @import { Rgb } from "./types" */
import { isDark } from "./links.js";

// The value of a CSS variable now, for canvases: colourNamed("code").
/** @type {Record<string, string>} */
const colours = {};  // asking the style sheet between two changes of the page lays it out anew
/** @type {(name: string) => string} */
export const colourNamed = (name) => (colours[`${name} ${isDark()}`] ||=
  getComputedStyle(document.body).getPropertyValue(`--${name}`).trim());
export const prefersStill = matchMedia("(prefers-reduced-motion: reduce)").matches;

// "#rrggbb" -> [r, g, b]
/** @type {(colour: string) => Rgb} */
export const rgb = (colour) => {
  const hex = colour.replace("#", "");
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
};
