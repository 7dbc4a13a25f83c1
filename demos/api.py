"""What programs may ask the lab, by name: `core/api` on the wire.

No page shows these; they stand in /gradio_api/info, and docs/api.md has an example of each kind.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

import gradio as gr

from core.api import arguments, attention, images, language, words
from core.results.plain import Json, plain, schema
from demos.common import visitors

FUNCTIONS: tuple[Callable[..., Any], ...] = (
    images.reconstruct,
    images.encode,
    images.decode,
    images.interpolate,
    images.split_elbo,
    images.convolve,
    language.tokenize,
    language.mask,
    language.fill_mask,
    language.follows,
    language.sentiment,
    attention.attention,
    attention.head_effects,
    words.similar_words,
    words.word_analogy,
    words.word_in_context,
)
PAGE = "api"  # of Gradio's, never opened: what stands there isn't sent with the lab's own page
# Keyword-only arguments of a function aren't a program's to give.
OURS: dict[str, Callable[[], object]] = {
    "visitor": visitors.visitor,
    "wanted": lambda: visitors.still_there,
}


def offered(function: Callable[..., Any]) -> Callable[..., Json]:
    """Return a function of `core.api` for programs: arguments checked, its record as JSON."""
    given = inspect.signature(function).parameters
    ours = [name for name, one in given.items() if one.kind is inspect.Parameter.KEYWORD_ONLY]

    @functools.wraps(function)
    def answer(*values: object, **named: object) -> Json:
        asked = arguments.checked(function, named or values)
        return plain(function(**asked, **{name: OURS[name]() for name in ours}))

    public = list(arguments.public(function).values())
    returned = get_type_hints(function)["return"]
    # What Gradio reads to list a function's arguments and its answer.
    answer.__dict__["__signature__"] = inspect.Signature(public, return_annotation=returned)
    return answer


def build(demo: gr.Blocks) -> None:
    """Register all functions, on a page that is never opened."""
    with demo.route("API", PAGE, show_in_navbar=False):
        for function in FUNCTIONS:
            _register(demo, function)


def _register(demo: gr.Blocks, function: Callable[..., Any]) -> None:
    dependency = gr.api(offered(function), api_name=function.__name__, queue=False)
    registered = demo.fns[dependency["id"]]
    hints = get_type_hints(function)
    for name, part in zip(arguments.public(function), registered.inputs, strict=True):
        vars(part).update(label=name, _api_info=schema(hints[name]))
    vars(registered.outputs[0]).update(label="answer", _api_info=schema(hints["return"]))
