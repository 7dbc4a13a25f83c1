// What is coded without loss, if it is no text: a digit that ships, a drawing, a picture made small and grey.

/** @import { Problem, Values } from "../common/views/types" */
/** @import { SampleDigits } from "../common/views/digits.js" */
/** @import { Coded, Given, MessageAsked, Props, Server, State } from "./types" */
import { askServer, showProblem } from "../common/views/asking.js";
import { paint, sampleDigits } from "../common/views/digits.js";
import { context2d, finder, make } from "../common/views/elements.js";
import { drawingPad } from "../common/views/pad.js";
import { pictureFile } from "../common/views/pictures.js";
import { choiceRow } from "../common/views/tokens.js";
import { toBase64 } from "../common/views/wire.js";

/**
 * @param {HTMLElement} element
 * @param {object} how
 * @param {Server} how.server
 * @param {Props} how.props
 * @param {() => State} how.now
 * @param {(values: Partial<State>) => void} how.change
 * @param {(key: string, values?: Values) => string} how.say
 */
export const messageSource = (element, { server, props, now, change, say }) => {
  const find = finder(element), problem = find(".entry > .problem");
  let digits = /** @type {SampleDigits | null} */ (null), own = /** @type {Given | null} */ (null), moving = false;
  let mine = /** @type {Float32Array | null} */ (null);
  const sheet = async () => (digits ??= await sampleDigits());

  // ---- A drawing: the worked example lies on the pad until the first stroke ------------------------
  const pad = drawingPad(find(".sketch canvas", HTMLCanvasElement), props.pad, (done) => {
    if (done) change({ source: "drawing", strokes: [...pad.strokes] });
  });
  find(".sketch .wipe").onclick = () => change({ strokes: [] });
  const lay = () => {
    const { strokes } = now();
    if (pad.strokes.length === strokes.length && pad.strokes.every((one, k) => one === strokes[k]) && !pad.empty()) return;
    pad.open(strokes.length ? { strokes } : { tile: digits?.pixels(props.digit) ?? null, example: true });
  };

  // ---- A picture ------------------------------------------------------------------------------------
  const pressPicture = choiceRow(find(".pictured .which"), (picture) => change({ picture }));
  const file = find(".pictured input[type=file]", HTMLInputElement);
  file.onchange = async () => {
    const [chosen] = file.files ?? [];
    file.value = "";
    if (!chosen) return;
    try {
      own = await askServer(server.take_picture, { file: await pictureFile(chosen) });
      change({ source: "picture", picture: "own" });
      moving = own.moves === true;
    } catch (failure) { showProblem(problem, /** @type {Problem} */ (failure)); }
  };

  function drawDigits(/** @type {SampleDigits} */ all) {
    const row = find(".digits");
    if (!row.childElementCount) {
      for (let kind = 0; kind < 10; kind++) {
        const index = all.labels[props.digit] === kind ? props.digit : all.labels.indexOf(kind), button = make("button", { type: "button", value: String(index) }, String(kind));
        button.onclick = () => change({ digit: index });
        row.append(button);
      }
    }
    for (const button of row.querySelectorAll("button")) button.setAttribute("aria-pressed", String(Number(button.value) === now().digit));
    paint(find(".drawn canvas", HTMLCanvasElement), all.pixels(now().digit), { tone: "input" });
  }
  return {
    pad,
    // The drawing of this page, as ink of [784] in [0, 1], once the server has seen it; null without one.
    ink: () => mine,
    // The same as large as it was drawn, black on white, as base64 of a PNG.
    sheet: () => {
      if (!pad.strokes.length) return null;
      const canvas = make("canvas"), { side } = props.pad, context = context2d(canvas);
      canvas.width = canvas.height = side;
      const image = context.createImageData(side, side);
      pad.bytes().forEach((ink, k) => image.data.set([255 - ink, 255 - ink, 255 - ink, 255], 4 * k));
      context.putImageData(image, 0, 0);
      return canvas.toDataURL("image/png").split(",")[1];
    },
    // What the server has to know of it; the state may name a picture that this visit doesn't have.
    /** @type {(asked: State) => Promise<MessageAsked>} */
    asked: async (asked) => {
      if (asked.source !== "text") await sheet();
      const { source, text, unit, digit } = asked;
      if (source === "drawing") { lay(); return { source, text, unit, digit, drawing: toBase64(pad.bytes()) }; }
      if (source === "picture") return { source, text, unit, digit, picture: asked.picture === "own" && own ? { png: own.png } : { name: asked.picture === "own" ? "flower" : asked.picture } };
      return { source, text, unit, digit };
    },
    controls: async () => {
      const { source, picture } = now();
      for (const [one, box] of [["text", ".typed"], ["digit", ".drawn"], ["drawing", ".sketch"], ["picture", ".pictured"]]) find(box).hidden = source !== one;
      find(".pictured [value=own]").hidden = !own;
      pressPicture(picture);
      if (source === "text" || source === "picture") return;
      try {
        const all = await sheet();
        if (source === "digit") drawDigits(all); else { lay(); pad.show(); }
        find(".wipe", HTMLButtonElement).disabled = !now().strokes.length;
      } catch (failure) { showProblem(problem, /** @type {Problem} */ (failure)); }
    },
    // The grey values that were coded, as a picture.
    draw: (/** @type {Coded} */ { message, width }) => {
      if (now().source === "drawing") mine = now().strokes.length ? Float32Array.from(message, (grey) => grey / 255) : null;
      if (now().source !== "picture") return;
      const canvas = find(".pictured canvas", HTMLCanvasElement), height = message.length / width;
      if (!Number.isInteger(height)) return;
      canvas.width = width;
      canvas.height = height;
      const context = context2d(canvas), image = context.createImageData(width, height);
      message.forEach((grey, k) => image.data.set([grey, grey, grey, 255], 4 * k));
      context.putImageData(image, 0, 0);
      canvas.setAttribute("aria-label", say("small_grey", { width, height }));
      find(".pictured small").textContent = [say("small_grey", { width, height }), ...(moving && now().picture === "own" ? [say("moves")] : [])].join(" ");
    },
  };
};
