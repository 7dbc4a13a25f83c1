// Where the models of the map stand, on a time line or in groups, and which one lies in a direction.
// Knows no page: tests/browser/test_models_map_layout.py.

/** @import { Item, Label, Laid, Place } from "./types" */

const CELL = 40, GAP = 4, ROW = CELL + GAP;  // pixels: a model's height, what is between two
const PHONE = 560;  // pixels: below, one lane of three columns
const YEAR = 46, NAME = 150, HEAD = 26, LANES = 18;  // columns of years and of names; a heading; between lanes
const EARLY = 2, LATE = 5;  // columns of the first and of the second generation

/**
 * @param {number} width
 * @param {number} columns
 */
const cellOf = (width, columns) => ({ width: Math.floor((width - GAP * (columns - 1)) / columns), height: CELL });

/**
 * Rows of years, the earliest first; where there is room, a lane for each generation.
 * @param {Item[]} items in the order of their papers
 * @param {number} width of the map
 * @returns {Laid}
 */
const timeLine = (items, width) => {
  const narrow = width < PHONE, columns = narrow ? 3 : EARLY + LATE;
  const cell = cellOf(width - YEAR - (narrow ? 0 : LANES), columns);
  const places = /** @type {Map<string, Place>} */ (new Map()), labels = /** @type {Label[]} */ ([]);
  const lateX = YEAR + EARLY * (cell.width + GAP) + LANES;
  let y = narrow ? 0 : HEAD;
  /** @type {(list: Item[], x: number, most: number) => number} */
  const fill = (list, x, most) => {
    list.forEach(({ name }, k) => places.set(name, { x: x + (k % most) * (cell.width + GAP), y: y + Math.floor(k / most) * ROW }));
    return Math.ceil(list.length / most);
  };
  for (const year of new Set(items.map((one) => one.year))) {
    const its = items.filter((one) => one.year === year), of = (/** @type {number} */ n) => its.filter((one) => one.generation === n);
    const rows = narrow ? fill(its, YEAR, columns) : Math.max(fill(of(1), YEAR, EARLY), fill(of(2), lateX, LATE));
    labels.push({ kind: "year", of: String(year), x: 0, y, width: YEAR, height: CELL });
    y += rows * ROW;
  }
  if (!narrow) labels.push(
    { kind: "lane", of: "1", x: YEAR, y: 0, width: lateX - YEAR - LANES, height: y },
    { kind: "lane", of: "2", x: lateX, y: 0, width: width - lateX, height: y },
  );
  return { places, labels, cell, height: y };
};

/**
 * A row of rows for each group that has models, in the groups' order; its name before or above.
 * @param {Item[]} items
 * @param {number} width of the map
 * @param {string[]} groups
 * @returns {Laid}
 */
const grouped = (items, width, groups) => {
  const narrow = width < PHONE, columns = narrow ? 3 : 6, x = narrow ? 0 : NAME;
  const cell = cellOf(width - x, columns), places = /** @type {Map<string, Place>} */ (new Map()), labels = /** @type {Label[]} */ ([]);
  let y = 0;
  for (const group of groups) {
    const its = items.filter((one) => one.group === group);
    if (!its.length) continue;
    labels.push({ kind: "group", of: group, x: 0, y, width: narrow ? width : NAME - GAP, height: narrow ? HEAD : CELL });
    if (narrow) y += HEAD;
    its.forEach(({ name }, k) => places.set(name, { x: x + (k % columns) * (cell.width + GAP), y: y + Math.floor(k / columns) * ROW }));
    y += Math.ceil(its.length / columns) * ROW + 2 * GAP;
  }
  return { places, labels, cell, height: y };
};

/**
 * The same with room under the row of one model, for what is told of it.
 * @param {Laid} laid
 * @param {string} name
 * @param {number} height
 * @returns {Laid & { at: number }} at: where that room begins
 */
const opened = (laid, name, height) => {
  const at = (laid.places.get(name)?.y ?? 0) + ROW;
  /** @type {<P extends Place>(place: P) => P} */
  const moved = (place) => (place.y < at ? place : { ...place, y: place.y + height + GAP });
  return {
    ...laid, at, height: laid.height + height + GAP, labels: laid.labels.map(moved),
    places: new Map([...laid.places].map(([one, place]) => [one, moved(place)])),
  };
};

/**
 * Which model an arrow key leads to: left and right go through all as they are read, up and down to
 * the one above or below; null where there is none.
 * @param {Map<string, Place>} places of those that may be gone to, and of `from`
 * @param {string} from
 * @param {string} key
 * @returns {string | null}
 */
const neighbour = (places, from, key) => {
  const read = [...places].sort(([, a], [, b]) => a.y - b.y || a.x - b.x).map(([name]) => name), k = read.indexOf(from);
  const here = places.get(from);
  if (!here) return null;
  if (key === "Home") return read[0];
  if (key === "End") return read[read.length - 1];
  if (key === "ArrowRight") return read[k + 1] ?? null;
  if (key === "ArrowLeft") return read[k - 1] ?? null;
  const way = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (!way) return null;
  const ahead = [...places].filter(([, place]) => way * (place.y - here.y) > 0);
  const row = Math.min(...ahead.map(([, place]) => way * place.y));
  const near = ahead.filter(([, place]) => way * place.y === row).sort(([, a], [, b]) => Math.abs(a.x - here.x) - Math.abs(b.x - here.x));
  return near[0]?.[0] ?? null;
};

export { PHONE, grouped, neighbour, opened, timeLine };
