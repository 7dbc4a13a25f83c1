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

/**
 * The first element below `root` that the selector names: what a page's own html always has.
 * @template {Element} [E=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => E} [kind] of element, by default any of HTML
 * @throws {Error} names the selector, where there is none of that kind
 */
export const find = (root, selector, kind) => {
  const node = root.querySelector(selector), wanted = kind ?? HTMLElement;
  if (!(node instanceof wanted)) throw new Error(`no ${wanted.name} at ${selector}`);
  return /** @type {E} */ (node);
};
/**
 * `find` below one element.
 * @param {ParentNode} root
 * @returns {<E extends Element = HTMLElement>(selector: string, kind?: new () => E) => E}
 */
export const finder = (root) => (selector, kind) => find(root, selector, kind);

/**
 * What draws on a canvas.
 * @template {HTMLCanvasElement | OffscreenCanvas} C
 * @param {C} canvas
 * @param {CanvasRenderingContext2DSettings} [how]
 * @throws {Error} where the browser has no memory for it
 */
export const context2d = (canvas, how) => {
  const context = canvas.getContext("2d", how);
  if (!context) throw new Error("no 2-D context");
  return /** @type {C extends HTMLCanvasElement ? CanvasRenderingContext2D : OffscreenCanvasRenderingContext2D} */ (context);
};
