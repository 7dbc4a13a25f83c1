// Two short trainings side by side: their curves and their last scores.
//
//   lab.twoRuns(node, trial, section)   trial: asdict(core.results.language.Trial); the names of its
//   runs are the texts SECTION.trial.NAME. Style: two_runs.css
{
  const lab = window.lab;
  const WIDTH = 420, HEIGHT = 210, LEFT = 44, RIGHT = 10, TOP = 10, BOTTOM = 26;
  const svg = (tag, attributes, text = "") => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.textContent = text;
    return node;
  };

  lab.twoRuns = (node, trial, section) => {
    const say = (key, values) => lab.t(`${section}.trial.${key}`, values);
    const { make } = lab, runs = trial.runs.map(([name, points]) => ({ name, points, last: points.at(-1) }));
    const most = Math.max(...runs.flatMap(({ points }) => points.map((p) => p.top1))) * 1.08 || 1;
    const x = (step) => LEFT + (step / trial.n_steps) * (WIDTH - LEFT - RIGHT);
    const y = (share) => HEIGHT - BOTTOM - (share / most) * (HEIGHT - TOP - BOTTOM);
    const box = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": say("axis") });
    for (let k = 0; k <= 4; k++) {
      const share = (most * k) / 4, step = (trial.n_steps * k) / 4;
      box.append(svg("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(share), y2: y(share) }),
        svg("text", { x: LEFT - 6, y: y(share) + 4, "text-anchor": "end" }, `${(100 * share).toFixed(0)}%`),
        svg("text", { x: x(step), y: HEIGHT - 6, "text-anchor": k === 4 ? "end" : "middle" }, Math.round(step).toLocaleString("en")));
    }
    runs.forEach(({ points }, k) => box.append(svg("path", {
      class: `run run-${k}`, d: points.map((p, i) => `${i ? "L" : "M"}${x(p.step).toFixed(1)} ${y(p.top1).toFixed(1)}`).join("") })));
    const head = ["", ...runs.map(({ name }, k) => make("span", `key run-${k}`, say(name)))].map((cell) => make("th", "", cell));
    const row = (key, value) => make("tr", "", make("th", "", say(key)), ...runs.map(({ last }) => make("td", "number", value(last))));
    const [first, second] = runs, gap = second.last.top1 - first.last.top1;
    const share = (first.last.top1 + second.last.top1) / 2;
    const noise = 1.96 * Math.sqrt((2 * share * (1 - share)) / trial.n_masked);  // of two counted shares
    const outcome = say(`outcome.${Math.abs(gap) < noise ? "neither" : gap > 0 ? second.name : first.name}`,
      { difference: (100 * Math.abs(gap)).toFixed(1), noise: (100 * noise).toFixed(1) });
    node.classList.add("two-runs");
    node.replaceChildren(
      make("figure", "", box, make("figcaption", "quiet-text", say("axis"))),
      make("div", "", make("table", "", make("tr", "", ...head),
        row("top1", (p) => `${(100 * p.top1).toFixed(1)}%`), row("loss", (p) => p.loss.toFixed(3)),
        row("nsp", (p) => `${(100 * p.nsp_accuracy).toFixed(0)}%`)),
      make("p", "outcome", outcome), make("p", "quiet-text mono command", trial.command)));
  };
}
