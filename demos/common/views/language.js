// The language that the page speaks, and the sentences in it: a table for each page, fetched when that
// page opens or the language is switched.

/** @import { Language, Sentence, Values } from "./types" */
import { fetchFile, files } from "./asking.js";
import { announce } from "./events.js";
import { pageLink } from "./links.js";

const query = new URLSearchParams(location.search);

/** @type {Language[]} */
const LANGUAGES = ["en", "zh"];
/** @type {(key: string) => string | null} */
const remembered = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
/** @type {(key: string, value: string) => void} */
const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private mode */ } };
/** @type {(tag: string) => Language} */
const spoken = (tag) => (tag || "").toLowerCase().startsWith("zh") ? "zh" : "en";

export let lang = LANGUAGES.find((one) => one === query.get("lang")) ?? LANGUAGES.find((one) => one === remembered("lab.lang")) ?? spoken(navigator.language);

// ---- Tables --------------------------------------------------------------------------------
// key -> {language: sentence}, of the pages and languages that were opened. What can be loaded in
// either language (examples) is there in both, and an entry stays the same object.
/** @type {Record<string, Sentence>} */
export const texts = {};
/** @type {Map<string, Promise<void>>} */
const arrived = new Map();  // "en tokens" -> the promise of that table
/** @type {Set<string>} */
const stems = new Set();
/** @type {(stem: string, language: Language) => Promise<void>} */
const fetchTable = async (stem, language) => {
  const answer = await fetchFile(`${files.texts}/${language}/${stem}.json`);
  for (const [key, sentences] of Object.entries(await answer.json())) texts[key] = Object.assign(texts[key] ?? {}, sentences);
};
/** @type {(language: Language) => Promise<unknown>} */
const loadIn = (language) => Promise.all([...stems].map((stem) => {
  const name = `${language} ${stem}`;
  if (!arrived.has(name)) {
    const table = fetchTable(stem, language);
    table.catch(() => arrived.delete(name));  // asked anew the next time
    arrived.set(name, table);
  }
  return arrived.get(name);
}));
// Resolves once the tables are there in the language of the page, whichever that is by then.
/** @type {(...names: string[]) => Promise<void>} */
export const loadTexts = async (...names) => {
  for (const name of names) stems.add(name);
  let language;
  do { language = lang; await loadIn(language); } while (language !== lang);
};

// The sentence for a key; `values` fill its {placeholders}.
/** @type {(key: string, values: Values, language: Language) => string} */
const filled = (key, values, language) => {
  const entry = texts[key];
  if (!entry) { console.error(`no text for ${key}`); return key; }
  return entry[language].replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return String((typeof value === "object" ? value?.[language] : value) ?? whole);
  });
};
/** @type {(key: string, values?: Values) => string} */
export const textOf = (key, values = {}) => filled(key, values, lang);
// The same in every language that was loaded, for `showProblem`: filled in when it is read, since the
// page may be switched meanwhile. A value may be {en, zh}, too.
/** @type {(key: string, values?: Values) => Sentence} */
export const sentence = (key, values = {}) => /** @type {Sentence} */ (Object.defineProperties({}, Object.fromEntries(LANGUAGES.map((language) =>
  [language, { enumerable: true, get: () => (texts[key]?.[language] ? filled(key, values, language) : undefined) }]))));

// Fill [data-i18n] (text), [data-i18n-label] (aria-label, title), [data-i18n-placeholder].
// A page whose sentences have not come yet fills its own when they have.
/** @type {(root?: ParentNode) => void} */
export const translate = (root = document) => {
  /** @type {(name: string) => [HTMLElement, string][]} */
  const named = (name) => [...root.querySelectorAll(`[data-${name}]`)].flatMap((node) => {
    const key = node.getAttribute(`data-${name}`);
    if (!(node instanceof HTMLElement) || key === null) return [];
    return root !== document || texts[key]?.[lang] ? [[node, key]] : [];
  });
  for (const [node, key] of named("i18n")) node.textContent = textOf(key);
  for (const [node, key] of named("i18n-label")) {
    node.setAttribute("aria-label", textOf(key));
    node.title = textOf(key);
  }
  for (const [node, key] of named("i18n-placeholder")) node.setAttribute("placeholder", textOf(key));
};

// Rejects, and leaves all as it is, where the sentences can't be had.
/** @type {(language: Language) => Promise<void>} */
export const speak = async (language) => {
  await loadIn(language);
  lang = language;
  remember("lab.lang", language);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = textOf("shell.title");
  translate();
  for (const node of document.querySelectorAll("[data-problem]")) node.textContent = node.problem?.[lang] ?? "";
  announce("lang", language);
  pageLink.write();
};
