// What stands on top of a cloud: names of the digits, axes, the probe, the drawing, pins.

/** @import { Cloud, Point, Rgb } from "./types" */
import { colourNamed } from "./colours.js";
import { inkOn } from "./scatter.js";

const SUBSCRIPTS = "₁₂₃";

/** @returns {Record<string, string>} */
export const scatterColours = () => Object.fromEntries(
  ["ink", "paper", "code", "input", "soft", "strong-line"].map((name) => [name, colourNamed(name)]));
// Draw in CSS pixels. `at(i)` is a point's code, `place(code)` its [x, y, far] on the canvas.
/**
 * @param {CanvasRenderingContext2D} context
 * @param {Cloud} cloud
 * @param {object} now
 * @param {(Point | null)[]} now.medians of each digit
 * @param {number} now.dimensions
 * @param {number} now.scale
 * @param {Record<string, string>} now.colour
 * @param {Rgb[]} now.digits
 * @param {ArrayLike<number>} now.labels
 * @param {(i: number) => Point} now.at
 * @param {(code: Point) => Point} now.place
 */
export const scatterMarks = (context, cloud, { medians, dimensions, scale, colour, digits, labels, at, place }) => {
  /** @type {(text: string, x: number, y: number, ink: string, font: string) => void} */
  const write = (text, x, y, ink, font) => {
    context.font = font;
    context.lineWidth = 4;
    context.strokeStyle = colour.paper;
    context.fillStyle = ink;
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  };
  const path = (/** @type {Point[]} */ ...codes) => {
    context.beginPath();
    for (const code of codes) { const [x, y] = place(code); context.lineTo(x, y); }
    context.stroke();
  };
  /** @type {(code: Point, radius: number, ink: string, thick?: number) => Point} */
  const ring = (code, radius, ink, thick = 2.5) => {
    const [x, y] = place(code);
    for (const [more, style] of /** @type {[number, string][]} */ ([[2.5, colour.paper], [0, ink]])) {
      context.lineWidth = thick + more;
      context.strokeStyle = style;
      context.beginPath();
      context.arc(x, y, radius * scale, 0, 2 * Math.PI);
      context.stroke();
    }
    return [x, y];
  };
  /**
   * @param {number | null | undefined} i
   * @returns {i is number}
   */
  const inside = (i) => i !== null && i !== undefined && i < cloud.count() && !cloud.hidden.has(labels[i]);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";

  const { probe, star, near = [], pins = [] } = cloud.marks;
  if (dimensions === 3 && cloud.box) {
    const { low, high } = cloud.box;
    for (let k = 0; k < 3; k++) {   // three edges from one corner are the axes
      const end = low.map((value, j) => (j === k ? high[k] : value));
      context.lineWidth = 1.5;
      context.strokeStyle = colour["strong-line"];
      path(low, end);
      const beyond = low.map((value, j) => (j === k ? high[k] + 0.07 * (high[k] - low[k]) : value));
      const [x, y] = place(beyond);
      write(`z${SUBSCRIPTS[k]}`, x, y, colour.soft, `600 ${15 * scale}px system-ui`);
    }
    if (probe) {                    // through the probe, along each axis: what the sliders move
      context.lineWidth = 1.5;
      context.strokeStyle = colour.code;
      context.setLineDash([4, 4]);
      for (let k = 0; k < 3; k++)
        path(...[low, high].map((edge) => probe.map((value, j) => (j === k ? edge[k] : value))));
      context.setLineDash([]);
    }
  }
  if (star) {
    context.lineWidth = 2;
    context.strokeStyle = colour.input;
    for (const i of near) if (inside(i)) path(star, at(i));
    for (const i of near) if (inside(i)) ring(at(i), 5, colour.input, 2);
  }
  medians.flatMap((code, label) => (code && !cloud.hidden.has(label) ? [{ label, spot: place(code) }] : []))
    .sort((a, b) => b.spot[2] - a.spot[2])
    .forEach(({ label, spot: [x, y] }) => {
      const fill = digits[label];
      context.beginPath();
      context.arc(x, y, 12 * scale, 0, 2 * Math.PI);
      context.fillStyle = `rgb(${fill})`;
      context.strokeStyle = colour.paper;
      context.lineWidth = 2.5;
      context.fill();
      context.stroke();
      context.font = `700 ${15 * scale}px system-ui`;
      context.fillStyle = inkOn(fill);
      context.fillText(String(label), x, y + scale);
    });
  pins.forEach((i, k) => {
    if (!inside(i)) return;
    const [x, y] = ring(at(i), 7, colour.ink);
    write(String.fromCharCode(65 + k), x + 13 * scale, y - 11 * scale, colour.ink, `700 ${14 * scale}px system-ui`);
  });
  if (probe) {
    const [x, y] = ring(probe, 9, colour.code, 4);
    context.fillStyle = colour.code;
    context.fillRect(x - 2, y - 2, 4, 4);
  }
  if (star) {
    const [x, y] = place(star);
    context.beginPath();
    for (let k = 0; k < 10; k++) {
      const reach = (k % 2 ? 5.5 : 13) * scale, angle = (k * Math.PI) / 5;
      context.lineTo(x + reach * Math.sin(angle), y - reach * Math.cos(angle));
    }
    context.closePath();
    context.fillStyle = colour.input;
    context.strokeStyle = colour.paper;
    context.lineWidth = 2.5;
    context.stroke();
    context.fill();
  }
  if (inside(cloud.hovered)) {
    const [x, y] = ring(at(cloud.hovered), 8, colour.ink);
    context.fillStyle = `rgb(${digits[labels[cloud.hovered]]})`;
    context.beginPath();
    context.arc(x, y, 6 * scale, 0, 2 * Math.PI);
    context.fill();
  }
};
