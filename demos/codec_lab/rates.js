// Bytes against squared error: what was measured on the sample digits, and the picture on the page as stars.

/** @import { Figure, Trace } from "../common/views/charts.js" */
/** @import { Values } from "../common/views/types" */
/** @import { Equal, Rates } from "./types" */
import { chart, plain } from "../common/views/charts.js";
import { colourNamed } from "../common/views/colours.js";
import { make } from "../common/views/elements.js";

const HEIGHT = 420;
const LEARNED = ["pca3", "pca32", "ae3-lecture", "dense32", "vae16"], EXACT = ["png", "zstd", "huffman"];
/** @type {Record<string, [colour: string, symbol: string]>} */
const LOOKS = {  // a shape each, for those who can't tell the colours
  pca3: ["hidden", "x"], pca32: ["hidden", "cross"], "ae3-lecture": ["code", "triangle-down"], dense32: ["code", "circle"], vae16: ["code", "triangle-up"],
  jpeg: ["output", "circle"], jpeg_file: ["output", "square"], jpeg2000: ["input", "diamond"], webp: ["second", "pentagon"],
  png: ["ink", "square-open"], zstd: ["ink", "circle-open"], huffman: ["ink", "diamond-open"],
};
const TICKS = [2, 5, 10, 20, 50, 100, 200, 500];

/** @type {(node: HTMLElement, key: HTMLElement, say: (key: string, values?: Values) => string) => { draw: (rates: Rates | null, shown: Equal | null) => unknown }} */
export const rateChart = (node, key, say) => {
  let rates = /** @type {Rates | null} */ (null), shown = /** @type {Equal | null} */ (null);
  const nameOf = (/** @type {string} */ code) => say(`way.${code}`);
  /** @type {(code: string, at: [bytes: number, mse: number][], mark: boolean) => Trace} */
  const traceOf = (code, at, mark) => {
    const [colour, symbol] = LOOKS[code], tone = colourNamed(colour), curve = !mark && !EXACT.includes(code);
    return {
      type: "scatter", mode: curve ? "lines+markers" : "markers", name: nameOf(code), x: at.map(([bytes]) => bytes), y: at.map(([, mse]) => mse),
      line: { color: tone, width: 2, dash: code === "jpeg_file" ? "dash" : "solid" },
      marker: mark ? { symbol: "star", color: tone, size: 15, line: { color: colourNamed("ink"), width: 1 } } : { symbol, color: tone, size: LEARNED.includes(code) ? 10 : 7 },
      hovertext: at.map(([bytes, mse]) => plain(say(mark ? "rate_star" : "rate_point", { name: nameOf(code), bytes: bytes.toFixed(0), mse: mse.toFixed(4) }))),
      hovertemplate: "%{hovertext}<extra></extra>",
      ...(mark && { meta: "mark" }),
    };
  };
  /** @returns {Figure | null} */
  const figure = () => {
    if (!rates) return null;
    const stored = Object.entries(rates).map(([code, at]) => traceOf(code, at, false));
    const stars = (shown?.ways ?? []).filter(({ name }) => name in LOOKS).map(({ name, bytes, mse }) => traceOf(name, [[bytes, mse]], true));
    return {
      traces: [...stored, ...stars],
      axes: { x: say("rate_bytes"), y: say("rate_error") }, title: say("rates_title"), says: say("rates_says"),
      layout: { xaxis: { type: "log", tickvals: TICKS, ticktext: TICKS.map(String) }, yaxis: { rangemode: "tozero", tickformat: ".2f" } },
    };
  };
  const plot = chart(node, figure, { file: "bytes-against-error", height: HEIGHT, zoom: true });
  const SIGNS = /** @type {Record<string, string>} */ ({ x: "✕", cross: "✚", "triangle-down": "▼", circle: "●", "triangle-up": "▲", square: "■", diamond: "◆", pentagon: "⬟", "square-open": "□", "circle-open": "○", "diamond-open": "◇" });
  return {
    draw: (next, answer) => {
      rates = next ?? rates;
      shown = answer ?? shown;
      if (!rates) return undefined;
      key.replaceChildren(...Object.keys(rates).map((code) => {
        const [colour, symbol] = LOOKS[code], sign = make("b", "", SIGNS[symbol]);
        sign.style.color = colourNamed(colour);
        return make("span", "", sign, " ", nameOf(code));
      }), make("span", "", make("b", "", "★"), " ", say("rate_here")));
      return plot.draw();
    },
  };
};
