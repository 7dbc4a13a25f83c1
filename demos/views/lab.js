// What every page of the lab shares: language, links, messages, pictures of digits, and the
// decoders that run in the browser. One global, `lab`; no library, no build step.
// The server writes `lab.texts` (key -> {en, zh}), `lab.files` (name -> address) before this runs.
{
  const lab = window.lab;
  const query = new URLSearchParams(location.search);

  // ---- Language -------------------------------------------------------------------------------
  const LANGUAGES = ["en", "zh"];
  const remembered = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private mode */ } };
  const spoken = (tag) => (tag || "").toLowerCase().startsWith("zh") ? "zh" : "en";

  lab.lang = [query.get("lang"), remembered("lab.lang"), spoken(navigator.language)].find((one) => LANGUAGES.includes(one));

  // The sentence for a key; `values` fill its {placeholders}.
  const filled = (key, values, language) => {
    const entry = lab.texts[key];
    if (!entry) { console.error(`no text for ${key}`); return key; }
    return entry[language].replace(/\{(\w+)\}/g, (whole, name) => values[name]?.[language] ?? values[name] ?? whole);
  };
  lab.t = (key, values = {}) => filled(key, values, lab.lang);
  // The same in every language, for `lab.problem`; a value may be {en, zh}, too.
  lab.sentence = (key, values = {}) => Object.fromEntries(LANGUAGES.map((language) => [language, filled(key, values, language)]));

  // Fill [data-i18n] (text), [data-i18n-label] (aria-label, title), [data-i18n-placeholder].
  lab.translate = (root = document) => {
    for (const node of root.querySelectorAll("[data-i18n]")) node.textContent = lab.t(node.dataset.i18n);
    for (const node of root.querySelectorAll("[data-i18n-label]")) {
      node.setAttribute("aria-label", lab.t(node.dataset.i18nLabel));
      node.title = lab.t(node.dataset.i18nLabel);
    }
    for (const node of root.querySelectorAll("[data-i18n-placeholder]"))
      node.placeholder = lab.t(node.dataset.i18nPlaceholder);
  };

  const listeners = { lang: [], tab: [], theme: [], drawing: [] };
  lab.on = (event, listener) => listeners[event].push(listener);
  lab.tell = (event, detail) => { for (const listener of listeners[event]) listener(detail); };

  lab.speak = (language) => {
    lab.lang = language;
    remember("lab.lang", language);
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = lab.t("shell.title");
    lab.translate();
    for (const node of document.querySelectorAll("[data-problem]")) node.textContent = node.problem[lab.lang];
    lab.tell("lang", language);
    lab.link.write();
  };

  lab.copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {  // no clipboard in a frame, or over plain http: the old way
      const field = document.body.appendChild(document.createElement("textarea"));
      field.value = text;
      field.select();
      document.execCommand("copy");
      field.remove();
    }
  };

  // ---- Colours ----------------------------------------------------------------------------------
  // The value of a CSS variable now, for canvases: lab.colour("code").
  const colours = {};  // asking the style sheet between two changes of the page lays it out anew
  lab.colour = (name) => (colours[`${name} ${lab.dark()}`] ||=
    getComputedStyle(document.body).getPropertyValue(`--${name}`).trim());
  lab.still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  // ---- Asking the server --------------------------------------------------------------------------
  // Resolves to the answer; rejects with {en, zh} where the lab has a sentence for what went wrong.
  lab.ask = async (handler, request) => {
    let answer;
    try {
      answer = await handler(request);  // Gradio's client warns of a failure, and resolves to undefined
    } catch (failure) { console.warn(failure); }
    if (!answer) throw Object.assign(new Error("no answer"), lab.texts["errors.server"]);
    if (answer.error) throw Object.assign(new Error(answer.error.key), answer.error);  // {key, en, zh}
    return answer;
  };
  // Show a rejected answer (or a text key) in a message element; null clears it.
  lab.problem = (node, problem) => {
    const sentence = typeof problem === "string" ? lab.texts[problem] : problem;
    if (sentence && !sentence.en) throw problem;  // a bug, not a message
    node.hidden = !sentence;
    node.problem = sentence;
    node.toggleAttribute("data-problem", Boolean(sentence));
    node.setAttribute("role", "alert");
    node.textContent = sentence ? sentence[lab.lang] : "";
  };
  // A sentence that no part of the page has taken is shown at its top.
  lab.alarm = (problem) => {
    const page = document.querySelector(`#${lab.tab} .page`);
    if (!page) return;
    if (!page.querySelector(":scope > .alarm")) page.prepend(Object.assign(document.createElement("p"), { className: "problem alarm" }));
    lab.problem(page.querySelector(":scope > .alarm"), problem);
  };
  addEventListener("unhandledrejection", (event) => {
    if (!event.reason?.en) return;  // a bug
    event.preventDefault();
    lab.alarm(event.reason);
  });
  // A file that ships, as the server gives it; rejects as `lab.ask` does.
  lab.fetch = async (address) => {
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok) return answer;
    const { error } = (await answer?.json().catch(() => null)) ?? {};
    throw Object.assign(new Error(error?.key ?? "no answer"), error ?? lab.texts["errors.server"]);
  };
  // Call `send` with the newest arguments only, one call under way at a time.
  lab.newest = (send) => {
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

  // ---- Numbers on the wire ---------------------------------------------------------------------
  lab.bytes = (base64) => {
    const text = atob(base64), bytes = new Uint8Array(text.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
    return bytes;
  };
  lab.inks = (base64) => {  // uint8 -> Float32Array in [0, 1]
    const raw = lab.bytes(base64), out = new Float32Array(raw.length);
    for (let i = 0; i < out.length; i++) out[i] = raw[i] / 255;
    return out;
  };
  lab.base64 = (bytes) => {
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  };
  lab.floats = (base64) => new Float32Array(lab.bytes(base64).buffer);
  lab.halves = (base64) => {  // IEEE 754 half precision -> Float32Array
    const raw = new Uint16Array(lab.bytes(base64).buffer);
    const out = new Float32Array(raw.length);
    for (let i = 0; i < raw.length; i++) {
      const sign = raw[i] & 0x8000 ? -1 : 1, power = (raw[i] >> 10) & 31, fraction = raw[i] & 1023;
      out[i] = sign * (power ? 2 ** (power - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction);
    }
    return out;
  };
  lab.shares = (base64) => {  // all low bytes, then all high ones -> Uint16Array, 10,000 for 1
    const raw = lab.bytes(base64), n = raw.length / 2, out = new Uint16Array(n);
    for (let i = 0; i < n; i++) out[i] = raw[i] | (raw[n + i] << 8);
    return out;
  };
  lab.random = (seed) => () => {  // mulberry32: uniform in [0, 1), repeatable
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };

  // ---- A decoder in the browser -------------------------------------------------------------------
  const erf = (x) => {  // Abramowitz & Stegun 7.1.26, |error| < 1.5e-7
    const t = 1 / (1 + 0.3275911 * Math.abs(x));
    const tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    return Math.sign(x) * (1 - tail * Math.exp(-x * x));
  };
  lab.erf = erf;
  const ACTIVATIONS = {
    relu: (x) => (x > 0 ? x : 0),
    gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
    tanh: (x) => Math.tanh(x),
    silu: (x) => x / (1 + Math.exp(-x)),
  };
  const OUTPUTS = {  // to ink in [0, 1]
    tanh: (x) => (Math.tanh(x) + 1) / 2,
    sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  };
  // wire: {activation, output, layers: [{n_in, n_out, weight, bias}]}, weights as base64 halves.
  lab.decoder = (wire) => {
    const layers = wire.layers.map((layer) => ({
      ...layer, weight: lab.halves(layer.weight), bias: lab.halves(layer.bias),
      out: new Float32Array(layer.n_out),
    }));
    const hidden = ACTIVATIONS[wire.activation], output = OUTPUTS[wire.output];
    return (code) => {  // code [Z] -> ink in [0, 1], a fresh Float32Array [784]
      let x = code;
      layers.forEach(({ n_in, n_out, weight, bias, out }, depth) => {
        const last = depth === layers.length - 1;
        for (let o = 0; o < n_out; o++) {
          let sum = bias[o];
          for (let i = 0, w = o * n_in; i < n_in; i++, w++) sum += weight[w] * x[i];
          out[o] = last ? output(sum) : hidden(sum);
        }
        x = out;
      });
      return Float32Array.from(x);
    };
  };

  // ---- Pictures of digits ---------------------------------------------------------------------------
  const SIDE = 28;
  const rgb = (colour) => {
    const hex = colour.replace("#", "");
    return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  };
  lab.rgb = rgb;
  // Paint [784] values on a canvas of 28 x 28 (CSS scales it up, pixelated).
  // kind "ink": 0..1, paper to the colour named `tone`; "difference": -1..1, as signed numbers.
  lab.paint = (canvas, values, { kind = "ink", tone = "ink" } = {}) => {
    if (canvas.width !== SIDE) canvas.width = canvas.height = SIDE;
    const context = canvas.getContext("2d");
    const image = context.createImageData(SIDE, SIDE);
    const paper = rgb(lab.colour("paper")), full = rgb(lab.colour(tone));
    const inked = (ink) => full.map((end, c) => paper[c] + Math.min(1, Math.max(0, ink)) * (end - paper[c]));
    const colour = kind === "ink" ? inked : lab.signedScale();
    values.forEach((value, i) => image.data.set([...colour(value), 255], 4 * i));
    context.putImageData(image, 0, 0);
    canvas.repaint = () => lab.paint(canvas, values, { kind, tone });
    canvas.classList.add("digit");
  };
  lab.on("theme", () => { for (const c of document.querySelectorAll("canvas.digit")) c.repaint?.(); });

  // The 5,000 digits that ship: {labels, pixels(i) -> Float32Array [784] in [0, 1]}. Loaded once.
  let sample = null;
  lab.digits = () => {
    sample ??= readDigits();
    sample.catch(() => { sample = null; });  // asked anew the next time
    return sample;
  };
  const readDigits = async () => {
    const [picture, { labels }] = await Promise.all([
      lab.fetch(lab.files.digits).then((r) => r.blob()).then(createImageBitmap),
      lab.fetch(lab.files.labels).then((r) => r.json()),
    ]);
    const sheet = new OffscreenCanvas(picture.width, picture.height);
    const context = sheet.getContext("2d", { willReadFrequently: true });
    context.drawImage(picture, 0, 0);
    const { data } = context.getImageData(0, 0, sheet.width, sheet.height);
    const grey = new Uint8Array(data.length / 4);  // reading the sheet tile by tile is slow
    for (let p = 0; p < grey.length; p++) grey[p] = data[4 * p];
    const across = picture.width / SIDE;
    return {
      labels: [...labels].map(Number),
      pixels: (i) => {
        const corner = Math.floor(i / across) * SIDE * sheet.width + (i % across) * SIDE;
        const pixels = new Float32Array(SIDE * SIDE);
        for (let p = 0; p < pixels.length; p++)
          pixels[p] = grey[corner + Math.floor(p / SIDE) * sheet.width + (p % SIDE)] / 255;
        return pixels;
      },
    };
  };

  // A code as bars with a zero line; `scale` is the value of a full bar, fixed by the caller. One
  // path: a hundred elements, moved at each frame of a drawing, would be laid out each time.
  lab.bars = (node, values, scale, describe) => {
    if (!node.firstElementChild) {
      node.classList.add("bars");
      node.setAttribute("role", "img");
      node.innerHTML = '<svg preserveAspectRatio="none" aria-hidden="true"><path></path></svg>';
      node.onpointermove = (event) => {
        const { left, width } = node.getBoundingClientRect();
        node.title = node.values[Math.floor(((event.clientX - left) / width) * node.values.length)]?.toFixed(2) ?? "";
      };
    }
    if (describe) node.setAttribute("aria-label", describe);
    if (node.dataset.count !== String(values.length)) {
      node.dataset.count = values.length;
      node.firstElementChild.setAttribute("viewBox", `0 -1 ${values.length} 2`);
    }
    node.values = values;
    node.querySelector("path").setAttribute("d", Array.from(values, (value, k) => {
      const share = Math.max(-1, Math.min(1, value / scale)) || 0;
      return `M${k + 0.06} 0V${-(Math.abs(share) < 0.03 ? 0.03 : share)}h.88V0Z`;
    }).join(""));
  };

  // What was drawn on the first page, for the others: {pixels: Float32Array [784]} or null.
  lab.drawing = null;
  lab.keepDrawing = (pixels) => { lab.drawing = pixels; lab.tell("drawing", pixels); };

  // ---- The frame of a page ---------------------------------------------------------------------------
  // Fills .notice, .predict and .foot of a page from the texts `NAME.notice.1..`,
  // `NAME.predict.1.question|answer`, `NAME.foot`.
  //   lights: {1: "selector"} what the first sentence points at; proofs: {1: () => ...} what opening
  //   the first answer does to the instrument.
  lab.frame = (element, name, { lights = {}, proofs = {} } = {}) => {
    const make = (tag, attributes, ...children) => {
      const node = document.createElement(tag);
      for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
      node.append(...children);
      return node;
    };
    const numbered = (prefix, suffix = "") => {
      const keys = [];
      while (`${prefix}.${keys.length + 1}${suffix}` in lab.texts) keys.push(`${prefix}.${keys.length + 1}`);
      return keys;
    };
    const notice = element.querySelector(".notice"), predict = element.querySelector(".predict");
    notice.append(make("h2", { "data-i18n": "shell.notice" }));
    numbered(`${name}.notice`).forEach((key, k) => {
      const sentence = make("p", { "data-i18n": key });
      const light = (on) => {
        for (const node of lights[k + 1] ? element.querySelectorAll(lights[k + 1]) : [])
          node.classList.toggle("lit", on);
      };
      if (lights[k + 1]) {
        sentence.tabIndex = 0;
        sentence.onpointerenter = sentence.onfocus = () => light(true);
        sentence.onpointerleave = sentence.onblur = () => light(false);
      }
      notice.append(sentence);
    });
    predict.append(make("h2", { "data-i18n": "shell.predict" }));
    numbered(`${name}.predict`, ".question").forEach((key, k) => {
      const details = make("details", {},
        make("summary", { "data-i18n": `${key}.question` }), make("p", { "data-i18n": `${key}.answer` }));
      details.ontoggle = async () => {
        await starts[name];  // what an answer sets may not be there yet
        if (details.open) proofs[k + 1]?.();
      };
      predict.append(details);
    });
    const copy = make("button", { type: "button", class: "quiet", "data-i18n": "shell.copy_link" });
    copy.onclick = async () => {
      await lab.link.copy();
      copy.textContent = lab.t("shell.copied");
      setTimeout(() => { copy.textContent = lab.t("shell.copy_link"); }, 1500);
    };
    const foot = `${name}.foot`, figures = /\{\w+\}/.test(lab.texts[foot].en);  // these the page fills in
    element.querySelector(".foot").append(make("p", figures ? {} : { "data-i18n": foot }), copy);
    lab.translate(element);
  };

  // Run `start` when this tab is first on the screen, and `again` each later time.
  const starts = {};  // of the tabs that were on the screen: what their `start` returned, maybe a promise
  lab.whenShown = (tab, start, again = () => {}) => {
    let started = false;
    const run = () => {
      if (lab.tab !== tab) return;
      if (started) again(); else { started = true; starts[tab] = start(); }
    };
    lab.on("tab", run);
    run();
  };
}
