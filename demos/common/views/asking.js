// Asking the server, and saying what went wrong.

import { make } from "./elements.js";
import { lang, texts } from "./language.js";
import { tabNow } from "./links.js";

// Addresses of what pages read, by name; the server writes them into the page's head.
export const files = JSON.parse(document.querySelector("#lab-files").textContent);

// Resolves to the answer; rejects with {en, zh} where the lab has a sentence for what went wrong.
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
export const alarm = (problem) => {
  const page = document.querySelector(`#${tabNow} .page`);
  if (!page) return;
  if (!page.querySelector(":scope > .alarm")) page.prepend(make("p", "problem alarm"));
  showProblem(page.querySelector(":scope > .alarm"), problem);
};
addEventListener("unhandledrejection", (event) => {
  if (!event.reason?.en) return;  // a bug
  event.preventDefault();
  alarm(event.reason);
});
// A file that ships, as the server gives it; rejects as `askServer` does.
export const fetchFile = async (address) => {
  const answer = await fetch(address).catch(() => null);
  if (answer?.ok) return answer;
  const { error } = (await answer?.json().catch(() => null)) ?? {};
  throw Object.assign(new Error(error?.key ?? "no answer"), error ?? texts["errors.server"]);
};
// Call `send` with the newest arguments only, one call under way at a time.
export const newest = (send) => {
  let waiting = null, busy = false;
  return async (...given) => {
    waiting = given;
    if (busy) return;
    busy = true;
    try {
      while (waiting) { const now = waiting; waiting = null; await send(...now); }
    } finally { busy = false; }
  };
};
