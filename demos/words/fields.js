// What the further experiments share: their worked examples, fields that stand in the link, and how a
// problem is shown in the section that has it.

/** @import { Language } from "../common/views/types" */
import { newest, showProblem } from "../common/views/asking.js";
import { finder } from "../common/views/elements.js";
import { texts } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";

const TAB = "words";

// The worked examples of a kind: `words.example.odd.1` and so on, in the language of the vectors.
/** @type {(kind: string, of: Language) => string[]} */
export const examples = (kind, of) => Object.keys(texts).filter((key) => key.startsWith(`${TAB}.example.${kind}.`)).map((key) => texts[key][of]);
// A field that stands in the link while it is not at its example.
/** @type {(field: HTMLInputElement, name: string, changed: () => unknown) => { start: (usual: string) => void, set: (text: string) => void }} */
export const linkedField = (field, name, changed) => {
  let usual = "", first = true;
  const keep = () => pageLink.set(TAB, { [name]: field.value === usual ? null : field.value.slice(0, 400) });
  field.oninput = () => { keep(); changed(); };
  return {
    start: (text) => {
      usual = text;
      field.value = first ? pageLink.read(TAB, name, text) : text;
      first = false;
      keep();
    },
    set: (text) => { field.value = text; keep(); changed(); },
  };
};
// What a section does when it is asked: its own problem is shown in it, what was there is dimmed.
/** @type {(box: HTMLElement, work: () => Promise<unknown>) => () => Promise<void>} */
export const guarded = (box, work) => newest(async () => {
  const problem = finder(box)(".problem");
  try {
    await work();
    showProblem(problem, null);
    box.classList.remove("old");
  } catch (failure) {
    box.classList.add("old");
    showProblem(problem, failure);
  }
});

