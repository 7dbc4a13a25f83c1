// Numbers as they come over the wire, and repeatable chance.

/** @param {string} base64 */
export const bytesOf = (base64) => {
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
};
/** @param {string} base64 */
export const inks = (base64) => {  // uint8 -> Float32Array in [0, 1]
  const raw = bytesOf(base64), out = new Float32Array(raw.length);
  for (let i = 0; i < out.length; i++) out[i] = raw[i] / 255;
  return out;
};
/** @param {Iterable<number>} bytes */
export const toBase64 = (bytes) => {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
};
/** @param {string} base64 */
export const floats = (base64) => new Float32Array(bytesOf(base64).buffer);
/** @param {string} base64 */
export const halves = (base64) => {  // IEEE 754 half precision -> Float32Array
  const raw = new Uint16Array(bytesOf(base64).buffer);
  const out = new Float32Array(raw.length);
  for (let i = 0; i < raw.length; i++) {
    const sign = raw[i] & 0x8000 ? -1 : 1, power = (raw[i] >> 10) & 31, fraction = raw[i] & 1023;
    out[i] = sign * (power ? 2 ** (power - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction);
  }
  return out;
};
/** @param {string} base64 */
export const shares = (base64) => {  // all low bytes, then all high ones -> Uint16Array, 10,000 for 1
  const raw = bytesOf(base64), n = raw.length / 2, out = new Uint16Array(n);
  for (let i = 0; i < n; i++) out[i] = raw[i] | (raw[n + i] << 8);
  return out;
};
/** @param {number} seed */
export const randomFrom = (seed) => () => {  // mulberry32: uniform in [0, 1), repeatable
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
