// Vectors laid flat: plane(vectors, before) -> points of the two directions along which they differ
// most, turned as near to where they were as they can be. Knows no page: tests/browser/test_word2vec.py.

/** @typedef {number[][]} Rows */
const TURNS = 60;

/** @type {(a: number[], b: number[]) => number} */
const dot = (a, b) => a.reduce((sum, x, k) => sum + x * b[k], 0);
/** @type {(a: number[]) => number[]} */
const unit = (a) => { const length = Math.sqrt(dot(a, a)) || 1; return a.map((x) => x / length); };

/**
 * Rows of `flat` [C x D] as directions: each of length 1, their mean taken away.
 * @param {ArrayLike<number>} flat
 * @param {number} n
 * @returns {Rows}
 */
export const directions = (flat, n) => {
  const d = flat.length / n, rows = Array.from({ length: n }, (_, i) => unit(Array.from({ length: d }, (_, k) => flat[i * d + k])));
  const mean = Array.from({ length: d }, (_, k) => rows.reduce((sum, row) => sum + row[k], 0) / n);
  return rows.map((row) => row.map((x, k) => x - mean[k]));
};

/**
 * `points` turned, or turned and mirrored, so that they lie as near to `before` as they can (Procrustes).
 * @param {Rows} points [C, 2]
 * @param {Rows} before [C, 2]
 */
export const turned = (points, before) => {
  const sum = (/** @type {number} */ a, /** @type {number} */ b) => points.reduce((all, p, i) => all + p[a] * before[i][b], 0);
  const [xx, xy, yx, yy] = [sum(0, 0), sum(0, 1), sum(1, 0), sum(1, 1)];
  const mirrored = Math.hypot(xx - yy, xy + yx) > Math.hypot(xx + yy, xy - yx);
  const angle = mirrored ? Math.atan2(xy + yx, xx - yy) : Math.atan2(xy - yx, xx + yy);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return points.map(([x, y]) => (mirrored ? [cos * x + sin * y, sin * x - cos * y] : [cos * x - sin * y, sin * x + cos * y]));
};

/**
 * The two main directions of centred rows, by subspace iteration on their products; `explained` is the
 * share of the variance that they show.
 * @param {Rows} rows [C, D]
 * @param {Rows | null} before [C, 2]
 * @returns {{ points: Rows, explained: number }}
 */
export const plane = (rows, before = null) => {
  const n = rows.length, products = rows.map((a) => rows.map((b) => dot(a, b)));
  const whole = products.reduce((sum, row, i) => sum + row[i], 0) || 1;
  let a = unit(Array.from({ length: n }, (_, i) => Math.cos(2.4 * i + 0.3))), b = unit(Array.from({ length: n }, (_, i) => Math.sin(1.7 * i + 0.9)));
  const through = (/** @type {number[]} */ v) => products.map((row) => dot(row, v));
  const apart = () => { const along = dot(a, b); b = unit(b.map((x, i) => x - along * a[i])); };
  apart();
  for (let turn = 0; turn < TURNS; turn++) {
    [a, b] = [unit(through(a)), through(b)];
    apart();
  }
  const strength = [a, b].map((v) => Math.sqrt(Math.max(0, dot(v, through(v)))));
  const points = Array.from({ length: n }, (_, i) => [a[i] * strength[0], b[i] * strength[1]]);
  return { points: before ? turned(points, before) : points, explained: Math.min(1, (strength[0] ** 2 + strength[1] ** 2) / whole) };
};
