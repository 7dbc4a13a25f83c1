// Long work: one request begins it, others ask how far it is until it is over.
//   const work = longWork({ begin, look, stop, name }, heard);
//     begin, look, stop: handlers; heard(report): each report, { job, state, over, ... }. State "error" has
//     `error`, as showProblem shows it; what was stopped before it had a place is "stopped" at once. What the
//     server stopped by itself, since it heard nothing for a while, is "stopped" and has an `error` too.
//   work.start(request): begin it, under a name that nobody else can guess, which is returned;
//   work.left(): {job, request} of what was under way here when the page was loaded anew, or null (the
//     browser keeps it under `name`, if there is one, for as long as its own tab is open);
//   work.find(job): go on with that; resolves to whether it is there;
//   work.stop(): give it up; work.job: what is under way, or null.

/** @import { Handler, Problem } from "./types" */
import { askServer } from "./asking.js";
import { sentence } from "./language.js";

const MISSES = 5, AGAIN = 1000;  // questions without an answer, milliseconds to the next
const OBEY = 6000;               // milliseconds after which a stop needs no answer

export const jobName = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * A report on the work; what the handlers say of it beside its state is in Said.
 * @template Said
 * @typedef {Partial<Said> & State & { job: string, error?: Problem }} Report
 */
/**
 * What was under way.
 * @template {{ job: string }} Asked
 * @typedef {{ job: string, request: Omit<Asked, "job"> }} Left
 */
/** @typedef {{ state: string, over?: boolean }} State */

/**
 * @template Said such as core.results' LoadingReport
 * @template {{ job: string }} Asked
 * @param {object} how
 * @param {Handler<Asked, object>} how.begin
 * @param {Handler<{ job: string }, Said & State>} how.look
 * @param {Handler<{ job: string }, object>} how.stop
 * @param {string | null} [how.name]
 * @param {(report: Report<Said>) => unknown} heard
 */
export const longWork = ({ begin, look, stop, name = null }, heard) => {
  const work = { job: /** @type {string | null} */ (null) }, place = `lab.work.${name}`;
  // A browser may forbid the storage: then a page that is loaded anew knows of nothing.
  const keep = (/** @type {Left<Asked>} */ left) => { if (name) try { sessionStorage.setItem(place, JSON.stringify(left)); } catch { /* forbidden */ } };
  const forget = () => { try { sessionStorage.removeItem(place); } catch { /* forbidden */ } };
  /** @returns {Left<Asked> | null} */
  const left = () => { try { return JSON.parse(sessionStorage.getItem(place) ?? "null"); } catch { return null; } };
  let begun = /** @type {Promise<unknown>} */ (Promise.resolve()), hasPlace = false, stopping = false;
  /** @type {(job: string, report: State & { error?: Problem }, said?: Partial<Said>) => void} */
  const tell = (job, report, said = {}) => {
    if (job !== work.job) return;  // given up, or another one was begun
    if (report.over) { work.job = null; forget(); }
    const dropped = report.over && report.state === "stopped" && !stopping;
    heard({ ...said, ...report, job, ...(dropped ? { error: sentence("shell.dropped") } : {}) });
  };
  /** @type {(job: string, error: Problem) => void} */
  const fail = (job, error) => tell(job, { state: "error", over: true, error });
  const follow = async (/** @type {string} */ job) => {  // the server lets each question wait a little
    let missed = 0;
    while (work.job === job) {
      let report = null;
      try {
        report = await askServer(look, { job });
        missed = 0;
      } catch (failure) {
        if (failure.key || ++missed > MISSES) { fail(job, failure); return; }
        await new Promise((resolve) => { setTimeout(resolve, AGAIN); });
      }
      if (report) tell(job, report, report);
    }
  };
  const start = (/** @type {Omit<Asked, "job">} */ request) => {
    const job = jobName();
    work.job = job;
    keep({ job, request });
    hasPlace = stopping = false;
    begun = askServer(begin, /** @type {Asked} */ ({ ...request, job })).then(() => {
      if (work.job !== job) return;
      hasPlace = true;
      follow(job);
    }, (failure) => fail(job, failure));
    return job;
  };
  const find = async (/** @type {string} */ job) => {
    let report;
    try { report = await askServer(look, { job }); } catch { forget(); return false; }
    if (work.job) return false;
    work.job = job;
    hasPlace = true;
    stopping = false;
    tell(job, report, report);
    follow(job);
    return true;
  };
  const giveUp = async () => {
    const { job } = work;
    if (!job) return;
    stopping = true;
    const free = () => tell(job, { state: "stopped", over: true });
    if (hasPlace) setTimeout(free, OBEY); else free();
    try {
      await begun;  // else the stop may overtake it
      await askServer(stop, { job });
    } catch (failure) { fail(job, failure); }
  };
  return Object.assign(work, { left, start, find, stop: giveUp });
};
