"""A page's own view: view.html, view.js and view.css in its folder, as a Gradio component."""

import json
from collections.abc import Callable
from typing import Any

import gradio as gr

from core import texts
from demos.common import modules

# Where a page's module or one that it needs can't be loaded, nothing else can say so.
MOUNT = """import(new URL(%s, document.baseURI))
  .then((view) => {
    if (view.pageHtml) {
      element.innerHTML = view.pageHtml;
      const rules = new CSSStyleSheet();
      rules.replaceSync(view.pageRules);
      document.adoptedStyleSheets.push(rules);
    }
    return view.mount({ element, props, server, trigger, watch });
  })
  .then(() => { element.dataset.mounted = ""; })
  .catch((failure) => {
    console.error(failure);
    const said = document.createElement("p");
    said.className = "problem alarm";
    said.setAttribute("role", "alert");
    said.textContent = %s;
    element.prepend(said);
  });"""


def view(
    name: str, *handlers: Callable[[dict], dict], value: object = None, **props: Any
) -> gr.HTML:
    """Return the component for demos/`name`/view.{html,js,css}.

    Args:
        name: of the folder; also the component's `elem_id`. The module exports
            `mount({element, props, server, trigger, watch})`, which is called once.
        handlers: functions that the view calls as `askServer(server.<function>, request)`.
        value: what `props.value` starts with in the view.
        props: further fields of `props`.
    """
    sentence = " ".join(texts.text("errors.no_module", language) for language in texts.LANGUAGES)
    events = ' /* "open" */' if name == "shell" else ""
    return gr.HTML(
        value,
        html_template=modules.html(name) if name in modules.IN_THE_PAGE else "",
        js_on_load=MOUNT % (json.dumps(modules.address(f"{name}/view")), json.dumps(sentence))
        + events,
        elem_id=name,
        apply_default_css=False,
        server_functions=list(handlers),
        **props,
    )
