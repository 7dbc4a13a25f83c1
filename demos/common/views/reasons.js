// Do other ways of explaining say what hiding each word says? A section that opens on a click.
//
//   const reasons = wordReasons(details, { ask, key, change });
//     details: <details class="ways"></details>, still empty; `change(open)` hears of a click on it
//     ask(): asks the server, whose wire.reasons answers; key(): what the answer is about, a string
//   reasons.draw(open): the answer above is new, or the language; asks only while it is open
// The texts: assets/texts/reasons.toml; the style: reasons.css.

/** @import { Reasons, Values } from "./types" */
import { newest, showProblem } from "./asking.js";
import { make } from "./elements.js";
import { textOf } from "./language.js";
import { percent, signed } from "./scales.js";
import { signedBar } from "./signed_scale.js";

/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`reasons.${key}`, values);
const name = (/** @type {string} */ way) => say(`way.${way}`);

// A row a word, a column a way: its bars share one scale, for its numbers mean something of their own.
/** @type {(node: HTMLElement, found: Reasons) => void} */
function drawBars(node, { words, ways, values }) {
  const scales = values.map((row) => Math.max(1e-9, ...row.map(Math.abs)));
  const strongest = values.map((row) => row.reduce((best, x, k) => (Math.abs(x) > Math.abs(row[best]) ? k : best), 0));
  node.style.setProperty("--ways", String(ways.length));
  node.replaceChildren(make("b", "corner", ""), ...ways.map((way) => make("b", "", name(way))), ...words.flatMap((word, k) => [
    make("b", "mono", word),
    ...ways.map((way, m) => {
      const value = values[m][k], fill = make("i"), track = make("span", "track", fill);
      signedBar(fill, value / scales[m]);
      const cell = make("div", `cell${strongest[m] === k ? " first" : ""}${Math.sign(value) * values[0][k] < 0 ? " turned" : ""}`, track, make("span", "number", signed(value)));
      cell.title = `${name(way)}, ${word}: ${signed(value)}`;
      return cell;
    })]));
}
/** @type {(node: HTMLElement, found: Reasons) => void} */
function drawAgreement(node, { ways, agreement }) {
  /** @type {(value: number | null, text: (value: number) => string) => string} */
  const shown = (value, text) => (value === null ? "–" : text(value));
  node.replaceChildren(make("tr", "", make("th"), ...["sign", "strongest", "rank"].map((key) => make("th", "", say(key)))),
    ...ways.slice(1).map((way, k) => {
      const one = agreement[k + 1];
      return make("tr", "", make("th", "", name(way)), make("td", "number", shown(one.same_sign, percent)),
        make("td", "number", say("of", { n: one.same_strongest, of: one.of })), make("td", "number", shown(one.spearman, (x) => x.toFixed(2))));
    }));
}

/**
 * @param {HTMLDetailsElement} details
 * @param {{ ask: () => Promise<Reasons>, key: () => string, change: (open: boolean) => void }} how
 */
export const wordReasons = (details, { ask, key, change }) => {
  const title = make("summary"), how = make("p", "quiet-text"), problem = make("p", "problem"), body = make("div", "body");
  const grid = make("div", "grid"), table = make("table"), verdict = make("p", "told"), meaning = make("p", "quiet-text");
  problem.hidden = true;
  verdict.setAttribute("aria-live", "polite");
  body.append(grid, make("div", "", table, verdict, meaning));
  details.replaceChildren(title, how, problem, body);
  let found = /** @type {(Reasons & { key: string }) | null} */ (null);
  const words = () => {
    title.textContent = say("title");
    how.textContent = say("how");
    if (!found) return;
    drawBars(grid, found);
    drawAgreement(table, found);
    const gradient = found.agreement[found.ways.indexOf("gradient")];
    verdict.textContent = gradient.same_sign === null ? say("too_few")
      : say(gradient.same_sign >= 0.85 ? "agrees" : gradient.same_sign > 0.6 ? "partly" : "guesses", { per: percent(gradient.same_sign), n: found.words.length });
    meaning.textContent = found.ways.map((way) => say(`means.${way}`)).join(" ");
  };
  const refresh = newest(async () => {
    const asked = key();
    try {
      const answer = found?.key === asked ? found : { ...(await ask()), key: asked };
      found = answer;
      showProblem(problem, null);
      words();
      body.hidden = false;
      body.classList.toggle("waiting", key() !== asked);
    } catch (failure) { showProblem(problem, failure); }
  });
  details.ontoggle = () => {
    change(details.open);
    if (details.open) refresh();
  };
  return {
    draw: (/** @type {boolean} */ open) => {
      words();
      body.hidden = !found;
      if (details.open !== open) { details.open = open; return; }  // its event goes on
      if (!open) return;
      body.classList.toggle("waiting", found?.key !== key());
      refresh();
    },
  };
};
