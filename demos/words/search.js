// Exact search over word vectors: every question is one product with all of them. The same as
// core/inference/word_search.py, in the browser. What can't be looked up is thrown as {key, values}: a
// sentence of assets/texts/errors.toml.

/** @import { Vectors } from "./vectors_file.js" */
/** @import { Found, Near, Odd, Axis, Why } from "./types" */

const MAX_WORDS = 24, MAX_LETTERS = 40, N_SUGGESTED = 4, LONGEST_LIST = 8, TELLING = 10000, TINY = 1e-6;

/** @type {(key: string, values?: Record<string, string | number>) => Error} */
export const refusal = (key, values = {}) => Object.assign(new Error(key), { key, values });
/** @param {string} text */
export const hasHan = (text) => /\p{Script=Han}/u.test(text);
/** @param {string} typed */
const usual = (typed) => typed.normalize("NFKC").trim().toLowerCase();
// "lǜ" -> "lv" as keyboards type it; other tone marks are dropped.
/** @param {string} pinyin */
const toneless = (pinyin) => pinyin.normalize("NFD").replace(/u\u0308/g, "v").replace(/[\u0300-\u036f]/g, "");

// Edit distance of two words, or `most` + 1 where it is larger (Levenshtein 1966).
/** @type {(one: string, other: string, most: number) => number} */
const distance = (one, other, most) => {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let row = Array.from({ length: other.length + 1 }, (_, k) => k);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let k = 1; k <= other.length; k++) next[k] = Math.min(row[k] + 1, next[k - 1] + 1, row[k - 1] + (one[i - 1] === other[k - 1] ? 0 : 1));
    row = next;
  }
  return row[other.length];
};

// "king - man + woman", "国王−男人＋女人", "cat, dog": words to add and words to take away. Within an
// English word a hyphen is a letter.
/** @type {(text: string) => { plus: string[], minus: string[] }} */
export const readSum = (text) => {
  const plus = /** @type {string[]} */ ([]), minus = /** @type {string[]} */ ([]);
  const apart = text.replace(/[−–—－]/g, " − ").replace(/(^|\s)-|-(?=\s|$)|(?<=\p{Script=Han})-|-(?=\p{Script=Han})/gu, "$1 − ").replace(/[+＋]/g, " + ");
  let away = false;
  for (const part of apart.split(/[\s,，、;；]+/)) {
    if (part === "−" || part === "+") away = part === "−";
    else if (part) { (away ? minus : plus).push(part); away = false; }
  }
  return { plus, minus };
};
/** @type {(text: string) => string[]} */
export const readWords = (text) => text.split(/[\s,，、;；]+/).filter(Boolean);

/**
 * @param {Vectors} vectors
 */
export const searcher = ({ words, numbers, units, width, quiet, pinyin, simplified }) => {
  const n = words.length, cosines = new Float32Array(n);
  const spoken = pinyin.map((one) => toneless(one).split(" "));
  const sounds = spoken.map((one) => one.join("")), initials = spoken.map((one) => one.map((syllable) => syllable[0]).join(""));

  /** @type {(typed: string) => Found} */
  const find = (typed) => {
    const word = usual(typed);
    if (!word) throw refusal("words_empty");
    const number = numbers.get(word);
    if (number !== undefined) return { typed, word, number, simplified: false };
    const mapped = [...word].map((sign) => simplified.get(sign) ?? sign).join(""), other = numbers.get(mapped);
    if (other !== undefined) return { typed, word: mapped, number: other, simplified: true };
    const like = alike(mapped), shown = word.length > MAX_LETTERS ? `${word.slice(0, MAX_LETTERS)}…` : word;
    throw like.length ? refusal("words_unknown_like", { word: shown, list: like.join(", ") }) : refusal("words_unknown", { word: shown, n });
  };
  // Words that are written like one that has no vector.
  const alike = (/** @type {string} */ word) => {
    if (word.length > MAX_LETTERS) return [];
    if (hasHan(word)) {
      const inside = words.filter((other) => other.length > 1 && word.includes(other));
      return (inside.length ? inside : words.filter((other, k) => !quiet[k] && other.startsWith(word))).slice(0, N_SUGGESTED);
    }
    const most = word.length > 5 ? 2 : 1;
    return words.flatMap((other, k) => {
      const far = quiet[k] || other[0] !== word[0] ? most + 1 : distance(word, other, most);
      return far > most ? [] : [{ other, far }];
    }).sort((a, b) => a.far - b.far).slice(0, N_SUGGESTED).map(({ other }) => other);
  };
  const findAll = (/** @type {string[]} */ typed) => {
    if (!typed.length) throw refusal("words_empty");
    if (typed.length > MAX_WORDS) throw refusal("words_many", { limit: MAX_WORDS, got: typed.length });
    return typed.map(find);
  };

  // Words that begin with what is typed, or hold it, by letters or by pinyin; frequent ones first.
  /** @type {(typed: string, most?: number) => { word: string, pinyin: string }[]} */
  const suggest = (typed, most = LONGEST_LIST) => {
    const word = [...usual(typed)].map((sign) => simplified.get(sign) ?? sign).join(""), sound = word.replace(/[\s'’]/g, "").replace(/ü/g, "v");
    if (!word) return [];
    const ranks = /** @type {number[][]} */ ([[], [], [], []]);
    const latin = pinyin.length > 0 && !hasHan(word);
    for (let k = 0; k < n; k++) {
      if (quiet[k] && words[k] !== word) continue;
      if (latin) {
        if (sounds[k] === sound) ranks[0].push(k);
        else if (sounds[k].startsWith(sound)) ranks[1].push(k);
        else if (sound.length > 1 && initials[k] === sound) ranks[2].push(k);
      } else if (words[k] === word) ranks[0].push(k);
      else if (words[k].startsWith(word)) ranks[1].push(k);
      else if (words[k].includes(word)) ranks[2].push(k);
    }
    return ranks.flat().slice(0, most).map((k) => ({ word: words[k], pinyin: pinyin[k] ?? "" }));
  };

  const unit = (/** @type {number} */ k) => units.subarray(k * width, (k + 1) * width);
  /** @type {(into: Float32Array, from: Float32Array, factor: number) => void} */
  const add = (into, from, factor) => { for (let k = 0; k < width; k++) into[k] += factor * from[k]; };
  /** @type {(one: Float32Array, other: Float32Array) => number} */
  const dot = (one, other) => { let sum = 0; for (let k = 0; k < width; k++) sum += one[k] * other[k]; return sum; };
  const scaled = (/** @type {Float32Array} */ vector) => {
    const length = Math.sqrt(dot(vector, vector));
    if (length < TINY) throw refusal("words_cancel");
    return vector.map((value) => value / length);
  };
  // The product of a vector with all words, and the numbers of the largest.
  /** @type {(vector: Float32Array, most: number, without?: Set<number>, table?: Float32Array, size?: number) => Near[]} */
  const nearest = (vector, most, without = new Set(), table = units, size = width) => {
    for (let row = 0, at = 0; row < n; row++) {
      let a = 0, b = 0, c = 0, d = 0, k = 0;  // four sums side by side: none waits for the last one
      for (; k + 3 < size; k += 4, at += 4) {
        a += vector[k] * table[at];
        b += vector[k + 1] * table[at + 1];
        c += vector[k + 2] * table[at + 2];
        d += vector[k + 3] * table[at + 3];
      }
      for (; k < size; k++, at++) a += vector[k] * table[at];
      cosines[row] = a + b + c + d;
    }
    const best = /** @type {number[]} */ ([]);  // the largest so far, the largest first
    for (let row = 0; row < n; row++) {
      if (best.length === most && cosines[row] <= cosines[best[most - 1]]) continue;
      if (without.has(row)) continue;
      let place = best.length;
      while (place > 0 && cosines[best[place - 1]] < cosines[row]) place--;
      best.splice(place, 0, row);
      if (best.length > most) best.pop();
    }
    return best.map((row) => ({ word: words[row], number: row, cosine: cosines[row], pinyin: pinyin[row] ?? "" }));
  };

  return {
    words, units, width, find, suggest, nearest,
    /** @type {(plus: string[], minus: string[], most: number) => { plus: Found[], minus: Found[], near: Near[], sum: number[] }} */
    similar: (plus, minus, most) => {
      const found = findAll([...plus, ...minus]), sum = new Float32Array(width);
      found.forEach(({ number }, k) => add(sum, unit(number), k < plus.length ? 1 : -1));
      const wanted = scaled(sum);
      return {
        plus: found.slice(0, plus.length), minus: found.slice(plus.length), sum: [...wanted],
        near: nearest(wanted, most, new Set(found.map(({ number }) => number))),
      };
    },
    /** @type {(typed: string[]) => Odd} */
    odd: (typed) => {
      const found = findAll(typed);
      if (new Set(found.map(({ number }) => number)).size < Math.max(3, found.length)) throw refusal("words_odd_three");
      const likeness = found.map((one) => found.reduce((sum, other) => sum + dot(unit(one.number), unit(other.number)), -1) / (found.length - 1));
      return { words: found, likeness, odd: likeness.indexOf(Math.min(...likeness)) };
    },
    /** @type {(left: string[], right: string[], typed: string[]) => Axis} */
    axis: (left, right, typed) => {
      const ends = findAll([...left, ...right]), found = findAll(typed), axis = new Float32Array(width);
      const ways = left.map((_, k) => {
        const way = Float32Array.from(unit(ends[left.length + k].number));
        add(way, unit(ends[k].number), -1);
        if (dot(way, way) < TINY * TINY) throw refusal("words_same_pole");
        return scaled(way);
      });
      for (const way of ways) add(axis, way, 1 / ways.length);
      const along = scaled(axis);
      return {
        left: ends.slice(0, left.length), right: ends.slice(left.length), words: found,
        places: found.map(({ number }) => dot(unit(number), along)),
        agreement: ways.reduce((sum, way) => sum + dot(way, along), 0) / ways.length,
      };
    },
    // What each number adds to a cosine; for those that add most, the frequent words in which it is large.
    /** @type {(one: string, other: string, most: number) => Why} */
    why: (one, other, most) => {
      const [first, second] = [find(one), find(other)], a = unit(first.number), b = unit(second.number);
      const parts = Array.from(a, (value, k) => value * b[k]);
      const order = parts.map((_, k) => k).sort((i, j) => parts[j] - parts[i]);
      const large = order.slice(0, most).map((dimension) => {
        const side = Math.sign(a[dimension]), values = /** @type {[number, number][]} */ ([]);
        for (let row = 0; row < Math.min(n, TELLING); row++) if (!quiet[row]) values.push([side * units[row * width + dimension], row]);
        values.sort((x, y) => y[0] - x[0]);
        return { dimension, part: parts[dimension], words: values.slice(0, 6).map(([, row]) => words[row]) };
      });
      return { words: [first, second], cosine: dot(a, b), parts, large };
    },
  };
};

/** @typedef {ReturnType<typeof searcher>} Searcher */

// ---- Two languages ---------------------------------------------------------------------------------
// Centred unit vectors of a language, [V, D], as core/inference/word_bridge.py takes them.
/** @type {(units: Float32Array, width: number) => Float32Array} */
export const centred = (units, width) => {
  const mean = new Float64Array(width), n = units.length / width, out = new Float32Array(units.length);
  for (let at = 0; at < units.length; at++) mean[at % width] += units[at] / n;
  for (let row = 0; row < n; row++) {
    let square = 0;
    for (let k = 0, at = row * width; k < width; k++, at++) { out[at] = units[at] - mean[k]; square += out[at] * out[at]; }
    const scale = 1 / Math.sqrt(square);
    for (let k = 0, at = row * width; k < width; k++, at++) out[at] *= scale;
  }
  return out;
};
// Rows [V, wide] times a matrix [wide, width], each made of length 1 again.
/** @type {(rows: Float32Array, matrix: Float32Array, wide: number, width: number) => Float32Array} */
export const turned = (rows, matrix, wide, width) => {
  const n = rows.length / wide, out = new Float32Array(n * width);
  for (let row = 0; row < n; row++) {
    const at = row * width;
    for (let i = 0; i < wide; i++) {
      const value = rows[row * wide + i];
      for (let k = 0; k < width; k++) out[at + k] += value * matrix[i * width + k];
    }
    let square = 0;
    for (let k = at; k < at + width; k++) square += out[k] * out[k];
    const scale = 1 / Math.sqrt(square);
    for (let k = at; k < at + width; k++) out[k] *= scale;
  }
  return out;
};
