// Asking the server, and saying what went wrong.

/** @import { Handler, Problem, Sentence } from "./types" */
import { find, make } from "./elements.js";
import { lang, texts } from "./language.js";
import { tabNow } from "./links.js";

// Addresses of what pages read, by name; the server writes them into the page's head.
/**
 * @typedef {{ address: string, integrity: string }} Bundle a part of Plotly
 * @type {{ digits: string, labels: string, samples: string, texts: string, plotly: Record<string, Bundle | undefined> }}
 */
export const files = JSON.parse(find(document, "#lab-files").textContent);

// Resolves to the answer; rejects with {en, zh} where the lab has a sentence for what went wrong.
/**
 * @template Asked, Answer
 * @param {Handler<Asked, Answer>} handler
 * @param {Asked} request
 * @returns {Promise<Answer>}
 */
export const askServer = async (handler, request) => {
  let answer;
  try {
    answer = await handler(request);  // Gradio's client warns of a failure, and resolves to undefined
  } catch (failure) { console.warn(failure); }
  if (!answer) throw Object.assign(new Error("no answer"), texts["errors.server"]);
  if (answer.error) throw Object.assign(new Error(answer.error.key), answer.error);  // {key, en, zh}
  return answer;
};
// Show a rejected answer (or a text key) in a message element; null clears it.
/** @type {(node: HTMLElement, problem: Problem | null | undefined) => void} */
export const showProblem = (node, problem) => {
  const sentence = typeof problem === "string" ? texts[problem] : problem;
  if (sentence && !sentence[lang]) throw problem;  // a bug, not a message
  node.hidden = !sentence;
  node.problem = sentence;
  node.toggleAttribute("data-problem", Boolean(sentence));
  node.setAttribute("role", "alert");
  node.textContent = sentence ? sentence[lang] : "";
};
// A sentence that no part of the page has taken is shown at its top.
/** @type {(problem: Sentence) => void} */
export const alarm = (problem) => {
  const page = tabNow && document.querySelector(`#${tabNow} .page`);
  if (!page) return;
  if (!page.querySelector(":scope > .alarm")) page.prepend(make("p", "problem alarm"));
  showProblem(find(page, ":scope > .alarm"), problem);
};
addEventListener("unhandledrejection", (event) => {
  if (!event.reason?.en) return;  // a bug
  event.preventDefault();
  alarm(event.reason);
});
// A file that ships, as the server gives it; rejects as `askServer` does.
/** @type {(address: string) => Promise<Response>} */
export const fetchFile = async (address) => {
  const answer = await fetch(address).catch(() => null);
  if (answer?.ok) return answer;
  const { error } = (await answer?.json().catch(() => null)) ?? {};
  throw Object.assign(new Error(error?.key ?? "no answer"), error ?? texts["errors.server"]);
};
// Call `send` with the newest arguments only, one call under way at a time.
/**
 * @template {unknown[]} Given
 * @param {(...given: Given) => unknown} send
 * @returns {(...given: Given) => Promise<void>}
 */
export const newest = (send) => {
  let waiting = /** @type {Given | null} */ (null), busy = false;
  return async (...given) => {
    waiting = given;
    if (busy) return;
    busy = true;
    try {
      while (waiting) { const now = waiting; waiting = null; await send(...now); }
    } finally { busy = false; }
  };
};
