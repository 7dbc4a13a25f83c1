// What is on the screen as a file: SVG and PNG of the picture, CSV and JSON of its numbers, and Python
// that prints the numbers again. The names of the columns are the field's, in every language.

import { scenePng, sceneSvg } from "../common/views/attention_scene.js";
import { csv, saveFile } from "../common/views/files.js";
import { textOf } from "../common/views/language.js";

const TAB = "attention";
const say = (key, values) => textOf(`${TAB}.${key}`, values);

const python = (value) => (value === null ? "None" : value === true ? "True" : value === false ? "False"
  : Array.isArray(value) ? `[${value.map(python).join(", ")}]` : typeof value === "number" ? String(value) : JSON.stringify(value));
export const pythonCall = (values) => Object.entries(values).filter(([, value]) => value !== null && value !== "").map(([name, value]) => `${name}=${python(value)}`).join(", ");

export const attentionExport = (element, page, view) => {
  const find = (selector) => element.querySelector(selector), box = find(".snippet"), code = find(".exports .code");
  const name = () => `attention-${page.state.view}${["heads", "heat"].includes(page.state.view) ? `-layer${page.state.layer + 1}` : ""}`;
  const save = {
    svg: () => saveFile(`${name()}.svg`, sceneSvg(view().scene()), "image/svg+xml"),
    png: async () => saveFile(`${name()}.png`, await scenePng(view().scene())),
    csv: () => saveFile(`${name()}.csv`, csv(view().table()), "text/csv;charset=utf-8"),
    json: () => {
      const { columns, rows } = view().table(), { read } = page.data;
      saveFile(`${name()}.json`, JSON.stringify({ ...page.request(), view: page.state.view, link: location.href, tokens: read.tokens, columns, rows }, null, 1), "application/json");
    },
  };
  for (const button of element.querySelectorAll(".exports button[value]")) {
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
    for (const button of element.querySelectorAll(".exports button[value]")) button.disabled = !ready;
    code.setAttribute("aria-expanded", String(!box.hidden));
    if (!box.hidden) box.querySelector("pre").textContent = text();
  };
  code.onclick = () => { if (!page.data) return; box.hidden = !box.hidden; renew(); };
  box.querySelector(".copy").onclick = async (event) => {
    const button = event.currentTarget;
    try { await navigator.clipboard.writeText(text()); } catch {  // no clipboard here: leave it selected
      getSelection().selectAllChildren(box.querySelector("pre"));
      return;
    }
    button.textContent = textOf("shell.copied");
    setTimeout(() => { button.textContent = say("export.copy"); }, 1500);
  };
  return { renew };
};
