// Next sentence: the learner guesses first; then candidates judged in one request are shown in order, and
// the words of the selected one weighed in another.

/** @import { Language, Mounted, Trial, Values } from "../common/views/types" */
/** @import { Token } from "../common/views/signed_tokens.js" */
/** @import { Asked, Candidate, Failure, JudgedCandidates, Pair, Props, Ranked, Scores, SentenceWeights, Server, State } from "./types" */
import { heldOut } from "../common/views/answer_bars.js";
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { find as findIn, finder, make } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { failureRow } from "../common/views/failures.js";
import { framePage, pageOpens, pageSections, whenShown } from "../common/views/frame.js";
import { lang, textOf, texts } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { percent, signed } from "../common/views/scales.js";
import { signedTokens } from "../common/views/signed_tokens.js";
import { choiceRow, remarks, undoHistory, valueFocused } from "../common/views/tokens.js";
import { trainingLapse } from "../common/views/training_lapse.js";
import { trialRuns } from "../common/views/trial_runs.js";
import { randomFrom } from "../common/views/wire.js";
import { wordReasons } from "../common/views/reasons.js";

/** @param {Mounted<Props, Server>} page */
export async function mount({ element, props, server }) {
  await pageOpens("next_sentence", "fill_in", "reasons", "tokens", "training_lapse");
  const TAB = "next_sentence";
  const find = finder(element);
  /** @type {(key: string, values?: Values) => string} */
  const say = (key, values) => textOf(`${TAB}.${key}`, values);
  const N_STORIES = 4, LONGEST_LINK = 1500, POSITIONS = 512;
  const sigmoid = (/** @type {number} */ x) => 1 / (1 + Math.exp(-x));
  const inNats = (/** @type {number} */ x) => signed(x, Math.abs(x) >= 0.1 ? 2 : Math.abs(x) >= 0.01 ? 3 : 4);

  framePage(element, TAB, {
    lights: { 1: ".ranked", 2: ".weighed", 3: ".ranked" },
    proofs: {
      1: () => change({ ...sameStory(), revealed: true }),
      2: () => { change({ revealed: true }); sections.lead("words"); },
      3: () => sections.lead("trial"),
    },
  });
  const sections = pageSections(element, TAB, {
    words: { show: () => (answer && state.revealed ? weigh() : undefined), owns: { hide: null, compare: null } },
    accuracy: { show: () => showLapse(), owns: { moment: null } },
    trial: { show: () => showTrial() },
  });
  find(".foot p").removeAttribute("data-i18n");  // its figures are filled in by renderScore()
  const problem = find(".typed .problem"), wordProblem = find(".words .problem"), textarea = find("textarea", HTMLTextAreaElement);
  const [reveal, earlier, later, add, ours, unhide] = [".reveal", ".earlier", ".later", ".add", ".ours", ".unhide"].map((one) => find(one, HTMLButtonElement));
  const named = find(".name", HTMLInputElement);

  // ---- Stories: short texts of which A is one sentence --------------------------------------------------
  /** @type {(language: Language, k: number) => string[]} */
  const story = (language, k) => texts[`${TAB}.story.${k}`][language].split("|");
  const stories = (/** @type {Language} */ language) => Array.from({ length: N_STORIES }, (_, k) => story(language, k + 1));
  // The true next sentence, one from elsewhere in the same text, one from each other text; shuffled.
  /** @typedef {Omit<State, "model" | "compared">} Shown */
  /** @type {(language: Language, number: number, at: number, seed?: number) => Shown} */
  function fromStory(language, number, at, seed = 0) {
    const random = randomFrom(1000 * number + 10 * at + seed), own = story(language, number);
    const pick = (/** @type {string[]} */ list) => list[Math.floor(random() * list.length)];
    const others = stories(language).filter((_, k) => k !== number - 1).map(pick);
    const candidates = [own[at], pick(own.filter((_, k) => k !== at && k !== at - 1)), ...others];
    return { language, a: own[at - 1], candidates: shuffled(candidates, random), pick: null, guess: null, revealed: false, hidden: [] };
  }
  /** @type {(list: string[], random: () => number) => string[]} */
  function shuffled(list, random) {
    const mixed = [...list];
    for (let i = mixed.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [mixed[i], mixed[j]] = [mixed[j], mixed[i]];
    }
    return mixed;
  }
  // Where the sentences of the screen are from is read off the texts: {number, at} of A, or null.
  /** @type {(language: Language, a: string) => { number: number, at: number } | null} */
  function place(language, a) {
    for (let k = 1; k <= N_STORIES; k++) {
      const at = story(language, k).indexOf(a);
      if (at >= 0) return { number: k, at: at + 1 };
    }
    return null;
  }
  function origin(/** @type {string} */ candidate) {
    const here = place(state.language, state.a), there = place(state.language, candidate);
    if (!there) return fails.now() ? "stored" : "own";
    if (!here || here.number !== there.number) return here ? "other" : "own";
    return there.at === here.at + 1 ? "next" : "same";
  }
  function sameStory() {
    const here = place(state.language, state.a) ?? { number: 1, at: 1 };
    const own = story(state.language, here.number), at = Math.min(here.at, own.length - 1);
    const rest = own.filter((_, k) => k !== at - 1);
    return { ...fromStory(state.language, here.number, at), candidates: shuffled(rest, randomFrom(at)) };
  }

  // ---- State ------------------------------------------------------------------------------------------
  // guess: the text that the learner would choose; revealed: whether BERT's answer is shown.
  /** @returns {State} */
  const worked = () => ({ model: "", compared: false, ...fromStory(lang, 1, 1) });
  /** @returns {State} */
  function linked() {
    /** @type {<F>(name: string, fallback: F) => string | F} */
    const read = (name, fallback) => pageLink.read(TAB, name, fallback);
    /** @type {(name: string, fallback: number, low: number, high: number) => number} */
    const number = (name, fallback, low, high) => Math.round(pageLink.number(TAB, name, fallback, low, high));
    const language = read("of", lang) === "zh" ? "zh" : "en";
    const from = fromStory(language, number("story", 1, 1, N_STORIES), number("at", 1, 1, 4));
    const typed = read("b", null), a = read("a", from.a);
    const candidates = typed === null ? from.candidates : typed.split("\n").slice(0, props.max_candidates);
    const hidden = read("hide", "").split(",").filter(Boolean).map(Number).filter(Number.isInteger);
    const pick = pageLink.read(TAB, "pick", null) === null ? null : number("pick", 1, 1, candidates.length) - 1;
    const guess = candidates[number("guess", 0, 0, candidates.length) - 1] ?? null;
    return { ...from, model: read("model", ""), a, candidates, hidden, pick, guess, revealed: read("reveal", null) === "1", compared: read("compare", null) === "1" };
  }
  /** @typedef {SentenceWeights & { of: string, without: number[] }} Weighed */
  // weighed: the pair's words, its answers, and `without` each word hidden, as many as have come.
  /** @type {State} */
  let state;  // set as the page is first on the screen
  /** @type {JudgedCandidates & { said: JudgedCandidates, request: Asked, list: Ranked[], asked: State }} */
  let answer;  // nothing is drawn before the first
  let weighed = /** @type {Weighed | null} */ (null), lastTyped = 0, turn = 0;
  const guessed = () => (state.guess === null ? -1 : state.candidates.indexOf(state.guess));
  const asked = () => state.candidates.map((text, k) => ({ text, k })).filter(({ text }) => text.trim());
  const knowsTruth = () => asked().some(({ text }) => origin(text) === "next");

  const past = undoHistory(find(".undo", HTMLButtonElement), find(".reset", HTMLButtonElement), {
    now: () => state, start: worked, show: (before) => { state = before; drawCandidates(); refresh(); },
  });

  /** @type {(values: Partial<State>, how?: { keep?: boolean }) => void} */
  function change(values, { keep = true } = {}) {
    if (keep) past.keep(state);
    state = { ...state, ...values };
    if (values.candidates || values.a !== undefined || values.language) state.hidden = values.hidden ?? [];
    drawCandidates();
    refresh();
  }

  function refresh() {
    turn += 1;
    press(state.language);
    if (textarea.value !== state.a) textarea.value = state.a;
    const here = place(state.language, state.a), example = here && here.at < story(state.language, here.number).length;
    const known = here && example && String(fromStory(state.language, here.number, here.at).candidates) === String(state.candidates);
    const joined = state.candidates.join("\n"), short = state.a.length + joined.length < LONGEST_LINK;
    pageLink.set(TAB, {
      of: state.language, story: here && example ? here.number : null, at: here && example ? here.at : null,
      a: !here && short ? state.a : null, b: !known && short ? joined : null,
      pick: state.pick === null ? null : state.pick + 1, reveal: state.revealed ? 1 : null, guess: guessed() + 1 || null,
      hide: state.hidden.length ? state.hidden.join(",") : null, compare: state.compared ? 1 : null, model: state.model || null,
    });
    reveal.dataset.i18n = `${TAB}.${state.revealed ? "again" : "reveal"}`;
    reveal.disabled = !state.revealed && guessed() < 0 && asked().length > 1;
    find(".guess-first").hidden = !reveal.disabled;
    find("article").classList.toggle("guessing", !state.revealed);
    find(".todo").dataset.i18n = `${TAB}.${fails.now() ? "todo_stored" : state.revealed ? "todo_seen" : knowsTruth() ? "todo" : "todo_own"}`;
    find(".ranked-title").dataset.i18n = `${TAB}.${state.revealed ? "ranked" : "guess.title"}`;
    for (const name of [".todo", ".ranked-title", ".reveal"]) find(name).textContent = textOf(find(name).dataset.i18n ?? "");
    if (!state.revealed) guessing();
    find(".where").textContent = here ? say("step", { n: here.at, of: story(state.language, here.number).length }) : "";
    earlier.disabled = !here || here.at < 2;
    later.disabled = !here || here.at > story(state.language, here.number).length - 2;
    add.disabled = state.candidates.length >= props.max_candidates;
    find(".limit").textContent = add.disabled ? say("full", { n: props.max_candidates })
      : asked().length < state.candidates.length ? say("blank") : "";
    ours.disabled = !state.model;
    find(".stories").querySelectorAll("button").forEach((button) => button.setAttribute("aria-pressed", String(Number(button.value) === here?.number)));
    fails.words();
    judge(structuredClone(state), asked());
  }

  // ---- The server --------------------------------------------------------------------------------------
  const judge = newest(async (/** @type {State} */ now, /** @type {Candidate[]} */ list) => {
    element.querySelectorAll(now.revealed ? ".ranked, .strip, .weighed" : ".strip").forEach((node) => node.classList.add("waiting"));
    try {
      const request = { first: now.a, candidates: list.map(({ text }) => text), model: now.model || now.language };
      const said = answer && JSON.stringify(answer.request) === JSON.stringify(request) ? answer.said : await askServer(server.judge_candidates, request);
      answer = { ...said, said, request, list: ranked(list.map((one, i) => ({ ...one, ...said.candidates[i], rank: 0 }))), asked: now };
      showProblem(problem, null);
      for (const name of [".ranked", ".strip"]) find(name).classList.remove("waiting");
      render();
      if (state.revealed) await sections.renew("words");
    } catch (failure) { showProblem(problem, failure); }
    const page = find("article");
    page.dataset.shown = String(Number(page.dataset.shown ?? 0) + 1);
  });
  /** @type {(list: Ranked[]) => Ranked[]} */
  const ranked = (list) => {
    [...list].sort((x, y) => y.probability - x.probability).forEach((one, k) => { one.rank = k + 1; });
    return list;
  };
  /** @type {(pick: number | null) => Ranked} */
  const picked = (pick) => answer.list.find(({ k }) => k === pick) ?? answer.list.find(({ rank }) => rank === 1) ?? answer.list[0];
  const selected = () => picked(state.pick);
  // Of what was asked: the state may have gone on.
  const judged = () => picked(answer.asked.pick);
  /** @returns {Pair} */
  const pairNow = () => ({ first: answer.asked.a, second: judged().text, model: answer.asked.model || answer.asked.language });
  const compared = wordReasons(find(".ways", HTMLDetailsElement), {
    ask: () => askServer(server.compare_reasons, pairNow()), key: () => JSON.stringify(pairNow()),
    change: (open) => { state.compared = open; pageLink.set(TAB, { compare: open ? 1 : null }); },
  });
  // The answers first, then what hiding each word does, portion by portion, until something else is asked.
  async function weigh() {
    const mine = turn, pair = pairNow(), of = JSON.stringify(pair);
    try {
      const said = await askServer(server.weigh_words, { ...pair, hidden: answer.asked.hidden });
      const now = weighed = { ...said, of, without: weighed?.of === of ? weighed.without : [] };
      showProblem(wordProblem, null);
      renderWords(now);
      const { without, n_words: n } = now;
      while (without.length < n && mine === turn) {
        const next = await askServer(server.hide_words, { ...pair, begin: without.length });
        if (next.begin === without.length) without.push(...next.differences);  // else another click has asked for it
        if (mine === turn) renderWords(now);
      }
    } catch (failure) {
      showProblem(wordProblem, failure);
      if (failure.message === "nsp_hidden") state.hidden = [];  // an old link to other words
    }
  }

  // ---- What is on the screen ---------------------------------------------------------------------------
  function render() {
    remarks(find(".remarks"), { ...answer, cuts: [], tokens: answer.typed_mask ? ["[MASK]"] : [] },
      state.model ? answer.looks_like : state.language, (language) => change({ language }));
    for (const one of answer.list)
      for (const [side, cut] of /** @type {const} */ ([["first", one.cut_first], ["second", one.cut_second]]))
        if (cut.n_pieces) find(".remarks").append(make("p", "remark", say(`cut.${side}`,
          { n: POSITIONS, k: one.k + 1, pieces: cut.n_pieces, from: [...cut.text].slice(0, 24).join("") })));
    const inOrder = [...answer.list].sort((x, y) => x.rank - y.rank), best = inOrder[0];
    find(".given").textContent = state.a;
    find(".loose").replaceChildren(...answer.list.map(({ text }) => make("li", "", text)));
    find(".chosen").textContent = state.revealed ? best.text : "?";
    find(".count").textContent = say("strip.of", { n: answer.list.length });
    const hasTrue = knowsTruth();
    const right = origin(best.text) === "next";
    find(".outcome").textContent = !state.revealed ? "" : hasTrue ? say(right ? "strip.right" : "strip.wrong") : percent(best.probability);
    find(".outcome").classList.toggle("right", hasTrue && right);
    find(".outcome").classList.toggle("wrong", hasTrue && !right);
    const same = state.guess === best.text, mine = origin(state.guess ?? "") === "next";
    const verdict = hasTrue ? (mine ? (right ? "both" : "you") : right ? "bert" : "neither") : same ? "same" : "differ";
    find(".compared").textContent = state.revealed && guessed() >= 0 ? say(`verdict.${verdict}`) : "";
    find(".who").textContent = say("other.who", { name: state.model || say("other.ours_name") });
    if (!state.revealed) return;
    list(inOrder, (one) => {
      const fill = make("i"), from = origin(one.text);
      fill.style.width = `${100 * one.probability}%`;
      const button = make("button", "", make("span", "rank number", String(one.rank)), make("span", "text", one.text),
        make("span", "track", fill, make("i", "half")), make("span", "share number", percent(one.probability)));
      const tags = make("span", "tags", make("span", `origin ${from}`, say(`origin.${from}`)));
      if (one.k === guessed()) tags.append(make("span", "origin guess", say("guess.mine")));
      button.append(tags);
      button.type = "button";
      button.value = String(one.k);
      button.setAttribute("aria-pressed", String(one === selected()));
      button.setAttribute("aria-label", say("spoken", { rank: one.rank, text: one.text, per: (100 * one.probability).toFixed(0) })
        + ` ${tags.textContent}`);
      button.onclick = () => change({ pick: one.k, hidden: [] });
      return make("li", from === "next" ? "true" : "", button);
    });
  }
  /**
   * @template One
   * @param {One[]} entries
   * @param {(one: One) => HTMLElement} row
   */
  function list(entries, row) {
    const focused = valueFocused(find(".ranked"));
    find(".ranked").replaceChildren(...entries.map(row));
    if (focused !== null) element.querySelector(`.ranked button[value="${focused}"]`)?.focus();
  }
  // Before the answer is shown: what the learner would choose, in the order of the boxes.
  function guessing() {
    find(".ranked").classList.remove("waiting");
    list(asked(), ({ text, k }) => {
      const button = make("button", "", make("span", "rank"), make("span", "text", text));
      button.type = "button";
      button.value = String(k);
      button.setAttribute("aria-pressed", String(k === guessed()));
      button.onclick = () => change({ guess: text });
      return make("li", "", button);
    });
  }

  function renderWords(/** @type {Weighed} */ weighed) {
    find(".weighed").classList.remove("waiting");
    const complete = weighed.without.length === weighed.n_words;
    const cost = (/** @type {number} */ word) => (word < 0 ? 0 : word < weighed.without.length ? weighed.difference - weighed.without[word] : null);
    for (const name of [".strongest", ".claim"]) find(name).classList.toggle("waiting", !complete);
    /** @typedef {Token & { at: number, segment: number, word: number }} Piece */
    const words = weighed.tokens.map((token, at) => ({
      token, at, weight: cost(weighed.words[at]), special: weighed.special[at], joined: weighed.joined[at],
      segment: weighed.segments[at], hidden: state.hidden.includes(at), word: weighed.words[at],
    }));
    const plain = words.filter((one) => !one.special), groups = /** @type {Map<number, Piece[]>} */ (new Map());
    for (const one of plain) groups.set(one.word, [...(groups.get(one.word) ?? []), one]);
    const group = (/** @type {number} */ at) => groups.get(weighed.words[at]) ?? [];
    const whole = (/** @type {number} */ at) => group(at).map((one) => one.at);  // a word is hidden with all its pieces
    const weightOf = (/** @type {Piece[]} */ word) => word[0].weight ?? 0;
    const face = (/** @type {Piece[]} */ word) => word.map((one) => one.token).reduce((text, token) => (token.startsWith("##") || /[\u4e00-\u9fff]/.test(token) ? text + token.replace(/^##/, "") : `${text} ${token}`).trim(), "");
    const settings = {
      scale: Math.max(...plain.map((one) => Math.abs(one.weight ?? 0))),
      press: (/** @type {number} */ at) => change({ hidden: state.hidden.includes(at) ? state.hidden.filter((k) => !whole(at).includes(k)) : [...new Set([...state.hidden, ...whole(at)])].sort((x, y) => x - y) }),
      spoken: (/** @type {Token} */ { at = -1, special, token, weight, hidden }) => {
        const does = say(hidden ? "words.show" : "words.hide"), word = face(group(at));
        if (special) return token;
        return weight === null ? `${word} (${does})` : `${say("words.one", { token: word, weight: inNats(weight) })} (${does})`;
      },
    };
    signedTokens(find(".chips.first"), words.filter((one) => one.segment === 0), settings);
    signedTokens(find(".chips.second"), words.filter((one) => one.segment === 1), settings);
    const strongest = (/** @type {1 | -1} */ sign) => [...groups.values()].filter((word) => sign * weightOf(word) > 0).sort((x, y) => sign * (weightOf(y) - weightOf(x)))
      .slice(0, 3).map((word) => `${face(word)} ${inNats(weightOf(word))}`).join(", ") || say("words.nothing");
    if (complete) find(".strongest").textContent = say("words.list", { for: strongest(1), against: strongest(-1) });
    const hiddenWords = [...groups.values()].filter((word) => word.some((one) => one.hidden)), [first] = hiddenWords;
    const readings = /** @type {[string, number][]} */ ([["as_is", weighed.difference], ["hidden", weighed.hidden_difference], ["turned", weighed.turned_difference]]);
    find(".readings").replaceChildren(...readings.filter(([name]) => name !== "hidden" || state.hidden.length).map(([name, difference]) => {
      const fill = make("i"), share = sigmoid(difference);
      fill.style.width = `${100 * share}%`;
      return make("div", `reading ${name}`, make("span", "", say(`words.${name}`, { n: hiddenWords.length })),
        make("span", "track", fill, make("i", "half")), make("span", "share number", percent(share)));
    }));
    const real = inNats(weighed.hidden_difference - weighed.difference);
    if (complete) find(".claim").textContent = !first ? say("words.no_claim") : hiddenWords.length === 1 ? say("words.claim_one", { word: face(first), real })
      : say("words.claim", { n: hiddenWords.length, expected: inNats(-hiddenWords.reduce((sum, word) => sum + weightOf(word), 0)), real });
    find(".long").textContent = weighed.together > 1 ? textOf("reasons.long", { n: weighed.together }) : "";
    if (complete) compared.draw(state.compared);
    unhide.disabled = !state.hidden.length;
  }

  // The candidates' own boxes: made anew only where their number changes, so that typing goes on.
  function drawCandidates() {
    const box = find(".candidates");
    if (box.children.length !== state.candidates.length) box.replaceChildren(...state.candidates.map((_, k) => {
      const field = make("input"), remove = make("button", "remove", "×");
      field.type = "text";
      remove.type = "button";
      field.oninput = () => {
        const fresh = Date.now() - lastTyped > 1500;  // one undo for a burst of typing
        lastTyped = Date.now();
        change({
          candidates: state.candidates.map((text, i) => (i === k ? field.value : text)), pick: k, guess: guessed() === k ? field.value : state.guess,
        }, { keep: fresh });
      };
      remove.onclick = () => change({ candidates: state.candidates.filter((_, i) => i !== k), pick: null });
      return make("li", "", field, remove);
    }));
    [...box.children].forEach((row, k) => {
      const field = findIn(row, "input", HTMLInputElement), remove = findIn(row, "button", HTMLButtonElement);
      if (field.value !== state.candidates[k]) field.value = state.candidates[k];
      field.placeholder = say("own");
      field.setAttribute("aria-label", say("candidate", { n: k + 1 }));
      remove.setAttribute("aria-label", say("remove", { n: k + 1 }));
      remove.title = say("remove", { n: k + 1 });
      remove.disabled = state.candidates.length < 2;
    });
  }

  // ---- Controls ------------------------------------------------------------------------------------------
  const press = choiceRow(find(".language"), (/** @type {Language} */ language) => {
    const here = place(state.language, state.a), to = story(language, here?.number ?? 1);
    change({ ...(here ? fromStory(language, here.number, Math.min(here.at, to.length - 1)) : { language }), model: "" });
    renderScore();
    sections.renew("accuracy");
  });
  textarea.oninput = () => {
    const fresh = Date.now() - lastTyped > 1500;
    lastTyped = Date.now();
    change({ a: textarea.value }, { keep: fresh });
  };
  const stepped = (/** @type {1 | -1} */ by) => {
    const here = place(state.language, state.a);
    if (here) change(fromStory(state.language, here.number, here.at + by));
  };
  earlier.onclick = () => stepped(-1);
  later.onclick = () => stepped(1);
  add.onclick = () => {
    change({ candidates: [...state.candidates, ""], pick: null });
    find(".candidates li:last-child input").focus();
  };
  find(".shuffle").onclick = () => change({ candidates: shuffled(state.candidates, Math.random), pick: null });
  reveal.onclick = () => change(state.revealed ? { revealed: false, guess: null } : { revealed: true });
  unhide.onclick = () => change({ hidden: [] });
  find(".swap").onclick = () => {
    if (!answer) return;  // nothing is judged yet
    const one = selected();
    change({ a: one.text, candidates: state.candidates.map((text, k) => (k === one.k ? answer.asked.a : text)), pick: one.k });
  };
  find(".load").onclick = () => { if (named.value.trim()) change({ model: named.value.trim() }); };
  ours.onclick = () => change({ model: "" });

  function drawStories() {
    find(".stories").querySelectorAll("button").forEach((button) => button.remove());
    for (let k = 1; k <= N_STORIES; k++) {
      const button = make("button", "", say(`story_name.${k}`));
      button.type = "button";
      button.value = String(k);
      button.onclick = () => change(fromStory(state.language, k, 1));
      find(".stories").append(button);
    }
  }

  const fails = failureRow(find(".failures"), {
    label: (/** @type {Failure} */ { second }) => second,
    press: (one) => change({ model: "", a: one.first, candidates: [one.second], pick: 0, guess: null, revealed: true, hidden: [] }),
    shown: (one) => state?.a === one.first && String(state.candidates) === one.second && !state.model,
    why: (one) => say(`fails.${one.kind}`, { per: percent(one.probability) }),
  });

  // ---- How good it is, and what it costs ------------------------------------------------------------------
  let shownScore = /** @type {(Scores & { language: Language }) | null} */ (null), lapse = /** @type {ReturnType<typeof trainingLapse> | null} */ (null), lapseOf = "";
  const lapseProblem = find(".accuracy .problem");
  async function renderScore() {
    const language = state.language;
    if (shownScore?.language !== language) {
      try {
        shownScore = { language, ...(await askServer(server.show_scores, { language })) };
      } catch (failure) { showProblem(lapseProblem, failure); return; }
      showProblem(lapseProblem, null);
      fails.set(shownScore.failures);
    }
    fails.words();
    const known = heldOut(language, shownScore.reader), { low, high } = shownScore.score;
    find(".score").textContent = say("score.says", { ...known, low: percent(low), high: percent(high) });
    find(".foot p").textContent = say("foot", known);
  }
  const showLapse = newest(async () => {
    const { language } = state;
    if (lapse && lapseOf === language) { lapse.words(); return; }
    try {
      const { lapse: data } = await askServer(server.show_lapse, { language });
      const moment = Number.parseInt(pageLink.read(TAB, "moment", ""), 10);
      lapse = trainingLapse(find(".lapse-box"), data, {
        kind: "pairs", moment: Number.isFinite(moment) && !lapse ? moment : null,
        change: (now) => pageLink.set(TAB, { moment: now.moment }),
      });
      lapseOf = language;
      showProblem(lapseProblem, null);
    } catch (failure) { showProblem(lapseProblem, failure); }
  });
  let trial = /** @type {Trial | null} */ (null);
  async function showTrial() {
    try {
      trial ??= (await askServer(server.show_trial, {})).trial;
      renderTrial();
    } catch (failure) { showProblem(find(".trial .problem"), failure); }
  }
  function renderTrial() {
    find(".trial .says").textContent = trial ? say("trial.says", { steps: trial.n_steps.toLocaleString("en"), n: trial.n_masked.toLocaleString("en") })
      : say("trial.missing");
    if (trial) trialRuns(find(".trial .found"), trial, { texts: `${TAB}.trial`, rows: ["top1", "loss", "nsp"] });
  }

  listen("lang", () => { drawStories(); if (state) { drawCandidates(); for (const name of ["accuracy", "trial"]) sections.renew(name); renderScore(); if (answer) { refresh(); } } });
  whenShown(TAB, async () => {
    drawStories();
    state = linked();
    drawCandidates();
    refresh();
    renderScore();
    await sections.begin();
  });
}
