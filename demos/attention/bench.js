// The ablation bench: switch heads off, read the answer before and after; and how many can go.

/** @import { Likely, Values } from "../common/views/types" */
/** @import { Ablation, Asked, HeadEffects, Page, Pruning, View } from "./types" */
import { answerBars } from "../common/views/answer_bars.js";
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { find as findIn, finder, make } from "../common/views/elements.js";
import { pythonCall } from "./export.js";
import { headGrid } from "./grid.js";
import { percent, signed } from "../common/views/scales.js";
import { headQuestion } from "./work.js";
import { chart, wrapped } from "../common/views/charts.js";
import { colourNamed } from "../common/views/colours.js";
import { lang, textOf } from "../common/views/language.js";
import { signedColour } from "../common/views/signed_scale.js";

const TAB = "attention", WHEN = /** @type {("before" | "after")[]} */ (["before", "after"]);
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`${TAB}.${key}`, values);
/** @type {(node: HTMLElement, page: Page) => View} */
export const benchView = (node, page) => {
  const find = finder(node), problem = find(":scope > .problem"), work = find(".switches .work");
  const question = headQuestion(find(".ask-box"), page);
  /** @type {Ablation & { key: string }} */
  let said;  // has come before anything of it is drawn
  let curve = /** @type {Curve | null} */ (null);
  const number = (/** @type {number} */ layer, /** @type {number} */ head) => layer * page.data.n_heads + head;
  const grid = headGrid(find(".chart"), {
    label: () => say("bench.label"),
    press: (layer, head) => {
      const one = number(layer, head), { off } = page.state;
      page.change({ off: off.includes(one) ? off.filter((k) => k !== one) : [...off, one].sort((a, b) => a - b) });
    },
    cell: (layer, head) => {
      const off = page.state.off.includes(number(layer, head)), effect = effects()?.change[layer][head];
      const known = effect === undefined ? "" : ` ${say("bench.alone", { change: signed(effect) })}`;
      return { rgb: off || effect === undefined ? null : signedColour(effect / most(), "panel"), text: off ? "×" : effect === undefined ? "" : signed(effect), off, pressed: off,
        says: `${page.headName(layer, head)}: ${say(off ? "bench.is_off" : "bench.is_on")}${known}`, data: { on: off ? 0 : 1 } };
    },
  });
  // Effects are measured with all heads on, whatever is off now: they say in which order to go on.
  const effectKey = () => JSON.stringify([{ ...page.request(), off: [] }, page.state.question, page.state.target]);
  const known = /** @type {Map<string, HeadEffects>} */ (new Map());
  const effects = () => known.get(effectKey()) ?? (page.state.off.length ? null : page.effects());
  const most = () => Math.max(0.01, ...(effects()?.change ?? []).flat().map(Math.abs));
  const rank = async () => {
    const key = effectKey(), found = effects() ?? await page.measure("effects", { ...page.asked(), off: [] }, work);
    if (!found) return null;
    known.set(key, found);
    const { change } = found, on = change.flat().map((_, k) => k).filter((k) => !page.state.off.includes(k));
    return on.sort((a, b) => change.flat()[b] - change.flat()[a]);  // first those whose absence costs least
  };
  const able = (/** @type {string} */ selector, /** @type {boolean} */ on) => { for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (node.querySelectorAll(selector))) button.disabled = !on; };
  const switchFive = async (/** @type {(order: number[]) => number[]} */ pick) => {
    able(".least5, .most5", false);
    try {
      showProblem(problem, null);
      const order = await rank();
      if (order) page.change({ off: [...page.state.off, ...pick(order)].sort((a, b) => a - b) });
    } catch (failure) { showProblem(problem, failure); }
    able(".least5, .most5", true);
  };
  find(".least5").onclick = () => switchFive((order) => order.slice(0, 5));
  find(".most5").onclick = () => switchFive((order) => order.slice(-5));
  find(".on").onclick = () => page.change({ off: [] });
  const undo = findIn(document, "#attention .history .undo", HTMLButtonElement);
  find(".undo2").onclick = () => undo.click();

  /** @type {(answer: Likely) => Likely} */
  const name = ([token, share]) => [page.state.question === "next" ? say(`question.${token === "next" ? "follows" : "random"}`) : token, share];
  const answered = () => {
    const { state } = page, list = (/** @type {Likely[]} */ answers) => answers.map(name), hit = name([said.before.target, 0])[0];
    answerBars(find(".with"), list(said.before.top), { hit, n: said.before.top.length });
    answerBars(find(".without"), list(said.after.top), { hit, n: said.before.top.length });
    find(".without-title").textContent = say("bench.after", { n: said.n_off });
    const change = said.after.log_probability - said.before.log_probability, same = said.before.top[0][0] === said.after.top[0][0];
    find(".answers .verdict").textContent = state.off.length
      ? say(same ? "bench.same" : "bench.changed", { target: hit, before: percent(Math.exp(said.before.log_probability)), after: percent(Math.exp(said.after.log_probability)), rank: said.after.rank, change: signed(change), first: name(said.after.top[0])[0] })
      : say("bench.nothing_off");
    page.ready();
  };
  const ask = newest(async (/** @type {Asked} */ asked, /** @type {string} */ key) => {
    if (said?.key === key) return;
    find(".answers").classList.add("waiting");
    try {
      const heard = await askServer(page.server.switch_off, asked);
      if (JSON.stringify(page.asked()) !== key) return;
      said = { key, ...heard };
      showProblem(problem, null);
      find(".answers").classList.remove("waiting");
      answered();
    } catch (failure) { if (JSON.stringify(page.asked()) === key) showProblem(problem, failure); }
  });

  // ---- How many heads can go --------------------------------------------------------------------------------
  const prune = async (/** @type {boolean} */ each) => {
    const key = effectKey(), place = find(".pruning .work");
    able(".pruning .controls button", false);
    try {
      showProblem(problem, null);
      const result = await page.measure("pruning", { ...page.asked(), off: [], each }, place);
      if (result) { curve = { ...result, each, key }; drawCurve(curve); page.ready(); }
    } catch (failure) { showProblem(problem, failure); }
    able(".pruning .controls button", true);
  };
  find(".quick").onclick = () => prune(false);
  find(".anew").onclick = () => prune(true);
  /** @typedef {Pruning & { each: boolean, key: string }} Curve */
  const points = (/** @type {Curve} */ curve) => [curve.before.log_probability, ...curve.steps.map((step) => step.log_probability)].map(Math.exp);
  const stepSays = (/** @type {Curve} */ curve, /** @type {number} */ k) => {
    const { steps, before } = curve, step = steps[k - 1];
    return say("bench.step", { n: k, name: step ? page.headName(step.layer, step.head) : "–", first: step?.first ?? before.top[0][0], per: percent(points(curve)[k]) });
  };
  const choose = (/** @type {number} */ k) => {
    if (!curve) return;
    slider.value = String(k);
    tell();
    page.change({ off: curve.steps.slice(0, k).map((step) => number(step.layer, step.head)).sort((a, b) => a - b) });
  };
  const figure = (/** @type {{ narrow: boolean }} */ { narrow }) => {
    const run = curve;
    if (!run) return null;
    const { steps, n_kept: kept, before } = run, shares = points(run), n = shares.length - 1, same = (/** @type {number} */ k) => k === 0 || steps[k - 1].first === before.top[0][0];
    const gone = shares.map((_, k) => k), label = say("bench.curve_axis"), share = say("bench.curve_share", { target: before.target });
    return {
      traces: [{
        type: "scatter", mode: "lines+markers", name: before.target, x: gone, y: shares, line: { color: colourNamed("code"), width: 2 },
        marker: { size: narrow ? 5 : n > 100 ? 6 : 9, opacity: 1, symbol: gone.map((k) => (same(k) ? "circle" : "x")), color: gone.map((k) => colourNamed(same(k) ? "output" : "error")) },
        customdata: gone.map((k) => wrapped(stepSays(run, k), narrow)), hovertemplate: "%{customdata}<extra></extra>",
      }],
      axes: { x: label, y: share }, title: say("bench.curve"), says: find(".pruning .verdict").textContent,
      table: { columns: ["heads_off", "layer", "head", "probability", "first"], rows: gone.map((k) => [k, steps[k - 1] ? steps[k - 1].layer + 1 : "", steps[k - 1] ? steps[k - 1].head + 1 : "", shares[k], steps[k - 1]?.first ?? before.top[0][0]]) },
      layout: {
        xaxis: { range: [-0.015 * n - 0.2, 1.015 * n + 0.2], nticks: 10 }, yaxis: { range: [0, 1.08 * Math.max(...shares)], tickformat: "~%", nticks: 5 },
        shapes: kept === null ? [] : [{ type: "line", yref: "paper", x0: kept + 0.5, x1: kept + 0.5, y0: 0, y1: 1, line: { color: colourNamed("error"), width: 2, dash: "dash" } }],
      },
    };
  };
  const slider = make("input"), told = make("output", "number"), box = make("div");
  slider.type = "range";
  slider.min = "0";
  const tell = () => { if (curve) told.textContent = stepSays(curve, Number(slider.value)); slider.setAttribute("aria-valuetext", told.textContent); };
  slider.oninput = tell;
  slider.onchange = () => choose(Number(slider.value));
  let plot = /** @type {ReturnType<typeof chart> | null} */ (null);
  const drawCurve = (/** @type {Curve} */ curve) => {
    const { steps, n_kept: kept, before } = curve, n = steps.length;
    slider.max = String(n);
    slider.value = String(kept ?? n);
    slider.setAttribute("aria-label", say("bench.curve_axis"));
    tell();
    find(".pruning .verdict").textContent = say(kept === null ? "bench.never" : "bench.kept", { n: kept ?? n, of: page.data.n_layers * page.data.n_heads, first: steps[kept ?? n - 1]?.first ?? "–", target: before.target })
      + (curve.each && curve.every > 1 ? ` ${say("bench.every", { n: curve.every })}` : "");
    if (!box.isConnected) find(".curve").replaceChildren(box, slider, told);
    if (!plot) {
      const made = plot = chart(box, figure, { file: "pruning-heads", height: 260 });
      made.node.onclick = (event) => {  // off as far as here
        const at = made.at(event);
        if (at) choose(Math.max(0, Math.min(Number(slider.max), Math.round(at.x))));
      };
    } else plot.draw();
  };

  const draw = () => {
    const { state, data } = page;
    question.draw("bench");
    grid.draw(page);
    find(".tally").textContent = say("bench.tally", { n: state.off.length, of: data.n_layers * data.n_heads });
    find(".on", HTMLButtonElement).disabled = !state.off.length;
    find(".undo2", HTMLButtonElement).disabled = undo.disabled;
    const answers = !(data.can[state.question] ?? data.can.heads);
    able(".most5, .least5, .quick, .anew", answers);
    find(".answers").hidden = find(".pruning").hidden = find(".switches").hidden = !answers;
    if (curve && curve.key !== effectKey()) { curve = null; find(".curve").replaceChildren(); find(".pruning .verdict").textContent = ""; }
    if (curve && find(".curve").dataset.lang !== lang) { drawCurve(curve); find(".curve").dataset.lang = lang; }
    if (!question.ready()) return;
    const key = JSON.stringify(page.asked());
    if (said?.key === key) { find(".answers").classList.remove("waiting"); answered(); } else ask(page.asked(), key);
  };
  const scene = () => {
    const picture = grid.scene(page, say("bench.label")), ink = colourNamed("ink"), top = picture.height + 16, { shapes } = picture;
    const titles = { before: say("bench.before"), after: say("bench.after", { n: said.n_off }) };
    WHEN.forEach((key, k) => {
      const title = titles[key];
      const left = 10 + k * 330;
      shapes.push({ text: title, x: left, y: top, colour: ink, size: 14 });
      said[key].top.forEach(([token, share], row) => {
        const y = top + 16 + row * 24, named = name([token, share])[0];
        shapes.push({ text: named, x: left, y: y + 9, colour: ink, mono: true, size: 13 }, { rect: [left + 130, y, 110 * share, 18], colour: colourNamed(token === said.before.target ? "output" : "hidden"), data: { when: key, answer: named, probability: share.toFixed(4) } },
          { text: percent(share), x: left + 246, y: y + 9, colour: ink, size: 13 });
      });
    });
    return { ...picture, width: Math.max(picture.width, 680), height: top + 150, shapes };
  };
  const table = () => ({ columns: ["when", "rank", "answer", "probability", "heads_off"],
    rows: WHEN.flatMap((key) => said[key].top.map(([token, share], k) => [key, k + 1, token, share.toFixed(4), key === "after" ? page.state.off.join(" ") : ""])) });
  const snippet = () => {
    const { question: asked, target } = page.state, more = pythonCall({ question: asked, target });
    return `asked = questions.ask(**read, ${more})\nsaid = head_ablation.switch_off(asked, off=off)\nprint(said.before.top)\nprint(said.after.top)\n` +
      (curve ? `*_, last = head_pruning.prune(asked, each=${curve.each ? "True" : "False"})\nfor step in last.result.steps:\n    print(step)\n` : "");
  };
  return { draw, scene, table, snippet, ready: () => said?.key === JSON.stringify(page.asked()), get imports() { return curve ? ["head_ablation", "head_pruning", "questions"] : ["head_ablation", "questions"]; } };
};
