// Where does an answer come from? What really happens when each word is hidden; beside it attention, rollout,
// gradient x input and integrated gradients, how far they agree with it, and the rollout from layer to layer.

/** @import { Values } from "../common/views/types" */
/** @import { Page, Sources, Unit, View, Way } from "./types" */
/** @import { Shape } from "../common/views/attention_scene.js" */
import { askServer, showProblem } from "../common/views/asking.js";
import { finder, make } from "../common/views/elements.js";
import { pythonCall } from "./export.js";
import { cssColour, readable, shadeOf } from "../common/views/attention_scene.js";
import { percent, signed } from "../common/views/scales.js";
import { headQuestion } from "./work.js";
import { colourNamed } from "../common/views/colours.js";
import { textOf } from "../common/views/language.js";
import { sideOf, signedBar, signedColour } from "../common/views/signed_scale.js";
import { choiceRow } from "../common/views/tokens.js";
import { shares } from "../common/views/wire.js";

const TAB = "attention";
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`${TAB}.${key}`, values);
/** @type {Way[]} */
const NAMES = ["hidden", "attention", "rollout", "gradient", "integrated"], SHARES = ["attention", "rollout"];
/** @type {(node: HTMLElement, page: Page) => View} */
export const sourcesView = (node, page) => {
  const find = finder(node), problem = find(":scope > .problem"), rollProblem = find(".rolled .problem"), work = find(":scope > .work");
  const question = headQuestion(find(".ask-box"), page), go = make("button", "main");
  go.type = "button";
  work.before(go);
  /** @type {Sources & { key: string, tokens: Unit[] }} */
  let found;  // has come before anything of it is drawn
  let failed = "";
  const keyNow = () => JSON.stringify(page.asked());
  const text = (/** @type {number} */ value, /** @type {Way} */ name) => (SHARES.includes(name) ? percent(value) : signed(value));

  const trace = async () => {
    const key = keyNow();
    go.disabled = true;
    try {
      showProblem(problem, null);
      const result = await page.measure("sources", page.asked(), work);
      if (result) found = { ...result, key, tokens: page.units("piece") };
      failed = result ? "" : key;
      if (result && page.state.view === "sources" && key === keyNow()) { bars(); page.ready(); }
    } catch (failure) { failed = key; showProblem(problem, failure); }
    go.disabled = false;
    go.hidden = found?.key === keyNow();
  };
  go.onclick = trace;

  const bars = () => {
    const head = ["", ...NAMES.map((name) => say(`sources.${name}`))].map((name, k) => make("b", k ? "" : "corner", name));
    const scale = /** @type {Record<Way, number>} */ (Object.fromEntries(NAMES.map((name) => [name, Math.max(1e-9, ...found.compared.map((at) => Math.abs(found[name][at])))])));
    const first = /** @type {Record<Way, number>} */ (Object.fromEntries(NAMES.map((name) => [name, found.compared.length ? found.compared.reduce((best, at) => (Math.abs(found[name][at]) > Math.abs(found[name][best]) ? at : best), found.compared[0]) : -1])));
    const rows = found.tokens.flatMap((one, i) => [
      make("b", `mono${found.compared.includes(i) ? "" : " apart"}`, i === found.at && page.state.question === "mask" ? `${one.text} ?` : one.text),
      ...NAMES.map((name) => {
        const value = found[name][i], fill = make("i"), track = make("span", "track", fill), share = value / scale[name], sided = !SHARES.includes(name);
        if (sided) signedBar(fill, share); else fill.style.width = `${100 * Math.min(1, share)}%`;
        const cell = make("div", `cell number${found.compared.includes(i) ? "" : " apart"}${first[name] === i ? " first" : ""}`, track, make("span", "", text(value, name)));
        cell.title = `${say(`sources.${name}`)}, ${one.text}: ${text(value, name)}`;
        return cell;
      })]);
    find(".measures").replaceChildren(make("p", "quiet-text", say("sources.about", { target: found.prediction.target === "next" || found.prediction.target === "random" ? say(`question.${found.prediction.target === "next" ? "follows" : "random"}`) : found.prediction.target, per: percent(Math.exp(found.prediction.log_probability)) })),
      make("div", "grid", ...head, ...rows), make("p", "quiet-text", say("sources.sum", { sum: signed(found.integrated.reduce((a, b) => a + b, 0)), gap: signed(found.gap), off: Math.abs(found.off_by).toFixed(3), steps: found.n_steps })));
    agreement(first);
  };
  const agreement = (/** @type {Record<Way, number>} */ first) => {
    const cell = (/** @type {number} */ i, /** @type {number} */ j) => {
      const value = found.spearman[i][j], tau = found.kendall[i][j], box = make("td", "number", value === null ? "–" : value.toFixed(2));
      if (value !== null && i !== j) { const rgb = signedColour(value, "panel"); box.style.cssText = `background:${cssColour(rgb)};color:${readable(rgb)}`; }
      box.title = `${say(`sources.${NAMES[i]}`)} / ${say(`sources.${NAMES[j]}`)}: ρ = ${value?.toFixed(2) ?? "–"}, τ = ${tau?.toFixed(2) ?? "–"}`;
      return box;
    };
    const table = make("table", "", make("tr", "", make("th"), ...NAMES.map((name) => make("th", "", say(`sources.short.${name}`)))),
      ...NAMES.map((name, i) => make("tr", "", make("th", "", say(`sources.${name}`)), ...NAMES.map((_, j) => cell(i, j)))));
    find(".agreement .table").replaceChildren(table);
    const value = found.spearman[0][1], words = found.compared.length ? NAMES.map((name) => found.tokens[first[name]].text) : [];
    find(".agreement .verdict").textContent = !words.length || value === null ? say("sources.too_few")
      : `${say(new Set(words).size === 1 ? "sources.one_word" : "sources.words", Object.fromEntries(NAMES.map((name, k) => [name, words[k]])))} ${say(value >= 0.7 ? "sources.agree" : value <= 0.3 ? "sources.disagree" : "sources.partly", { rho: value.toFixed(2) })}`;
    const [gradient, integrated] = found.same_sign;
    find(".agreement .signs").textContent = gradient === null ? "" : say("sources.signs", { gradient: percent(gradient), integrated: percent(integrated ?? 0) });
  };

  // ---- Rollout, layer by layer ---------------------------------------------------------------------------
  const asker = find(".asker", HTMLSelectElement), plot = find(".plot"), press = choiceRow(find(".kind"), (kind) => page.quiet({ rolled: kind }));
  asker.onchange = () => page.quiet({ asker: Number(asker.value) });
  const roll = async () => {
    const { data, state } = page, units = page.units("piece"), n = data.n;
    press(state.rolled);
    const at = Math.min(n - 1, state.asker ?? (state.question === "mask" ? state.at ?? data.read.masked[0] : 0) ?? data.focus ?? 0);
    asker.replaceChildren(...units.map((one, k) => Object.assign(make("option", "", `${k} ${one.text}`), { value: String(k) })));
    asker.value = String(at);
    try {
      const heard = await page.once("rollout", () => askServer(page.server.roll_out, page.request()));
      showProblem(rollProblem, null);
      if (data !== page.data) return;
      const numbers = await page.once("rollout.numbers", async () => ({ rollout: shares(heard.rollout), raw: shares(heard.raw) }));
      if (data !== page.data) return;
      const rowOf = (/** @type {number} */ layer) => Array.from(numbers[state.rolled === "raw" ? "raw" : "rollout"].subarray((layer * n + at) * n, (layer * n + at + 1) * n), (share) => share / 1e4);
      const rows = Array.from({ length: data.n_layers }, (_, layer) => rowOf(layer)), last = rows[rows.length - 1];
      const most = Math.max(...rows.flat());
      plot.style.setProperty("--columns", String(n));
      plot.replaceChildren(make("span", "corner", say("sources.layer")), ...units.map((one) => { const name = make("span", `name${one.segment ? " second" : ""}`, make("b", "", one.text)); name.title = one.title; return name; }),
        ...rows.flatMap((row, layer) => [make("b", "number", String(layer + 1)), ...row.map((share, j) => {
          const rgb = shadeOf(Math.sqrt(share / most)), cell = make("span", "cell number", n <= 24 ? (100 * share).toFixed(0) : "");
          cell.style.cssText = `background:${cssColour(rgb)};color:${readable(rgb)}`;
          cell.title = say("sources.roll_says", { layer: layer + 1, token: units[j].text, per: percent(share) });
          return cell;
        })]));
      plot.setAttribute("role", "img");
      plot.setAttribute("aria-label", say("sources.roll_spoken", { token: units[at].text, layer: data.n_layers, list: page.strongest(last, 3).map((j) => `${units[j].text} ${percent(last[j])}`).join(", ") }));
      page.ready();
    } catch (failure) { showProblem(rollProblem, failure); }
  };

  const draw = () => {
    const { state, data } = page, able = !(data.can[state.question] ?? data.can.heads);
    question.draw("sources");
    go.textContent = say("sources.go");
    const key = keyNow();
    go.hidden = !able || found?.key === key;
    find(":scope > .body").hidden = !able || !found;
    find(":scope > .body").classList.toggle("waiting", found?.key !== key);
    if (found?.key === key && able) bars();
    roll();
    if (able && question.ready() && found?.key !== key && !go.disabled && failed !== key && data.n <= 40) { showProblem(problem, null); trace().then(() => { if (page.state.view === "sources") find(":scope > .body").hidden = !found; }).then(() => { if (found?.key === keyNow()) find(":scope > .body").classList.remove("waiting"); }); }
  };
  const scene = () => {
    const ink = colourNamed("ink"), shapes = /** @type {Shape[]} */ ([]), LEFT = 110, W = 150, H = 22, title = say("sources.title", { target: found.prediction.target });
    shapes.push({ text: title, x: 8, y: 14, colour: ink, size: 14 });
    NAMES.forEach((name, k) => shapes.push({ text: say(`sources.${name}`), x: LEFT + k * W, y: 38, colour: ink, size: 13 }));
    const scale = NAMES.map((name) => Math.max(1e-9, ...found.compared.map((at) => Math.abs(found[name][at]))));
    found.tokens.forEach((one, i) => {
      const y = 54 + i * H;
      shapes.push({ text: one.text, x: LEFT - 10, y: y + 8, anchor: "end", colour: ink, mono: true, size: 13 });
      NAMES.forEach((name, k) => {
        const value = found[name][i], share = Math.min(1, Math.abs(value) / scale[k]), sided = !SHARES.includes(name), length = share * (sided ? 45 : 90);
        shapes.push({ rect: [LEFT + k * W + (sided ? (value < 0 ? 45 - length : 45) : 0), y, Math.max(length, 0.5), 16], colour: colourNamed(sided ? sideOf(value) : "code"), data: { token: i, measure: name, value: value.toFixed(4) } });
        shapes.push({ text: text(value, name), x: LEFT + k * W + 98, y: y + 8, colour: ink, size: 12 });
      });
    });
    return { width: LEFT + NAMES.length * W, height: 64 + found.tokens.length * H, shapes, title };
  };
  const table = () => ({ columns: ["token", "text", ...NAMES, "compared"],
    rows: found.tokens.map((one, i) => [i, one.text, ...NAMES.map((name) => found[name][i].toFixed(4)), found.compared.includes(i) ? 1 : 0]) });
  const snippet = () => `asked = questions.ask(**read, ${pythonCall({ question: page.state.question, target: page.state.target })})\n*_, last = sources.trace(asked, off=off)\nfound = last.result\n` +
    "print(found.hidden, found.attention, found.rollout, found.gradient, found.integrated, sep=\"\\n\")\nprint(found.spearman.round(2))\nprint(rollout.roll(attention.show(**read, off=off)).rollout.round(3))\n";
  return { draw, scene, table, snippet, imports: ["attention", "questions", "rollout", "sources"], ready: () => found?.key === keyNow() };
};
