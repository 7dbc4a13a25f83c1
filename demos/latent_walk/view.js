// The latent walk. One state, `s`; every control changes it and calls what depends on it.

/** @import { Mounted, Values } from "../common/views/types" */
/** @import { SampleDigits } from "../common/views/digits.js" */
/** @import { Digit, Each, Film, Plane, Props, Server, Split, Summary, Walk } from "./types" */
import { askServer, newest, showProblem } from "../common/views/asking.js";
import { decoder } from "../common/views/decoder.js";
import { codeBars, lastDrawing, paint, sampleDigits } from "../common/views/digits.js";
import { find as findIn, finder, make } from "../common/views/elements.js";
import { listen } from "../common/views/events.js";
import { framePage, pageOpens, pageSections, whenShown } from "../common/views/frame.js";
import { lang, textOf, translate } from "../common/views/language.js";
import { boundedChoice, digitReel, digitSheet } from "./parts.js";
import { pageLink, tabNow } from "../common/views/links.js";
import { latentPlane, planeColour } from "./plane.js";
import { minus } from "../common/views/scales.js";
import { bytesOf, floats, halves, inks, toBase64 } from "../common/views/wire.js";

/** @param {Mounted<Props, Server>} page */
export async function mount({ element, props, server }) {
  await pageOpens("latent_walk");
  const TAB = "latent_walk";
  /** @type {(key: string, values?: Values) => string} */
  const say = (key, values) => textOf(`${TAB}.${key}`, values);
  const find = finder(element);
  const every = (/** @type {string} */ selector) => [...element.querySelectorAll("button")].filter((button) => button.matches(selector));
  /** @type {(value: number, low: number, high: number) => number} */
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

  const article = find(".page"), [inPicture, outPicture, bigPicture, livePicture] = [".strip .in canvas", ".strip .out canvas", ".big", ".live"].map((one) => find(one, HTMLCanvasElement));
  const inputs = { steps: find(".steps", HTMLInputElement), frame: find(".frame", HTMLInputElement), seed: find(".seed", HTMLInputElement) };
  const MODELS = ["ae3", "vae2", "vae16"], SHEETS = ["vae16", "vae2", "ae3"];
  const SPLITS = ["vae2-beta0", "vae2-beta1", "vae2-beta4", "vae16"];
  const ZOOMS = ["1.5", "3", "6", "fit"];
  const START = { beta: 1, z: [0.3, 0.6], zoom: "3", a: 511, b: 316, steps: 12, mode: "linear", frame: 1, seed: 1 };

  // A walk's ends are sample digits by their numbers, or the drawing of the first page.
  /** @typedef {number | "drawing"} End */
  /** @type {Omit<typeof START, "a" | "b"> & { a: End, b: End, map: boolean, cloud: boolean }} */
  const s = { ...START, map: true, cloud: true };
  const planes = /** @type {Record<number, Plane>} */ ({});  // by beta, once they are here
  /** @type {SampleDigits} */
  let digits;  // come before anything is drawn
  let summaries = /** @type {Each<Summary> | null} */ (null), splits = /** @type {Each<Split> | null} */ (null);
  let walks = /** @type {{ films: Record<string, Walk>, steps: number, beta: number, of: "drawing" | "sample" } | null} */ (null);
  let nearest = -1, playing = 0, drawn = false;
  const reels = /** @type {Record<string, ReturnType<typeof digitReel>>} */ ({}), bounds = /** @type {Record<string, ReturnType<typeof boundedChoice>>} */ ({});

  // ---- The plane: everything below happens in the browser --------------------------------------------
  const plane = latentPlane(find(".pad canvas", HTMLCanvasElement), { onmove: (z) => { stop(); go(z); } });

  const windowOf = () => (s.zoom !== "fit" ? { x: 0, y: 0, half: Number(s.zoom) } : planes[s.beta]?.all ?? { x: 0, y: 0, half: 3 });
  // The square that holds all codes but the outermost in a thousand, on each side.
  const around = (/** @type {Float32Array} */ codes) => {
    const edges = [0, 1].map((axis) => {
      const values = codes.filter((_, k) => k % 2 === axis).sort(), out = Math.floor(values.length / 1000);
      return [values[out], values[values.length - 1 - out]];
    });
    return { x: (edges[0][0] + edges[0][1]) / 2, y: (edges[1][0] + edges[1][1]) / 2, half: 0.54 * Math.max(...edges.map(([low, high]) => high - low)) };
  };
  const findNearest = (/** @type {number[]} */ z) => {
    const { codes } = planes[s.beta];
    let best = -1, least = Infinity;
    for (let k = 0; k < codes.length; k += 2) {
      const far = (codes[k] - z[0]) ** 2 + (codes[k + 1] - z[1]) ** 2;
      if (far < least) { least = far; best = k / 2; }
    }
    return [best, Math.sqrt(least)];
  };

  let asked = 0, said = 0;
  function go(/** @type {Iterable<number>} */ z) {                    // decode the newest place at the next frame, never an older one
    s.z = [...z];
    asked ||= requestAnimationFrame(decodeNow);
  }
  function decodeNow() {
    asked = 0;
    if (!planes[s.beta]) return;
    const pixels = planes[s.beta].decode(s.z);
    paint(bigPicture, pixels, { tone: "output" });
    if (livePicture.offsetParent) paint(livePicture, pixels, { tone: "output" });  // a phone's, beside the pad
    article.dataset.frames = String(Number(article.dataset.frames) + 1);
    plane.show({ point: s.z });
    describePlace();
    clearTimeout(said);               // the address and the spoken text can wait for the hand to rest
    said = window.setTimeout(() => {
      bigPicture.setAttribute("aria-label", `${find(".place").textContent}. ${find(".which").textContent}`);
      keepLink();
    }, 250);
  }
  function describePlace() {
    const [z1, z2] = s.z, far = Math.hypot(z1, z2);
    find(".place").textContent = say("place", { z1: minus(z1), z2: minus(z2) });
    const density = Math.exp(-far * far / 2) / (2 * Math.PI);
    const share = 100 * Math.exp(-far * far / 2);
    find(".density").textContent = say("density", { density: density < 0.001 ? "< 0.001" : density.toFixed(3), far: far.toFixed(1), share: share < 0.1 ? "< 0.1" : Number(share.toPrecision(2)) });
    const [found, gap] = findNearest(s.z);
    if (found !== nearest) paint(find(".nearest canvas", HTMLCanvasElement), digits.pixels(found), { tone: "input" });
    nearest = found;
    find(".which").textContent = say("nearest", { label: digits.labels[found], distance: gap.toFixed(2) });
  }

  async function showPlane() {
    const beta = s.beta, box = find(".chart");
    press(".betas button", (button) => Number(button.dataset.beta) === beta);
    if (!planes[beta]) {
      box.classList.toggle("asking", true);
      try {
        const answer = await askServer(server.show_plane, { beta });
        const codes = halves(answer.codes);
        planes[beta] = { codes, all: around(codes), decode: decoder(answer.decoder), score: answer.score, widths: [2, ...answer.decoder.layers.map((layer) => layer.n_out)] };
      } catch (problem) {
        showProblem(find(".chart .problem"), problem);
        return;
      } finally { box.classList.toggle("asking", false); }
      if (beta !== s.beta) return;    // another one was chosen meanwhile
    }
    showProblem(find(".chart .problem"), null);
    nearest = -1;
    plane.set({ ...planes[beta], labels: digits.labels, key: `beta${beta}` });
    plane.look(windowOf());
    go(s.z);
    showStrip();
    describe();
  }
  async function showSummaries() {
    try {
      summaries = (await askServer(server.show_summaries, {})).summaries;
      describe();
    } catch (problem) { showProblem(find(".chart .problem"), problem); }
  }

  // ---- The two digits ------------------------------------------------------------------------------------
  // The learner's own, where there is one by now.
  const pixelsOf = (/** @type {End} */ digit) => (digit === "drawing" ? lastDrawing ?? new Float32Array(784) : digits.pixels(digit));
  /** @type {(digit: End) => Digit} */
  const onWire = (digit) => (digit === "drawing"
    ? { drawing: toBase64(Uint8Array.from(pixelsOf(digit), (ink) => Math.round(255 * ink))) } : { sample: digit });
  const nameOf = (/** @type {End} */ digit) => (digit === "drawing" ? say("your_drawing") : say("sample", { label: digits.labels[digit], index: digit }));
  /** @type {(label: number, now: End) => number} */
  const another = (label, now) => {   // the next sample digit with this label
    for (let k = 1; k <= digits.labels.length; k++) {
      const index = ((now === "drawing" ? -1 : now) + k) % digits.labels.length;
      if (digits.labels[index] === label) return index;
    }
    return 0;  // there are some of each
  };
  const ENDS = /** @type {const} */ (["a", "b"]);
  /** @type {(end: "a" | "b", digit: End) => void} */
  function take(end, digit) {
    s[end] = digit;
    keepLink();
    showEnds();
    renewWalk();
    if (end === "a") { showStrip(); sections.renew("bound"); }
  }
  function takeDrawing() {            // drawn anew on the first page since this one was last seen
    if (!digits || !drawn) return;
    drawn = false;
    for (const end of ENDS) if (s[end] === "drawing") take(end, lastDrawing ? "drawing" : START[end]);
    showEnds();
  }
  function showEnds() {
    for (const end of ENDS) {
      const digit = s[end];
      paint(find(`.chooser.${end} canvas`, HTMLCanvasElement), pixelsOf(s[end]), { tone: "input" });
      find(`.chooser.${end} .name`).textContent = nameOf(s[end]);
      find(`.chooser.${end} .own`, HTMLButtonElement).disabled = !lastDrawing;
      press(`.chooser.${end} .choices button`, (_, label) => digit !== "drawing" && digits.labels[digit] === label);
    }
  }
  function showStrip() {
    const plane = planes[s.beta], walk = filmOf("vae2");
    const code = s.a !== "drawing" ? plane && [...plane.codes.subarray(2 * s.a, 2 * s.a + 2)]
      : walk && walks?.of === "drawing" && walks.beta === s.beta ? [...walk.codes.subarray(0, 2)] : null;
    const pixels = pixelsOf(s.a);
    paint(inPicture, pixels, { tone: "input" });
    find(".strip .in figcaption").textContent = say("strip.in", { name: s.a === "drawing" ? say("your_drawing") : digits.labels[s.a] });
    find(".strip .out figcaption").textContent = say("strip.out", { beta: s.beta });
    if (!code || !plane) return;
    const back = plane.decode(code);
    paint(outPicture, back, { tone: "output" });
    find(".strip .left figcaption").textContent = say("strip.left", { z1: minus(code[0]), z2: minus(code[1]) });
    codeBars(find(".strip .bars"), code, Math.max(3, plane.all.half / 2), find(".strip .left figcaption").textContent ?? "");
    find(".strip .arrow b").textContent = say("error", { error: (pixels.reduce((sum, ink, k) => sum + (ink - back[k]) ** 2, 0) / 784).toFixed(3) });
  }

  // ---- Between them -------------------------------------------------------------------------------------
  const askWalk = newest(async () => {
    const asking = { start: onWire(s.a), end: onWire(s.b), steps: s.steps, mode: s.mode, beta: s.beta };
    find(".reels").classList.add("waiting");
    try {
      const answer = await askServer(server.show_walk, asking);
      const films = /** @type {Record<string, Walk>} */ ({});
      for (const [name, walk] of Object.entries(answer.walks)) {
        if (walk.problem) { films[name] = walk; continue; }
        const codes = floats(walk.codes), bytes = bytesOf(walk.frames), n = codes.length / asking.steps;
        const at = (/** @type {number} */ k) => Float32Array.from(bytes.subarray(784 * k, 784 * (k + 1)), (byte) => byte / 255);
        const rows = Array.from({ length: asking.steps }, (_, k) => codes.subarray(k * n, (k + 1) * n));
        films[name] = { codes, rows, frames: rows.map((_, k) => at(k)), lengths: rows.map((row) => Math.hypot(...row)) };
      }
      walks = { films, steps: asking.steps, beta: asking.beta, of: "drawing" in asking.start ? "drawing" : "sample" };
      showProblem(find(".film .problem"), null);
      showStrip();
      sections.renew("between", showWalk);
    } catch (problem) { showProblem(find(".film .problem"), problem); } finally { find(".reels").classList.remove("waiting"); }
  });
  /** @type {(model: string) => Film | null} */
  const filmOf = (model) => { const walk = walks?.films[model]; return walk && !walk.problem ? walk : null; };
  function showWalk() {
    if (!walks) return;
    s.frame = clamp(s.frame, 1, walks.steps);
    for (const name of MODELS) reels[name].show(walks.films[name]);
    const rows = filmOf("vae2")?.rows;
    plane.show({ path: rows ? rows.map((row) => [...row]) : null, ends: rows ? { A: rows[0], B: rows[rows.length - 1] } : {} });
    showStrip();
    showFrame();
  }
  function showFrame(moves = false) {
    if (!walks) return;
    const k = s.frame - 1;
    for (const name of MODELS) reels[name].turn(k);
    Object.assign(inputs.frame, { max: String(walks.steps), value: String(s.frame) });
    find(".frame-name").textContent = say("frame", { frame: s.frame, steps: walks.steps });
    const film = filmOf("vae2");
    if (moves && film) go(film.rows[k]);
  }
  function setFrame(/** @type {number} */ frame) {
    s.frame = clamp(Math.round(frame), 1, s.steps);
    showFrame(true);
    keepLink();
  }
  function play() {                   // there and back, about two seconds each way
    if (playing) { stop(); return; }
    let direction = s.frame >= s.steps ? -1 : 1;
    playing = window.setInterval(() => {
      if (tabNow !== TAB || !sections.isOpen("between")) { stop(); return; }
      if (s.frame + direction > s.steps || s.frame + direction < 1) direction = -direction;
      setFrame(s.frame + direction);
    }, clamp(2000 / s.steps, 70, 400));
    namePlay();
  }
  function stop() { clearInterval(playing); playing = 0; namePlay(); }
  function namePlay() {
    find(".play").dataset.i18n = `${TAB}.${playing ? "pause" : "play"}`;
    find(".play").textContent = say(playing ? "pause" : "play");
  }

  // ---- Draws, and the bound ----------------------------------------------------------------------------------
  const askDraws = newest(async () => {
    find(".sheets").classList.add("waiting");
    try {
      const { draws } = await askServer(server.show_draws, { seed: s.seed, beta: s.beta });
      showProblem(find(".prior .problem"), null);
      for (const name of SHEETS) {
        const sheet = find(`.sheet.${name}`), canvas = findIn(sheet, "canvas", HTMLCanvasElement), drawn = draws[name];
        showProblem(findIn(sheet, ".problem"), drawn.problem);
        canvas.hidden = Boolean(drawn.problem);
        if (!drawn.problem) digitSheet(canvas, bytesOf(drawn.pixels));
      }
    } catch (problem) { showProblem(find(".prior .problem"), problem); } finally { find(".sheets").classList.remove("waiting"); }
  });
  const askSplits = newest(async () => {
    find(".splits").classList.add("waiting");
    try {
      splits = (await askServer(server.show_elbo, { digit: onWire(s.a), seed: s.seed })).splits;
      showProblem(find(".bound .problem"), null);
      showSplits();
    } catch (problem) { showProblem(find(".bound .problem"), problem); } finally { find(".splits").classList.remove("waiting"); }
  });
  function showSplits() {
    if (!splits) return;
    const all = splits, one = (/** @type {string} */ name) => { const split = all[name]; return split.problem ? [] : [split]; };
    const [whole] = SPLITS.flatMap(one);
    // One scale for all four, so that bars can be compared. It is that of the models with a prior:
    // without one (beta = 0) nothing holds KL back.
    const held = SPLITS.slice(1).flatMap(one);
    const scales = {
      most: 1.15 * Math.max(1, ...held.map((split) => split.reconstruction + split.kl)),
      widest: Math.max(0.1, ...held.flatMap((split) => split.kl_per_dimension)),
    };
    for (const name of SPLITS) bounds[name](all[name], scales);
    if (whole) paint(find(".drawn canvas", HTMLCanvasElement), inks(whole.ink), { tone: "input" });
    find(".how").textContent = say("how", { name: nameOf(s.a), n: props.n_draws, seed: s.seed });
  }

  // ---- Words, controls, link -----------------------------------------------------------------------------------
  /** @type {(selector: string, test: (button: HTMLButtonElement, k: number) => boolean) => void} */
  const press = (selector, test) => every(selector).forEach((button, k) => button.setAttribute("aria-pressed", String(test(button, k))));
  /** @type {(holder: string, text: string, data: Record<string, string | number>, onclick: () => void) => void} */
  const option = (holder, text, data, onclick) => {
    const button = make("button", { type: "button", ...data });
    button.textContent = text;
    button.onclick = onclick;
    find(holder).append(button);
  };
  const layerOf = (/** @type {HTMLButtonElement} */ button) => (button.dataset.layer === "map" ? "map" : "cloud");
  function describe() {               // every text that isn't a plain key
    if (!digits) return;
    every(".zooms button").forEach((button) => { button.textContent = button.dataset.zoom === "fit" ? say("fit") : `±${button.dataset.zoom}`; });
    press(".zooms button", (button) => button.dataset.zoom === s.zoom);
    press(".layers button", (button) => s[layerOf(button)]);
    press(".modes button", (button) => button.dataset.mode === s.mode);
    const { x, y, half } = windowOf();
    find(".axes").textContent = say("axes", { low1: minus(x - half, 1), high1: minus(x + half, 1), low2: minus(y - half, 1), high2: minus(y + half, 1) });
    find(".keys").replaceChildren(...Array.from({ length: 10 }, (_, label) => {
      const dot = make("i");
      dot.style.background = planeColour(label);
      return make("span", {}, dot, String(label));
    }));
    find("tbody").replaceChildren(...props.betas.map((beta) => {
      const row = make("tr", beta === s.beta ? { class: "now" } : {}, make("td", {}, String(beta))), sum = summaries?.[beta];
      if (sum?.problem) row.append(make("td", { colspan: 5, class: "trouble" }, sum.problem[lang]));
      else for (const cell of sum ? [sum.mean_kl.toFixed(1), `${(100 * sum.within[1]).toFixed(0)}%`, sum.radius.toFixed(2), sum.deviation < 0.0005 ? "< 0.001" : sum.deviation.toFixed(3), sum.error.toFixed(4)] : Array(5).fill("…")) row.append(make("td", {}, cell));
      return row;
    }), make("tr", { class: "norm" }, ...[say("norm"), "0", "86%", "1.00", "1.000", "–"].map((cell) => make("td", {}, cell))));
    find(".steps-name").textContent = say("steps", { steps: s.steps });
    for (const name of MODELS) reels[name].name(say(`reel.${name}`, { beta: s.beta }));
    for (const name of SHEETS) {
      const caption = find(`.sheet.${name} figcaption`);
      caption.replaceChildren(make("b", {}, say(`sheet.${name}.name`, { beta: s.beta })), make("small", {}, say(`sheet.${name}.note`)));
      find(`.sheet.${name} canvas`).setAttribute("aria-label", caption.textContent);
    }
    if (planes[s.beta]) describePlace();
    const foot = find(".foot p"), score = planes[s.beta]?.score ?? /** @type {Record<string, number>} */ ({}), key = ["test_elbo_nats", "test_elbo_binarised", "validation_elbo_nats"].find((name) => name in score);
    foot.removeAttribute("data-i18n");
    foot.textContent = say("foot", { beta: s.beta, widths: planes[s.beta]?.widths.join("-") ?? "…", elbo: key ? minus(score[key], 1) : "…", digits: say(key?.startsWith("test") ? "on_test" : "on_validation") });
    showEnds();
    showStrip();
    showFrame();
    showSplits();
  }
  function keepLink() {
    pageLink.set(TAB, { beta: s.beta, z: s.z.map((value) => value.toFixed(3)).join(","), zoom: s.zoom, a: s.a, b: s.b, steps: s.steps, mode: s.mode, frame: s.frame, seed: s.seed, map: s.map ? null : 0, cloud: s.cloud ? null : 0 });
  }
  function readLink() {
    /** @type {(name: "steps" | "frame" | "seed" | "a" | "b", low: number, high: number) => number} */
    const whole = (name, low, high) => Math.round(pageLink.number(TAB, name, Number(s[name]), low, high));
    /** @type {(name: "beta" | "zoom" | "mode", allowed: string[]) => string} */
    const one = (name, allowed) => { const value = pageLink.read(TAB, name, String(s[name])); return allowed.includes(value) ? value : String(s[name]); };
    s.beta = Number(one("beta", props.betas.map(String)));
    s.zoom = one("zoom", ZOOMS);
    s.mode = one("mode", ["linear", "slerp"]);
    s.steps = whole("steps", 2, 32);
    s.frame = whole("frame", 1, s.steps);
    s.seed = whole("seed", 0, props.max_seed);
    for (const end of ENDS)
      s[end] = pageLink.read(TAB, end, "") === "drawing" && lastDrawing ? "drawing" : whole(end, 0, digits.labels.length - 1);
    const z = pageLink.read(TAB, "z", "").split(",").map(Number.parseFloat);
    if (z.length === 2 && z.every(Number.isFinite)) s.z = z.map((value) => clamp(value, -1000, 1000));
    for (const layer of /** @type {const} */ (["map", "cloud"])) s[layer] = pageLink.read(TAB, layer, "1") !== "0";
  }
  function setBeta(/** @type {number} */ beta) { stop(); s.beta = beta; keepLink(); describe(); showPlane(); renewWalk(); sections.renew("prior"); }
  function setZoom(/** @type {string} */ zoom) { s.zoom = zoom; keepLink(); plane.look(windowOf()); describe(); }
  function setSeed(/** @type {number} */ seed) {
    s.seed = Number.isFinite(seed) ? clamp(Math.round(seed), 0, props.max_seed) : s.seed;
    inputs.seed.value = String(s.seed);
    keepLink();
    for (const name of ["prior", "bound"]) sections.renew(name);
  }
  function setMode(/** @type {string} */ mode) { s.mode = mode; keepLink(); describe(); renewWalk(); }

  function build() {
    for (const beta of props.betas) option(".betas", String(beta), { "data-beta": beta }, () => setBeta(beta));
    for (const zoom of ZOOMS) option(".zooms", "", { "data-zoom": zoom }, () => setZoom(zoom));
    for (const button of every(".layers button")) button.onclick = () => {
      s[layerOf(button)] = !s[layerOf(button)];
      plane.show({ map: s.map, cloud: s.cloud });
      keepLink();
      describe();
    };
    for (const button of every(".modes button")) button.onclick = () => setMode(button.dataset.mode ?? START.mode);
    for (const button of every("[data-take]")) button.onclick = () => {
      if (nearest < 0) return;
      take(button.dataset.take === "b" ? "b" : "a", nearest);
      sections.open("between");
    };
    for (const end of ENDS) {
      find(".choosers").append(make("div", { class: `chooser ${end}` }, make("canvas", { class: "digit" }), make("div", {},
        make("p", {}, make("b", {}, `${end.toUpperCase()}: `), make("span", { class: "name number" })),
        make("span", { class: "choices", role: "group", "data-i18n-label": `${TAB}.choose_${end}` }),
        make("button", { type: "button", class: "own", "data-i18n": `${TAB}.own` }))));
      for (let label = 0; label < 10; label++) option(`.chooser.${end} .choices`, String(label), {}, () => take(end, another(label, s[end])));
      find(`.chooser.${end} .own`).onclick = () => take(end, "drawing");
    }
    for (const name of MODELS) reels[name] = digitReel(find(".reels"), name, (k) => { stop(); setFrame(k + 1); });
    for (const name of SHEETS) find(".sheets").append(make("figure", { class: `sheet ${name}` }, make("figcaption"), make("p", { class: "problem", hidden: "" }), make("canvas", { class: "digit", role: "img" })));
    find(".sheets").append(make("p", { class: "moral", "data-i18n": `${TAB}.prior_moral` }));
    for (const name of SPLITS) bounds[name] = boundedChoice(find(".splits"), name);
    inputs.steps.value = String(s.steps);
    inputs.steps.oninput = () => { stop(); s.steps = Number(inputs.steps.value); keepLink(); find(".steps-name").textContent = say("steps", { steps: s.steps }); renewWalk(); };
    inputs.frame.oninput = () => { stop(); setFrame(Number(inputs.frame.value)); };
    find(".play").onclick = play;
    inputs.seed.value = String(s.seed);
    inputs.seed.onchange = () => setSeed(Number.parseFloat(inputs.seed.value));
    find(".dice").onclick = () => setSeed(Math.floor(Math.random() * 10000));
    translate(element);
  }

  // What the answers set the instrument to.
  const proofs = {
    1: () => { setBeta(0); setZoom("fit"); setSeed(1); sections.open("prior"); },
    2: () => { setBeta(4); setZoom("3"); },
    3: () => { setMode("slerp"); sections.open("between"); },
  };
  framePage(element, TAB, { lights: { 1: ".pad", 2: ".compare table", 3: ".reels" }, proofs });
  const sections = pageSections(element, TAB, {
    between: { show: askWalk, owns: { b: START.b, steps: START.steps, mode: START.mode, frame: START.frame } },
    prior: { show: askDraws, owns: { seed: START.seed } },
    bound: { show: askSplits, owns: { seed: START.seed } },
  });
  // The strip has the code of a drawing from the walk that begins there.
  const renewWalk = () => (s.a === "drawing" ? askWalk() : sections.renew("between"));
  // Each answer has a button that leads to what it has set.
  [() => sections.lead("prior"), () => find(".instrument").scrollIntoView(), () => sections.lead("between")].forEach((go, k) => {
    const button = make("button", { type: "button", class: "quiet", "data-i18n": `${TAB}.look` });
    button.onclick = go;
    element.querySelectorAll(".predict .answer")[k].append(button);
  });
  whenShown(TAB, async () => {
    digits = await sampleDigits();
    readLink();
    build();
    listen("lang", describe);
    listen("theme", describe);
    listen("drawing", () => { drawn = true; if (tabNow === TAB) takeDrawing(); });
    let width = element.clientWidth;  // films and sheets are laid out for it
    new ResizeObserver(() => {
      if (!element.clientWidth || width === element.clientWidth) return;
      width = element.clientWidth;
      if (walks) sections.renew("between", showWalk);
      sections.renew("prior", () => { for (const canvas of find(".sheets").querySelectorAll("canvas")) canvas.repaint?.(); });
    }).observe(element);
    plane.show({ map: s.map, cloud: s.cloud, point: s.z });
    plane.look(windowOf());
    keepLink();
    describe();
    await showPlane();
    await Promise.all([sections.begin(), s.a === "drawing" && askWalk(), showSummaries()]);
    article.dataset.ready = "1";
  }, takeDrawing);
}
