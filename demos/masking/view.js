// Masking lab: which tokens are hidden, by which throw of the dice, in each epoch.
// The server throws (mask_text: the epochs on the screen, count_rolls: a thousand more).

/** @import { Language, Mounted } from "../common/views/types" */
/** @import { Answers, Dice, Epoch, Masked, Props, Server, State, Tally } from "./types" */
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { find as findIn, finder, make } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { framePage, pageOpens, pageSections, whenShown } from "../common/views/frame.js";
import { lang, textOf, texts } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { chip, choiceRow, columnsOf, remarks, undoHistory } from "../common/views/tokens.js";

/** @param {Mounted<Props, Server>} page */
export async function mount({ element, props, server }) {
  await pageOpens("masking", "tokens");
  const find = finder(element);
  const LEFT = 0, MASKED = 1, RANDOM = 2, KEPT = 3;
  /** @type {Record<number, string>} */
  const KIND = { [MASKED]: "hidden", [RANDOM]: "random", [KEPT]: "kept" };
  const N_EXAMPLES = 4, LONGEST_LINK = 400;

  framePage(element, "masking", {
    lights: { 1: ".epochs", 2: ".thousand", 3: ".throws" },
    proofs: {
      1: () => change({ dynamic: false }),
      2: () => change({ ...example(state.language, 1), unit: "token", seed: state.language === "zh" ? 5 : 26, epoch: 0 }),
      3: () => { change({ ...example(state.language, 1), unit: "token", dynamic: true, seed: state.language === "zh" ? 17 : 0, epoch: 0 }); sections.open("dice"); },
    },
  });
  const sections = pageSections(element, "masking", {
    dice: { show: () => { if (answer) renderDice(); } },
    counts: { show: () => { if (answer) showCounts(); } },
    bert: { show: () => (answer ? askBert() : undefined), owns: { bert: null } },
  });
  const problem = find(".typed .problem"), diceProblem = find(".dice-problem"), textarea = find("textarea", HTMLTextAreaElement);
  const seed = find(".seed", HTMLInputElement), count = find(".count", HTMLInputElement);

  // ---- State ------------------------------------------------------------------------------------------
  // In the Chinese examples "|" stands between words, so that they need no jieba.
  /** @type {(language: Language, number: number) => Pick<State, "language" | "text" | "cuts">} */
  const example = (language, number) => {
    const words = texts[`masking.example.${number}`][language].split("|");
    const cuts = words.slice(1).map((_, k) => words.slice(0, k + 1).join("").length);
    return { language, text: words.join(""), cuts: language === "zh" ? cuts : null };
  };
  const exampleShown = () =>
    Array.from({ length: N_EXAMPLES }, (_, k) => k + 1).find((k) => example(state.language, k).text === state.text);
  /** @returns {State} */
  const worked = () =>
    ({ ...example(lang, 1), unit: "token", dynamic: true, seed: 0, epochs: 4, epoch: 0 });
  /** @returns {State} */
  const linked = () => {
    /** @type {<F>(name: string, fallback: F) => string | F} */
    const read = (name, fallback) => pageLink.read("masking", name, fallback);
    /** @type {(name: string, fallback: number, low: number, high: number) => number} */
    const number = (name, fallback, low, high) => Math.round(pageLink.number("masking", name, fallback, low, high));
    const language = read("of", lang) === "zh" ? "zh" : "en";
    const typed = read("text", null), cuts = read("cuts", null);
    const epochs = number("epochs", 4, 1, props.max_epochs);
    return {
      ...example(language, number("example", 1, 1, N_EXAMPLES)),
      ...(typed === null ? {} : { text: typed, cuts: null }),
      ...(cuts === null ? {} : { cuts: cuts.split(",").filter(Boolean).map(Number).filter(Number.isInteger) }),
      unit: ["word", "span"].find((one) => one === read("unit", null)) ?? "token",
      dynamic: read("when", null) !== "static",
      seed: number("seed", 0, 0, props.max_seed), epochs, epoch: number("epoch", 1, 1, epochs) - 1,
    };
  };
  /** @type {State} */
  let state;  // set as the page is first on the screen
  /** @type {Masked & { key: string }} */
  let answer;  // of the text; nothing is drawn before the first
  let counts = /** @type {Tally | null} */ (null), said = /** @type {Answers | null} */ (null), lastTyped = 0;
  let asking = pageLink.read("masking", "bert", "0") === "1";  // whether BERT answers each masking

  const past = undoHistory(find(".undo", HTMLButtonElement), find(".reset", HTMLButtonElement), {
    now: () => state, start: worked, show: (earlier) => { state = earlier; refresh(); },
  });

  /** @type {(values: Partial<State>, how?: { keep?: boolean }) => void} */
  function change(values, { keep = true } = {}) {
    if (keep) past.keep(state);
    state = { ...state, ...values };
    if (state.epochs >= 1) state.epoch = Math.min(state.epoch, Math.floor(state.epochs) - 1);
    refresh();
  }

  function refresh() {
    if (textarea.value !== state.text) textarea.value = state.text;
    press.language(state.language);
    press.unit(state.unit);
    press.when(state.dynamic ? "dynamic" : "static");
    seed.value = String(state.seed);
    count.value = String(state.epochs);
    const known = exampleShown();
    const edited = state.cuts && String(state.cuts) !== String(known && example(state.language, known).cuts);
    pageLink.set("masking", {
      of: state.language, example: known ?? null,
      text: known || state.text.length > LONGEST_LINK ? null : state.text,
      cuts: edited ? String(state.cuts) : null,
      unit: state.unit, when: state.dynamic ? "dynamic" : "static",
      seed: state.seed, epochs: state.epochs, epoch: state.epoch + 1,
    });
    send(structuredClone(state));
  }

  // ---- The server --------------------------------------------------------------------------------------
  // What an answer depends on; which epoch is looked at changes nothing about the throws.
  /** @type {(asked: State) => string} */
  const keyOf = ({ epoch: _epoch, ...throws }) => JSON.stringify(throws);
  // The epoch that is looked at: while the settings change, the answer may have fewer.
  const epochShown = () => Math.min(state.epoch, answer.epochs.length - 1);
  const send = newest(async (/** @type {State} */ asked) => {
    element.querySelectorAll(".epochs, .dice, .counts, .strip").forEach((node) => node.classList.add("waiting"));
    try {
      answer = { ...(await askServer(server.mask_text, asked)), key: keyOf(asked) };
      showProblem(problem, null);
      showProblem(diceProblem, null);
      find(".epochs").classList.remove("waiting");
      find(".strip").classList.remove("waiting");
      find(".dice").classList.remove("waiting");
      counts = said = null;
      render();
      sections.renew("bert");
    } catch (failure) {
      showProblem(/^masking_/.test(failure.message) ? diceProblem : problem, failure);
    }
  });
  function showCounts() {
    renderThousand();
    renderCounts();
    return counts ? undefined : countRolls(structuredClone(state));
  }
  const countRolls = newest(async (/** @type {State} */ asked) => {
    try {
      const rolled = await askServer(server.count_rolls, asked);
      if (keyOf(asked) !== answer.key) return;  // the throws on the screen are others by now
      counts = rolled;
      find(".counts").classList.remove("waiting");
      sections.renew("counts");
    } catch (failure) { showProblem(diceProblem, failure); }
  });

  // ---- What is on the screen ---------------------------------------------------------------------------
  const joined = (/** @type {number} */ i) => i > 0 && answer.words[i] >= 0 && answer.words[i] === answer.words[i - 1];
  const shown = (/** @type {number} */ i) => (answer.tokens[i] === "[UNK]" ? `[UNK] ${answer.written[i]}` : answer.tokens[i]);
  const plain = (/** @type {number} */ i) => chip(answer.tokens[i], {
    joined: joined(i), title: shown(i), kind: answer.words[i] < 0 ? "hidden" : "plain",
  });
  const throwOf = (/** @type {Dice} */ dice) => Math.floor(dice.throw * 100);
  const fate = (/** @type {Dice} */ dice) => textOf(`masking.fate.${KIND[dice.action]}`, { token: answer.tokens[dice.at], read: dice.read });

  // One epoch's text as chips; `columns` keeps all epochs in step.
  /** @type {(epoch: Epoch, columns?: number[], corners?: boolean) => HTMLElement[]} */
  function epochChips(epoch, columns = [], corners = true) {
    const dice = new Map(epoch.chosen.map((d) => [d.at, d]));
    return [chip("[CLS]", { kind: "special" }),
      ...answer.tokens.map((token, i) => {
        const d = dice.get(i);
        if (!d) return chip(token, { joined: joined(i), columns: columns[i], kind: answer.words[i] < 0 ? "hidden" : "plain" });
        return chip(d.read, {
          kind: KIND[d.action], joined: joined(i), columns: columns[i],
          corner: corners ? String(throwOf(d)).padStart(2, "0") : "", title: `${token} · ${throwOf(d)} · ${fate(d)}`,
        });
      }),
      chip("[SEP]", { kind: "special" })];
  }

  function render() {
    remarks(find(".remarks"), answer, state.language, (language) => change({ language, cuts: null }));
    renderStrip();
    renderWords();
    renderEpochs();
    for (const name of ["dice", "counts"]) sections.renew(name);
    find(".bert").hidden = !props.weights.includes(state.language);
    renderAnswers();
    const page = find("article");
    page.dataset.shown = String(Number(page.dataset.shown ?? 0) + 1);
  }

  function renderStrip() {
    const epoch = answer.epochs[epochShown()], asked = new Map(epoch.chosen.map((d) => [d.at, d]));
    find(".sentence").replaceChildren(...answer.tokens.map((_, i) => plain(i)));
    find(".blanks").replaceChildren(...epochChips(epoch, [], false).slice(1, -1));
    const filled = new Map((said?.answers ?? []).map((one) => [one.at, one]));
    find(".targets").replaceChildren(...answer.tokens.map((token, i) => {
      const one = filled.get(i);
      if (one) return chip(one.top[0][0], { joined: joined(i), kind: one.rank === 1 ? "answer" : "wrong", title: token });
      return chip(token, { joined: joined(i), kind: asked.has(i) ? "answer" : answer.words[i] < 0 ? "hidden" : "plain" });
    }));
    find(".share").textContent = textOf("masking.strip.share", { n: asked.size, of: open().length });
    find(".asked").textContent = said ? textOf("masking.strip.right", { n: said.n_right, of: said.answers.length })
      : textOf("masking.strip.asked", { n: asked.size });
    find(".outcome").textContent = textOf(said ? "masking.strip.filled" : "masking.strip.out");
  }
  const open = () => answer.words.filter((word) => word >= 0);

  // The words: between two pieces a gap that a click opens or closes (Chinese only).
  function renderWords() {
    const box = find(".words"), editable = state.language === "zh";
    find(".words-hint").textContent = textOf(editable ? "masking.words_hint.zh" : "masking.words_hint.en");
    box.classList.toggle("editable", editable);
    const parts = /** @type {HTMLElement[]} */ ([]);
    answer.tokens.forEach((token, i) => {
      const free = i > 0 && answer.words[i] >= 0 && answer.words[i - 1] >= 0;
      if (editable && free && !token.startsWith("##")) {
        const gap = make("button", joined(i) ? "gap" : "gap cut");
        gap.type = "button";
        gap.setAttribute("aria-pressed", String(!joined(i)));
        gap.title = textOf(joined(i) ? "masking.split" : "masking.join", { left: answer.tokens[i - 1], right: token });
        gap.setAttribute("aria-label", gap.title);
        gap.onclick = () => cut(i);
        parts.push(gap);
      } else if (i > 0) parts.push(make("span", joined(i) ? "gap fixed" : "gap fixed space"));
      parts.push(make("span", answer.words[i] < 0 ? "piece asked" : "piece", token.replace(/^##/, "")));
    });
    const focused = [...box.querySelectorAll(".gap")].findIndex((one) => one === document.activeElement);
    box.replaceChildren(...parts);
    if (focused >= 0) box.querySelectorAll(".gap")[focused]?.focus();
  }
  /** @type {(i: number) => void} */
  function cut(i) {
    const cuts = new Set(answer.starts.filter((_, k) => k > 0 && !joined(k)));
    if (joined(i)) cuts.add(answer.starts[i]); else cuts.delete(answer.starts[i]);
    change({ cuts: [...cuts].sort((a, b) => a - b), unit: state.unit === "token" ? "word" : state.unit });
  }

  function renderEpochs() {
    const columns = answer.tokens.map((token, i) => Math.max(columnsOf(token),
      ...answer.epochs.flatMap((e) => e.chosen.filter((d) => d.at === i && d.action === RANDOM).map((d) => columnsOf(d.read)))));
    const rows = answer.epochs.map((epoch, k) => {
      const button = make("button", "which", textOf("masking.epoch", { n: k + 1 }));
      button.type = "button";
      button.setAttribute("aria-pressed", String(k === epochShown()));
      button.onclick = () => {
        state.epoch = k;
        pageLink.set("masking", { epoch: k + 1 });
        said = null;
        renderStrip(); renderEpochs();
        for (const name of ["dice", "bert"]) sections.renew(name);
        element.querySelectorAll(".which")[k].focus();
      };
      const row = make("div", "epoch", button, make("div", "chips", ...epochChips(epoch, columns)));
      row.setAttribute("role", "group");
      row.setAttribute("aria-label", spokenEpoch(epoch, k));
      return row;
    });
    find(".epochs").replaceChildren(...rows);
    const places = new Set(answer.epochs.flatMap((e) => e.chosen.map((d) => d.at)));
    find(".summary").textContent = textOf(state.dynamic ? "masking.summary.dynamic" : "masking.summary.static",
      { epochs: answer.epochs.length, places: places.size, of: open().length });
    /** @type {(kind: string, corner: string) => HTMLElement} */
    const legend = (kind, corner) => make("span", "", chip(kind === "hidden" ? "" : textOf("masking.sample"), { kind, columns: 4, corner }),
      " ", textOf(`masking.legend.${kind}`));
    find(".legend").replaceChildren(legend("hidden", "57"), legend("random", "14"), legend("kept", "03"));
  }
  /** @type {(epoch: Epoch, k: number) => string} */
  const spokenEpoch = (epoch, k) => `${textOf("masking.epoch", { n: k + 1 })}: ${epoch.chosen.map(fate).join("; ")}`;

  // How often each piece is chosen in a thousand epochs, as the height to which its chip is filled.
  function renderThousand() {
    const row = find(".thousand");
    row.classList.toggle("waiting", !counts);
    findIn(row, ".chips").replaceChildren(chip("[CLS]", { kind: "special" }),
      ...answer.tokens.map((token, i) => {
        const share = counts ? (counts.masked[i] + counts.random[i] + counts.kept[i]) / counts.n_rolls : 0;
        const node = chip(token, { joined: joined(i), title: `${token}: ${(100 * share).toFixed(1)}%` });
        if (answer.words[i] < 0) return chip(token, { kind: "hidden" });
        node.classList.add("filled");
        node.style.setProperty("--share", `${100 * share}%`);
        return node;
      }), chip("[SEP]", { kind: "special" }));
  }

  function renderDice() {
    const epoch = answer.epochs[epochShown()];
    find(".dice-title").textContent = textOf("masking.dice.title", { n: epochShown() + 1 });
    const inOrder = [...epoch.chosen].sort((a, b) => a.unit - b.unit || a.at - b.at);
    find(".throws").replaceChildren(...inOrder.map((d) => {
      const tick = make("i", `tick ${KIND[d.action]}`, String(throwOf(d)).padStart(2, "0"));
      tick.style.left = `${100 * d.throw}%`;
      const mark = chip(d.read, { kind: KIND[d.action] });
      return make("li", "", chip(answer.tokens[d.at]), make("div", "ruler", make("b", "kept"), make("b", "random"), make("b", "hidden"), tick), mark);
    }));
  }

  function renderCounts() {
    const now = [LEFT, 0, 0, 0];
    for (const epoch of answer.epochs) for (const d of epoch.chosen) now[d.action]++;
    const rolled = counts && [LEFT, ...[counts.masked, counts.random, counts.kept].map((fate) => fate.reduce((a, b) => a + b, 0))];
    const sum = (/** @type {number[]} */ list) => list[MASKED] + list[RANDOM] + list[KEPT];
    /** @typedef {"chosen" | "hidden" | "random" | "kept"} Fate */
    /** @type {(list: number[], n: number) => Record<Fate, [n: number, of: number]>} */
    const shares = (list, n) => ({ chosen: [sum(list), n], hidden: [list[MASKED], sum(list)], random: [list[RANDOM], sum(list)], kept: [list[KEPT], sum(list)] });
    const here = shares(now, open().length * answer.epochs.length);
    const there = rolled && counts ? shares(rolled, counts.n_open * counts.n_rolls) : null;
    /** @type {Record<Fate, number>} */
    const expected = { chosen: 15, hidden: 80, random: 10, kept: 10 };
    /** @type {(share: [n: number, of: number] | undefined, name: Fate) => HTMLElement} */
    const cell = (share, name) => {
      const node = make("div", "cell number");
      if (!share) return node;
      const [n, of] = share, per = of ? (100 * n) / of : 0;
      const fill = make("i", `fill ${name}`), mark = make("i", "expected");
      fill.style.width = `${Math.min(100, per)}%`;
      mark.style.left = `${expected[name]}%`;
      node.append(make("div", "track", fill, mark),
        make("span", "", textOf("masking.counts.share", { per: per.toFixed(1), n: n.toLocaleString("en"), of: of.toLocaleString("en") })));
      return node;
    };
    const head = [make("span"), make("b", "", textOf("masking.counts.shown", { n: answer.epochs.length })), make("b", "", textOf("masking.thousand"))];
    find(".table").replaceChildren(...head, .../** @type {Fate[]} */ (["chosen", "hidden", "random", "kept"]).flatMap((name) =>
      [make("span", "name", textOf(`masking.counts.${name}`, { n: expected[name] })), cell(here[name], name), cell(there?.[name], name)]));
    find(".counts-note").textContent = textOf(state.dynamic ? "masking.counts.dynamic" : "masking.counts.static");
  }

  // ---- BERT's answers, where its weights are there ---------------------------------------------------------
  const bertProblem = find(".bert .problem");
  const askBert = newest(async () => {
    find(".ask").setAttribute("aria-pressed", String(asking));
    pageLink.set("masking", { bert: asking ? 1 : null });
    if (find(".bert").hidden || !asking) { said = null; renderAnswers(); return; }
    find(".bert").classList.add("waiting");
    const asked = { ...structuredClone(state), epoch: epochShown() };
    try {
      const heard = await askServer(server.answer_blanks, asked);
      showProblem(bertProblem, null);
      if (keyOf(asked) !== answer.key || asked.epoch !== epochShown()) return;  // asked of other throws
      said = heard;
      renderStrip();
      renderAnswers();
    } catch (failure) { showProblem(bertProblem, failure); }
    find(".bert").classList.remove("waiting");
  });
  function renderAnswers() {
    find(".score").textContent = said ? textOf("masking.bert.score",
      { n: said.n_right, of: said.answers.length, loss: said.loss.toFixed(2) }) : "";
    const dice = new Map(answer.epochs[epochShown()].chosen.map((d) => [d.at, d]));
    find(".answers").replaceChildren(...(said?.answers ?? []).map((one) => {
      const d = dice.get(one.at);
      const bars = make("ol", "", ...one.top.map(([token, share]) => {
        const fill = make("i");
        fill.style.width = `${100 * share}%`;
        const hit = token === answer.tokens[one.at];
        return make("li", hit ? "hit" : "", make("span", "mono", token), make("div", "track", fill),
          make("span", "number", `${(100 * share).toFixed(1)}%`));
      }));
      return make("div", "blank", make("p", "", chip(answer.tokens[one.at]), " → ", chip(d?.read ?? "", { kind: KIND[d?.action ?? MASKED], columns: 3 })),
        bars, make("small", "number", textOf("masking.bert.rank", { rank: one.rank.toLocaleString("en"), per: (100 * one.probability).toFixed(1) })));
    }));
  }
  find(".ask").onclick = () => {
    asking = !asking;
    said = null;
    renderStrip();
    askBert();
  };

  // ---- Controls ------------------------------------------------------------------------------------------
  const press = {
    language: choiceRow(find(".language"), (/** @type {Language} */ language) => {
      const known = exampleShown();
      change(known ? example(language, known) : { language, cuts: null });
      drawExamples();
    }),
    unit: choiceRow(find(".unit"), (unit) => change({ unit })),
    when: choiceRow(find(".when"), (when) => change({ dynamic: when === "dynamic" })),
  };
  textarea.oninput = () => {
    const fresh = Date.now() - lastTyped > 1500;  // one undo for a burst of typing
    lastTyped = Date.now();
    change({ text: textarea.value, cuts: null }, { keep: fresh });
  };
  // jieba reads its dictionary while the first words are being typed.
  textarea.addEventListener("focus", () => { if (state.language === "zh") server.wake_words({}); }, { once: true });
  find(".roll").onclick = () => change({ seed: (state.seed + 1) % (props.max_seed + 1) });
  seed.max = String(props.max_seed);
  seed.onchange = () => change({ seed: Number(seed.value) });
  count.max = String(props.max_epochs);
  count.onchange = () => change({ epochs: Number(count.value) });

  function drawExamples() {
    const box = find(".examples");
    box.querySelectorAll("button").forEach((button) => button.remove());
    for (let k = 1; k <= N_EXAMPLES; k++) {
      const button = make("button", "", textOf(`masking.example_name.${k}`));
      button.type = "button";
      button.onclick = () => change(example(state?.language ?? lang, k));
      box.append(button);
    }
  }

  listen("lang", () => { drawExamples(); if (answer) render(); });
  whenShown("masking", () => {
    drawExamples();
    state = linked();
    refresh();
    return sections.begin();
  });
}
