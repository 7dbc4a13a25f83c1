// What is on the screen as a file: SVG and PNG of the picture, CSV and JSON of its numbers, and Python
// that prints the numbers again. The names of the columns are the field's, in every language.

/** @import { Values } from "../common/views/types" */
/** @import { Page, View } from "./types" */
import { scenePng, sceneSvg } from "../common/views/attention_scene.js";
import { csv, saveFile } from "../common/views/files.js";
import { finder } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";

const TAB = "attention";
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`${TAB}.${key}`, values);

/** @type {(value: unknown) => string} */
const python = (value) => (value === null ? "None" : value === true ? "True" : value === false ? "False"
  : Array.isArray(value) ? `[${value.map(python).join(", ")}]` : typeof value === "number" ? String(value) : JSON.stringify(value));
/** @type {(values: Record<string, unknown>) => string} */
export const pythonCall = (values) => Object.entries(values).filter(([, value]) => value !== null && value !== "").map(([name, value]) => `${name}=${python(value)}`).join(", ");

/** @type {(element: HTMLElement, page: Page, view: () => View) => { renew: () => void }} */
export const attentionExport = (element, page, view) => {
  const find = finder(element), box = find(".snippet"), code = find(".exports .code"), shown = find(".snippet pre"), copy = find(".snippet .copy");
  const name = () => `attention-${page.state.view}${["heads", "heat"].includes(page.state.view) ? `-layer${page.state.layer + 1}` : ""}`;
  /** @type {Record<string, () => unknown>} */
  const save = {
    svg: () => saveFile(`${name()}.svg`, sceneSvg(view().scene()), "image/svg+xml"),
    png: async () => { const picture = await scenePng(view().scene()); if (picture) saveFile(`${name()}.png`, picture); },
    csv: () => saveFile(`${name()}.csv`, csv(view().table()), "text/csv;charset=utf-8"),
    json: () => {
      const { columns, rows } = view().table(), { read } = page.data;
      saveFile(`${name()}.json`, JSON.stringify({ ...page.request(), view: page.state.view, link: location.href, tokens: read.tokens, columns, rows }, null, 1), "application/json");
    },
  };
  const buttons = [...find(".exports").querySelectorAll("button")].filter((button) => button.value);
  for (const button of buttons) {
    button.onclick = () => save[button.value]();
    button.disabled = true;  // until there is something
  }
  const text = () => {
    const { imports, snippet } = view(), { model, text: first, second, at, keep, off } = page.request();
    const read = pythonCall({ model, text: first, second, at: page.state.view === "swap" ? null : at, keep: keep === "tail" ? keep : null });
    return `from core.inference import ${[...imports].sort().join(", ")}\n\nread = dict(${read})\noff = ${python(off)}  # heads switched off: layer * n_heads + head, from 0\n${snippet()}`;
  };
  const renew = () => {
    const ready = view().ready?.() ?? true;
    for (const button of buttons) button.disabled = !ready;
    code.setAttribute("aria-expanded", String(!box.hidden));
    if (!box.hidden) shown.textContent = text();
  };
  code.onclick = () => { if (!page.data) return; box.hidden = !box.hidden; renew(); };
  copy.onclick = async () => {
    try { await navigator.clipboard.writeText(text()); } catch {  // no clipboard here: leave it selected
      getSelection()?.selectAllChildren(shown);
      return;
    }
    copy.textContent = textOf("shell.copied");
    setTimeout(() => { copy.textContent = say("export.copy"); }, 1500);
  };
  return { renew };
};
