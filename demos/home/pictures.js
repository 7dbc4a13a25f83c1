// The pictures of the front page, each an answer of a model (core/inference/home.py). A picture is
//   draw(node, data): fills the node; returns what stops its movement, if it moves
//   of(pictures, language): its data
//   caption(data): values of its caption; link(answers, language): the state in which its page opens
// What moves rests while it isn't on the screen, and where the system asks for no motion.

/** @import { Drawn, Picture, Score } from "./types" */
import { answerBars } from "../common/views/answer_bars.js";
import { colourNamed, prefersStill } from "../common/views/colours.js";
import { codeBars, paint } from "../common/views/digits.js";
import { context2d, make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { percent } from "../common/views/scales.js";
import { signedTokens } from "../common/views/signed_tokens.js";
import { chip } from "../common/views/tokens.js";

/** @type {(text: string) => Uint8Array<ArrayBuffer>} */
const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
/** @type {(text: string) => Float32Array} */
const ink = (text) => Float32Array.from(bytes(text), (value) => value / 255);
const digit = (/** @type {string} */ tone) => {
  const canvas = make("canvas");
  return { canvas, show: (/** @type {Float32Array} */ values) => paint(canvas, values, { tone }) };
};

// Call `turn` every so many milliseconds while the node is on the screen; returns what ends it.
/** @type {(node: Element, turn: () => void, pause: number) => () => void} */
function moving(node, turn, pause) {
  if (prefersStill) return () => {};
  let timer = 0;
  const rest = () => { clearInterval(timer); timer = 0; };
  const watch = new IntersectionObserver(([{ isIntersecting }]) => {
    if (isIntersecting) timer ||= window.setInterval(turn, pause); else rest();
  });
  watch.observe(node);
  return () => { watch.disconnect(); rest(); };
}

const WIDEST = 15;  // of a code's number: a full bar
/** @type {Picture<Drawn["squeezed"]>["draw"]} */
function squeezed(node, digits) {
  const given = digit("input"), back = digit("output"), bars = make("div"), arrow = () => make("span", "to", "→");
  let at = 0;
  const show = () => {
    const one = digits[at % digits.length];
    given.show(ink(one.given));
    codeBars(bars, one.code, WIDEST, one.code.map((number) => number.toFixed(1)).join(", "));
    back.show(ink(one.back));
  };
  node.append(given.canvas, arrow(), bars, arrow(), back.canvas);
  show();
  return moving(node, () => { at += 1; show(); }, 2400);
}

/** @type {Picture<Drawn["asked"]>["draw"]} */
function asked(node, digits) {
  const given = digit("input"), backs = { told: digit("output"), ae: digit("output") };
  let at = 0;
  const show = () => {
    const one = digits[at % digits.length];
    given.show(ink(one.given));
    backs.told.show(ink(one.told));
    backs.ae.show(ink(one.ae));
  };
  node.append(given.canvas, make("span", "to", "→"), ...Object.entries(backs).map(([name, { canvas }]) =>
    make("figure", "", canvas, make("figcaption", "", textOf(`home.asked.${name}`)))));
  show();
  return moving(node, () => { at += 1; show(); }, 2400);
}

const SIDE = 150, TILT = 0.35, LEVELS = 127;  // pixels, radians, of a coordinate
/** @type {Picture<Drawn["cloud"]>["draw"]} */
function cloud(node, { points, labels }) {
  const canvas = make("canvas", "cloud"), context = context2d(canvas), at = new Int8Array(bytes(points).buffer);
  canvas.width = canvas.height = 2 * SIDE;
  let angle = 0.6;
  const show = () => {
    context.clearRect(0, 0, canvas.width, canvas.height);
    const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
    for (let i = 0; i < labels.length; i++) {
      const [x, y, z] = [0, 1, 2].map((axis) => at[3 * i + axis] / LEVELS), depth = x * sin + z * cos;
      context.fillStyle = colourNamed(`digit-${labels[i]}`);
      context.beginPath();
      context.arc(SIDE * (1 + 0.9 * (x * cos - z * sin)), SIDE * (1 - 0.9 * (y * Math.cos(TILT) - depth * Math.sin(TILT))), 4 + depth, 0, 7);
      context.fill();
    }
  };
  node.append(canvas);
  show();
  return moving(node, () => { angle += 0.02; show(); }, 40);
}

/** @type {Picture<Drawn["walk"]>["draw"]} */
function walk(node, frames) {
  const { canvas, show: paintOn } = digit("output"), pictures = frames.map(ink), there = pictures.length - 1;
  let at = 0;
  const show = () => paintOn(pictures[there - Math.abs((at % (2 * there)) - there)]);
  node.append(canvas);
  canvas.onpointermove = ({ offsetX }) => { at = Math.max(0, Math.min(there, Math.round((there * offsetX) / canvas.clientWidth))); show(); };
  show();
  return moving(node, () => { at += 1; show(); }, 350);
}

/** @type {Picture<Drawn["coded"]>["draw"]} */
function coded(node, { codes }) {
  node.append(...codes.map(([sign, bits]) => make("span", "coded mono", make("b", "", sign === " " ? "␣" : sign), make("span", "", bits))));
}

/** @type {Picture<Drawn["near"]>["draw"]} */
function near(node, { plus, minus, nearest }) {
  const chips = make("div", "chips", ...plus.flatMap((word, k) => [...(k ? ["+"] : []), chip(word)]), ...minus.flatMap((word) => ["−", chip(word)]));
  node.append(chips, make("ul", "after-it nearest", ...nearest.map(([word, cosine]) => {
    const fill = make("i");
    fill.style.width = percent(cosine);
    return make("li", "", make("span", "", word), make("span", "track", fill), make("span", "number", cosine.toFixed(2)));
  })));
}

/** @type {Picture<Drawn["phrases"]>["draw"]} */
function phrases(node, { units, costs }) {
  const chips = make("div", "chips"), scale = Math.max(...costs.map(Math.abs));
  signedTokens(chips, units.map((token, k) => ({ token, weight: costs[k], joined: token.startsWith("##") })), { scale });
  node.append(chips);
}

/** @type {Picture<Drawn["blank"]>["draw"]} */
function blank(node, { text, top }) {
  const [before, after] = text.split("[MASK]"), bars = make("ul");
  answerBars(bars, top);
  node.append(make("p", "asked", before, chip("", { kind: "hidden", columns: 4 }), after), bars);
}

/** @type {Picture<Drawn["next"]>["draw"]} */
function next(node, { first, candidates }) {
  node.append(make("p", "asked", first), make("ul", "after-it", ...candidates.map(([text, share]) => {
    const fill = make("i");
    fill.style.width = percent(share);
    return make("li", "", make("span", "", text), make("span", "track", fill), make("span", "number", percent(share)));
  })));
}

/** @type {Picture<Drawn["attention"]>["draw"]} */
function attention(node, { tokens, at, weights }) {
  const chips = make("div", "chips");
  chips.append(...tokens.map((token, k) => {
    const one = chip(token, { kind: token.startsWith("[") ? "special" : "plain", title: percent(weights[k]) });
    one.style.setProperty("--share", percent(weights[k]));
    one.classList.add("looked-at");
    one.classList.toggle("asks", k === at);
    return one;
  }));
  node.append(chips);
}

const WIDTH = 220, HEIGHT = 120, LEFT = 34, LOW = 0.5, HIGH = 0.9;  // of the chart, in its own units
/** @type {Picture<Drawn["learned"]>["draw"]} */
function learned(node, { random, tuned }) {
  const most = Math.log(tuned[tuned.length - 1][0]), least = Math.log(tuned[0][0]);
  const x = (/** @type {number} */ n) => LEFT + ((Math.log(n) - least) / (most - least)) * (WIDTH - LEFT - 8);
  const y = (/** @type {number} */ share) => HEIGHT - 18 - ((share - LOW) / (HIGH - LOW)) * (HEIGHT - 28);
  /** @type {(points: Score[], kind: string) => string} */
  const line = (points, kind) => `<polyline class="${kind}" points="${points.map(([n, share]) => `${x(n)},${y(share)}`).join(" ")}"></polyline>`;
  const box = make("div", "chart"), ends = [tuned[0][0], tuned[tuned.length - 1][0]];
  box.innerHTML = `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="">
    ${[0.5, 0.7, 0.9].map((share) => `<path class="grid" d="M${LEFT} ${y(share)}H${WIDTH - 8}"></path><text x="${LEFT - 4}" y="${y(share) + 4}" text-anchor="end">${100 * share}%</text>`).join("")}
    ${ends.map((n, k) => `<text x="${x(n)}" y="${HEIGHT - 2}" text-anchor="${k ? "end" : "start"}">${n.toLocaleString("en")}</text>`).join("")}
    ${line(random, "scratch")}${line(tuned, "tuned")}</svg>`;
  box.firstElementChild?.setAttribute("aria-label", textOf("home.caption.learned"));
  node.append(box, make("p", "key", make("b", "tuned", textOf("home.tuned")), make("b", "scratch", textOf("home.scratch"))));
}

/** @type {{ [Name in keyof Drawn]: Picture<Drawn[Name]> }} */
export const PICTURES = {
  coded: { draw: coded, of: (all, language) => all[language].coded, caption: ({ plain, huffman }) => ({ plain, huffman }) },
  squeezed: { draw: squeezed, of: (all) => all.squeezed },
  asked: { draw: asked, of: (all) => all.asked },
  cloud: { draw: cloud, of: (all) => all.cloud, caption: ({ labels }) => ({ n: labels.length }) },
  walk: { draw: walk, of: (all) => all.walk },
  near: { draw: near, of: (all, language) => all[language].near },
  phrases: {
    draw: phrases, of: (all, language) => all[language].phrases, caption: ({ good }) => ({ share: percent(good) }),
    link: (answers, language) => ({ of: language, text: answers.phrases.text }),
  },
  pieces: {
    of: (all, language) => all[language].pieces, draw: (node, tokens) => node.append(make("div", "chips", ...tokens.map((token) => chip(token, { joined: token.startsWith("##") })))),
    caption: (tokens) => ({ n: tokens.length }),
  },
  blank: { draw: blank, of: (all, language) => all[language].blank, link: (answers, language) => ({ model: language, text: answers.blank.text }) },
  next: { draw: next, of: (all, language) => all[language].next },
  attention: {
    draw: attention, of: (all, language) => all[language].attention, caption: ({ layer, head, tokens, at }) => ({ layer, head, word: tokens[at] }),
    link: ({ attention: { text, layer, head } }, language) => ({ model: language, text, layer, head }),
  },
  learned: { draw: learned, of: (all) => all.learned, link: () => ({ kind: "bert" }) },
};
