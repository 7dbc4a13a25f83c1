// The front page: the story in twelve steps, each with a picture, and the map of all pages.
// props.story: [{picture, tab}, ...], both null where the page is still to come; props.minutes: {tab: n}.

/** @import { Handler, Mounted } from "../common/views/types" */
/** @import { Drawn, Pictures } from "./types" */
import { askServer, showProblem } from "../common/views/asking.js";
import { finder, make } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { pageOpens, whenShown } from "../common/views/frame.js";
import { PICTURES } from "./pictures.js";
import { lang, textOf, translate } from "../common/views/language.js";
import { chaptersOf, lastLink, leadsTo } from "../common/views/links.js";

/**
 * @typedef {{ picture: keyof Drawn | null, tab: string | null }} Step
 * @param {Mounted<{ story: Step[], minutes: Record<string, number> }, { show_pictures: Handler<object, Pictures> }>} page
 */
export async function mount({ element, props, server }) {
  await pageOpens("home");
  const find = finder(element);
  const named = (/** @type {string} */ tab) => textOf(`${tab}.tab`);
  let pictures = /** @type {Pictures | null} */ (null);

  // ---- The story ------------------------------------------------------------------------------------
  const steps = props.story.map(({ picture, tab }, k) => {
    const said = make("p", "said"), drawn = make("div", "picture"), caption = make("small"), way = make("p", "way");
    const item = make("li", tab ? "step" : "step soon", said, drawn, caption, way);
    item.dataset.picture = picture ?? "";
    said.dataset.i18n = `home.step.${k + 1}`;
    if (!tab) way.dataset.i18n = "home.soon";
    return { picture, tab, item, drawn, caption, way, stop: /** @type {(() => void) | null} */ (null) };
  });
  find(".story").replaceChildren(...steps.map(({ item }) => item));

  // Draws a picture and writes its caption; returns what stops it.
  /** @type {<Name extends keyof Drawn>(name: Name, all: Pictures, drawn: HTMLElement, caption: HTMLElement) => (() => void) | null} */
  const picturing = (name, all, drawn, caption) => {
    const picture = PICTURES[name], data = picture.of(all, lang);
    caption.textContent = textOf(`home.caption.${name}`, picture.caption?.(data));
    return picture.draw(drawn, data) ?? null;
  };
  function draw() {
    for (const step of steps) {
      const { picture, tab } = step;
      if (!tab || !picture) continue;
      const link = make("a", "open", textOf("home.open", { page: named(tab) }));
      step.way.replaceChildren(link);
      leadsTo(link, tab, pictures ? PICTURES[picture].link?.(pictures[lang], lang) : {});
      if (!pictures) continue;
      step.stop?.();
      step.drawn.replaceChildren();
      step.stop = picturing(picture, pictures, step.drawn, step.caption);
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
        leadsTo(link, tab);
        return make("li", "", link, " ", make("small", "", textOf("home.minutes", { n: props.minutes[tab] })));
      })))));
  }
  function drawLast() {
    const last = lastLink(), tab = new URLSearchParams(last ?? "").get("tab");
    find(".continue").hidden = !tab || !(tab in props.minutes);
    if (!tab || !(tab in props.minutes)) return;
    const link = find(".continue a", HTMLAnchorElement);
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
