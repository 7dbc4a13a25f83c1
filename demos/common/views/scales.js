// Round numbers for axes, and numbers as texts show them. Knows no page: tests/browser/test_scales.py.
// (Plotly's charts find their ticks themselves.)

/**
 * The smallest of 1, 2 and 5 times a power of ten of which at most `n` fit into `span`; 1 for a span of 0.
 * @param {number} span
 * @param {number} n
 */
export const roundStep = (span, n) => {
  const least = (span / n || 1) * 0.999;  // what is 3 but for rounding errors is 3
  const power = 10 ** Math.floor(Math.log10(least));
  return Number((power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10)).toPrecision(12));
};

/**
 * The multiples of such a step from `low` to `high`, both ends included.
 * @param {number} low
 * @param {number} high
 */
export const ticks = (low, high, n = 5) => {
  const step = roundStep(high - low, n), found = /** @type {number[]} */ ([]);
  for (let k = Math.ceil(low / step - 1e-9); k <= high / step + 1e-9; k++) found.push(Number((k * step).toPrecision(12)));
  return found;
};

/**
 * 0.0123 -> "1.2%"; what isn't quite nothing or all never reads as such.
 * @param {number} share
 */
export const percent = (share) => {
  const per = 100 * share;
  if (per >= 99.95) return per > 99.9999 ? "100%" : ">99.9%";
  return per >= 0.1 || per === 0 ? `${per.toFixed(1)}%` : per >= 0.01 ? `${per.toFixed(2)}%` : "<0.01%";
};

/**
 * -0.128 -> "−0.13"; what rounds to zero has no sign.
 * @param {number} value
 */
export const minus = (value, digits = 2) => value.toFixed(digits).replace("-", "−").replace(/^−(0\.?0*)$/, "$1");

/**
 * The same of a change, which always has a sign: 0.128 -> "+0.13", -0.001 -> "−0.00".
 * @param {number} change
 */
export const signed = (change, digits = 2) => `${change < 0 ? "−" : "+"}${Math.abs(change).toFixed(digits)}`;
