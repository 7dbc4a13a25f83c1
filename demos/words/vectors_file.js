// A file of word vectors, as core/text/vectors.py describes it: bytes -> words and vectors of length 1.

const HALVES = 65536;

// What each of the 65,536 halves of IEEE 754 is as a number: looked up, three million take 10 ms.
const table = () => {
  const out = new Float32Array(HALVES);
  for (let bits = 0; bits < HALVES; bits++) {
    const sign = bits & 0x8000 ? -1 : 1, power = (bits >> 10) & 31, fraction = bits & 1023;
    out[bits] = sign * (power ? 2 ** (power - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction);
  }
  return out;
};

/**
 * @typedef {object} Vectors
 * @property {string[]} words the most frequent first
 * @property {Map<string, number>} numbers
 * @property {Float32Array} units [V, D], each of length 1
 * @property {number} width D
 * @property {Uint8Array} quiet 1 for words that nothing opens with
 * @property {string[]} pinyin with tone marks; empty for English
 * @property {Map<string, string>} simplified traditional character -> simplified one
 */
/**
 * @param {ArrayBuffer} buffer a safetensors file
 * @returns {Vectors}
 */
export const parse = (buffer) => {
  const length = Number(new DataView(buffer).getBigUint64(0, true)), text = new TextDecoder();
  /** @type {Record<string, { shape: number[], data_offsets: number[] }>} */
  const header = JSON.parse(text.decode(new Uint8Array(buffer, 8, length)));
  const bytes = (/** @type {string} */ name) => {
    const [from, to] = header[name].data_offsets;
    return new Uint8Array(buffer.slice(8 + length + from, 8 + length + to));
  };
  const lines = (/** @type {string} */ name) => {
    const joined = text.decode(bytes(name));
    return joined ? joined.split("\n") : [];
  };
  const halves = new Uint16Array(bytes("vectors").buffer), numbers = table(), [n, width] = header.vectors.shape;
  const units = new Float32Array(n * width);
  for (let row = 0; row < n; row++) {
    const at = row * width;
    let square = 0;
    for (let k = at; k < at + width; k++) { const value = numbers[halves[k]]; units[k] = value; square += value * value; }
    const scale = 1 / Math.sqrt(square);
    for (let k = at; k < at + width; k++) units[k] *= scale;
  }
  const words = lines("words"), pairs = [...text.decode(bytes("traditional"))];
  return {
    words, width, units, quiet: bytes("quiet"), pinyin: lines("pinyin"),
    numbers: new Map(words.map((word, number) => [word, number])),
    simplified: new Map(pairs.flatMap((sign, k) => (k % 2 ? [] : [/** @type {[string, string]} */ ([sign, pairs[k + 1]])]))),
  };
};
