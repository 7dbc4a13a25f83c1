// What can be chosen before a run: wordFields(element, props, changed) -> {read, write, words}.

/** @import { Values } from "../common/views/types" */
/** @import { Asked, Field, Method, Props, Source } from "./types" */
import { finder, make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";

/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`word2vec.${key}`, values);
/** @type {Record<Field, number[]>} */
const CHOICES = { window: [1, 2, 5, 10], n_negative: [1, 5, 15], n_dims: [2, 20, 50, 100], threshold: [0, 1e-2, 1e-3, 1e-4], epochs: [1, 5, 20, 50] };
const FIELDS = /** @type {Field[]} */ (["window", "n_negative", "n_dims", "threshold", "epochs"]);
/** @type {Record<Method, Field[]>} */
const USED = { skipgram: FIELDS, cbow: FIELDS, glove: ["window", "n_dims", "epochs"], ppmi: ["window", "n_dims"] };

/**
 * @param {HTMLElement} element
 * @param {Props} props
 * @param {(how: { source?: boolean }) => void} changed
 */
export const wordFields = (element, props, changed) => {
  const find = finder(element), own = find(".own", HTMLTextAreaElement), watch = find(".watch input", HTMLInputElement);
  let asked = { ...props.usual.en };
  const source = () => /** @type {Source} */ (asked.own ? "own" : asked.language);
  own.oninput = () => { asked.text = own.value; changed({}); };
  watch.oninput = () => { asked.watched = watch.value; changed({}); };
  for (const button of find(".texts").querySelectorAll("button")) button.onclick = () => {
    const { value } = button;
    asked.own = value === "own";
    if (value === "en" || value === "zh") Object.assign(asked, { language: value, watched: props.usual[value].watched });
    else asked.watched = "";
    draw();
    if (asked.own) own.focus();
    changed({ source: true });
  };
  const draw = () => {
    for (const button of find(".texts").querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === source()));
    own.hidden = !asked.own;
    if (own.value !== asked.text) own.value = asked.text;
    own.placeholder = say("text.paste");
    if (watch.value !== asked.watched) watch.value = asked.watched;
    watch.placeholder = say("watched_hint");
    find(".methods").replaceChildren(...props.methods.map((method) => {
      const button = make("button", { type: "button", value: method, "aria-pressed": String(method === asked.method) }, say(`method.${method}`));
      button.onclick = () => { asked.method = method; draw(); changed({ source: true }); find(`.methods [value=${method}]`).focus(); };
      return button;
    }));
    find(".what").textContent = say(`what.${asked.method}`);
    find(".fields").replaceChildren(...USED[asked.method].map((name) => {
      const group = make("span", { class: "choices", role: "group", "aria-label": say(`field.${name}`) });
      const values = CHOICES[name].includes(asked[name]) ? CHOICES[name] : [...CHOICES[name], asked[name]].sort((a, b) => a - b);
      for (const value of values) {
        const button = make("button", { type: "button", value, "data-field": name, "aria-pressed": String(value === asked[name]) }, name === "threshold" && !value ? say("off") : String(value));
        button.onclick = () => { asked[name] = value; draw(); changed({}); find(`.fields [data-field=${name}][value="${value}"]`).focus(); };
        group.append(button);
      }
      return make("div", "field", make("span", "", say(`field.${name}`)), group);
    }));
  };
  return {
    source,
    read: () => ({ ...asked }),
    write: (/** @type {Asked} */ next) => { asked = { ...next }; draw(); },
    words: draw,
    uses: (/** @type {Field} */ name) => USED[asked.method].includes(name),
  };
};
