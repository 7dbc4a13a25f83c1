// What parts of the page tell each other: another language, tab, theme, drawing; "go" is
// the wish to see another tab.

/** @import { Language } from "./types" */

/**
 * Event -> what is told with it: the language, the tab, a drawing [784] in [0, 1], the tab wished for.
 * @typedef {{ lang: Language, tab: string, theme: undefined, drawing: Float32Array, go: string }} Told
 * @type {{ [E in keyof Told]: ((detail: Told[E]) => void)[] }}
 */
const listeners = { lang: [], tab: [], theme: [], drawing: [], go: [] };
/** @type {<E extends keyof Told>(event: E, listener: (detail: Told[E]) => void) => void} */
export const listen = (event, listener) => listeners[event].push(listener);
/** @type {<E extends keyof Told>(event: E, detail: Told[E]) => void} */
export const announce = (event, detail) => { for (const listener of listeners[event]) listener(detail); };
