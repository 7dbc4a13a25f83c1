// What parts of the page tell each other: another language, tab, theme, drawing; "go" is
// the wish to see another tab.

const listeners = { lang: [], tab: [], theme: [], drawing: [], go: [] };
export const listen = (event, listener) => listeners[event].push(listener);
export const announce = (event, detail) => { for (const listener of listeners[event]) listener(detail); };
