// What an English body brings to Chinese: three stored runs on the page Fill in the blank.
//
//   const transfer = transferTrial(node, { ask })
//     ask: () -> { trial }, null where it has not been made (core/inference/trials.py)
//   transfer.show() asks, once, and draws: call it on listen("lang"), too

/** @import { Trial, TrialPoint, Values } from "../common/views/types" */
import { showProblem } from "../common/views/asking.js";
import { finder, make } from "../common/views/elements.js";
import { textOf } from "../common/views/language.js";
import { trialRuns } from "../common/views/trial_runs.js";

const TAB = "fill_in";
/** @type {(key: string, values?: Values) => string} */
const say = (key, values) => textOf(`${TAB}.${key}`, values);
const COMMAND = "python -m research.bert_trials transfer zh --init-from MINILM_FOLDER --own-from E5_FOLDER --steps 400";

/** @type {(node: HTMLElement, how: { ask: () => Promise<{ trial: Trial | null }> }) => { show: () => Promise<void> }} */
export const transferTrial = (node, { ask }) => {
  const find = finder(node);
  let trial = /** @type {Trial | null | undefined} */ (undefined), asked = false;  // undefined until the server has answered

  // The first evaluations at which the others were as good as random weights were in the end.
  function lead(/** @type {Trial} */ { runs }) {
    const { body, own, random } = /** @type {Record<string, TrialPoint[]>} */ (Object.fromEntries(runs)), goal = random[random.length - 1].loss;
    const [english, chinese] = [body, own].map((run) => run.find((p) => p.loss <= goal));
    return english && chinese ? { goal, english, chinese } : null;
  }

  function words() {
    if (trial === undefined) return;
    const steps = trial?.n_steps.toLocaleString("en"), n = trial?.n_masked.toLocaleString("en");
    find(".says").textContent = trial ? say("transfer.says", { steps, n }) : say("transfer.missing");
    find(".missing").hidden = Boolean(trial);
    find(".missing").textContent = COMMAND;
    find(".told").hidden = !trial;
    if (!trial) return;
    trialRuns(find(".found"), trial, { texts: `${TAB}.transfer`, charts: ["loss", "top1"], rows: ["loss", "top1", "top5"] });
    const ahead = lead(trial);
    if (ahead) find(".outcome").after(make("p", "outcome lead",
      say("transfer.lead", { steps, english: `${ahead.english.step}`, chinese: `${ahead.chinese.step}`, loss: ahead.goal.toFixed(2) })));
  }

  async function show() {
    if (asked) { words(); return; }
    asked = true;
    try {
      trial = (await ask()).trial;
      words();
    } catch (failure) { showProblem(find(".problem"), failure); }
  }
  return { show };
};
