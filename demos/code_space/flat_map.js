// A flat map of codes by Plotly: flatMap(node, {onhover, onpick, onview, onlasso}), with the names of
// scatterCloud (scatter.js), so that a page can show either. Thousands of points are drawn by WebGL where
// the browser has it, else as SVG. Drag to move it, or, by its tools, to zoom or to choose points.

import { chart } from "../common/views/charts.js";
import { colourNamed } from "../common/views/colours.js";
import { make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { digitColour, inkOn } from "../common/views/scatter.js";
/** @import { Cloud, CloudHeard, Point, Rgb } from "../common/views/types" */

const HOME = { zoom: 1, x: 0, y: 0 }, FILL = 0.47;  // of half the picture that the extent takes
/** @type {(value: number, low: number, high: number) => number} */
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const css = (/** @type {Rgb} */ colour) => `rgb(${colour})`;

/**
 * @param {HTMLElement} node
 * @param {CloudHeard & { onlasso?: (chosen: number[] | null) => void }} [heard]
 */
export const flatMap = (node, { onhover = () => {}, onpick = () => {}, onview = () => {}, onlasso = () => {} } = {}) => {
  let points = /** @type {Float32Array} */ (new Float32Array(0)), labels = /** @type {ArrayLike<number>} */ ([]), n = 0, centre = [0, 0], radius = 1, extent = [1, 1];
  let chosen = /** @type {Set<number> | null} */ (null), gl = false;
  /** @type {Cloud} */
  const map = {
    hidden: new Set(), marks: {}, view: { ...HOME, yaw: 0, pitch: 0 }, hovered: null, frames: 0, ms: 0,
    set: (next) => {
      ({ points, labels, centre, radius } = next);
      extent = next.extent ?? [radius, radius];
      n = points.length / 2;
      if (map.hovered !== null && map.hovered >= n) hover(null);
      if (chosen) { chosen = null; onlasso(null); }
      plot.draw();
    },
    move: (next) => { points = next; plot.draw(); },
    median: (label) => medianOf(label), count: () => n, hover: (i) => hover(i),
    at: (i) => [points[2 * i], points[2 * i + 1]],
    project: ([x, y]) => plot.place({ x, y }) ?? [0, 0],
    draw: () => { plot.draw(); },
    repaint: () => { plot.draw(); },
    look: (view) => {
      const { zoom: by, x, y } = { ...map.view, ...view };
      map.view = { ...map.view, zoom: clamp(by, 0.4, 12), x: clamp(x, -2, 2), y: clamp(y, -2, 2) };
      plot.draw();
    },
    home: () => map.look(HOME),
    turn: () => {}, turning: () => false,
  };
  const ring = make("i");
  const size = () => [Math.max(1, node.clientWidth), Math.max(1, node.clientHeight)];
  // Pixels for one unit of the map's own, so that both its extents fit.
  const unit = () => { const [width, height] = size(); return FILL * map.view.zoom * Math.min(width / extent[0], height / extent[1]); };
  const ranges = () => size().map((pixels, k) => {
    const middle = centre[k] + [map.view.x, map.view.y][k] * radius, half = pixels / 2 / unit();
    return [middle - half, middle + half];
  });

  /** @type {(label: number) => Point | null} */
  const medianOf = (label) => {
    const of = /** @type {number[]} */ ([]);
    for (let i = 0; i < n; i++) if (labels[i] === label) of.push(i);
    return of.length ? [0, 1].map((k) => Float32Array.from(of, (i) => points[2 * i + k]).sort()[of.length >> 1]) : null;
  };
  const figure = () => {
    if (!n) return null;
    const picked = chosen, [across, up] = ranges(), shown = Array.from({ length: 10 }, (_, label) => label).filter((label) => !map.hidden.has(label));
    const dot = (n > 2500 ? 4.5 : 6) * clamp(Math.sqrt(map.view.zoom), 0.8, 2);
    const of = (/** @type {number} */ label) => Array.from({ length: n }, (_, i) => i).filter((i) => labels[i] === label);
    const traces = shown.map((label) => {
      const mine = of(label);
      return {
        type: gl ? "scattergl" : "scatter", mode: "markers", name: String(label), hoverinfo: "none", customdata: mine,
        x: mine.map((i) => points[2 * i]), y: mine.map((i) => points[2 * i + 1]), marker: { color: css(digitColour(label)), size: dot, opacity: 0.9 },
        unselected: { marker: { opacity: 0.12 } }, ...(picked && { selectedpoints: mine.flatMap((i, k) => (picked.has(i) ? [k] : [])) }),
      };
    });
    const names = shown.flatMap((label) => {
      const place = medianOf(label), colour = digitColour(label);
      return place ? [{ x: place[0], y: place[1], text: `<b>${label}</b>`, bgcolor: css(colour), bordercolor: colourNamed("paper"), borderwidth: 2, borderpad: 3, font: { color: inkOn(colour) } }] : [];
    });
    const pins = (map.marks.pins ?? []).flatMap((i, k) => (i < n && !map.hidden.has(labels[i]) ? [{
      x: points[2 * i], y: points[2 * i + 1], text: `<b>${String.fromCharCode(65 + k)}</b>`, showarrow: true, arrowhead: 6, arrowsize: 1.2, arrowcolor: colourNamed("ink"), ax: 22, ay: -24, standoff: 4,
      font: { color: colourNamed("ink") }, bgcolor: colourNamed("paper"),
    }] : []));
    const hidden = { visible: false, fixedrange: false };
    return {
      traces, title: textOf("code_space.mode.maps"), says: textOf("code_space.cloud"),
      table: { columns: ["digit", "number", "x", "y"], rows: Array.from({ length: n }, (_, i) => [labels[i], i, points[2 * i], points[2 * i + 1]]) },
      layout: { margin: { l: 0, r: 0, t: 0, b: 0 }, hoverdistance: 20, uirevision: false, xaxis: { ...hidden, range: across }, yaxis: { ...hidden, range: up, scaleanchor: "x" }, annotations: [...names, ...pins] },
    };
  };
  const plot = chart(node, figure, {
    file: "map-of-codes", height: () => node.clientHeight, gl: true, zoom: true,
    press: ({ customdata: i }) => { hover(i); onpick(i); },
    pick: (found) => { chosen = found && found.length ? new Set(found.map(({ customdata }) => customdata)) : null; onlasso(chosen && [...chosen]); },
    hover: (point) => hover(point?.customdata ?? null),
    moved: (across, up) => {
      const [width, height] = size(), at = unit() / map.view.zoom;
      map.view = {
        ...map.view, zoom: clamp(Math.min(width / (across[1] - across[0]), height / (up[1] - up[0])) / at, 0.4, 12),
        x: clamp(((across[0] + across[1]) / 2 - centre[0]) / radius, -2, 2), y: clamp(((up[0] + up[1]) / 2 - centre[1]) / radius, -2, 2),
      };
      mark();
      onview(map.view);
    },
    whole: () => map.home(),
    drawn: () => { map.frames += 1; mark(); },
    engine: (found) => { gl = found; },
  });
  node.append(ring);
  ring.className = "ring";

  // What is pointed at: moved over the map, which isn't drawn anew.
  const mark = () => {
    const i = map.hovered, spot = i !== null && i < n && !map.hidden.has(labels[i]) ? map.project(map.at(i)) : null;
    ring.hidden = !spot;
    if (i === null || !spot) return;
    ring.style.translate = `${spot[0]}px ${spot[1]}px`;
    ring.style.background = css(digitColour(labels[i]));
  };
  const hover = (/** @type {number | null} */ i) => {
    if (i === map.hovered) return;
    map.hovered = i;
    mark();
    onhover(i);
  };
  const step = (/** @type {number} */ by) => {
    for (let k = 1, i = map.hovered ?? (by > 0 ? -1 : n); k <= n; k++) {
      i = (i + by + n) % n;
      if (!map.hidden.has(labels[i])) { hover(i); return; }
    }
  };
  plot.node.tabIndex = 0;
  plot.node.setAttribute("role", "application");
  plot.node.setAttribute("aria-describedby", "code-space-summary");
  const zoom = (/** @type {number} */ factor) => { map.look({ zoom: map.view.zoom * factor }); onview(map.view); };
  plot.node.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (by) map.look({ x: map.view.x + (0.1 * by[0]) / map.view.zoom, y: map.view.y + (0.1 * by[1]) / map.view.zoom });
    else if (event.key === "+" || event.key === "=") zoom(1.15);
    else if (event.key === "-") zoom(1 / 1.15);
    else if (event.key === "0") map.home();
    else if (event.key === "n" || event.key === "p") step(event.key === "n" ? 1 : -1);
    else if (event.key === "Escape") hover(null);
    else if (event.key === "Enter" && map.hovered !== null) onpick(map.hovered);
    else return;
    event.preventDefault();
    if (by) onview(map.view);
  });
  // The wheel zooms where the map has been clicked before; else it scrolls the page, as everywhere.
  node.addEventListener("wheel", (event) => {
    if (!node.contains(document.activeElement) && !event.ctrlKey) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)));
  }, { passive: false });
  node.addEventListener("pointerdown", () => plot.node.focus({ preventScroll: true }));

  return map;
};
