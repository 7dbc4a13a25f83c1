// The settings of a run: trainFields(element, {defaults, ranges, choices}, changed).
//   .read(): {kind, ...} or null where a field is not good; .wrong(): the sentence for it, or null;
//   .write(settings); .link(): what differs from the defaults; .summary(settings): the same in a few
//   words; .kind(); .language(): of a text model, else null; .words().

/** @import { Language, LinkValues, Sentence, Values } from "../common/views/types" */
/** @import { Kind, Props, Settings, Value } from "./types" */
import { finder, make } from "../common/views/elements.js";
import { lang, sentence, textOf, texts } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";

/** @type {Record<Kind, string[]>} */
const FIELDS = {
  autoencoder: ["code_size", "learning_rate", "epochs", "noise", "activation", "batch_size", "seed"],
  textcnn: ["language", "vectors", "n_labels", "learning_rate", "epochs", "batch_size", "seed"],
  bert: ["language", "n_layers", "n_labels", "learning_rate", "epochs", "batch_size", "seed"],
};
const REST = ["activation", "batch_size", "seed"];  // a click away
const LAYERS = new Map(/** @type {[Value, string][]} */ ([[-2, "low_rank"], [-1, "all"], [0, "none"]]));
const WHOLE = ["code_size", "batch_size", "epochs", "seed"];
/**
 * @typedef {object} Fields
 * @property {() => Kind} kind
 * @property {() => Language | null} language
 * @property {() => Sentence | null} wrong
 * @property {() => Settings | null} read
 * @property {(settings: Settings) => void} write
 * @property {() => LinkValues} link
 * @property {(settings: Settings) => string} summary
 * @property {() => void} words
 */
const KINDS = /** @type {Kind[]} */ (Object.keys(FIELDS));
/** @type {Record<string, number>} */
const SLIDERS = { code_size: 1, noise: 0.05, epochs: 1 };
/** @type {Record<Kind, number[]>} */
const RATES = { autoencoder: [0, 1e-4, 1e-3, 1e-2, 1, 1e6], textcnn: [0, 1e-4, 1e-3, 1e-2, 1, 1e6], bert: [0, 1e-4, 3e-4, 1e-3, 1, 1e6] };
/** @type {(key: string, values?: Values) => string} */
const t = (key, values) => textOf(`train.${key}`, values);

/** @type {(element: HTMLElement, props: Props, changed: (settings: Settings | null, kindChanged?: boolean) => void) => Fields} */
export const trainFields = (element, { defaults, ranges, choices }, changed) => {
  const find = finder(element);
  let kind = KINDS.find((one) => one === pageLink.read("train", "kind", null)) ?? "autoencoder";
  /** @type {(kind: Kind) => Record<string, Value>} */
  const usual = (kind) => ({ ...defaults[kind] });
  // Of each kind, kept when another one is chosen.
  /** @type {Record<Kind, Record<string, Value>>} */
  const values = { autoencoder: usual("autoencoder"), textcnn: { ...usual("textcnn"), language: lang }, bert: { ...usual("bert"), language: lang } };
  for (const name of FIELDS[kind]) {
    const text = pageLink.read("train", name, null), now = values[kind][name];
    if (text === null) continue;
    if (name in choices) values[kind][name] = choices[name].find((one) => String(one) === text) ?? now;
    else {
      const value = pageLink.number("train", name, Number(now), ranges[name][0], ranges[name][1]);
      values[kind][name] = WHOLE.includes(name) ? Math.round(value) : value;
    }
  }
  // A choice is one of those offered, every other field a number.
  const good = (/** @type {string} */ name) => {
    const value = values[kind][name];
    return name in choices ? choices[name].includes(value) : WHOLE.includes(name) ? Number.isInteger(value) : Number.isFinite(value);
  };
  /** @type {(name: string, value: Value) => string} */
  const label = (name, value) => {
    if (name === "n_labels") return value ? String(value) : t("all");
    if (name === "n_layers") return t(`layers.${LAYERS.get(value) ?? "some"}`, { n: value });
    return t(`${name}.${value}`);
  };
  const shown = (/** @type {Value} */ value) => (typeof value === "number" && value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5) ? value.toExponential().replace("e+", "e") : String(value));
  /** @type {(name: string, value: Value, rebuild?: boolean) => void} */
  const put = (name, value, rebuild) => {
    values[kind][name] = value;
    if (rebuild) draw();
    changed(fields.read(), name === "language");
  };
  const field = (/** @type {string} */ name) => {
    const box = make("div", `field ${name}`), title = make("span", "name");
    const caption = make("b", "", t(`field.${name}`)), output = make("output", "number");
    title.append(caption, output);
    box.append(title);
    if (name in choices) {
      const group = make("span", "choices");
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", t(`field.${name}`));
      for (const value of choices[name]) {
        const button = make("button", "", label(name, value));
        button.type = "button";
        button.dataset.value = String(value);
        button.setAttribute("aria-pressed", String(values[kind][name] === value));
        button.onclick = () => put(name, value, true);
        group.append(button);
      }
      box.append(group);
    } else {
      const input = make("input"), slider = name in SLIDERS;
      Object.assign(input, { type: slider ? "range" : name === "learning_rate" ? "text" : "number", className: name });
      input.setAttribute("aria-label", t(`field.${name}`));
      if (name === "learning_rate") input.inputMode = "decimal";
      else [input.min, input.max] = ranges[name].map(String);
      if (slider) input.step = String(SLIDERS[name]);
      const now = values[kind][name];
      input.value = Number.isFinite(now) ? shown(now) : "";
      output.textContent = slider ? input.value : "";
      input.oninput = () => {
        output.textContent = slider ? input.value : "";
        for (const one of box.querySelectorAll("button")) one.setAttribute("aria-pressed", String(Number(one.dataset.value) === Number(input.value)));
        put(name, input.value.trim() === "" ? Number.NaN : Number(input.value));
      };
      const row = make("span", "row");
      row.append(input);
      if (name === "learning_rate") {
        const group = make("span", "choices rates");
        for (const value of RATES[kind]) {
          const button = make("button", "", shown(value));
          button.type = "button";
          button.dataset.value = String(value);
          button.setAttribute("aria-pressed", String(now === value));
          button.onclick = () => put(name, value, true);
          group.append(button);
        }
        row.append(group);
      }
      box.append(row);
    }
    box.append(make("small", "", t(`hint.${name}${name === "learning_rate" && kind !== "autoencoder" ? `_${kind}` : ""}`)));
    return box;
  };
  const draw = () => {
    find(".kinds").replaceChildren(...KINDS.map((name) => {
      const button = make("button", "", t(`kind.${name}`));
      button.type = "button";
      button.dataset.kind = name;
      button.setAttribute("aria-pressed", String(name === kind));
      button.onclick = () => { kind = name; draw(); changed(fields.read(), true); };
      return button;
    }));
    find(".what small").textContent = t(`what.${kind}`);
    const rest = FIELDS[kind].filter((name) => REST.includes(name));
    find(".fields.first").replaceChildren(...FIELDS[kind].filter((name) => !rest.includes(name)).map(field));
    find(".fields.rest").replaceChildren(...rest.map(field));
    if (rest.some((name) => values[kind][name] !== usual(kind)[name])) find(".others", HTMLDetailsElement).open = true;
  };
  find(".defaults").onclick = () => {
    values[kind] = { ...usual(kind), ...(kind === "autoencoder" ? {} : { language: values[kind].language }) };
    draw();
    changed(fields.read(), false);
  };
  /** @type {Fields} */
  const fields = {
    kind: () => kind,
    language: () => (kind === "autoencoder" ? null : values[kind].language === "zh" ? "zh" : "en"),
    wrong: () => {
      const name = FIELDS[kind].find((one) => !good(one));
      if (!name) return null;
      const key = Number.isFinite(values[kind][name]) ? "not_whole" : "not_a_number";
      return sentence(`train.${key}`, { field: texts[`train.field.${name}`] });
    },
    read: () => (FIELDS[kind].every(good) ? /** @type {Settings} */ ({ ...Object.fromEntries(FIELDS[kind].map((name) => [name, values[kind][name]])), kind }) : null),
    write: (settings) => {
      const other = settings.kind !== kind;
      kind = settings.kind;
      values[kind] = { ...values[kind], .../** @type {Record<string, Value>} */ ({ ...settings }) };
      draw();
      changed(fields.read(), other);
    },
    // All parameters of the page: those of other kinds and those as usual are taken out.
    link: () => ({
      ...Object.fromEntries(Object.values(FIELDS).flat().map((name) => [name, null])),
      kind: kind === "autoencoder" ? null : kind,
      ...Object.fromEntries(FIELDS[kind].filter((name) => values[kind][name] !== usual(kind)[name] || name === "language")
        .map((name) => [name, String(values[kind][name])])),
    }),
    summary: (settings) => t(`summary.${settings.kind}`, {
      code: settings.code_size, activation: settings.activation && label("activation", settings.activation), rate: shown(settings.learning_rate),
      noise: settings.noise ? t("summary.noise", { noise: settings.noise }) : "", batch: settings.batch_size,
      labels: settings.n_labels === undefined ? "" : label("n_labels", settings.n_labels),
      vectors: settings.vectors && label("vectors", settings.vectors), layers: settings.n_layers === undefined ? "" : label("n_layers", settings.n_layers),
      language: settings.language && t(`language.${settings.language}`),
    }),
    words: draw,
  };
  return fields;
};
