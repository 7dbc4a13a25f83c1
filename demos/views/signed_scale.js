// Signed numbers have one scale in the whole lab: --against below zero, the ground at zero, --for above
// (assets/style.css). No view has another one, or the colours of this one (tests/test_colours.py).
// Style: signed_scale.css; what has a sign bears the class "for" or "against", its zero is marked.
{
  const lab = window.lab;

  lab.side = (value) => (value < 0 ? "against" : "for");

  // -1..1 (beyond it the colour stays full) -> [r, g, b]; zero is the ground, by its name in the style sheet.
  // For many numbers; made anew where the theme may have changed.
  lab.signedScale = (ground = "paper") => {
    const [zero, high, low] = [ground, lab.side(1), lab.side(-1)].map((name) => lab.rgb(lab.colour(name)));
    return (share) => {
      const end = share < 0 ? low : high, much = Math.min(1, Math.abs(share) || 0);
      return zero.map((from, c) => Math.round(from + much * (end[c] - from)));
    };
  };
  lab.signedColour = (share, ground) => lab.signedScale(ground)(share);

  // The same behind words: never so strong that they can't be read.
  lab.signedGround = (node, share) => {
    node.classList.add("signed-ground");
    node.classList.toggle("against", share < 0);
    node.classList.toggle("for", !(share < 0));
    node.style.setProperty("--share", `${Math.round(100 * Math.min(1, Math.abs(share) || 0))}%`);
  };

  // A bar from the middle of its track: `share` of the half on its side.
  lab.signedBar = (fill, share) => {
    const much = 50 * Math.min(1, Math.abs(share) || 0);
    fill.classList.remove("for", "against");
    fill.classList.add(lab.side(share));
    Object.assign(fill.style, { left: `${share < 0 ? 50 - much : 50}%`, right: "auto", width: `${much}%` });
    fill.parentElement?.classList.add("sided");
  };

  // A strip of numbers, one pixel each; CSS scales it up.
  lab.signedStrip = (canvas, values, scale, ground = "paper") => {
    Object.assign(canvas, { width: values.length, height: 1 });
    const context = canvas.getContext("2d"), image = context.createImageData(values.length, 1);
    const colour = lab.signedScale(ground);
    values.forEach((value, k) => image.data.set([...colour(value / scale), 255], 4 * k));
    context.putImageData(image, 0, 0);
  };

  // The scale itself, zero in the middle and marked: ends [low, high] are what stands at its sides.
  lab.signedLegend = (node, [low, high]) => {
    if (!node.firstElementChild) node.append(lab.make("span", "number low"), lab.make("i", "signed-bar"), lab.make("span", "number high"));
    node.classList.add("signed-legend");
    node.firstElementChild.textContent = low;
    node.lastElementChild.textContent = high;
  };
}
