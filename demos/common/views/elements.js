// How elements come about, of HTML and of SVG.
//   make("p", "note", "text", node): a class, "" for none, then what stands in it;
//   make("button", { type: "button", "data-i18n": key }): attributes instead of a class.
// Strings and numbers become text nodes: markup is shown, never run.

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {string | Record<string, string | number>} How */

/**
 * @param {Element} node
 * @param {How} how
 * @param {(Node | string | number)[]} children
 */
const filled = (node, how, children) => {
  if (typeof how === "string") { if (how) node.setAttribute("class", how); }
  else for (const [name, value] of Object.entries(how)) node.setAttribute(name, String(value));
  node.append(...children.map((child) => (typeof child === "number" ? String(child) : child)));
};

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {How} [how]
 * @param {...(Node | string | number)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export const make = (tag, how = "", ...children) => {
  const node = document.createElement(tag);
  filled(node, how, children);
  return node;
};

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {How} [how]
 * @param {...(Node | string | number)} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export const svg = (tag, how = "", ...children) => {
  const node = document.createElementNS(SVG, tag);
  filled(node, how, children);
  return node;
};
