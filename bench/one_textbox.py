"""The peer of the whole page: about the least that a Gradio app with PyTorch can be.

    PORT=7866 python -m bench.one_textbox

A textbox, as in `gr.Interface`'s first example; and a button whose event does nothing but count,
by the fastest road that Gradio has (unqueued, no progress shown), as the lab's own events.
"""

import os

import gradio as gr
import torch

COUNTED = "counted"  # elem_id


def build_app() -> gr.Blocks:
    """Lay out the page."""
    with gr.Blocks() as demo:
        name = gr.Textbox(label=f"torch {torch.__version__}")
        count = gr.Number(0, visible=False)
        counted = gr.HTML("0", elem_id=COUNTED)
        gr.Button("count").click(
            _count, count, [count, counted], queue=False, show_progress="hidden"
        )
        name.submit(lambda text: text, name, name)
    return demo


def _count(count: float) -> tuple[float, str]:
    return count + 1, f"{count + 1:.0f}"


if __name__ == "__main__":
    build_app().launch(
        server_name=os.environ.get("HOST", "127.0.0.1"),
        server_port=int(os.environ["PORT"]),
        quiet=True,
        footer_links=[],
        ssr_mode=False,
    )
