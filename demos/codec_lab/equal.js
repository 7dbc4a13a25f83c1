// A digit, or what is none, by every code in about as many bytes; and black and white, as code lengths.

/** @import { Problem, Values } from "../common/views/types" */
/** @import { Equal, Limits, Rates, Server } from "./types" */
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { lastDrawing, paint } from "../common/views/digits.js";
import { finder, make } from "../common/views/elements.js";
import { lang } from "../common/views/language.js";
import { choiceRow } from "../common/views/tokens.js";
import { inks, toBase64 } from "../common/views/wire.js";
import { rateChart } from "./rates.js";

const CLOSEST = ["jpeg", "jpeg2000", "webp"];  // as near to a number of bytes as they can be
const WHATS = ["digit", "drawing", "letter", "photo"];
const N_DIGITS = 5000, STRIDE = 641;  // of the sample digits, which come in no order

/**
 * @param {HTMLElement} element of the section
 * @param {object} how
 * @param {Server} how.server
 * @param {Limits} how.limits
 * @param {number} how.digit the first one
 * @param {(key: string, values?: Values) => string} how.say
 * @param {() => void} how.keep the link
 * @param {() => Float32Array | null} how.ink the drawing of this page
 */
export const equalPart = (element, { server, limits, digit, say, keep, ink }) => {
  const find = finder(element), START = { what: "digit", digit, bits: limits.bits[1], bytes: limits.bytes[0] }, s = { ...START };
  let shown = /** @type {Equal | null} */ (null), rates = /** @type {Rates | null} */ (null);
  find(".bits").append(...limits.bits.map((bits) => make("button", { type: "button", value: bits }, bits)));
  find(".budget").append(...limits.bytes.map((bytes) => make("button", { type: "button", value: bytes }, bytes || make("span", { "data-i18n": "codec_lab.bytes_as_code" }))));
  const drawn = () => ink() ?? lastDrawing;  // here, or on "Draw and reconstruct"
  const chart = rateChart(find(".rates"), find(".key"), say);
  const askRates = async () => {
    try { rates ??= (await askServer(server.show_rates, {})).codes; await chart.draw(rates, shown); } catch (failure) { showProblem(find(".problem"), /** @type {Problem} */ (failure)); }
  };
  const ask = newest(async () => {
    find(".ways").classList.add("waiting");
    try {
      const pixels = s.what === "drawing" ? drawn() : null, drawing = pixels ? toBase64(Array.from(pixels, (value) => Math.round(255 * value))) : "";
      shown = await askServer(server.show_equal_bytes, { what: s.what, digit: s.digit, bits: s.bits, bytes: s.bytes, drawing });
      showProblem(find(".problem"), null);
      draw();
    } catch (failure) { showProblem(find(".problem"), /** @type {Problem} */ (failure)); }
    find(".ways").classList.remove("waiting");
  });
  const change = (/** @type {Partial<typeof s>} */ values) => {
    Object.assign(s, values);
    words();
    keep();
    return ask();
  };
  const pressWhat = choiceRow(find(".what"), (what) => {
    if (what === "drawing" && !drawn()) { showProblem(find(".problem"), "codec_lab.no_drawing"); return; }
    change({ what });
  });
  const pressBits = choiceRow(find(".choices.bits"), (bits) => change({ bits: Number(bits) }));
  const pressBytes = choiceRow(find(".budget"), (bytes) => change({ bytes: Number(bytes) }));
  find(".another").onclick = () => change({ what: "digit", digit: (s.digit + STRIDE) % N_DIGITS });
  function draw() {
    if (!shown) return;
    const count = (/** @type {number} */ n) => n.toLocaleString(lang), { budget } = shown;
    paint(find(".seen canvas", HTMLCanvasElement), inks(shown.seen), { tone: "input" });
    paint(find("canvas.ink", HTMLCanvasElement), inks(shown.ink), { tone: "input" });
    find(".ways").replaceChildren(...shown.ways.map((one) => {
      const canvas = make("canvas", { role: "img", "aria-label": say(`way.${one.name}`) });
      paint(canvas, inks(one.pixels), { tone: "output" });
      const way = make("figure", "out", canvas, make("figcaption", "number", make("b", "", say(`way.${one.name}`)), make("br"),
        say("way_bytes", { bytes: count(one.bytes) }), make("br"), one.mse ? say("way_error", { mse: one.mse.toFixed(4) }) : say("way_exact")));
      if (CLOSEST.includes(one.name)) way.append(make("small", "number", one.bytes > budget ? say(one.name === "jpeg" ? "way_longer" : "way_longer_file", { budget: count(budget) }) : say("way_fits", { budget: count(budget) })));
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
    chart.draw(rates, shown);
  }
  function words() {
    pressWhat(s.what);
    pressBits(String(s.bits));
    pressBytes(String(s.bytes));
    draw();
  }
  return {
    show: () => Promise.all([change({}), askRates()]), words,
    // The link has what differs from the usual choice.
    choice: () => (/** @type {(keyof typeof s)[]} */ (["what", "digit", "bits", "bytes"])).every((one) => s[one] === START[one]) ? null : [s.what, s.digit, s.bits, s.bytes].join(","),
    // What a link says, as far as there is such a thing.
    choose: (/** @type {string} */ said) => {
      const [what, ...numbers] = said.split(","), [wanted, bits, bytes] = numbers.map(Number);
      if (WHATS.includes(what)) s.what = what === "drawing" && !drawn() ? "digit" : what;
      if (Number.isInteger(wanted) && wanted >= 0 && wanted < N_DIGITS) s.digit = wanted;
      if (limits.bits.includes(bits)) s.bits = bits;
      if (limits.bytes.includes(bytes)) s.bytes = bytes;
    },
  };
};
