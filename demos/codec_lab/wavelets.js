// A picture as wavelets see it, and what the largest of their numbers give back.

/** @import { Problem, Values } from "../common/views/types" */
/** @import { Limits, Picked, Pyramid, Server } from "./types" */
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { finder } from "../common/views/elements.js";
import { choiceRow } from "../common/views/tokens.js";
import { dataUrl, decibels, load } from "./lossy.js";

const KINDS = ["haar", "5/3", "9/7"];

/**
 * @param {HTMLElement} element of the section
 * @param {object} how
 * @param {Server} how.server
 * @param {Limits} how.limits
 * @param {(key: string, values?: Values) => string} how.say
 * @param {() => Picked} how.picked
 * @param {() => void} how.keep the link
 */
export const waveletPart = (element, { server, limits, say, picked, keep }) => {
  const find = finder(element), levels = find(".levels", HTMLInputElement), percent = find(".percent", HTMLInputElement);
  const START = { kind: "9/7", levels: 3, percent: 8 }, s = { ...START };
  let shown = /** @type {Pyramid | null} */ (null);
  levels.max = String(limits.levels);
  const ask = newest(async () => {
    try {
      shown = await askServer(server.show_pyramid, { picture: picked(), ...s });
      await Promise.all([load(find(".left img", HTMLImageElement), dataUrl("png", shown.pyramid)), load(find(".out img", HTMLImageElement), dataUrl("png", shown.png))]);
      showProblem(find(".problem"), null);
      words();
    } catch (failure) { showProblem(find(".problem"), /** @type {Problem} */ (failure)); }
  });
  const change = (/** @type {Partial<typeof s>} */ values) => { Object.assign(s, values); words(); keep(); return ask(); };
  const press = choiceRow(find(".choices.kind"), (kind) => change({ kind }));
  levels.oninput = () => change({ levels: Number(levels.value) });
  percent.oninput = () => change({ percent: Number(percent.value) });
  function words() {
    press(s.kind);
    levels.value = String(s.levels);
    percent.value = String(s.percent);
    find(".levels-name").textContent = say("levels", { n: s.levels });
    find(".percent-name").textContent = say("percent", { n: s.percent });
    if (shown) find(".out figcaption").textContent = say("wavelet_back", { kept: shown.n_kept, all: shown.n_all, db: decibels(shown.mse) });
  }
  return {
    show: () => change({}), words,
    choice: () => (String(Object.values(s)) === String(Object.values(START)) ? null : Object.values(s).join(",")),
    choose: (/** @type {string} */ said) => {
      const [kind, ...numbers] = said.split(","), [high, share] = numbers.map(Number);
      if (KINDS.includes(kind)) s.kind = kind;
      if (Number.isInteger(high) && high >= 1 && high <= limits.levels) s.levels = high;
      if (Number.isInteger(share) && share >= 0 && share <= 100) s.percent = share;
    },
  };
};
