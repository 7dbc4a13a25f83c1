// JPEG on a picture: its table, its waves, one block on its way, and other codecs as long.

/** @import { Problem, Values } from "../common/views/types" */
/** @import { Given, Jpeg, Limits, Picked, Server } from "./types" */
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { context2d, finder, make } from "../common/views/elements.js";
import { pictureFile, takePictures } from "../common/views/pictures.js";
import { minus } from "../common/views/scales.js";
import { signedScale } from "../common/views/signed_scale.js";
import { choiceRow } from "../common/views/tokens.js";
import { floats } from "../common/views/wire.js";
import { zigzagRuns } from "./code.js";
import { magnifiedBlocks, SPANS } from "./magnify.js";

const TAB = "codec_lab", SIDE = 8, BANDS = ["slow", "middle", "fast"];
export const START = { picture: "flower", quality: 30, span: 4 };
const BLOCK = [6, 8], TABLE = [100, 100, 100];  // at first
const AMPLIFIED = 6;  // times: a difference of a sixth of all grey levels is a full colour

/** @type {(kind: string, base64: string) => string} */
export const dataUrl = (kind, base64) => `data:image/${kind};base64,${base64}`;
/** @type {(image: HTMLImageElement, address: string) => Promise<void>} */
export const load = async (image, address) => { image.src = address; await image.decode().catch(() => {}); };
/** @type {(mse: number) => string} */
export const decibels = (mse) => (mse > 0 ? (-10 * Math.log10(mse)).toFixed(1) : "∞");

/**
 * @param {HTMLElement} element of the section
 * @param {object} how
 * @param {Server} how.server
 * @param {Limits} how.limits
 * @param {(key: string, values?: Values) => string} how.say
 * @param {() => void} how.changed the picture is another one
 * @param {() => void} how.keep the link
 * @param {() => string | null} how.drawing the learner's, as base64 of a PNG
 */
export const lossyPart = (element, { server, limits, say, changed, keep, drawing }) => {
  const find = finder(element), problem = find(".problem");
  const [given, ours] = [find(".three .in img", HTMLImageElement), find(".three .out img", HTMLImageElement)];
  const quality = find(".quality", HTMLInputElement), rows = find(".block-row", HTMLInputElement), columns = find(".block-column", HTMLInputElement);
  const s = { ...START, halved: true, bands: [...TABLE], off: /** @type {number[]} */ ([]), block: [...BLOCK] };
  let size = { width: 0, height: 0 }, own = /** @type {Given | null} */ (null), drawn = /** @type {string | null} */ (null), shown = /** @type {Jpeg | null} */ (null);

  /** @returns {Picked} */
  const picked = () => {
    if (s.picture === "drawing") return { png: drawn ?? "" };
    return s.picture === "own" && own ? { png: own.png } : { name: s.picture };
  };
  [quality.min, quality.max] = limits.quality.map(String);

  // ---- What JPEG makes of it ------------------------------------------------------------------------
  const ask = newest(async () => {
    const asked = performance.now();
    try {
      const answer = await askServer(server.show_jpeg, { picture: picked(), quality: s.quality, bands: s.bands, off: s.off, halved: s.halved, block: s.block });
      shown = answer;
      await load(ours, dataUrl("jpeg", answer.file));
      showProblem(problem, null);
      draw();
      element.dataset.ms = String(Math.round(performance.now() - asked));
      element.dataset.drawn = String(Number(element.dataset.drawn ?? 0) + 1);
    } catch (failure) { showProblem(problem, /** @type {Problem} */ (failure)); }
  });
  const change = (/** @type {Partial<typeof s>} */ values) => {
    Object.assign(s, values);
    dials();
    keep();
    find(".others").classList.toggle("waiting", Boolean(find(".others").childElementCount));
    return ask();
  };
  function draw() {
    if (!shown) return;
    const raw = 3 * size.width * size.height;
    find(".three .in figcaption").textContent = say("given", { width: size.width, height: size.height, bytes: s.picture === "digit" ? raw / 3 : raw });
    find(".three .out figcaption").textContent = say("ours", { bytes: shown.bytes, db: decibels(shown.mse) });
    find(".three .gap figcaption").textContent = say("gap", { n: AMPLIFIED, kept: shown.n_kept, all: shown.n_amounts });
    drawGap();
    magnified.draw(given, ours);
    drawBlock(shown);
    find(".eight.table").replaceChildren(...shown.table.map((number) => make("span", "", number)));
  }
  // Light given minus light back, as a signed colour.
  function drawGap() {
    const { width, height } = size, canvas = find(".three .gap canvas", HTMLCanvasElement);
    if (!ours.naturalWidth || !given.naturalWidth) return;
    const read = (/** @type {HTMLImageElement} */ image) => {
      const context = context2d(new OffscreenCanvas(width, height), { willReadFrequently: true });
      context.drawImage(image, 0, 0);
      return context.getImageData(0, 0, width, height).data;
    };
    const [before, after] = [read(given), read(ours)], colour = signedScale();
    canvas.width = width;
    canvas.height = height;
    const context = context2d(canvas), image = context.createImageData(width, height);
    for (let k = 0; k < before.length; k += 4) {
      const light = 0.299 * (after[k] - before[k]) + 0.587 * (after[k + 1] - before[k + 1]) + 0.114 * (after[k + 2] - before[k + 2]);
      image.data.set([...colour((light * AMPLIFIED) / 255), 255], k);
    }
    context.putImageData(image, 0, 0);
    canvas.setAttribute("aria-label", find(".three .gap figcaption").textContent ?? "");
    // Where the block is.
    context.strokeStyle = getComputedStyle(canvas).color;
    context.strokeRect(s.block[1] * SIDE + 0.5, s.block[0] * SIDE + 0.5, SIDE - 1, SIDE - 1);
  }
  const drawBlock = (/** @type {Jpeg} */ { block }) => {
    const [before, after] = [find(".four .in canvas", HTMLCanvasElement), find(".four .out canvas", HTMLCanvasElement)];
    greys(before, floats(block.pixels), say("block.pixels"));
    greys(after, floats(block.back), say("block.back"));
    find(".eight.amounts").replaceChildren(...Array.from(floats(block.amounts), (amount) => make("span", "", minus(amount, 0))));
    const { mean, runs, ends } = zigzagRuns(block.kept);
    find(".told-runs").replaceChildren(
      make("b", "", say("run_mean", { number: minus(mean, 0) })),
      ...runs.map(({ zeros, number }) => make("span", "", say("run", { zeros, number: minus(number, 0) }))),
      ...(ends ? [make("span", "end", say("run_end"))] : []));
    find(".eight.kept").replaceChildren(...block.kept.map((number) => make("span", number ? "is" : "", minus(number, 0))));
  };
  /** @type {(canvas: HTMLCanvasElement, values: ArrayLike<number>, says: string) => void} */
  const greys = (canvas, values, says) => {
    canvas.width = canvas.height = SIDE;
    const context = context2d(canvas), image = context.createImageData(SIDE, SIDE);
    for (let k = 0; k < values.length; k++) image.data.set([values[k], values[k], values[k], 255], 4 * k);
    context.putImageData(image, 0, 0);
    canvas.setAttribute("aria-label", says);
  };

  const magnified = magnifiedBlocks(element, { now: () => s, size: () => size, say, change: (values) => change(values.block ? { block: within(values.block) } : values) });
  const within = (/** @type {number[]} */ block) => block.map((at, axis) => Math.max(0, Math.min(Number([rows, columns][axis].max), at)));

  // ---- Dials ----------------------------------------------------------------------------------------
  const press = choiceRow(find(".choices.picture"), (name) => choose(name));
  async function choose(/** @type {string} */ name) {
    try {
      if (name === "drawing") {
        drawn = drawing();
        if (!drawn) { showProblem(problem, `${TAB}.no_drawing`); return; }
      }
      const picture = name === "own" && own ? own : name === "drawing" && drawn ? await askServer(server.take_picture, { file: drawn }) : await askServer(server.open_picture, { name });
      s.picture = name;
      await open(picture);
    } catch (failure) { showProblem(problem, /** @type {Problem} */ (failure)); }
  }
  async function open(/** @type {Given} */ picture) {
    size = { width: picture.width, height: picture.height };
    rows.max = String(Math.ceil(size.height / SIDE) - 1);
    columns.max = String(Math.ceil(size.width / SIDE) - 1);
    s.block = within(s.block);
    find(".others").replaceChildren();
    await load(given, dataUrl("png", picture.png));
    await change({});
    changed();
  }
  async function take(/** @type {File | undefined} */ file) {
    if (!element.hasAttribute("open")) return;  // dropped while something else is on the screen
    if (!file) { showProblem(problem, `${TAB}.no_file`); return; }
    try {
      own = await askServer(server.take_picture, { file: await pictureFile(file) });
      find(".picture [value=own]").hidden = false;
      await choose("own");
      if (own.moves) showProblem(problem, `${TAB}.moves`);
    } catch (failure) { showProblem(problem, /** @type {Problem} */ (failure)); }
  }
  takePictures(TAB, { input: find("input[type=file]", HTMLInputElement), target: find(".three"), take });
  quality.oninput = () => change({ quality: Number(quality.value) });
  rows.oninput = columns.oninput = () => change({ block: [Number(rows.value), Number(columns.value)] });
  given.onclick = ours.onclick = ({ currentTarget, offsetX, offsetY }) => {
    if (!(currentTarget instanceof HTMLImageElement)) return;
    const scale = currentTarget.clientWidth / size.width;
    change({ block: within([offsetY, offsetX].map((at) => Math.floor(at / scale / SIDE))) });
  };
  find(".halved").onclick = () => change({ halved: !s.halved });
  find(".usual").onclick = () => change({ bands: [...TABLE], off: [], halved: true, quality: START.quality });
  find(".save").onclick = () => {
    const link = make("a");
    link.href = ours.src;
    link.download = "ours.jpg";
    link.click();
  };
  const sliders = BANDS.map((band, k) => {
    const name = make("small", "number"), input = make("input", { type: "range", min: Math.log2(limits.band[0] / 100), max: Math.log2(limits.band[1] / 100), step: 0.25 });
    input.oninput = () => change({ bands: s.bands.map((one, i) => (i === k ? Math.round(100 * 2 ** Number(input.value)) : one)) });
    find(".bands").append(make("label", "field", name, input));
    return { band, name, input };
  });
  // The 64 waves: a press leaves one out everywhere.
  const waves = Array.from({ length: SIDE * SIDE }, (_, place) => {
    const canvas = make("canvas"), button = make("button", { type: "button" }, canvas), [down, across] = [Math.floor(place / SIDE), place % SIDE];
    const wave = (/** @type {number} */ k, /** @type {number} */ at) => Math.cos(((at + 0.5) * k * Math.PI) / SIDE);
    greys(canvas, Array.from({ length: SIDE * SIDE }, (__, p) => 127.5 * (1 + wave(down, Math.floor(p / SIDE)) * wave(across, p % SIDE))), "");
    button.onclick = () => change({ off: s.off.includes(place) ? s.off.filter((one) => one !== place) : [...s.off, place] });
    find(".waves").append(button);
    return button;
  });
  function dials() {
    press(s.picture);
    quality.value = String(s.quality);
    [rows.value, columns.value] = s.block.map(String);
    find(".quality-name").textContent = say("quality", { n: s.quality });
    find(".row-name").textContent = say("block_row", { n: s.block[0] + 1 });
    find(".column-name").textContent = say("block_column", { n: s.block[1] + 1 });
    find(".halved").setAttribute("aria-pressed", String(s.halved));
    sliders.forEach(({ band, name, input }, k) => {
      input.value = String(Math.log2(s.bands[k] / 100));
      name.textContent = say(`band.${band}`, { percent: s.bands[k] });
    });
    waves.forEach((button, place) => {
      button.setAttribute("aria-pressed", String(!s.off.includes(place)));
      button.setAttribute("aria-label", say("wave", { down: Math.floor(place / SIDE), across: place % SIDE }));
    });
  }

  // ---- Other codecs ---------------------------------------------------------------------------------
  const compare = find(".compare", HTMLButtonElement);
  compare.onclick = async () => {
    if (!shown) return;
    compare.disabled = true;
    const { bytes, mse, file } = shown;
    try {
      const { others } = await askServer(server.compare_codecs, { picture: picked(), bytes });
      find(".others").classList.remove("waiting");
      find(".others").replaceChildren(...[{ name: "jpeg", bytes, mse, address: dataUrl("jpeg", file) }, ...others.map((one) => ({ ...one, address: dataUrl("png", one.png) }))].map((one) => {
        const picture = make("img", { alt: "", src: one.address }), caption = make("figcaption", "number", say("other", { name: say(`codec.${one.name}`), bytes: one.bytes, db: decibels(one.mse) }));
        return make("figure", "out", picture, caption);
      }));
      showProblem(problem, null);
    } catch (failure) { showProblem(problem, /** @type {Problem} */ (failure)); }
    compare.disabled = false;
  };
  return {
    picked, show: () => choose(s.picture), words: () => { dials(); draw(); },
    // For the link: what differs from the usual choice.
    choice: () => ({
      q: s.quality === START.quality ? null : s.quality, pic: [START.picture, "own", "drawing"].includes(s.picture) ? null : s.picture,
      block: String(s.block) === String(BLOCK) ? null : s.block.join(","), bands: String(s.bands) === String(TABLE) ? null : s.bands.join(","),
      off: s.off.join(",") || null, halved: s.halved ? null : "0", span: s.span === START.span ? null : s.span,
    }),
    // What a link says, as far as there is such a thing.
    choose: (/** @type {(name: string) => string} */ said) => {
      const numbers = (/** @type {string} */ name, /** @type {number} */ low, /** @type {number} */ high) => said(name).split(",").filter(Boolean).map(Number).filter((n) => Number.isInteger(n) && n >= low && n <= high);
      const [quality] = numbers("q", limits.quality[0], limits.quality[1]), [span] = numbers("span", 1, 64), block = numbers("block", 0, 9999), bands = numbers("bands", limits.band[0], limits.band[1]);
      Object.assign(s, {
        quality: quality ?? START.quality, picture: ["temple", "digit"].find((one) => one === said("pic")) ?? START.picture, halved: said("halved") !== "0",
        block: block.length === BLOCK.length ? block : [...BLOCK], bands: bands.length === TABLE.length ? bands : [...TABLE],
        off: [...new Set(numbers("off", 0, SIDE * SIDE - 1))], span: SPANS.includes(span) ? span : START.span,
      });
    },
  };
};
