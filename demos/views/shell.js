// The head of the page: chapters, tabs, language, projector and theme.
// props.chapters: {chapter: [tab, ...]}; event "open" asks Gradio to show the tab in props.value.
const chapters = props.chapters;
const tabs = Object.values(chapters).flat();
if (!tabs.includes(lab.tab)) lab.tab = tabs[0];
const chapterOf = (tab) => Object.keys(chapters).find((name) => chapters[name].includes(tab));
const last = Object.fromEntries(Object.entries(chapters).map(([name, list]) => [name, list[0]]));
const find = (selector) => element.querySelector(selector);

const button = (key, onclick, attributes = {}) => {
  const node = document.createElement("button");
  node.type = "button";
  node.dataset.i18n = key;
  node.textContent = lab.t(key);
  node.onclick = onclick;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
};

function drawTabs() {
  const chapter = chapterOf(lab.tab);
  find(".chapters").replaceChildren(...Object.keys(chapters).map((name) =>
    button(`shell.chapter.${name}`, () => open(last[name]), { "aria-pressed": String(name === chapter) })));
  find(".tabs").replaceChildren(...chapters[chapter].map((tab) =>
    button(`${tab}.tab`, () => open(tab), {
      role: "tab", id: `tab-${tab}`, "aria-selected": String(tab === lab.tab), tabindex: tab === lab.tab ? 0 : -1,
    })));
}

function open(tab) {
  lab.tab = last[chapterOf(tab)] = tab;
  drawTabs();
  lab.link.write();
  props.value = tab;
  trigger("open");
  lab.tell("tab", tab);
}

// Arrow keys move between tabs, as in every tab list.
find(".tabs").onkeydown = (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const list = chapters[chapterOf(lab.tab)];
  open(list[(list.indexOf(lab.tab) + step + list.length) % list.length]);
  find(`#tab-${lab.tab}`).focus();
};

const language = find(".language");
const nameOther = () => {
  language.textContent = lab.lang === "zh" ? "English" : "中文";
  language.lang = lab.lang === "zh" ? "en" : "zh-CN";
};
language.onclick = () => lab.speak(lab.lang === "zh" ? "en" : "zh");
lab.on("lang", nameOther);
find(".projector").onclick = (event) => {
  const on = event.currentTarget.getAttribute("aria-pressed") !== "true";
  event.currentTarget.setAttribute("aria-pressed", String(on));
  lab.setProjector(on);
};
find(".theme").onclick = (event) => {
  lab.setDark(!lab.dark());
  event.currentTarget.setAttribute("aria-pressed", String(lab.dark()));
};
find(".theme").setAttribute("aria-pressed", String(lab.dark()));

lab.speak(lab.lang);
open(lab.tab);
