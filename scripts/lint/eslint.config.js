// The views' modules: what ESLint recommends, and no name that is never used.
import js from "@eslint/js";
import globals from "globals";

const MEANT = "^_";  // a name that begins so is there for its place, not for its use

export default [
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-control-regex": "off",  // what XML can't hold is taken out of an export
      "no-unused-vars": ["error", {
        argsIgnorePattern: MEANT, varsIgnorePattern: MEANT, destructuredArrayIgnorePattern: MEANT,
      }],
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": ["error", { destructuring: "all" }],
    },
  },
];
