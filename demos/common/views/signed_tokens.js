// Tokens coloured by what they say for (line above) or against (line below) an answer.
//
//   signedTokens(node, tokens, { scale, press, spoken })
//     tokens: [{ token, weight, special, joined, hidden, at }], a weight null until it is known; scale: the weight of a full colour
//     press(at): makes each ordinary token a button; spoken(token): its text equivalent
// Style: signed_scale.css; the legend's swatches are `.swatch.for`, `.swatch.zero`, `.swatch.against`.

import { make } from "./elements.js";
import { sideOf } from "./signed_scale.js";
import { chip } from "./tokens.js";

/**
 * @typedef {object} Token
 * @property {string} token
 * @property {number | null} weight
 * @property {number} [at]
 * @property {boolean} [special]
 * @property {boolean} [joined]
 * @property {boolean} [hidden]
 */

/**
 * @param {Element} node
 * @param {Token[]} tokens
 * @param {object} how
 * @param {number} how.scale
 * @param {((at: number) => void) | null} [how.press]
 * @param {(token: Token) => string} [how.spoken]
 */
export const signedTokens = (node, tokens, { scale, press = null, spoken = () => "" }) => {
  const focused = node.contains(document.activeElement) ? document.activeElement?.dataset.at : undefined;
  node.replaceChildren(...tokens.map((one) => {
    const kind = one.hidden ? "hidden" : one.special ? "special" : "plain";
    const face = chip(one.token, { kind, joined: one.joined });
    const share = Math.max(-1, Math.min(1, (one.weight ?? 0) / (scale || 1)));
    if (one.weight === null) face.classList.add("waiting");
    else if (!one.hidden && !one.special) {
      face.classList.add("signed", sideOf(share));
      face.style.setProperty("--share", `${Math.round(Math.abs(share) * 100)}%`);
    }
    if (one.special || !press) {
      face.title = spoken(one);
      return face;
    }
    const button = make("button", "token", face);
    button.type = "button";
    button.dataset.at = String(one.at);
    button.title = spoken(one);
    button.setAttribute("aria-label", spoken(one));
    button.setAttribute("aria-pressed", String(Boolean(one.hidden)));
    button.onclick = () => press(one.at ?? -1);
    return button;
  }));
  if (focused !== undefined) node.querySelector(`[data-at="${focused}"]`)?.focus();
};
