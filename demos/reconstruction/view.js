// Draw and reconstruct: pad -> what the networks see -> eight codes and what comes back of them.
// props.first: what the server stored of the worked example (see demos/reconstruction/tab.py).

/** @import { Mounted, Values } from "../common/views/types" */
/** @import { SampleDigits } from "../common/views/digits.js" */
/** @import { Content } from "../common/views/pad.js" */
/** @import { Answer, Box, Card, Photo, Props, Question, Server } from "./types" */
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { codeBars, keepDrawing, paint, sampleDigits } from "../common/views/digits.js";
import { finder, make } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { framePage, pageOpens, whenShown } from "../common/views/frame.js";
import { textOf, translate } from "../common/views/language.js";
import { pageLink } from "../common/views/links.js";
import { drawingPad } from "../common/views/pad.js";
import { photoPanel } from "./photo.js";
import { pictureFile, takePictures } from "../common/views/pictures.js";
import { floats, inks, toBase64 } from "../common/views/wire.js";

/** @param {Mounted<Props, Server>} page */
export async function mount({ element, props, server }) {
  await pageOpens("reconstruction");
  const TAB = "reconstruction", SIDE = 28, KINDS = 10;
  const ROWS = props.rows, MODELS = ROWS.flat(), USUAL = "ae3-lecture";
  const LIVE_PAUSE = 70;         // ms at least between two questions while a stroke lasts
  const PATIENCE = 180;          // ms until what waits for an answer dims
  const LETTER_A = "24,98,56,14,88,98:38,68,74,68";
  const SMALL_THREE = "66,69,82,65,93,73,79,84,94,94,85,106,65,103";

  const find = finder(element);
  const page = find("article"), first = props.first, problem = find(".entry .problem");
  const undo = find(".undo", HTMLButtonElement), clear = find(".clear", HTMLButtonElement);
  const shows = [...element.querySelectorAll("button")].filter((button) => button.dataset.show);
  /** @type {(key: string, values?: Values) => string} */
  const say = (key, values) => textOf(`${TAB}.${key}`, values);
  const fixed = (/** @type {number} */ error) => error.toFixed(error < 0.01 ? 4 : 3).replace(/^0/, "");
  const state = {
    sample: /** @type {number | null} */ (first.digit), preparation: "on", show: "pixels", card: USUAL,
    seen: new Float32Array(0),  // [784] in [0, 1]
    answers: /** @type {Record<string, Answer> | null} */ (null), pointed: /** @type {string | null} */ (null),  // by the model's name
  };
  framePage(element, TAB, {
    lights: { 1: ".card[data-model=ae3], .card[data-model=dense32]", 2: ".card[data-model=pca32], .card[data-model=conv-lecture]", 3: ".neighbours" },
    proofs: {
      1: () => put({ strokes: pad.read(LETTER_A), example: true }),
      2: () => { prepare("on"); put({ strokes: pad.read(SMALL_THREE), example: true }); },
      3: () => { put(tile(first.digit)); choose("conv-lecture"); },
    },
  });
  find(".foot p").removeAttribute("data-i18n");  // its figures are filled in by words()

  // ---- The cards ---------------------------------------------------------------------------------
  const cards = Object.fromEntries(MODELS.map((name) => {
    const card = make("section", { class: "card", "data-model": name });
    card.innerHTML = `<h3><button type="button" class="name" aria-pressed="false"></button></h3><p class="kept"></p>
      <p class="problem" hidden></p>
      <div class="answer"><div class="pictures"><canvas class="digit pixels" role="img"></canvas><canvas class="digit errors" role="img"></canvas></div>
      <div class="bars"></div><p class="error number"><b></b> <span></span></p><p class="vote"></p><div class="neighbours"></div></div>`;
    const look = finder(card), pixels = look(".pixels", HTMLCanvasElement), errors = look(".errors", HTMLCanvasElement);
    const neighbours = Array.from({ length: 5 }, () => ({ canvas: make("canvas", "digit"), index: -1 }));
    look(".neighbours").append(...neighbours.map(({ canvas }) => canvas));
    card.onclick = () => choose(name);
    card.onpointerenter = (event) => { if (event.pointerType === "mouse") point(name); };
    card.onpointerleave = () => point(null);
    return [name, { card, look, pixels, errors, neighbours }];
  }));
  const second = make("h2", { "data-i18n": `${TAB}.row.2` });
  find(".cards").append(...ROWS[0].map((name) => cards[name].card), second, ...ROWS[1].map((name) => cards[name].card));
  translate(find(".cards"));

  const tiles = Object.fromEntries(Object.entries(first.tiles ?? {}).map(([index, text]) => [index, inks(text)]));
  let digits = /** @type {SampleDigits | null} */ (null);
  const loadDigits = async () => (digits ??= await sampleDigits());
  const pixelsOf = (/** @type {number} */ index) => tiles[index] ?? digits?.pixels(index) ?? null;
  const unpack = (/** @type {Record<string, Card>} */ cards) => Object.fromEntries(Object.entries(cards).map(([name, answer]) =>
    [name, /** @type {Answer} */ (answer.problem ? answer : { ...answer, pixels: inks(answer.pixels), code: floats(answer.code) })]));

  function drawCard(/** @type {string} */ name) {
    const { look, pixels, errors, neighbours } = cards[name], answer = state.answers?.[name];
    if (!answer) return;
    showProblem(look(".problem"), answer.problem ?? null);
    look(".answer").hidden = Boolean(answer.problem);
    if (answer.problem) return;
    const mark = first.yardsticks[name];
    paint(pixels, answer.pixels, { tone: "output" });
    paint(errors, answer.pixels.map((value, i) => value - state.seen[i]), { kind: "difference" });
    codeBars(look(".bars"), answer.code, mark.scale, say("code_label", { n: answer.code.length }));
    neighbours.forEach((one, k) => {
      const { canvas } = one, index = answer.neighbours[k];
      canvas.classList.toggle("other", answer.labels[k] !== answer.vote);
      if (one.index === index) return;
      const pixels = pixelsOf(index);
      if (!pixels) return;
      one.index = index;
      paint(canvas, pixels, { tone: "ink" });
      canvas.title = String(answer.labels[k]);
    });
    wordCard(name);
  }

  // What stays the same isn't set again: the browser would lay it out again.
  /** @type {(node: HTMLElement, text: string) => void} */
  function write(node, text) { if (node.textContent !== text) node.textContent = text; }

  function wordCard(/** @type {string} */ name) {
    const { card, look } = cards[name], answer = state.answers?.[name];
    write(look(".name"), say(`model.${name}`));
    card.title = say(`about.${name}`);
    if (!answer || answer.problem) return;
    const votes = answer.labels.filter((label) => label === answer.vote).length, error = fixed(answer.error);
    write(look(".kept"), say("kept", { n: answer.code.length }));
    write(look(".error b"), say("error", { error }));
    write(look(".error span"), say("usual", { usual: fixed(first.yardsticks[name].usual) }));
    write(look(".vote"), say("vote", { n: votes, digit: answer.vote }));
    look(".pixels").setAttribute("aria-label", say("pixels_label", { model: say(`model.${name}`), error }));
    look(".errors").setAttribute("aria-label", say("errors_label", { model: say(`model.${name}`), error }));
    look(".neighbours").setAttribute("aria-label", say("neighbours", { digits: answer.labels.join(", ") }));
  }

  // ---- Everything that hangs on the answers ------------------------------------------------------
  function drawStrip() {
    const name = state.pointed ?? state.card, answer = state.answers?.[name];
    for (const [other, { card, look }] of Object.entries(cards)) {
      card.classList.toggle("chosen", other === state.card);
      look(".name").setAttribute("aria-pressed", String(other === state.card));
    }
    if (!answer || answer.problem) return;
    paint(find(".strip .in canvas", HTMLCanvasElement), state.seen, { tone: "input" });
    codeBars(find(".strip .bars"), answer.code, first.yardsticks[name].scale, say("code_label", { n: answer.code.length }));
    paint(find(".strip .out canvas", HTMLCanvasElement), answer.pixels, { tone: "output" });
    find(".strip .left figcaption").textContent = say("strip.left", { n: answer.code.length });
    find(".strip .out figcaption").textContent = say("strip.out", { model: say(`model.${name}`) });
    find(".strip .arrow b").textContent = say("error", { error: fixed(answer.error) });
  }

  function drawSeen() {
    paint(find(".seen canvas", HTMLCanvasElement), state.seen, { tone: "input" });
    let left = SIDE, right = 0, top = SIDE, bottom = 0, mass = 0, x = 0, y = 0;
    state.seen.forEach((value, i) => {
      const column = i % SIDE, row = Math.floor(i / SIDE);
      mass += value; x += value * (column + 0.5); y += value * (row + 0.5);
      if (value * 255 <= 8) return;
      left = Math.min(left, column); right = Math.max(right, column + 1);
      top = Math.min(top, row); bottom = Math.max(bottom, row + 1);
    });
    const box = { x: left, y: top, width: right - left, height: bottom - top };
    for (const [key, value] of Object.entries(box)) find(".box", SVGElement).setAttribute(key, String(value));
    find(".mass", SVGElement).setAttribute("d", `M${x / mass - 1.5} ${y / mass}h3M${x / mass} ${y / mass - 1.5}v3`);
  }

  function drawVerdict() {
    if (page.classList.contains("voteless")) {
      find(".digit-name").textContent = "?";
      find(".agreed span").textContent = say("no_vote");
      find(".unlike").textContent = "";
      find(".unlike").classList.remove("true");
      return;
    }
    const answers = Object.values(state.answers ?? {}).filter((answer) => !answer.problem);
    if (!answers.length) return;
    const votes = new Array(KINDS).fill(0);
    for (const answer of answers) votes[answer.vote] += 1;
    const most = Math.max(...votes), digit = votes.indexOf(most);
    const others = votes.map((n, kind) => (n && kind !== digit ? say("others", { n, digit: kind }) : "")).filter(Boolean);
    const sentence = say(others.length ? "agreed_partly" : "agreed", { n: most, all: answers.length, others: others.join(say("comma")) });
    find(".digit-name").textContent = String(digit);
    if (find(".agreed span").textContent !== sentence) find(".agreed span").textContent = sentence;
    // Of the eight, the dense code tells letters from digits best: 15 of 16 figures, none of 10 digits.
    const strange = Boolean(state.answers?.dense32.unusual);
    find(".unlike").classList.toggle("true", strange);
    find(".unlike").textContent = say(strange ? "unlike" : "like", { digit });
  }

  // The pictures of before stay, dimmed, but nobody votes on what isn't there.
  function outdated() {
    page.classList.add("old", "voteless");
    drawVerdict();
  }

  function draw() {
    page.classList.remove("old", "voteless");
    drawSeen();
    MODELS.forEach(drawCard);
    drawStrip();
    drawVerdict();
    page.dataset.shown = String(Number(page.dataset.shown) + 1);
    performance.mark("reconstruction.shown");
  }

  const words = () => {
    MODELS.forEach(wordCard);
    const [with_, without] = first.accuracy ?? [0, 0], per = (/** @type {number} */ share) => String(Math.round(100 * share));
    find(".why").textContent = say(`why.${state.preparation}`);
    find(".effect").textContent = say("effect", { with: per(with_), without: per(without) });
    const scores = Object.entries(first.scores ?? {}).map(([name, score]) => `${name} ${fixed(score)}`).join(", ");
    find(".foot p").textContent = say("foot", { which: say(`score.${first.figure ?? "test"}`), scores });
    find(".verdict").title = say("voting");
    for (const { look } of Object.values(cards)) look(".error").title = say("error_help");
    if (state.answers) { drawStrip(); drawVerdict(); }
  };

  // ---- Asking --------------------------------------------------------------------------------------
  let blamed = "";  // whose sentence stands in `problem`: the answer's or the photo's
  let asked = 0, ended = 0, answered = 0;  // numbers of questions: the last, the last of a whole stroke, ...
  let took = 0;    // ms, the last answer's time
  let dimming = 0;  // a timer
  // Most answers come before anything dims: dimming repaints all cards.
  function busy(/** @type {boolean} */ on) {
    page.setAttribute("aria-busy", String(on));
    if (on) { dimming ||= window.setTimeout(() => page.classList.add("asking"), PATIENCE); return; }
    clearTimeout(dimming);
    dimming = 0;
    page.classList.remove("asking");
  }
  /** @type {(request: Question, done: boolean, number: number) => Promise<void>} */
  async function ask(request, done, number) {
    if (number < ended) return;  // the stroke has ended since
    if (done) ended = number;
    busy(true);
    const start = performance.now();
    try {
      const answer = await askServer(server.show_reconstructions, request);
      took = performance.now() - start;
      if (number < answered || number < ended) return;  // a newer answer is here, or the last one near
      answered = number;
      state.seen = inks(answer.seen);
      state.answers = unpack(answer.cards);
      if (blamed === "answer") showProblem(problem, null);
      draw();
      if (done && !pad.strokes.length) photo.judge(agreed(state.answers));
      if (done && !("sample" in request)) keepDrawing(state.seen);
    } catch (error) {
      outdated();
      blamed = "answer";
      showProblem(problem, error);
    } finally {
      if (number === asked) busy(false);
    }
  }
  const askLive = newest(ask);

  /** @returns {Question} */
  function question() {
    const alone = !pad.strokes.length && !pad.drawing() ? pad.tile : null;
    if (alone && state.sample !== null) return { sample: state.sample };
    // A tile alone goes as it is: enlarged for the pad and shrunk again, it would lose sharpness.
    if (alone) return { tile: toBase64(alone.map((value) => Math.round(255 * value))), preparation: state.preparation };
    return { drawing: toBase64(pad.bytes()), preparation: state.preparation };
  }

  let sent = 0, later = 0;
  function send(/** @type {boolean} */ done) {
    clearTimeout(later);
    // Half of the time is left to others, and to the question at the stroke's end.
    const wait = done ? 0 : sent + Math.max(LIVE_PAUSE, 2 * took) - performance.now();
    if (wait > 0) { later = window.setTimeout(() => send(false), wait); return; }
    sent = performance.now();
    if (first.problem) return;
    if (pad.empty()) {
      asked = answered = ended = asked + 1;  // what is still under way comes too late
      busy(false);
      outdated();
      return;
    }
    asked += 1;
    // The end of a stroke doesn't wait for answers to its beginning.
    (done ? ask : askLive)(question(), done, asked);
  }

  // Models and the other digits' pictures wake while the pointer is still on its way to the pad.
  let woken = false;
  function wake() {
    if (woken || !first.tiles) return;
    woken = true;
    askServer(server.show_reconstructions, { sample: first.digit }).catch(() => {});
    loadDigits().then(() => { if (state.answers) MODELS.forEach(drawCard); });
  }

  // ---- The pad and what may lie on it ---------------------------------------------------------------
  let drawing = false, samples = /** @type {{ button: HTMLButtonElement, index: number }[]} */ ([]);  // one a digit
  const pad = drawingPad(find(".pad canvas", HTMLCanvasElement), props.pad, (done) => {
    if (done || !drawing) { showProblem(problem, null); controls(); }  // not at each move of the pen
    drawing = !done;
    if (done) link();
    wake();
    send(done);
  });
  const tile = (/** @type {number} */ index) => ({ tile: pixelsOf(index), name: index, example: true });
  const put = (/** @type {Partial<Content>} */ content) => pad.set(content);
  const pick = async (/** @type {number} */ index) => { if (!tiles[index]) await loadDigits(); put(tile(index)); };

  function controls() {
    state.sample = typeof pad.name === "number" ? pad.name : null;
    find(".hint").hidden = !pad.empty();
    undo.disabled = !pad.canUndo();
    clear.disabled = pad.empty();
    for (const { button, index } of samples) button.setAttribute("aria-pressed", String(index === state.sample));
    const lost = pad.name === "photo" ? "photo" : pad.text() === null ? "long" : null;
    find(".unlinked").hidden = !lost;
    if (lost) find(".unlinked").textContent = say(`unlinked.${lost}`);
    photo.draw();
  }

  function link() {
    const strokes = pad.text();
    pageLink.set(TAB, {
      digit: typeof pad.name === "number" && (strokes || pad.name !== first.digit) ? pad.name : null,
      strokes: strokes || null,
      blank: pad.empty() ? 1 : null,
      preparation: state.preparation === "on" ? null : "off",
      show: state.show === "pixels" ? null : state.show,
      card: state.card === USUAL ? null : state.card,
    });
  }

  let row = 1;
  function drawRow(/** @type {number[]} */ indices) {
    samples = indices.map((index, kind) => {
      const picture = make("canvas"), pixels = pixelsOf(index);
      const button = Object.assign(make("button", "", picture), { type: "button", onclick: () => pick(index) });
      button.dataset.index = String(index);
      button.setAttribute("aria-label", say("sample", { digit: kind }));
      if (pixels) paint(picture, pixels, { tone: "ink" });
      return { button, index };
    });
    find(".digits").replaceChildren(...samples.map(({ button }) => button));
    controls();
  }
  find(".more").onclick = async () => {
    const { labels } = await loadDigits(), counts = new Array(KINDS).fill(0), chosen = new Array(KINDS).fill(0);
    row = (row + 1) % 400;
    labels.forEach((kind, index) => { if (counts[kind]++ === row) chosen[kind] = index; });
    drawRow(chosen);
  };

  // ---- Pictures from elsewhere -----------------------------------------------------------------------
  const photo = photoPanel(element, { pad, say, read: readPhoto });

  /** @type {(photo: Partial<Photo> & { file: string }, box: Box | null) => Promise<void>} */
  async function readPhoto({ file, picture, open = false }, box) {
    blamed = "photo";
    busy(true);
    try {
      const answer = await askServer(server.read_photo, { file, box });
      const laid = { tile: inks(answer.seen), name: "photo" };
      // A box changes what was found, not the picture that it is drawn on.
      photo.keep(laid.tile, { ...answer, file, box, picture: (box && picture) || answer.picture, open: Boolean(open || answer.doubt) });
      put(laid);
    } catch (error) {
      busy(false);
      blamed = "photo";
      showProblem(problem, error);
    }
  }
  async function takePhoto(/** @type {File | undefined} */ file) {
    blamed = "photo";
    if (!file) { showProblem(problem, `${TAB}.no_file`); return; }
    busy(true);
    await readPhoto({ file: await pictureFile(file) }, null);
  }
  takePictures(TAB, { input: find("input[type=file]", HTMLInputElement), target: find(".pad"), take: takePhoto });

  // Do so many models agree that a photo's ink was probably found?
  function agreed(/** @type {Record<string, Answer>} */ answers) {
    const votes = Object.values(answers).filter((answer) => !answer.problem).map((answer) => answer.vote);
    const most = Math.max(...votes.map((vote) => votes.filter((other) => other === vote).length));
    return most >= props.agreeing * votes.length && !answers.dense32.unusual;
  }

  // ---- Controls ----------------------------------------------------------------------------------------
  function choose(/** @type {string} */ name) { state.card = name; drawStrip(); link(); }
  function point(/** @type {string | null} */ name) { state.pointed = name; drawStrip(); }
  function prepare(/** @type {string} */ value) {
    state.preparation = value;
    find(".skip").setAttribute("aria-pressed", String(value === "off"));
    words();
    link();
  }
  function show(/** @type {string} */ value) {
    state.show = page.dataset.view = value;
    for (const button of shows)
      button.setAttribute("aria-pressed", String(button.dataset.show === value));
  }
  undo.onclick = () => pad.undo();
  clear.onclick = () => pad.clear();
  find(".skip").onclick = () => { prepare(state.preparation === "on" ? "off" : "on"); send(true); };
  for (const button of shows) button.onclick = () => { show(button.dataset.show ?? ""); link(); };
  find(".entry").addEventListener("pointerenter", wake);
  page.addEventListener("focusin", wake);
  listen("lang", () => { words(); controls(); });

  // ---- The first view ------------------------------------------------------------------------------------
  async function start() {
    if (first.problem) {  // without the stored example there is nothing to hold an answer against
      showProblem(problem, first.problem);
      find(".answers").hidden = true;
      return;
    }
    const given = (/** @type {string} */ name, fallback = "") => pageLink.read(TAB, name, fallback);
    if (MODELS.includes(given("card", ""))) state.card = given("card");
    show(given("show", "") === "errors" ? "errors" : "pixels");
    prepare(given("preparation", "") === "off" ? "off" : "on");
    state.seen = pixelsOf(first.digit) ?? state.seen;
    state.answers = unpack(first.cards);
    drawRow(first.row);

    const strokes = pad.read(given("strokes", ""));
    const wanted = Math.round(pageLink.number(TAB, "digit", -1, 0, 4999)), blank = given("blank", "") === "1";
    if (!strokes.length && !blank && (wanted === -1 || wanted === first.digit)) {
      pad.open(tile(first.digit));
      controls();
      draw();
      words();
    } else {
      if (wanted >= 0 && !tiles[wanted]) await loadDigits();
      pad.open({ ...(wanted < 0 ? {} : tile(wanted)), strokes, ...(strokes.length ? { example: false } : {}) });
      controls();
      draw();
      outdated();
      wake();
      send(true);
    }
    link();
  }
  whenShown(TAB, start, () => pad.show());
}
