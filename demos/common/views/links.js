// What the address bar holds: pageLink (each tab's state), the browser's history of pages, and how
// the page is seen (theme, projector).

/** @import { LinkValues } from "./types" */
import { make } from "./elements.js";
import { announce } from "./events.js";
import { lang } from "./language.js";

let query = new URLSearchParams(location.search);  // of the link that opened the page, or of a step back
export let tabNow = query.get("tab") ?? "";  // made valid by the shell
let stands = () => {};
/** @type {Promise<void>} */
export const shellStands = new Promise((resolve) => { stands = resolve; });  // before it, no page begins
/** @type {(tab: string) => void} */
export const setTab = (tab) => { tabNow = document.documentElement.dataset.tab = tab; };
export const shellIsUp = () => stands();
/** @typedef {Record<string, string[]>} Chapters */
let chapters = /** @type {Chapters} */ ({});  // {chapter: [tab, ...]}, in the order of the lesson
/** @type {(all: Chapters) => void} */
export const setChapters = (all) => { chapters = all; };
export const chaptersOf = () => chapters;
// The page that comes after one in the lesson, or null.
/** @type {(tab: string) => string | null} */
export const pageAfter = (tab) => {
  const all = Object.values(chapters).flat();
  return all[all.indexOf(tab) + 1] ?? null;
};

/** @type {(text: string) => Promise<void>} */
export const copyText = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {  // no clipboard in a frame, or over plain http: the old way
    const field = document.body.appendChild(make("textarea"));
    field.value = text;
    field.select();
    document.execCommand("copy");
    field.remove();
  }
};

// ---- Links: the state of the tab on the screen, as a readable query string ---------------------
// Each tab owns its parameters; the address bar always holds those of the tab on the screen, the
// language and, where somebody has chosen them, theme and projector.
// The browser's history has an entry for each step from page to page, none for what changes within
// one. An entry has a number; `shownIn` knows the last one in which a tab was on the screen.
const COMMON = new Set(["tab", "lang", "theme", "projector"]);
/** @type {Record<string, LinkValues>} */
const states = {};
/** @type {Record<string, string>} */
const shownIn = {};
/** @type {Record<string, Set<string>>} */
const closed = {};  // {tab: Set of parameters} of what is closed on it: they stand in no link
/** @type {(tab: string) => LinkValues} */
const onScreen = (tab) => Object.fromEntries(Object.entries(states[tab] ?? {}).filter(([name]) => !closed[tab]?.has(name)));
/** @type {(values: LinkValues) => URLSearchParams} */
export const queryOf = (values) => new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)]));
const newEntry = () => `${Date.now().toString(36)}.${Math.random().toString(36).slice(2)}`;
/** @type {string} */
let entry = history.state?.entry ?? newEntry();
const queryNow = () => {
  const now = queryOf({ tab: tabNow, lang, ...seenAs(), ...onScreen(tabNow) });
  for (const [name, value] of query) if (name.startsWith("__")) now.set(name, value);  // Gradio's own
  return now.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
};
// The link of the page that was left last, kept for the next visit; the front page is none.
const LAST = "lab.last", FRONT = "home";
export const lastLink = () => { try { return localStorage.getItem(LAST); } catch { return null; } };
/** @type {(text: string) => void} */
const keepLast = (text) => { try { localStorage.setItem(LAST, text); } catch { /* private mode */ } };
export const pageLink = {
  opened: Object.fromEntries(query),  // what the page was opened with
  // What the link that opened the page says of this tab, or the fallback.
  /**
   * @template F
   * @param {string} tab
   * @param {string} name
   * @param {F} fallback
   */
  read: (tab, name, fallback) => (pageLink.opened.tab === tab && query.has(name) ? query.get(name) ?? fallback : fallback),
  /** @type {(tab: string, values: LinkValues) => void} */
  set: (tab, values) => {
    states[tab] = { ...states[tab], ...values };
    for (const [name, value] of Object.entries(values)) if (value === null) delete states[tab][name];
    if (tab === tabNow) pageLink.write();
  },
  // These parameters belong to what is closed now.
  /** @type {(tab: string, names: string[]) => void} */
  close: (tab, names) => { closed[tab] = new Set(names); },
  // A number within [low, high] from the link, or the fallback.
  /** @type {<F>(tab: string, name: string, fallback: F, low: number, high: number) => number | F} */
  number: (tab, name, fallback, low, high) => {
    const value = Number.parseFloat(pageLink.read(tab, name, ""));
    return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : fallback;
  },
  write: (/** @type {"replaceState" | "pushState"} */ how = "replaceState") => {
    const text = queryNow();
    shownIn[tabNow] = entry;
    history[how]({ entry }, "", `?${text}`);
    if (tabNow !== FRONT) keepLast(text);
    // Inside a Space the lab is a frame; the Space's page keeps its address bar equal to ours.
    if (window.parent !== window) window.parent.postMessage({ queryString: text }, "https://huggingface.co");
  },
  // Open a page in a state. A view reads its link but once: one that has begun is loaded anew with
  // it, unless it is asked for as it stands.
  /** @type {(tab: string, values?: LinkValues) => void} */
  enter: (tab, values = {}) => {
    const begun = tab in states || document.querySelector(`#${tab} .page[data-ready]`);
    if (Object.keys(values).length && begun) {
      location.assign(`?${queryOf({ tab, lang, ...seenAs(), ...values })}`);
      return;
    }
    if (!begun) { query = queryOf({ tab, ...values }); pageLink.opened = Object.fromEntries(query); }
    announce("go", tab);
  },
  // From one page to another: the browser's Back leads back to it.
  step: () => { entry = newEntry(); pageLink.write("pushState"); },
  // The browser went back or forward: returns the tab to show, null where its state of then is
  // another one than that of now. A view reads its link but once, so the page is loaded anew.
  returned: () => {
    const then = new URLSearchParams(location.search), tab = then.get("tab");
    entry = history.state?.entry ?? newEntry();
    /** @type {(of: LinkValues) => string} */
    const has = (of) => JSON.stringify(Object.entries(of).map(([name, value]) => [name, String(value)]).sort());
    const own = Object.fromEntries([...then].filter(([name]) => !COMMON.has(name) && !name.startsWith("__")));
    if (tab === null) return null;
    const known = tab in states || document.querySelector(`#${CSS.escape(tab)} .page`);
    if (known && shownIn[tab] !== entry && has(own) !== has(onScreen(tab))) return null;
    if (!known) { query = then; pageLink.opened = Object.fromEntries(then); }
    return tab;
  },
  // Inside a Space's frame this is the lab's own address, which works without the frame too.
  copy: () => copyText(location.href),
};

// Makes an anchor lead to a page in a state. To be called anew when the language changes.
/** @type {(link: HTMLAnchorElement, tab: string, values?: LinkValues) => void} */
export const leadsTo = (link, tab, values = {}) => {
  link.href = `?${queryOf({ tab, lang, ...values })}`;
  link.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;  // another window is wanted
    event.preventDefault();
    pageLink.enter(tab, values);
  };
};

// ---- Theme ------------------------------------------------------------------------------------
// Who has chosen no theme gets the system's, as Gradio puts it on the page.
let theme = ["dark", "light"].find((one) => one === query.get("theme")) ?? null;
let projector = query.get("projector") === "1";
/** @returns {Record<string, string>} */
export const seenAs = () => ({ ...(theme && { theme }), ...(projector && { projector: "1" }) });
export const isDark = () => document.body.classList.contains("dark");
export const isProjector = () => projector;
export const applyLook = () => {  // put theme and projector on the page
  if (theme) document.body.classList.toggle("dark", theme === "dark");
  document.documentElement.classList.toggle("projector", projector);
  announce("theme", undefined);
};
/** @type {(dark: boolean) => void} */
export const setDark = (dark) => { theme = dark ? "dark" : "light"; applyLook(); pageLink.write(); };
/** @type {(on: boolean) => void} */
export const setProjector = (on) => { projector = on; applyLook(); pageLink.write(); };
// After Gradio has done the same.
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTimeout(applyLook));
