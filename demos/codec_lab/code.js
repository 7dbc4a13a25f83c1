// A prefix code at work: bits of a message, bits read one by one, where the tree's nodes stand. Knows no
// page: tests/browser/test_codec_code.py.

/** @import { Coded, Read } from "./types" */

/** @type {(coded: Coded) => Map<number, string>} */
export const codesOf = ({ symbols, codes }) => new Map(symbols.map((symbol, k) => [symbol, codes[k]]));

/** @type {(coded: Coded) => string} */
export const bitsOf = (coded) => {
  const codes = codesOf(coded);
  return coded.message.map((symbol) => codes.get(symbol) ?? "").join("");
};

/** @type {(bits: string, flips: number[]) => string} */
export const flipped = (bits, flips) => {
  const turned = bits.split("");
  for (const at of flips) if (at < turned.length) turned[at] = turned[at] === "0" ? "1" : "0";
  return turned.join("");
};

// After each bit: is this a code already? What is left at the end is none. A message of one kind of
// symbol has no bits; it is as long as was said before the first of them.
/** @type {(bits: string, coded: Coded) => Read[]} */
export const readBits = (bits, coded) => {
  if (coded.symbols.length === 1) return coded.message.map((symbol) => ({ symbol, from: 0, to: 0 }));
  const symbolOf = new Map(coded.codes.map((code, k) => [code, coded.symbols[k]])), found = /** @type {Read[]} */ ([]);
  let from = 0;
  for (let to = 1; to <= bits.length; to++) {
    const symbol = symbolOf.get(bits.slice(from, to));
    if (symbol === undefined) continue;
    found.push({ symbol, from, to });
    from = to;
  }
  return found;
};

// From which bit on all is read as it was meant; null where the end is wrong too.
/** @type {(meant: Read[], read: Read[]) => number | null} */
export const inStepFrom = (meant, read) => {
  let same = 0;
  const last = (/** @type {Read[]} */ list) => list[list.length - 1 - same];
  while (same < Math.min(meant.length, read.length) && last(meant).to === last(read).to && last(meant).symbol === last(read).symbol) same += 1;
  return same ? meant[meant.length - same].from : null;
};

// Where the nodes stand once the tree is whole: x in leaves from the left, y in steps above them.
/** @type {(coded: Coded) => { x: number, y: number }[]} */
export const places = ({ symbols, merges }) => {
  const n = symbols.length, at = Array.from({ length: n + merges.length }, () => ({ x: 0, y: 0 })), order = /** @type {number[]} */ ([]);
  const waiting = n ? [n + merges.length - 1] : [];
  while (waiting.length) {
    const node = waiting.pop() ?? 0;
    if (node < n) order.push(node); else waiting.push(merges[node - n][1], merges[node - n][0]);
  }
  order.forEach((leaf, x) => { at[leaf].x = x; });
  merges.forEach(([left, right], k) => { at[n + k] = { x: (at[left].x + at[right].x) / 2, y: 1 + Math.max(at[left].y, at[right].y) }; });
  return at;
};

// ---- A block of JPEG's ---------------------------------------------------------------------------
const SIDE = 8;
// Places 0..63 of a block, row by row, from slow waves to fast ones, to and fro.
export const ZIGZAG = Array.from({ length: SIDE * SIDE }, (_, place) => place).sort((a, b) => {
  const key = (/** @type {number} */ p) => {
    const down = Math.floor(p / SIDE), across = p % SIDE, diagonal = down + across;
    return SIDE * SIDE * diagonal + (diagonal % 2 ? down : across);
  };
  return key(a) - key(b);
});
// A block [64], row by row, as JPEG tells it: its mean, then for each number that isn't 0 how many zeros
// come before it; `ends`: nothing but zeros follows.
/** @type {(kept: number[]) => { mean: number, runs: { zeros: number, number: number }[], ends: boolean }} */
export const zigzagRuns = (kept) => {
  const [mean, ...others] = ZIGZAG.map((place) => kept[place]), runs = /** @type {{ zeros: number, number: number }[]} */ ([]);
  let zeros = 0;
  for (const number of others) {
    if (number) { runs.push({ zeros, number }); zeros = 0; } else zeros += 1;
  }
  return { mean, runs, ends: zeros > 0 };
};
