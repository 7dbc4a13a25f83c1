// Change a word, and see which heads moved most: Jensen-Shannon divergence of each head's rows.

/** @import { Language, Values } from "../common/views/types" */
/** @import { Moved, Page, ReadTokens, View } from "./types" */
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { finder, make } from "../common/views/elements.js";
import { pythonCall } from "./export.js";
import { headGrid, headList, headScale } from "./grid.js";
import { shadeOf } from "../common/views/attention_scene.js";
import { textOf, texts } from "../common/views/language.js";
import { chip } from "../common/views/tokens.js";
import { floats } from "../common/views/wire.js";

const TAB = "attention", MOST = Math.log(2);
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`${TAB}.${key}`, values);
/** @type {(node: HTMLElement, page: Page) => View} */
export const swapView = (node, page) => {
  const find = finder(node), problem = find(".problem"), fields = { otherA: find(".other-a", HTMLTextAreaElement), otherB: find(".other-b", HTMLTextAreaElement) };
  /** @type {Moved & { key: string, numbers: Float32Array }} */
  let moved;  // has come before anything of it is drawn
  let lastTyped = 0, picked = /** @type {number[] | null} */ (null);
  const others = () => ({ other_text: page.state.otherA ?? proposal(), other_second: page.state.otherB ?? page.state.second });
  // The worked examples come with a change; any other text starts unchanged.
  const proposal = () => {
    for (let k = 1; k <= 5; k++) for (const language of /** @type {Language[]} */ (["en", "zh"])) {
      const plain = texts[`${TAB}.example.${k}`][language].split("‖")[0].replaceAll("|", "");
      if (plain === page.state.text) return texts[`${TAB}.swapped.${k}`][language];
    }
    return page.state.text;
  };
  const asked = () => ({ ...page.request(), at: null, ...others() });
  const key = () => JSON.stringify(asked());
  const share = (/** @type {number} */ x) => x.toFixed(most() < 0.1 ? 3 : 2).replace(/^0/, "");
  const most = () => Math.max(0.02, ...moved.divergence.flat());
  const grid = headGrid(find(".chart"), {
    label: () => say("swap.label"),
    press: (layer, head) => { picked = [layer, head]; show(); },
    cell: (layer, head) => {
      const value = moved.divergence[layer][head];
      return { rgb: shadeOf(value / most()), text: share(value), pressed: picked?.[0] === layer && picked?.[1] === head,
        says: `${page.headName(layer, head)}: ${say("swap.says", { n: value.toFixed(3), per: (100 * value / MOST).toFixed(0) })}`, data: { divergence: value.toFixed(4) } };
    },
  });
  const wordsOf = (/** @type {ReadTokens} */ read) => {
    const list = /** @type {string[]} */ ([]);
    read.tokens.forEach((token, i) => { const face = token === "[MASK]" ? token : read.written[i]; if (i && read.words[i] === read.words[i - 1]) list[list.length - 1] += face; else list.push(face); });
    return list;
  };
  const show = () => {
    const first = wordsOf(moved.first), second = wordsOf(moved.second), { n_heads, n_layers } = page.data;
    const order = Array.from({ length: n_layers * n_heads }, (_, k) => [Math.floor(k / n_heads), k % n_heads]).sort(([l, h], [m, g]) => moved.divergence[m][g] - moved.divergence[l][h]);
    const [layer, head] = picked ??= order[0];
    const n_changed = moved.changed.filter(Boolean).length;
    find(".paired").replaceChildren(...moved.pairs.map(([a, b], k) => (moved.changed[k] ? make("span", "pair", chip(first[a], { kind: "wrong" }), "→", chip(second[b], { kind: "answer" })) : chip(first[a]))));
    grid.draw(page);
    headScale(find(".scale"), (at) => shadeOf(at), ["0", say("maps.nats", { n: most().toFixed(2) })]);
    find(".side h2").textContent = n_changed || moved.pairs.length !== first.length ? say("swap.top") : say("swap.same");
    headList(find(".side ol"), page, order.slice(0, 5).map(([layer, head]) => [layer, head, share(moved.divergence[layer][head])]));
    const size = moved.pairs.length, by = moved.numbers.subarray((layer * n_heads + head) * size, (layer * n_heads + head + 1) * size), top = Math.max(0.02, ...by);
    find(".by-word").textContent = say("swap.by_word", { name: page.headName(layer, head) });
    find(".words-of").replaceChildren(...moved.pairs.map(([a, b], k) => {
      const fill = make("i");
      fill.style.width = `${100 * by[k] / top}%`;
      return make("div", "line", make("b", `mono${moved.changed[k] ? " changed" : ""}`, moved.changed[k] ? `${first[a]} → ${second[b]}` : first[a]), make("span", "track", fill), make("span", "number", by[k].toFixed(3)));
    }));
    node.dataset.shown = String(Number(node.dataset.shown ?? 0) + 1);
    page.ready();
  };
  const ask = newest(async (/** @type {ReturnType<typeof asked>} */ request, /** @type {string} */ now) => {
    find(".body").classList.add("waiting");
    try {
      const heard = await askServer(page.server.compare_texts, request);
      if (now !== key()) return;
      moved = { ...heard, key: now, numbers: floats(heard.by_word) };
      picked = null;
      showProblem(problem, null);
      find(".body").hidden = find(".paired").hidden = false;
      find(".body").classList.remove("waiting");
      show();
    } catch (failure) { if (now === key()) showProblem(problem, failure); }
  });
  const draw = () => {
    const { other_text: a, other_second: b } = others();
    if (fields.otherA.value !== a) fields.otherA.value = a;
    if (fields.otherB.value !== b) fields.otherB.value = b;
    find("label:has(.other-b)").hidden = !page.state.second.trim() && !b.trim();
    if (moved?.key === key()) { find(".body").classList.remove("waiting"); show(); } else {
      if (!moved) find(".body").hidden = find(".paired").hidden = true;
      ask(asked(), key());
    }
  };
  for (const [name, field] of Object.entries(fields)) field.oninput = () => {
    const fresh = Date.now() - lastTyped > 1500;
    lastTyped = Date.now();
    page.change({ [name]: field.value }, { keep: fresh });
  };
  const scene = () => grid.scene(page, say("swap.label"));
  const table = () => ({ columns: ["layer", "head", "divergence"], rows: moved.divergence.flatMap((row, layer) => row.map((value, head) => [layer + 1, head + 1, value.toFixed(4)])) });
  const snippet = () => {
    const { other_text: a, other_second: b } = others();
    return `moved = head_difference.compare(**read, off=off, ${pythonCall({ other_text: a, other_second: b })})\nprint(moved.divergence.round(3))  # nats, [layers, heads]\n`;
  };
  return { draw, scene, table, snippet, imports: ["head_difference"], ready: () => moved?.key === key() };
};
