// Vectors that add up, as strips of colour: one column a dimension, blue below zero, magenta above.
{
  const lab = window.lab;

  // Fill `node` with strips [{sign, label, values, scale, note}]; `point(d)` hears of the column pointed at.
  lab.addition = (node, strips, point) => {
    node.classList.add("addition");
    node.replaceChildren(...strips.flatMap(({ sign, label, values, scale, note }) => {
      const canvas = lab.make("canvas", "stripe");
      canvas.width = values.length;
      canvas.height = 1;
      const context = canvas.getContext("2d"), image = context.createImageData(values.length, 1);
      const [paper, high, low] = ["paper", "more", "less"].map((name) => lab.rgb(lab.colour(name)));
      values.forEach((value, d) => {
        const share = Math.min(1, Math.abs(value) / scale), end = value >= 0 ? high : low;
        for (let c = 0; c < 3; c++) image.data[4 * d + c] = paper[c] + share * (end[c] - paper[c]);
        image.data[4 * d + 3] = 255;
      });
      context.putImageData(image, 0, 0);
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `${label}, ${note}`);
      canvas.onpointermove = (event) =>
        point(Math.max(0, Math.min(values.length - 1, Math.floor((event.offsetX / canvas.clientWidth) * values.length))));
      return [lab.make("span", "sign", sign), lab.make("span", "of", label), canvas, lab.make("small", "number", note)];
    }));
  };

  // What 98% of a vector's numbers stay below, without their sign: a scale that no outlier sets.
  lab.usualSize = (values) => [...values].map(Math.abs).sort((a, b) => a - b)[Math.floor(values.length * 0.98)];
}
