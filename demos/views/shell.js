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

// Show a tab; `write` puts it into the browser's history.
function show(tab, write) {
  lab.tab = last[chapterOf(tab)] = tab;
  drawTabs();
  write();
  props.value = tab;
  trigger("open");
  lab.tell("tab", tab);
}
function open(tab) {
  if (tab === lab.tab) return;
  show(tab, lab.link.step);
  scrollTo(0, 0);
}
addEventListener("popstate", () => {
  const tab = lab.link.returned();
  if (tab === null) { location.reload(); return; }
  show(tabs.includes(tab) ? tab : tabs[0], lab.link.write);
});

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
find(".projector").onclick = () => lab.setProjector(!lab.projector());
find(".theme").onclick = () => lab.setDark(!lab.dark());
lab.on("theme", () => {
  find(".projector").setAttribute("aria-pressed", String(lab.projector()));
  find(".theme").setAttribute("aria-pressed", String(lab.dark()));
});

lab.look();
lab.speak(lab.lang);
show(lab.tab, lab.link.write);
