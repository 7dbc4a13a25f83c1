// What test_every_control.py runs in a page of the lab: it watches what goes wrong there from the start
// (as an init script), and uses every control of a tab once (`watched.crawl`).
{
  const watched = window.watched = { pending: 0, following: 0, delay: 0, calls: [], faults: [], doing: "opening the page" };
  const note = (what) => { watched.faults.push(`${watched.doing}: ${what}`); };

  // ---- What goes wrong, and what the server is asked ----------------------------------------------
  const HARMLESS = /^ResizeObserver loop/;  // only says that a size was changed while sizes were told
  addEventListener("error", (event) => { if (event.message && !HARMLESS.test(event.message)) note(`uncaught: ${event.message}`); });
  addEventListener("unhandledrejection", (event) => note(`uncaught in a promise: ${event.reason?.message ?? event.reason}`));
  const complain = console.error;
  console.error = (...said) => { note(`console: ${said.join(" ")}`); complain(...said); };

  const STREAM = /queue\/data|heartbeat/;  // stays open: nobody waits for its end
  const fetched = window.fetch;
  let idle = [];
  window.fetch = async (resource, options) => {
    const url = String(resource?.url ?? resource);
    if (STREAM.test(url)) return fetched(resource, options);
    const asked = /component_server|queue\/join/.test(url) && typeof options?.body === "string" ? JSON.parse(options.body) : {};
    const { fn_name: handler, data: sent } = asked, follows = handler?.startsWith("follow_") ? 1 : 0;
    watched.pending += 1;
    watched.following += follows;
    try {
      const answer = await fetched(resource, options);
      if (answer.status >= 500) note(`status ${answer.status} from ${url}`);
      if (handler) {
        const said = await answer.clone().json().catch(() => null);
        watched.calls.push({ handler, sent, status: answer.status, error: said?.error?.key ?? null, doing: watched.doing });
        await sleep(watched.delay);
      } else if (/queue\/join/.test(url)) {
        const { api_name } = gradio_config.dependencies.find(({ id }) => id === asked.fn_index);
        watched.calls.push({ handler: api_name, sent, status: answer.status, error: null, doing: watched.doing });
      }
      return answer;
    } finally {
      watched.pending -= 1;
      watched.following -= follows;
      if (!watched.pending) { for (const go of idle) go(); idle = []; }
    }
  };

  // ---- Rest ------------------------------------------------------------------------------------------
  const PATIENCE = 90_000;  // milliseconds: only a guard, for a busy machine
  const LONG_WORK = 250;    // milliseconds for which long work, asked for again and again, is awaited
  const LATE = 40;          // milliseconds by which answers come late in a hurry
  let forget = () => {};    // what is known of the page: each wait may change it
  const sleep = (ms) => new Promise((done) => setTimeout(() => { forget(); done(); }, ms));
  const frame = () => Promise.race([new Promise(requestAnimationFrame), sleep(100)]);
  const still = () => new Promise((done) => { if (watched.pending) idle.push(done); else done(); });
  // Return once nothing is under way and what came of it has been drawn.
  watched.settle = async () => {
    const begun = performance.now(), since = () => performance.now() - begun;
    const only = () => watched.pending === watched.following && since() > LONG_WORK;
    do {
      await Promise.race([still(), sleep(1_000)]);
      await frame();
      await sleep(0);
    } while (watched.pending && !only() && since() < PATIENCE);
    if (watched.pending && !only()) note("the server has not answered for long");
    look();
  };
  const visible = (node) => node.checkVisibility({ visibilityProperty: true }) && node.getClientRects().length > 0;
  const SILENT = [
    "The server did not answer. What you made is still here; try again in a moment.",
    "服务器没有应答。你的内容都还在，请稍后再试。",
  ];
  const tabNow = () => document.documentElement.dataset.tab;
  const BROKEN = /\bundefined\b|\[object |\{\w+\}/, NUMBER = /\bNaN\b/;
  const MEANT = "#train .page";  // there NaN is a lesson
  let looked = 0;
  function look() {  // what the page says
    for (const node of document.querySelectorAll("[data-problem]"))
      if (visible(node) && SILENT.includes(node.textContent)) { note("the page says that the server did not answer"); node.hidden = true; }
    if (looked++ % 4) return;  // reading all of a page's text takes as long as a use
    const page = document.querySelector(`#${tabNow()} .page`), text = page?.innerText ?? "";
    const said = text.match(BROKEN) ?? (watched.typing || page?.matches(MEANT) ? null : text.match(NUMBER));
    if (said) note(`the page shows ${said[0]}: ${said.input.slice(Math.max(0, said.index - 40), said.index + 40)}`);
  }

  // ---- Controls --------------------------------------------------------------------------------------
  const CONTROLS = "button, summary, select, input:not([type=file]), textarea, a[href], [role=button]";
  const STOPS = "button.stop, .work .progress button";
  const WHILE_IT_RUNS = `${STOPS}, #train .pause, #train .step`;  // test_train.py presses these
  const MOST = 1500;  // uses of one tab: more would be a page that never ends
  // Alike in two items of one list.
  const shape = (key, node) => [...key.split(" ").map((step, k, all) => (k < all.length - 3 ? step : step.replace(/\d+/, ""))), node.className, node.type === "submit" || node.type === "button" ? node.value : ""].join(" ");
  const name = (node) => `${node.localName}.${[...node.classList].join(".")} “${(node.getAttribute("aria-label") ?? node.textContent ?? "").trim().slice(0, 30)}”`;
  const set = (node, value) => {  // as typing does
    const kind = { TEXTAREA: HTMLTextAreaElement, SELECT: HTMLSelectElement }[node.tagName] ?? HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(node, value);
    node.dispatchEvent(new Event("input", { bubbles: true }));
    node.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const ODD = {
    text: ["", "\ud800 constructor __proto__ <b>&amp;</b> 😀\u2028\u0000[MASK]", "1e999", "   \n\t "],
    number: ["", "-1", "1e300", "2.5"],
    range: [],
  };
  const LONG = "好 word ".repeat(300);  // more than a model reads: one field of a page gets it, since it takes seconds
  const changed = (node) => {
    if (node.type === "range") return [node.max, node.min];
    if (node.type !== "number") return [`${node.value} good 好`];
    const next = Number(node.value) + 1;
    return [String(node.max !== "" && next > Number(node.max) ? Number(node.value) - 1 : next)];
  };

  // Use every control of the tab on the screen once.
  //   hurry: most answers aren't waited for, not even those to what the page asks as it opens; else all, and
  //     each field gets all odd values instead of one;
  //   part of parts: of what is alike in a list (72 heads), each crawl uses the first three and its part of
  //     the others, half of that in a hurry. Of a list that a use may shorten, one is enough.
  watched.crawl = async ({ part, parts, hurry }) => {
    const tab = tabNow(), page = document.querySelector(`#${tab} .page`), used = new Set(), seen = new Map();
    let uses = 0, long = false;
    const awaited = new Map();  // how often, by shape: of a long list some are enough
    const rest = async (node, act) => {
      const like = shape(keys.get(node), node), times = awaited.get(like) ?? 0;
      const wait = choice(node) || (!hurry && (times < 3 || times % 10 === 0));
      awaited.set(like, times + 1);
      uses += 1;
      node.focus({ preventScroll: true });
      act();
      if (wait) await watched.settle(); else await sleep(0);
    };
    const keys = new WeakMap();  // where each one stands, as the names and numbers of the elements around it
    let standing = null;  // what controls() found, until the page could have changed: each wait forgets it
    forget = () => { standing = null; };
    const controls = () => {
      if (standing) return standing;
      const found = standing = new Map(), inside = new Set([...page.querySelectorAll(CONTROLS)]);
      for (const node of [...inside]) for (let up = node.parentElement; up !== page && !inside.has(up); up = up.parentElement) inside.add(up);
      const walk = (parent, path) => {
        const counts = {};
        for (const node of parent.children) {
          const k = counts[node.localName] ??= 0;
          counts[node.localName] += 1;
          if (!inside.has(node)) continue;
          const key = `${path}${node.localName}${k}`;
          if (node.matches(CONTROLS)) { keys.set(node, key); if (!node.disabled && visible(node)) found.set(key, node); }
          else if (node.localName !== "svg") walk(node, `${key} `);
        }
      };
      walk(page, "");
      for (const [key, node] of found) if (!seen.has(key))
        seen.set(key, { name: name(node), shape: shape(key, node), listed: !node.closest(".choices"), fleeting: node.matches(WHILE_IT_RUNS) });
      return found;
    };
    const covered = (node) => {
      const under = () => {
        const { left, top, width, height } = node.getClientRects()[0];
        return document.elementFromPoint(left + width / 2, top + height / 2);
      };
      let over = under();  // only what isn't on the screen is brought there: each scrolling is a new picture
      if (!over || !node.contains(over)) { node.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" }); over = under(); }
      if (!over || !(node.contains(over) || over.contains(node) || over.closest("label")?.contains(node)))
        note(`covered by ${over ? name(over) : "nothing: it lies outside the page"}`);
    };
    const press = (node) => rest(node, () => {
      node.dispatchEvent(new PointerEvent("pointerenter", { pointerType: "mouse" }));
      node.click();
    });
    const put = (node, value) => rest(node, () => set(node, value));
    const use = async (key, node) => {
      covered(node);
      if (node.localName === "select") {
        const first = node.value;
        for (const { value } of [...node.options]) if (value !== first) {
          const now = controls();
          await put(now.get(key) ?? node, value);
          await explore(fresh(now));
        }
        await put(controls().get(key) ?? node, first);
      } else if (node.localName === "textarea" || (node.localName === "input" && !["checkbox", "radio"].includes(node.type))) {
        const first = node.value, values = ODD[node.type] ?? ODD.text;
        const strange = hurry && values.length ? [values[(part + used.size) % values.length]] : [...values];
        if (!hurry && values === ODD.text && !long) { long = true; strange.push(LONG); }
        const type = async (value) => {
          const now = controls();
          watched.doing = `${doing(node)} = ${JSON.stringify(value).slice(0, 30)}`;
          await put(now.get(key) ?? node, value);
          const later = controls();  // of what a text is cut into nothing is used that was used before
          await explore(fresh(now).filter((other) => !alike.has(shape(other, later.get(other)))));
        };
        for (const value of changed(node)) await type(value);
        watched.typing = true;
        for (const value of strange) await type(value);
        watched.typing = false;
        await put(controls().get(key) ?? node, first);
      } else if (node.localName === "summary") {
        const open = node.parentElement.open;
        await press(node);
        if (open) await press(node);  // what it holds is used too
      } else await press(node);
      if (tabNow() !== tab) await back(tab);
      await stop(key);
    };
    const doing = (node) => `${tab} ${document.documentElement.lang} ${innerWidth}: ${name(node)}`;
    // Long work that was begun is stopped, as soon as it can be.
    const stop = async (key) => {
      for (let k = 0; k < 3; k++) {
        if (![...page.querySelectorAll(STOPS)].some((node) => !node.disabled && visible(node))) return;
        const found = [...controls()].find(([other, node]) => other !== key && stops(node));
        if (!found) return;
        const [other, node] = found, end = performance.now() + PATIENCE;
        used.add(other);
        watched.doing = doing(node);
        node.click();
        await watched.settle();
        while (stops(node) && node.isConnected && !node.disabled && visible(node) && performance.now() < end) await sleep(20);
        if (performance.now() >= end) note("does not stop");
      }
    };
    const stops = (node) => node.matches(STOPS);
    const back = async () => {
      const chapters = [...document.querySelectorAll(".shell .chapters button")];
      for (const chapter of chapters) {
        if (document.querySelector(`#tab-${tab}`)) break;
        chapter.click();
        await frame();
      }
      document.querySelector(`#tab-${tab}`).click();
      await watched.settle();
    };
    const choice = (node) => node.localName === "select" || Boolean(node.closest(".choices, .examples, .stories")) || node.matches(".reset, .undo");
    // In this order: what appears by a use is used next, since the next choice may hide it again.
    const alike = new Map();  // how many of each shape were there so far
    const explore = async (keys) => {
      const groups = new Map();
      for (const key of keys) {
        if (used.has(key) || uses > MOST) continue;
        const now = controls(), node = now.get(key);  // the walk costs more than most uses
        if (!node) continue;
        used.add(key);
        const like = shape(key, node), before = alike.get(like) ?? 0;
        alike.set(like, before + 1);
        if (before >= 3 && before % (hurry ? 2 * parts : parts) !== part && !(node.closest(".choices")?.childElementCount <= 8)) continue;
        watched.doing = doing(node);
        const group = node.closest(".choices");
        if (group && !groups.has(group)) groups.set(group, [...group.children].find((one) => one.getAttribute("aria-pressed") === "true"));
        await use(key, node);
        await explore(fresh(now));
      }
      for (const [group, first] of groups) if (first?.isConnected && group.isConnected && visible(first) && !first.disabled) await press(first);
    };
    const fresh = (before) => order([...controls()].filter(([key]) => !before.has(key)));
    const order = (found) => [...found.filter(([, node]) => !choice(node)), ...found.filter(([, node]) => choice(node))].map(([key]) => key);
    watched.delay = hurry ? LATE : 0;
    if (!hurry) await watched.settle();
    // In a hurry an answer may take away what has been seen (the invitation to draw, once a drawing's code is
    // there) before its turn comes, and long work that ends by itself takes its "Stop" away: of these only what
    // still stands counts then. Where all is awaited, everything else counts.
    const left = () => {
      const now = controls(), done = new Set([...seen].filter(([key]) => used.has(key)).map(([, one]) => one.shape));
      const gone = (key, one) => (hurry || one.fleeting) && !now.has(key);
      return [...seen].filter(([key, one]) => !used.has(key) && !gone(key, one) && !(one.listed && done.has(one.shape)));
    };
    for (let before = -1; used.size > before && uses <= MOST;) {
      before = used.size;
      await explore(order([...controls()]));
      await watched.settle();
      // What an odd state hides, or another choice: the worked example again, and each choice again.
      const reset = page.querySelector(".reset");
      if (left().length && reset && !reset.disabled) { await press(reset); await watched.settle(); }
      for (const [key, node] of controls()) {
        if (!left().length) break;
        const again = node.closest(".choices") && controls().get(key);
        if (again) { await press(again); await explore(order([...controls()])); }
      }
    }
    if (uses > MOST) note(`more than ${MOST} uses`);
    watched.delay = 0;
    watched.doing = "afterwards";
    return { uses, used: used.size, missed: left().map(([key, one]) => `${one.name}  ${key}`) };
  };
}
