// The front page: the story in twelve steps, each with a picture, and the map of all pages.
// props.story: [{picture, tab}, ...], both null where the page is still to come; props.minutes: {tab: n}.

import { askServer, showProblem } from "../common/views/asking.js";
import { make } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { pageOpens, whenShown } from "../common/views/frame.js";
import { PICTURES } from "./pictures.js";
import { lang, textOf, translate } from "../common/views/language.js";
import { chaptersOf, lastLink, pageLink } from "../common/views/links.js";

export async function mount({ element, props, server }) {
  await pageOpens("home");
  const find = (selector) => element.querySelector(selector);
  const named = (tab) => textOf(`${tab}.tab`);
  const opens = (link, tab, values = {}) => {
    link.href = `?${new URLSearchParams({ tab, lang, ...values })}`;
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;  // another window is wanted
      event.preventDefault();
      pageLink.enter(tab, values);
    };
  };
  let pictures = null;

  // ---- The story ------------------------------------------------------------------------------------
  const steps = props.story.map(({ picture, tab }, k) => {
    const drawn = make("div", "picture"), caption = make("small"), way = make("p", "way");
    const item = make("li", tab ? "step" : "step soon", make("p", "said"), drawn, caption, way);
    item.dataset.picture = picture ?? "";
    item.firstElementChild.dataset.i18n = `home.step.${k + 1}`;
    if (!tab) way.dataset.i18n = "home.soon";
    return { picture, tab, item, drawn, caption, way, stop: null };
  });
  find(".story").replaceChildren(...steps.map(({ item }) => item));

  function draw() {
    for (const step of steps.filter(({ tab }) => tab)) {
      const link = make("a", "open", textOf("home.open", { page: named(step.tab) }));
      step.way.replaceChildren(link);
      const values = pictures ? PICTURES[step.picture].link?.(pictures[lang], lang) : {};
      opens(link, step.tab, values);
      if (!pictures) continue;
      step.stop?.();
      step.drawn.replaceChildren();
      const { data = pictures[lang][step.picture], caption } = PICTURES[step.picture].of?.(pictures, lang) ?? {};
      step.stop = PICTURES[step.picture].draw(step.drawn, data) ?? null;
      step.caption.textContent = textOf(`home.caption.${step.picture}`, caption ?? PICTURES[step.picture].caption?.(data));
    }
    drawMap();
    drawLast();
    translate(element);
  }

  // ---- The map, and the way back --------------------------------------------------------------------
  function drawMap() {
    find(".map").replaceChildren(...Object.entries(chaptersOf()).filter(([, tabs]) => !tabs.includes("home")).map(([chapter, tabs]) =>
      make("section", "", make("h3", "", textOf(`shell.chapter.${chapter}`)), make("ul", "", ...tabs.map((tab) => {
        const link = make("a", "", named(tab));
        opens(link, tab);
        return make("li", "", link, " ", make("small", "", textOf("home.minutes", { n: props.minutes[tab] })));
      })))));
  }
  function drawLast() {
    const last = lastLink(), tab = new URLSearchParams(last ?? "").get("tab");
    find(".continue").hidden = !(tab in props.minutes);
    if (!(tab in props.minutes)) return;
    const link = find(".continue a");
    link.href = `?${last}`;
    link.textContent = textOf("home.continue", { page: named(tab) });
  }

  async function load() {
    try {
      pictures = await askServer(server.show_pictures, {});
      showProblem(find(".problem"), null);
    } catch (problem) { showProblem(find(".problem"), problem); }
    draw();
    find(".page").dataset.ready = "";
  }
  listen("lang", draw);
  listen("theme", draw);
  whenShown("home", () => { draw(); return load(); }, () => (pictures ? drawLast() : load()));
}
