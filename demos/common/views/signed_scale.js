// Signed numbers have one scale in the whole lab: --against below zero, the ground at zero, --for above
// (assets/style.css). No view has another one, or the colours of this one (tests/test_colours.py).
// Style: signed_scale.css; what has a sign bears the class "for" or "against", its zero is marked.

import { colourNamed, rgb } from "./colours.js";
import { make } from "./elements.js";

export const sideOf = (value) => (value < 0 ? "against" : "for");

// -1..1 (beyond it the colour stays full) -> [r, g, b]; zero is the ground, by its name in the style sheet.
// For many numbers; made anew where the theme may have changed.
export const signedScale = (ground = "paper") => {
  const [zero, high, low] = [ground, sideOf(1), sideOf(-1)].map((name) => rgb(colourNamed(name)));
  return (share) => {
    const end = share < 0 ? low : high, much = Math.min(1, Math.abs(share) || 0);
    return zero.map((from, c) => Math.round(from + much * (end[c] - from)));
  };
};
export const signedColour = (share, ground) => signedScale(ground)(share);

// The same behind words: never so strong that they can't be read.
export const signedGround = (node, share) => {
  node.classList.add("signed-ground");
  node.classList.toggle("against", share < 0);
  node.classList.toggle("for", !(share < 0));
  node.style.setProperty("--share", `${Math.round(100 * Math.min(1, Math.abs(share) || 0))}%`);
};

// A bar from the middle of its track: `share` of the half on its side.
export const signedBar = (fill, share) => {
  const much = 50 * Math.min(1, Math.abs(share) || 0);
  fill.classList.remove("for", "against");
  fill.classList.add(sideOf(share));
  Object.assign(fill.style, { left: `${share < 0 ? 50 - much : 50}%`, right: "auto", width: `${much}%` });
  fill.parentElement?.classList.add("sided");
};

// A strip of numbers, one pixel each; CSS scales it up.
export const signedStrip = (canvas, values, scale, ground = "paper") => {
  Object.assign(canvas, { width: values.length, height: 1 });
  const context = canvas.getContext("2d"), image = context.createImageData(values.length, 1);
  const colour = signedScale(ground);
  values.forEach((value, k) => image.data.set([...colour(value / scale), 255], 4 * k));
  context.putImageData(image, 0, 0);
};

// The scale itself, zero in the middle and marked: ends [low, high] are what stands at its sides.
export const signedLegend = (node, [low, high]) => {
  if (!node.firstElementChild) node.append(make("span", "number low"), make("i", "signed-bar"), make("span", "number high"));
  node.classList.add("signed-legend");
  node.firstElementChild.textContent = low;
  node.lastElementChild.textContent = high;
};
