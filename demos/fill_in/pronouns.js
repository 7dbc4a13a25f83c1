// Professions and pronouns: pronouns(node, { tab, ask, model, language }).
//   ask({template, professions, model}) -> PronounTable; model() and language() of the page.

/** @import { Language, Values } from "../common/views/types" */
/** @import { Professions, PronounShares, PronounTable } from "./types" */
import { newest, showProblem } from "../common/views/asking.js";
import { finder, make } from "../common/views/elements.js";
import { textOf, texts } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { percent } from "../common/views/scales.js";

const TONES = ["code", "second", "output"];
const SMALL = 0.1;  // of all probability; below that ratios of pronouns say little
/**
 * @param {HTMLElement} node
 * @param {object} how
 * @param {string} how.tab
 * @param {(asked: Professions & { model: string }) => Promise<PronounTable>} how.ask
 * @param {() => string} how.model
 * @param {() => Language} how.language
 */
export const pronouns = (node, { tab, ask, model, language }) => {
  const find = finder(node);
  /** @type {(key: string, values?: Values) => string} */
  const say = (key, values) => textOf(`fill_in.people.${key}`, values);
  const template = find(".template", HTMLInputElement), professions = find(".professions", HTMLTextAreaElement), problem = find(".problem");
  const examples = (of = language()) => ({ template: texts["fill_in.people.example"][of], professions: texts["fill_in.people.jobs"][of].replaceAll(" | ", "\n") });
  const read = (/** @type {string} */ name) => pageLink.read(tab, name, /** @type {string | null} */ (null)), wanted = read("template"), jobs = read("jobs");
  let heard = /** @type {PronounTable | null} */ (null), spoken = /** @type {Language | null} */ (null);
  let answered = /** @type {string | null} */ (null), asking = read("people") === "1";

  const keep = () => {
    const usual = examples(), own = template.value !== usual.template || professions.value !== usual.professions;
    pageLink.set(tab, { people: asking ? 1 : null, template: own ? template.value : null,
      jobs: own && professions.value.length < 300 ? professions.value.replaceAll("\n", ",") : null });
  };
  const draw = () => {
    const names = heard?.pronouns ?? [];
    find(".legend").replaceChildren(...(heard ? [...names, say("other")].map((word, k) =>
      make("span", `key ${TONES[k] && k < names.length ? TONES[k] : "rest"}`, word)) : []));
    const [he, she] = [0, 1], lean = (/** @type {PronounShares} */ row) => Math.log((row.shares[he] + 1e-9) / (row.shares[she] + 1e-9));
    const rows = heard ? [...heard.rows].sort((a, b) => lean(b) - lean(a)) : [];
    find(".rows").replaceChildren(...rows.map((row) => {
      const parts = row.shares.map((share, k) => { const part = make("i", TONES[k]); part.style.width = `${100 * share}%`; return part; });
      const numbers = row.shares.map((share, k) => `${names[k]} ${percent(share)}`).join(" · ");
      const ratio = Math.exp(Math.abs(lean(row))), more = lean(row) > 0 ? [he, she] : [she, he];
      const line = make("div", "row-of", make("b", "name", row.profession), make("span", "bar", ...parts), make("span", "number said", numbers));
      if (names.length > 1) line.append(make("span", "number ratio", say("ratio", { more: names[more[0]], less: names[more[1]], times: ratio > 999 ? ">999" : ratio.toFixed(1) })));
      return line;
    }));
    const most = Math.max(0, ...rows.map((row) => 1 - row.other));
    find(".spread").textContent = heard && most < SMALL ? say("small", { per: percent(most) }) : rows.length > 1 && names.length > 1
      ? say("spread", { most: rows[0].profession, least: rows[rows.length - 1].profession, he: names[0], she: names[1] }) : heard ? "" : say("none");
    node.dataset.shown = String(Number(node.dataset.shown ?? 0) + Number(Boolean(heard)));
  };
  const send = newest(async () => {
    keep();
    if (!asking) return;
    find(".told").classList.add("waiting");
    try {
      heard = await ask({ template: template.value, professions: professions.value, model: model() });
      showProblem(problem, null);
      find(".told").classList.remove("waiting");
      draw();
    } catch (failure) { showProblem(problem, failure); }
  });
  const reset = () => { ({ template: template.value, professions: professions.value } = examples()); };
  template.oninput = professions.oninput = () => send();
  find(".ask").onclick = () => { asking = true; send(); };
  find(".again").onclick = () => { reset(); send(); };
  return {
    // Another language of page or model, or another model: the example follows, what was typed stays.
    words: () => {
      const was = spoken && examples(spoken);
      const untouched = !was || (template.value === was.template && professions.value === was.professions);
      if (untouched) reset();
      if (!spoken && wanted !== null) template.value = wanted;
      if (!spoken && jobs !== null) professions.value = jobs.replaceAll(",", "\n");
      const first = !spoken, moved = spoken !== language() || answered !== model();
      [spoken, answered] = [language(), model()];
      if ((first || moved) && asking) send(); else draw();
    },
  };
};
