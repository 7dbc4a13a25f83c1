// A digit, or what is none, by every code in about as many bytes; and black and white, as code lengths.

/** @import { Problem, Values } from "../common/views/types" */
/** @import { Equal, Limits, Server } from "./types" */
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { lastDrawing, paint } from "../common/views/digits.js";
import { finder, make } from "../common/views/elements.js";
import { lang } from "../common/views/language.js";
import { choiceRow } from "../common/views/tokens.js";
import { inks, toBase64 } from "../common/views/wire.js";

const N_DIGITS = 5000, STRIDE = 641;  // of the sample digits, which come in no order

/**
 * @param {HTMLElement} element of the section
 * @param {object} how
 * @param {Server} how.server
 * @param {Limits} how.limits
 * @param {number} how.digit the first one
 * @param {(key: string, values?: Values) => string} how.say
 */
export const equalPart = (element, { server, limits, digit, say }) => {
  const find = finder(element), s = { what: "digit", digit, bits: limits.bits[1] };
  let shown = /** @type {Equal | null} */ (null);
  find(".bits").append(...limits.bits.map((bits) => make("button", { type: "button", value: bits }, bits)));
  const ask = newest(async () => {
    find(".ways").classList.add("waiting");
    try {
      const drawing = s.what === "drawing" && lastDrawing ? toBase64(Array.from(lastDrawing, (value) => Math.round(255 * value))) : "";
      shown = await askServer(server.show_equal_bytes, { what: s.what, digit: s.digit, bits: s.bits, drawing });
      showProblem(find(".problem"), null);
      draw();
    } catch (failure) { showProblem(find(".problem"), /** @type {Problem} */ (failure)); }
    find(".ways").classList.remove("waiting");
  });
  const change = (/** @type {Partial<typeof s>} */ values) => {
    Object.assign(s, values);
    words();
    return ask();
  };
  const pressWhat = choiceRow(find(".what"), (what) => {
    if (what === "drawing" && !lastDrawing) { showProblem(find(".problem"), "codec_lab.no_drawing"); return; }
    change({ what });
  });
  const pressBits = choiceRow(find(".choices.bits"), (bits) => change({ bits: Number(bits) }));
  find(".another").onclick = () => change({ what: "digit", digit: (s.digit + STRIDE) % N_DIGITS });
  function draw() {
    if (!shown) return;
    const count = (/** @type {number} */ n) => n.toLocaleString(lang);
    paint(find(".seen canvas", HTMLCanvasElement), inks(shown.seen), { tone: "input" });
    paint(find("canvas.ink", HTMLCanvasElement), inks(shown.ink), { tone: "input" });
    find(".ways").replaceChildren(...shown.ways.map((one) => {
      const canvas = make("canvas", { role: "img", "aria-label": say(`way.${one.name}`) });
      paint(canvas, inks(one.pixels), { tone: "output" });
      const way = make("figure", "out", canvas, make("figcaption", "number", make("b", "", say(`way.${one.name}`)), make("br"),
        say("way_bytes", { bytes: count(one.bytes) }), make("br"), one.mse ? say("way_error", { mse: one.mse.toFixed(4) }) : say("way_exact")));
      if (one.decoder) way.append(make("small", "number", say(one.pays_from === null ? "never_pays" : "pays", { decoder: count(Math.round(one.decoder / 1000)), n: count(one.pays_from ?? 0) })));
      way.dataset.way = one.name;
      return way;
    }));
    const most = Math.max(...shown.binary.map(([, bits]) => bits));
    find(".binary tbody").replaceChildren(...shown.binary.map(([name, bits]) => {
      const bar = make("span", "bar");
      bar.style.width = `${(100 * bits) / most}%`;
      const row = make("tr", name === "vae16" ? "own" : "", make("th", { scope: "row" }, say(`binary.${name}`)), make("td", "", bits.toFixed(0)), make("td", "track", bar));
      row.dataset.way = name;
      return row;
    }));
  }
  function words() {
    pressWhat(s.what);
    pressBits(String(s.bits));
    draw();
  }
  return { show: () => change({}), words };
};
