// The head of the page: chapters, tabs, language, projector and theme.
// props.chapters: {chapter: [tab, ...]}; event "open" asks Gradio to show the tab in props.value.

/** @import { Mounted } from "../common/views/types" */
/** @import { Chapters } from "../common/views/links.js" */
import { finder, make } from "../common/views/elements.js";
import { announce, listen } from "../common/views/events.js";
import { lang, loadTexts, speak, textOf } from "../common/views/language.js";
import { applyLook, isDark, isProjector, pageLink, setChapters, setDark, setProjector, setTab, shellIsUp, tabNow } from "../common/views/links.js";

/** @param {Mounted<{ chapters: Chapters, value: string }>} page */
export async function mount({ element, props, trigger }) {
  await loadTexts("shell");
  const chapters = props.chapters;
  const tabs = Object.values(chapters).flat();
  setChapters(chapters);
  setTab(tabs.includes(tabNow) ? tabNow : tabs[0]);
  const chapterOf = (/** @type {string} */ tab) => Object.keys(chapters).find((name) => chapters[name].includes(tab)) ?? "";
  const last = Object.fromEntries(Object.entries(chapters).map(([name, list]) => [name, list[0]]));
  const find = finder(element);

  /** @type {(key: string, onclick: () => void, attributes?: Record<string, string | number>) => HTMLButtonElement} */
  const button = (key, onclick, attributes = {}) => {
    const node = make("button", { type: "button", "data-i18n": key, ...attributes }, textOf(key));
    node.onclick = onclick;
    return node;
  };

  function drawTabs() {
    const chapter = chapterOf(tabNow), alone = (/** @type {string[]} */ list) => (list.length > 1 ? null : list[0]);
    find(".chapters").replaceChildren(...Object.entries(chapters).map(([name, list]) =>
      button(`shell.chapter.${name}`, () => open(last[name]),
        { "aria-pressed": String(name === chapter), ...(alone(list) ? { id: `tab-${alone(list)}` } : {}) })));
    // A chapter of one page needs no second row.
    find(".tabs").hidden = alone(chapters[chapter]) !== null;
    find(".tabs").replaceChildren(...(alone(chapters[chapter]) ? [] : chapters[chapter]).map((tab) =>
      button(`${tab}.tab`, () => open(tab), {
        role: "tab", id: `tab-${tab}`, "aria-selected": String(tab === tabNow), tabindex: tab === tabNow ? 0 : -1,
      })));
  }

  // On a phone the rows are wider than the screen.
  const inView = () => {
    for (const row of [find(".chapters"), find(".tabs")])
      for (const pressed of row.querySelectorAll("button"))
        if (pressed.matches('[aria-pressed="true"], [aria-selected="true"]')) row.scrollLeft = pressed.offsetLeft - row.offsetLeft - 24;
  };
  // Show a tab; `write` puts it into the browser's history.
  /** @type {(tab: string, write: () => void) => void} */
  function show(tab, write) {
    setTab(last[chapterOf(tab)] = tab);
    drawTabs();
    inView();
    write();
    props.value = tab;
    trigger("open");
    announce("tab", tab);
  }
  /** @type {(tab: string) => void} */
  function open(tab) {
    if (tab === tabNow) return;
    show(tab, pageLink.step);
    scrollTo(0, 0);
  }
  listen("go", open);
  addEventListener("popstate", () => {
    const tab = pageLink.returned();
    if (tab === null) { location.reload(); return; }
    show(tabs.includes(tab) ? tab : tabs[0], () => pageLink.write());
  });

  // Arrow keys move between tabs, as in every tab list.
  find(".tabs").onkeydown = (event) => {
    const step = new Map([["ArrowRight", 1], ["ArrowLeft", -1]]).get(event.key);
    if (!step) return;
    const list = chapters[chapterOf(tabNow)];
    open(list[(list.indexOf(tabNow) + step + list.length) % list.length]);
    find(`#tab-${tabNow}`).focus();
  };

  const language = find(".language");
  const nameOther = () => {
    language.textContent = lang === "zh" ? "English" : "中文";
    language.lang = lang === "zh" ? "en" : "zh-CN";
  };
  language.onclick = () => speak(lang === "zh" ? "en" : "zh");
  listen("lang", nameOther);
  find(".projector").onclick = () => setProjector(!isProjector());
  find(".theme").onclick = () => setDark(!isDark());
  listen("theme", () => {
    find(".projector").setAttribute("aria-pressed", String(isProjector()));
    find(".theme").setAttribute("aria-pressed", String(isDark()));
  });

  // Paper is light; what is drawn in colours follows the theme.
  let darkAgain = false;
  const onPaper = (/** @type {boolean} */ light) => {
    document.body.classList.toggle("dark", !light && darkAgain);
    announce("theme", undefined);
  };
  addEventListener("beforeprint", () => { darkAgain = isDark(); if (darkAgain) onPaper(true); });
  addEventListener("afterprint", () => { if (darkAgain) onPaper(false); });

  applyLook();
  await speak(lang);
  show(tabNow, () => pageLink.write());
  shellIsUp();
}
