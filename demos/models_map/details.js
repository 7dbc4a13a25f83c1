// What the map tells of the chosen model: mapDetails(node, { filter, nameOf, sightsOf }).

/** @import { Values } from "../common/views/types" */
/** @import { Everything, Perspective, Sight } from "./types" */
import { make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { leadsTo } from "../common/views/links.js";

/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`models_map.${key}`, values);

/**
 * @param {HTMLElement} node
 * @param {object} how
 * @param {(by: Perspective, group: string) => void} how.filter show one group
 * @param {(name: string) => string} how.nameOf
 * @param {(name: string) => [string, Sight][]} how.sightsOf what pages that are there show of a model
 */
export const mapDetails = (node, { filter, nameOf, sightsOf }) => {
  /** @type {(title: string, kind: string, names: string[]) => HTMLElement[]} */
  const others = (title, kind, names) => (names.length ? [make("p", `names ${kind}`, make("b", "", say(title)), " ", names.map(nameOf).join(say("comma")))] : []);

  /** @type {(all: Everything, name: string) => void} */
  return (all, name) => {
    const model = all.models[name], sights = sightsOf(name);
    const perspectives = /** @type {Perspective[]} */ (Object.keys(all.perspectives));
    const facts = perspectives.map((by) => {
      const first = say(`group.${by}.${model[by]}`), more = by === "task" ? model.further_tasks.map((one) => say(`group.task.${one}`)) : [];
      const button = make("button", { type: "button", value: by }, more.length ? say("also", { first, others: more.join(say("comma")) }) : first);
      button.onclick = () => filter(by, model[by]);
      return make("div", "", make("dt", "", say(`perspective.${by}`)), make("dd", "", button));
    });
    const links = sights.map(([sight, { page, values }]) => {
      const link = make("a", { "data-sight": sight }, make("b", "", textOf(`${page}.tab`)), make("span", "", say(`sight.${sight}`)));
      leadsTo(link, page, values);
      return make("li", "", link);
    });
    node.replaceChildren(
      make("h2", "", nameOf(name), " ", make("small", "number", model.year)),
      make("p", "added", say(`added.${name}`)),
      make("h3", "", say("in_lab")),
      links.length ? make("ul", "sights", ...links) : make("p", "no-page", say("no_page")),
      make("dl", "facts", ...facts),
      ...others("built", "built", model.builds_on),
      ...others("taken_up", "taken", Object.keys(all.models).filter((one) => all.models[one].builds_on.includes(name))),
      make("p", "cited quiet-text", say("cited", { authors: model.authors, paper: model.paper, source: model.source, year: model.year })),
    );
  };
};
