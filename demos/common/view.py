"""A page's own view: name.html, name.js and name.css in demos/views, as a Gradio component."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

FOLDER = Path(__file__).parent.parent / "views"


def view(
    name: str, *handlers: Callable[[dict], dict], value: object = None, **props: Any
) -> gr.HTML:
    """Return the component for demos/views/`name`.{html,js,css}.

    Args:
        name: stem of the files; also the component's `elem_id`.
        handlers: functions that the view calls as `lab.ask(server.<function>, request)`.
        value: what `props.value` starts with in the view.
        props: further fields of `props`.
    """
    return gr.HTML(
        value,
        html_template=(FOLDER / f"{name}.html").read_text(encoding="utf-8"),
        js_on_load=(FOLDER / f"{name}.js").read_text(encoding="utf-8"),
        elem_id=name,
        apply_default_css=False,
        server_functions=list(handlers),
        **props,
    )
