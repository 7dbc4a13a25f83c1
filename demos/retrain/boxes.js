// The boxes of pictures, one a class: filled by upload, paste, drop, camera, or from the drawings that ship.
//   classBoxes(node, { props, read, fill, changed }): .draw(boxes, n_learned)
//     read(file): the server's reading of a file; fill(kind): drawings; changed(): pictures or names are others.

/** @import { Sentence, Values } from "../common/views/types" */
/** @import { Box, Picture, Props } from "./types" */
import { showProblem } from "../common/views/asking.js";
import { make } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { sentence, textOf, translate } from "../common/views/language.js";
import { tabNow } from "../common/views/links.js";
import { camera } from "./camera.js";
import { paintPicture } from "./pictures.js";

const SIZE = 32;               // pixels of a thumbnail
const MAX_BYTES = 8 * 2 ** 20;  // of a file: the server takes a little more in base64
/** @type {(key: string, values?: Values) => string} */
const t = (key, values) => textOf(`retrain.${key}`, values);
/** @type {(box: Box, number: number) => string} */
export const nameOf = (box, number) => box.name || (box.kind ? t(`kind.${box.kind}`) : t("unnamed", { number: number + 1 }));

/**
 * @param {HTMLElement} node
 * @param {object} how
 * @param {Props} how.props
 * @param {(file: Blob) => Promise<{ picture: Picture, moves: boolean }>} how.read
 * @param {(kind: string) => Promise<Picture[]>} how.fill
 * @param {() => void} how.changed
 */
export const classBoxes = (node, { props, read, fill, changed }) => {
  const [least, most] = props.limits.classes, capacity = props.limits.pictures[1];
  let boxes = /** @type {Box[]} */ ([]), nLearned = 10, target = 0, tint = /** @type {string | null} */ (null);
  const problems = /** @type {(Sentence | string | null)[]} */ ([]);
  let cameras = /** @type {{ close: () => void }[]} */ ([]);
  const elements = () => [.../** @type {NodeListOf<HTMLElement>} */ (node.querySelectorAll(".box"))];
  const problem = (/** @type {number} */ number) => {
    const line = elements()[number]?.querySelector(".problem");
    if (line instanceof HTMLElement) showProblem(line, problems[number]);
  };
  const say = (/** @type {number} */ number) => (/** @type {Sentence | string | null} */ said) => { problems[number] = said; problem(number); };

  // Files one after the other, until the box is full; the first that can't be read is told of, the others stay.
  const take = async (/** @type {Box} */ box, /** @type {Blob[]} */ files) => {
    const number = () => boxes.indexOf(box);
    say(number())(null);
    let failed = /** @type {Sentence | string | null} */ (null), noted = /** @type {Sentence | null} */ (null);
    for (const file of files) {
      if (!boxes.includes(box)) return;  // taken away meanwhile
      if (box.pictures.length >= capacity) { failed = sentence("retrain.full", { n: files.length, high: capacity }); break; }
      if (file.size > MAX_BYTES) { failed ??= sentence("retrain.large", { got: (file.size / 2 ** 20).toFixed(0), high: MAX_BYTES / 2 ** 20 }); continue; }
      try {
        const { picture, moves } = await read(file);
        box.pictures.push(picture);
        if (moves) noted = sentence("retrain.moves");
        if (box.kind) { box.kind = null; }
      } catch (failure) { if (!failure.en && !failure.zh) throw failure; failed ??= failure; continue; }
      redraw(number());
      changed();
    }
    if (failed ?? noted) say(number())(failed ?? noted);
  };
  const thumbs = (/** @type {Box} */ box, /** @type {number} */ number) => box.pictures.map((picture, place) => {
    const learns = place < Math.min(nLearned, box.pictures.length - 1), canvas = make("canvas");
    const held = !learns && place < Math.min(nLearned, box.pictures.length - 1) + props.limits.held;
    const role = learns ? "learns" : held ? "held" : "spare";
    const label = t(`thumb.${role}`, { number: place + 1 });
    const button = make("button", { type: "button", class: `thumb ${role}`, "aria-label": label, title: label }, canvas);
    paintPicture(canvas, picture.drawn, { size: SIZE, tint: learns === (number === 0) ? tint : null });
    button.onclick = () => { box.pictures.splice(place, 1); redraw(number); changed(); };
    return button;
  });
  const redraw = (/** @type {number} */ number) => {
    const one = elements()[number];
    if (!one) return;
    one.querySelector(".thumbs")?.replaceChildren(...thumbs(boxes[number], number));
    const count = one.querySelector(".count");
    if (count) count.textContent = t("count", { n: boxes[number].pictures.length });
  };
  const aim = (/** @type {number} */ number) => {
    target = number;
    elements().forEach((one, k) => one.classList.toggle("target", k === target));
  };
  const boxNode = (/** @type {Box} */ box, /** @type {number} */ number) => {
    const name = make("input", { type: "text", maxlength: 24, "data-i18n-label": "retrain.name", placeholder: nameOf({ ...box, name: null }, number) });
    name.value = box.name ?? "";
    name.oninput = () => { box.name = name.value.trim() || null; changed(); };
    const picker = make("input", { type: "file", accept: "image/*", multiple: "", hidden: "" });
    picker.onchange = () => { take(box, [...picker.files ?? []]); picker.value = ""; };
    const upload = make("button", { type: "button", class: "upload", "data-i18n": "retrain.upload" });
    upload.onclick = () => picker.click();
    const shown = make("div", "camera"), eye = camera(shown, (file) => take(box, [file]), (said) => say(boxes.indexOf(box))(said));
    cameras.push(eye);
    const shoot = make("button", { type: "button", class: "open-camera", "data-i18n": "retrain.camera.open" });
    shoot.onclick = () => { say(number)(null); eye.open(); };
    const kinds = make("select", { class: "kinds", "data-i18n-label": "retrain.kinds" }, make("option", { value: "" }, t("kinds")),
      ...props.kinds.map((kind) => make("option", { value: kind }, t(`kind.${kind}`))));
    kinds.onchange = async () => {
      const { value } = kinds;
      kinds.value = "";
      if (!value) return;
      const pictures = await fill(value);
      if (!boxes.includes(box)) return;
      Object.assign(box, { kind: value, name: null, pictures });
      draw();
      changed();
    };
    const away = make("button", { type: "button", class: "quiet away", "data-i18n": "retrain.away" });
    away.disabled = boxes.length <= least;
    away.onclick = () => { boxes.splice(number, 1); problems.splice(number, 1); draw(); changed(); };
    const count = make("small", "count number"), line = make("p", "problem");
    line.hidden = true;
    const one = make("div", { class: "box", tabindex: 0, role: "group", "data-i18n-label": "retrain.box" },
      make("div", "row head", name, count, away), make("div", "thumbs"), shown,
      make("div", "row tools", upload, shoot, kinds), picker, line);
    one.addEventListener("focusin", () => aim(number));
    one.onpointerdown = () => aim(number);
    one.ondragover = (event) => { event.preventDefault(); one.classList.add("over"); };
    one.ondragleave = () => one.classList.remove("over");
    one.ondrop = (event) => { event.preventDefault(); one.classList.remove("over"); take(box, [...event.dataTransfer?.files ?? []]); };
    return one;
  };
  const draw = () => {
    for (const eye of cameras) eye.close();
    cameras = [];
    node.replaceChildren(...boxes.map(boxNode));
    translate(node);
    boxes.forEach((_, number) => { redraw(number); problem(number); });
    aim(Math.min(target, boxes.length - 1));
  };
  document.addEventListener("paste", (event) => {
    if (tabNow !== "retrain" || !boxes[target]) return;
    const files = [...event.clipboardData?.files ?? []];
    if (!files.length) return;
    event.preventDefault();
    take(boxes[target], files);
  });
  listen("tab", () => { for (const eye of cameras) eye.close(); });
  return {
    /** @type {(next: Box[], n: number, behind: string | null) => void} */
    draw: (next, n, behind) => {
      const same = next === boxes && elements().length === next.length;
      [boxes, nLearned, tint] = [next, n, behind];
      if (same) boxes.forEach((_, number) => redraw(number)); else draw();
    },
    words: draw,
    room: () => boxes.length < most,
  };
};
