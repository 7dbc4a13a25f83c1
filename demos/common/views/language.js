// The language that the page speaks, and the sentences in it: a table for each page, fetched when that
// page opens or the language is switched.

import { fetchFile, files } from "./asking.js";
import { announce } from "./events.js";
import { pageLink } from "./links.js";

const query = new URLSearchParams(location.search);

const LANGUAGES = ["en", "zh"];
const remembered = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private mode */ } };
const spoken = (tag) => (tag || "").toLowerCase().startsWith("zh") ? "zh" : "en";

export let lang = [query.get("lang"), remembered("lab.lang"), spoken(navigator.language)].find((one) => LANGUAGES.includes(one));

// ---- Tables --------------------------------------------------------------------------------
// key -> {language: sentence}, of the pages and languages that were opened. What can be loaded in
// either language (examples) is there in both, and an entry stays the same object.
export const texts = {};
const arrived = new Map();  // "en tokens" -> the promise of that table
const stems = new Set();
const fetchTable = async (stem, language) => {
  const answer = await fetchFile(`${files.texts}/${language}/${stem}.json`);
  for (const [key, sentences] of Object.entries(await answer.json())) Object.assign(texts[key] ??= {}, sentences);
};
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
export const loadTexts = async (...names) => {
  for (const name of names) stems.add(name);
  let language;
  do { language = lang; await loadIn(language); } while (language !== lang);
};

// The sentence for a key; `values` fill its {placeholders}.
const filled = (key, values, language) => {
  const entry = texts[key];
  if (!entry) { console.error(`no text for ${key}`); return key; }
  return entry[language].replace(/\{(\w+)\}/g, (whole, name) => values[name]?.[language] ?? values[name] ?? whole);
};
export const textOf = (key, values = {}) => filled(key, values, lang);
// The same in every language that was loaded, for `showProblem`: filled in when it is read, since the
// page may be switched meanwhile. A value may be {en, zh}, too.
export const sentence = (key, values = {}) => Object.defineProperties({}, Object.fromEntries(LANGUAGES.map((language) =>
  [language, { enumerable: true, get: () => (texts[key]?.[language] ? filled(key, values, language) : undefined) }])));

// Fill [data-i18n] (text), [data-i18n-label] (aria-label, title), [data-i18n-placeholder].
// A page whose sentences have not come yet fills its own when they have.
export const translate = (root = document) => {
  const named = (name) => [...root.querySelectorAll(`[data-${name}]`)].filter((node) =>
    root !== document || texts[node.getAttribute(`data-${name}`)]?.[lang]);
  for (const node of named("i18n")) node.textContent = textOf(node.dataset.i18n);
  for (const node of named("i18n-label")) {
    node.setAttribute("aria-label", textOf(node.dataset.i18nLabel));
    node.title = textOf(node.dataset.i18nLabel);
  }
  for (const node of named("i18n-placeholder")) node.placeholder = textOf(node.dataset.i18nPlaceholder);
};

// Rejects, and leaves all as it is, where the sentences can't be had.
export const speak = async (language) => {
  await loadIn(language);
  lang = language;
  remember("lab.lang", language);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = textOf("shell.title");
  translate();
  for (const node of document.querySelectorAll("[data-problem]")) node.textContent = node.problem[lang];
  announce("lang", language);
  pageLink.write();
};
