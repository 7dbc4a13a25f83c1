// Tokens coloured by what they say for (line above) or against (line below) an answer.
//
//   lab.signedTokens(node, tokens, { scale, press, spoken })
//     tokens: [{ token, weight, special, joined, hidden, at }], a weight null until it is known; scale: the weight of a full colour
//     press(at): makes each ordinary token a button; spoken(token): its text equivalent
// Style: signed_scale.css; the legend's swatches are `.swatch.for`, `.swatch.zero`, `.swatch.against`.
{
  const lab = window.lab;
  lab.signedTokens = (node, tokens, { scale, press = null, spoken = () => "" }) => {
    const focused = node.contains(document.activeElement) ? document.activeElement.dataset.at : null;
    node.replaceChildren(...tokens.map((one) => {
      const kind = one.hidden ? "hidden" : one.special ? "special" : "plain";
      const chip = lab.chip(one.token, { kind, joined: one.joined });
      const share = Math.max(-1, Math.min(1, one.weight / (scale || 1)));
      if (one.weight === null) chip.classList.add("waiting");
      else if (!one.hidden && !one.special) {
        chip.classList.add("signed", lab.side(share));
        chip.style.setProperty("--share", `${Math.round(Math.abs(share) * 100)}%`);
      }
      if (one.special || !press) {
        chip.title = spoken(one);
        return chip;
      }
      const button = lab.make("button", "token", chip);
      button.type = "button";
      button.dataset.at = one.at;
      button.title = spoken(one);
      button.setAttribute("aria-label", spoken(one));
      button.setAttribute("aria-pressed", String(Boolean(one.hidden)));
      button.onclick = () => press(one.at);
      return button;
    }));
    if (focused !== null) node.querySelector(`[data-at="${focused}"]`)?.focus();
  };
}
