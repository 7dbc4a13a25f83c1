// The bits of a message, read one by one: bitStream(element, how). A code's bits bear their symbol's colour.

/** @import { Values } from "../common/views/types" */
/** @import { Coded, Read } from "./types" */
import { finder, make } from "../common/views/elements.js";
import { bitsOf, flipped, inStepFrom, readBits } from "./code.js";
import { toneOf } from "./tree.js";

const MOST = 360;  // codes on the screen
const TURN = 90;  // ms a bit, or as many bits at once as let a long message end in
const LONGEST = 20_000;  // ms

/**
 * @param {HTMLElement} element
 * @param {object} how
 * @param {() => { cursor: number, flips: number[] }} how.now
 * @param {(values: { cursor?: number, flips?: number[] }) => void} how.change
 * @param {(key: string, values?: Values) => string} how.say
 * @param {(symbol: number) => string} how.name
 */
export const bitStream = (element, { now, change, say, name }) => {
  const find = finder(element), cursor = find(".cursor", HTMLInputElement), play = find(".reading .play");
  let coded = /** @type {Coded | null} */ (null), meant = /** @type {Read[]} */ ([]), sent = "", timer = 0;
  const end = () => sent.length;
  const stop = () => { if (timer) { clearInterval(timer); timer = 0; draw(); } };
  const go = (/** @type {number} */ at) => change({ cursor: Math.max(0, Math.min(end(), at)) });
  play.onclick = () => {
    if (timer) { stop(); return; }
    if (!end()) return;
    if (now().cursor >= end()) go(0);
    const pace = Math.max(1, Math.round(end() * TURN / LONGEST));
    timer = window.setInterval(() => { go(now().cursor + pace); if (now().cursor >= end()) stop(); }, TURN);
    draw();
  };
  find(".reading .next").onclick = () => { stop(); go(now().cursor + 1); };
  cursor.oninput = () => { stop(); go(Number(cursor.value)); };
  find(".flip").onclick = () => {
    const { cursor: at, flips } = now();
    if (at >= end()) return;
    stop();
    change({ flips: flips.includes(at) ? flips.filter((one) => one !== at) : [...flips, at], cursor: end() });
  };
  find(".mend").onclick = () => { stop(); change({ flips: [] }); };
  find(".stream").onclick = (event) => {
    const group = event.target instanceof Element ? event.target.closest("[data-from]") : null;
    if (group instanceof HTMLElement) { stop(); go(Number(group.dataset.from)); }
  };

  const draw = () => {
    const { flips } = now(), at = Math.min(now().cursor, end()), bits = flipped(sent, flips);
    if (!coded) return;
    const read = readBits(bits, coded), known = coded;
    cursor.max = String(end());
    cursor.value = String(at);
    play.textContent = say(timer ? "pause" : "read");
    for (const button of [play, find(".reading .next", HTMLButtonElement)]) if (button instanceof HTMLButtonElement) button.disabled = !end();
    find(".flip", HTMLButtonElement).disabled = at >= end();
    find(".mend", HTMLButtonElement).disabled = !flips.length;
    find(".cursor-name").textContent = say("cursor", { at, n: end() });
    // Of a long message only what stands around the cursor.
    const here = Math.max(0, read.findIndex((one) => one.to > at)), first = read.length > MOST ? Math.max(0, Math.min(here - MOST / 2, read.length - MOST)) : 0;
    const shown = read.slice(first, first + MOST).filter(({ from, to }) => to > from);
    const tail = shown.length && first + MOST >= read.length ? shown[shown.length - 1].to : end();
    find(".stream").replaceChildren(
      ...(first ? [make("span", "more", "… ")] : []),
      ...shown.map(({ symbol, from, to }) => {
        const group = make("span", to <= at ? "code done" : "code");
        group.dataset.from = String(from);
        group.title = name(symbol);
        group.style.setProperty("--tone", toneOf(known, symbol));
        for (let k = from; k < to; k++) group.append(k === at || flips.includes(k) ? make("b", `${k === at ? "at" : ""} ${flips.includes(k) ? "flipped" : ""}`.trim(), bits[k]) : bits[k]);
        return group;
      }),
      ...(tail < end() ? [make("span", "code", bits.slice(tail))] : []),
      ...(first + MOST < read.length ? [make("span", "more", " …")] : []));
    if (!end()) find(".stream").textContent = say("no_bits", { n: coded.message.length });
    const done = read.filter(({ to }) => to <= at), from = Math.max(0, done.length - MOST);
    find(".read").replaceChildren(...(from ? ["… "] : []), ...runs(done, known, from));
    const wrong = flips.length ? done.filter(({ symbol, from: bit }, k) => symbol !== known.message[k] && !inStep(bit, read)).length : 0;
    const step = flips.length ? inStepFrom(meant, read) : 0;
    find(".broken").textContent = !flips.length ? say("whole_read", { n: done.length, all: coded.message.length })
      : at < end() ? say("wrong_so_far", { wrong }) : step === null ? say("never_in_step", { wrong }) : say("in_step", { wrong, bit: step });
    find(".broken").classList.toggle("is-broken", flips.length > 0);
  };
  // Whether a code that begins at this bit stands where all is read as it was meant again.
  /** @type {(bit: number, read: Read[]) => boolean} */
  const inStep = (bit, read) => { const step = inStepFrom(meant, read); return step !== null && bit >= step; };
  // The symbols in runs of right and wrong ones.
  /** @type {(done: Read[], of: Coded, from: number) => HTMLElement[]} */
  const runs = (done, of, from) => {
    const { flips } = now(), read = flips.length ? readBits(flipped(sent, flips), of) : done;
    const step = flips.length ? inStepFrom(meant, read) : 0, list = /** @type {HTMLElement[]} */ ([]);
    let wrongBefore = /** @type {boolean | null} */ (null);
    done.slice(from).forEach(({ symbol, from: bit }, k) => {
      const wrong = flips.length > 0 && symbol !== of.message[from + k] && !(step !== null && bit >= step);
      if (wrong !== wrongBefore) list.push(make(wrong ? "mark" : "span"));
      wrongBefore = wrong;
      list[list.length - 1].append(name(symbol));
    });
    return list;
  };
  return {
    draw, stop,
    show: (/** @type {Coded} */ next) => { stop(); coded = next; sent = bitsOf(next); meant = readBits(sent, next); },
    length: () => end(), bits: () => sent,
  };
};
