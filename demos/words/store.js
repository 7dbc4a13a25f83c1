// The vectors and who searches them: fetched on first use, searched in a worker, the server is asked
// for nothing more.
//   const store = wordStore(files, { progress });  files: {language: {name, bytes}}
//   await store.ask({ what: "similar", language, plus, minus, most })   -> {found, ms}; rejects with {en, zh}

/** @import { Language } from "../common/views/types" */
/** @import { Answer, Answers, Asked, Files } from "./types" */
import { fetchFile, files as addresses } from "../common/views/asking.js";
import { sentence, texts } from "../common/views/language.js";
import { address } from "./worker.js";

/** @typedef {ReturnType<typeof wordStore>} WordStore */
/**
 * @typedef {(language: Language, share: number | null) => void} Progress a share of the file, null: there
 * @param {Files} files
 * @param {{ progress: Progress }} heard
 */
export const wordStore = (files, { progress }) => {
  let worker = /** @type {Worker | null} */ (null), last = 0;
  /** @type {Map<number, { resolve: (answer: Answer<keyof Answers>) => void, reject: (why: unknown) => void }>} */
  const waiting = new Map();
  const there = /** @type {Partial<Record<Language, Promise<unknown>>>} */ ({});

  const start = () => {
    const made = new Worker(address, { type: "module" });
    made.onmessage = ({ data: { id, found, ms, key, values } }) => {
      const { resolve, reject } = waiting.get(id) ?? {};
      waiting.delete(id);
      if (key) reject?.(sentence(`errors.${key}`, values)); else resolve?.({ found, ms });
    };
    made.onerror = () => {  // it could not begin, or a bug ended it: whoever waits is told, the next question starts anew
      worker = null;
      for (const language of /** @type {Language[]} */ (Object.keys(there))) delete there[language];
      for (const { reject } of waiting.values()) reject(texts["errors.server"]);
      waiting.clear();
    };
    return made;
  };
  /** @type {(asked: Asked, transfer?: Transferable[]) => Promise<Answer<keyof Answers>>} */
  const post = (asked, transfer = []) => new Promise((resolve, reject) => {
    worker ??= start();
    last += 1;
    waiting.set(last, { resolve, reject });
    worker.postMessage({ id: last, asked }, transfer);
  });
  /** @type {(language: Language) => Promise<void>} */
  const fetchOne = async (language) => {
    const { name, bytes } = files[language];
    progress(language, 0);
    try {
      const answer = await fetchFile(new URL(`${addresses.samples}${name}`, document.baseURI).href);
      const reader = answer.body?.getReader(), whole = new Uint8Array(bytes);
      let at = 0;
      for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
        if (at + part.value.length > bytes) throw texts["errors.server"];
        whole.set(part.value, at);
        at += part.value.length;
        progress(language, at / bytes);
      }
      if (at !== bytes) throw texts["errors.server"];
      await post({ what: "take", language, buffer: whole.buffer }, [whole.buffer]);
    } catch (failure) {
      throw failure.en ? failure : texts["errors.server"];  // the connection broke
    } finally { progress(language, null); }
  };
  /** @type {(language: Language) => Promise<unknown>} */
  const have = (language) => {
    there[language] ??= fetchOne(language);
    there[language].catch(() => { delete there[language]; });  // asked anew the next time
    return there[language];
  };
  return {
    have,
    isHere: (/** @type {Language} */ language) => language in there,
    /** @type {<What extends keyof Answers>(asked: Extract<Asked, { what: What }>, ...others: Language[]) => Promise<Answer<What>>} */
    ask: async (asked, ...others) => {
      await Promise.all([asked.language, ...others].map(have));
      return /** @type {Promise<Answer<typeof asked.what>>} */ (post(asked));
    },
  };
};
