// Charts of layers x heads: entropy, distance, patterns, shares between sentences, and what becomes of
// an answer without each head (measured on demand: it takes a while).

/** @import { Rgb, Values } from "../common/views/types" */
/** @import { HeadCell, HeadEffects, HeadScores, OfHeads, Page, View } from "./types" */
import { showProblem } from "../common/views/asking.js";
import { finder, make } from "../common/views/elements.js";
import { pythonCall } from "./export.js";
import { headGrid, headList, headScale } from "./grid.js";
import { shadeOf } from "../common/views/attention_scene.js";
import { percent, signed } from "../common/views/scales.js";
import { headQuestion } from "./work.js";
import { colourNamed } from "../common/views/colours.js";
import { lang, textOf } from "../common/views/language.js";
import { signedColour } from "../common/views/signed_scale.js";
import { choiceRow } from "../common/views/tokens.js";

const TAB = "attention";
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`${TAB}.${key}`, values);
const WAYS = ["A→A", "A→B", "B→A", "B→B"], TONES = ["input", "hidden", "code", "second"];
/**
 * What the chart shows of each head: its four shares between the sentences, or one number.
 * @typedef {{ pairs: true, of: number[][][], special: number[][] }} Pairs
 * @typedef {object} Numbers
 * @property {false} pairs
 * @property {OfHeads} of
 * @property {(value: number) => Rgb} colour
 * @property {(value: number) => string} text
 * @property {string} unit
 * @property {string[]} ends of the scale
 * @property {number} top
 * @property {boolean} [low] the smallest are told
 * @property {boolean} [effect]
 * @property {(at: number) => Rgb} [scaled]
 * @property {(layer: number, head: number) => string} [says]
 */
const MEASURES = ["entropy", "distance", "pattern", "effect", "pairs"];
/** @type {(node: HTMLElement, page: Page) => View} */
export const mapsView = (node, page) => {
  const find = finder(node), problem = find(".problem"), pattern = find(".pattern", HTMLSelectElement), work = find(".work"), row = find(".measures");
  const measured = /** @type {Map<string, HeadEffects>} */ (new Map());  // a question on a reading -> its effects; that reading may still be on its way
  const asked = () => JSON.stringify(page.asked());
  page.effects = () => (page.data?.key === JSON.stringify(page.request()) ? measured.get(asked()) ?? null : null);
  // Measure the effect of each head, once for each question; null if it was stopped.
  page.measureEffects = async (place) => {
    const key = asked();
    if (!measured.has(key)) {
      const result = await page.measure("effects", page.asked(), place);
      if (result) measured.set(key, result);
    }
    return measured.get(key) ?? null;
  };
  row.append(...MEASURES.map((measure) => Object.assign(make("button"), { type: "button", value: measure })));
  const press = choiceRow(row, (measure) => page.quiet({ measure }));
  const asking = make("div", "ask-box");
  find(".how").after(asking);
  const question = headQuestion(asking, page);
  const measure = make("button", "main", "");
  measure.type = "button";
  work.before(measure);
  pattern.onchange = () => page.quiet({ pattern: pattern.value });

  let values = /** @type {Pairs | Numbers | null} */ (null);
  const share = (/** @type {number} */ x) => x.toFixed(2).replace(/^0/, "");
  /** @type {Record<string, (scores: HeadScores) => Omit<Numbers, "pairs">>} */
  const kinds = {
    entropy: (scores) => { const top = Math.log(page.data.n); return { top, of: scores.entropy, colour: (x) => shadeOf(x / top), text: (x) => x.toFixed(1), unit: "nats", ends: ["0", say("maps.nats", { n: top.toFixed(1) })], low: true }; },
    distance: (scores) => { const top = Math.max(1, ...scores.distance.flat()); return { top, of: scores.distance, colour: (x) => shadeOf(x / top), text: (x) => x.toFixed(1), unit: "tokens", ends: ["0", say("maps.tokens", { n: top.toFixed(1) })] }; },
    pattern: (scores) => ({ of: scores.patterns[page.state.pattern], colour: shadeOf, text: share, unit: "share", top: 1, ends: ["0%", "50%", "100%"] }),
  };
  const grid = headGrid(find(".chart"), {
    label: () => say(`maps.${page.state.measure}`),
    press: (layer, head) => page.open(layer, head),
    cell: /** @returns {HeadCell} */ (layer, head) => {
      const name = page.headName(layer, head);
      if (!values) return { says: name, text: "" };
      if (values.pairs) {
        const value = values.of[layer][head], list = value.map((part, k) => `${WAYS[k]} ${percent(part)}`).join(", ");
        return { parts: value.map((part, k) => /** @type {[share: number, colour: string]} */ ([part, colourNamed(TONES[k])])), says: `${name}: ${list}. ${say("maps.special", { per: percent(values.special[layer][head]) })}`,
          data: { aa: value[0].toFixed(4), ab: value[1].toFixed(4), ba: value[2].toFixed(4), bb: value[3].toFixed(4) } };
      }
      const off = page.state.off.includes(layer * page.data.n_heads + head);
      const value = values.of[layer][head], text = value === null ? "–" : values.text(value);
      return { rgb: values.colour(value ?? 0), text, off, data: { value: value === null ? "" : value.toFixed(4) },
        says: `${name}: ${value === null ? say("maps.nothing") : values.says ? values.says(layer, head) : `${text} ${say(`maps.unit.${values.unit}`)}`}` };
    },
  });
  const side = () => {
    const { n_heads } = page.data, shown = values, list = /** @type {[value: number, layer: number, head: number][]} */ ([]);
    find(".side h2").textContent = values ? say(values.pairs ? "maps.top.pairs" : `maps.top.${page.state.measure}`) : "";
    if (shown?.pairs) shown.of.forEach((row, layer) => row.forEach((parts, head) => { list.push([parts[1] + parts[2], layer, head]); }));
    else shown?.of.forEach((row, layer) => row.forEach((value, head) => { if (value !== null) list.push([shown.effect ? -Math.abs(value) : value, layer, head]); }));
    const rising = shown && !shown.pairs && (shown.low || shown.effect);
    list.sort((a, b) => (rising ? a[0] - b[0] : b[0] - a[0]) || a[1] * n_heads + a[2] - b[1] * n_heads - b[2]);
    headList(find(".side ol"), page, list.slice(0, 5).map(([value, layer, head]) => [layer, head, shown?.pairs === false ? shown.says?.(layer, head) ?? shown.text(value) : percent(value)]));
    const scale = find(".side .scale");
    if (!shown) scale.replaceChildren();
    else if (shown.pairs) {
      scale.className = "scale pair-legend";
      scale.replaceChildren(...WAYS.map((way, k) => { const swatch = make("i", "swatch"); swatch.style.background = colourNamed(TONES[k]); return make("span", "", swatch, way); }));
    } else {
      scale.className = "scale";
      headScale(scale, (at) => shown.scaled?.(at) ?? shown.colour(at * shown.top), shown.ends);
    }
  };
  /** @type {() => Promise<Pairs | Numbers | null>} */
  const compute = async () => {
    const { state } = page;
    if (state.measure === "effect") {
      const found = page.effects();
      if (!found) return null;
      const most = Math.max(0.01, ...found.change.flat().map(Math.abs));
      return { pairs: false, top: most, of: found.change, effect: true, colour: (x) => signedColour(x / most, "panel"), text: signed, unit: "nats", scaled: (at) => signedColour(2 * at - 1, "panel"), ends: [signed(-most), "0", signed(most)],
        says: (layer, head) => say("maps.effect_says", { change: signed(found.change[layer][head]), first: found.first[layer][head], kept: found.kept[layer][head], of: found.before.top.length }) };
    }
    const scores = await page.scores();
    if (state.measure === "pairs") return scores.flow && { pairs: true, of: scores.flow.shares, special: scores.flow.special };
    return { pairs: false, ...kinds[state.measure](scores) };
  };
  const words = () => {
    for (const button of row.querySelectorAll("button")) button.textContent = say(`maps.${button.value}`);
    pattern.replaceChildren(...page.props.patterns.map((one) => Object.assign(make("option", "", say(`pattern.${one}`)), { value: one })));
    measure.textContent = say("maps.measure_effect");
  };
  measure.onclick = async () => {
    if (!question.ready()) { if (page.state.at === null) return; }
    measure.disabled = true;
    try { showProblem(problem, null); await page.measureEffects(work); } catch (failure) { showProblem(problem, failure); }
    measure.disabled = false;
    if (page.state.view === "maps") page.quiet({});
  };
  const draw = async () => {
    const { state, data } = page;
    if (!row.textContent || row.dataset.lang !== lang) { words(); row.dataset.lang = lang; }
    press(state.measure);
    find(".measures [value=pairs]", HTMLButtonElement).disabled = !data.read.segments.includes(1);
    pattern.value = state.pattern;
    find("label:has(.pattern)").hidden = state.measure !== "pattern";
    const effect = state.measure === "effect";
    asking.hidden = !effect;
    measure.hidden = !effect || Boolean(page.effects()) || Boolean(data.can[state.question] ?? data.can.heads);
    if (effect) { question.draw("effect"); if (!page.effects() && !question.ready() && state.at !== page.state.at) return; }
    find(".how").textContent = say(state.measure === "pattern" ? `pattern_how.${state.pattern}` : `maps.how.${state.measure}`);
    find(".body").classList.add("waiting");
    try {
      const found = await compute();
      showProblem(problem, state.measure === "pairs" && !found ? "errors.attention_no_second" : null);
      if (data !== page.data || state.measure !== page.state.measure) return;
      values = found;
      find(".body").classList.remove("waiting");
      find(".body").classList.toggle("empty", !found);
      grid.draw(page);
      side();
      node.dataset.measured = state.measure;
      page.ready();
    } catch (failure) { showProblem(problem, failure); }
  };
  const title = () => `${say(`maps.${page.state.measure}`)}${page.state.measure === "pattern" ? `: ${say(`pattern.${page.state.pattern}`)}` : ""}`;
  const scene = () => grid.scene(page, title());
  const table = () => ({
    columns: ["layer", "head", ...(values?.pairs ? ["a_to_a", "a_to_b", "b_to_a", "b_to_b"] : [page.state.measure === "pattern" ? page.state.pattern : page.state.measure])],
    rows: (values?.of ?? []).flatMap((row, layer) => row.map((value, head) => [layer + 1, head + 1, ...[value].flat().map((x) => x?.toFixed(4) ?? "")])),
  });
  const snippet = () => {
    const { measure: what, pattern: which, question: asked, target } = page.state;
    if (what === "effect") return `asked = questions.ask(**read, ${pythonCall({ question: asked, target })})\n*_, last = head_effects.measure(asked, off=off)\nprint(last.result.change.round(3))  # nats, [layers, heads]\n`;
    const show = "seen = attention.show(**read, off=off)\n";
    if (what === "pairs") return `${show}print(sentence_flow.flow(seen).shares.round(3))  # A->A, A->B, B->A, B->B\n`;
    return `${show}print(head_patterns.score(seen).${what === "pattern" ? `patterns["${which}"]` : what}.round(3))\n`;
  };
  return { draw, scene, table, snippet, words, ready: () => Boolean(values),
    get imports() { return page.state.measure === "effect" ? ["head_effects", "questions"] : ["attention", page.state.measure === "pairs" ? "sentence_flow" : "head_patterns"]; } };
};
