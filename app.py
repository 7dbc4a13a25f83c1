"""Latent Lab: the pages in lesson order, and how they are served."""

import os
import socket
import sys

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # no outside request, ever
# Gradio sums up past events after each queued one; over hours that slows every event down.
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000000")

import gradio as gr

from core import options
from core.errors import LabError
from core.texts import TableError
from demos import api
from demos.attention import tab as attention
from demos.code_space import tab as code_space
from demos.codec_lab import tab as codec_lab
from demos.common import page
from demos.common.view import view
from demos.contextual import tab as contextual
from demos.convolution import tab as convolution
from demos.fill_in import tab as fill_in
from demos.home import tab as home
from demos.input_pieces import tab as input_pieces
from demos.latent_walk import tab as latent_walk
from demos.lstm import tab as lstm
from demos.masking import tab as masking
from demos.models_map import tab as models_map
from demos.next_sentence import tab as next_sentence
from demos.reconstruction import tab as reconstruction
from demos.retrain import tab as retrain
from demos.sentiment import tab as sentiment
from demos.told import tab as told
from demos.train import tab as train
from demos.word2vec import tab as word2vec
from demos.words import tab as words

CHAPTERS = {
    "start": {
        "home": home,
    },
    "images": {
        "codec_lab": codec_lab,
        "reconstruction": reconstruction,
        "code_space": code_space,
        "told": told,
        "latent_walk": latent_walk,
    },
    "vectors": {
        "words": words,
        "word2vec": word2vec,
        "lstm": lstm,
        "contextual": contextual,
    },
    "language": {
        "input_pieces": input_pieces,
        "masking": masking,
        "fill_in": fill_in,
        "next_sentence": next_sentence,
    },
    "attention": {
        "attention": attention,
        "models_map": models_map,
    },
    "textcnn": {
        "sentiment": sentiment,
        "convolution": convolution,
        "train": train,
        "retrain": retrain,
    },
}


def build_app() -> gr.Blocks:
    """Lay out the pages; no model is loaded."""
    with gr.Blocks(
        title="Latent Lab · 隐空间实验室", fill_width=True, analytics_enabled=False
    ) as demo:
        shell = view("shell", chapters={name: list(tabs) for name, tabs in CHAPTERS.items()})
        with gr.Tabs(elem_id="pages") as pages:
            gr.Tab(id="opening")  # stands until the shell opens a page, so that no other one loads
            for tabs in CHAPTERS.values():
                for name, tab in tabs.items():
                    with gr.Tab(name, id=name):
                        tab.build()

        shell.open(
            None,
            shell,
            pages,
            js="(id) => ({ selected: id, __type__: 'update' })",
            trigger_mode="multiple",  # who goes on at once must not stay on the page before
            api_visibility="private",
        )
    api.build(demo)
    return demo


def refuse_unless_free(host: str, port: str) -> None:
    """Exit with a clear sentence if nothing can listen on host:port."""
    advice = "Choose another port: PORT=7861 make run\n请换一个端口：PORT=7861 make run"
    if not port.isdigit() or not 0 < int(port) < 65536:
        sys.exit(f"PORT must be a number in 1..65535, not {port!r}. {advice}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the server will bind: a port that was just left is free. On Windows the same option
        # would share a port in use, and one that was just left is free without it.
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            sys.exit(f"Can't listen on {host}:{port} ({error.strerror}). {advice}")


def launch() -> None:
    """Serve the lab on HOST:PORT (default 127.0.0.1:7860; a Space sets its own).

    What is damaged so that the lab can't begin ends the process with a clear sentence.
    """
    try:
        serve()
    except LabError as error:
        sys.exit(f"{error}\n{error.sentence('zh')}")
    except TableError as error:
        sys.exit(str(error))


def serve() -> None:
    """Do so; `Raises` what is damaged."""
    host, port = options.host(), options.port()
    refuse_unless_free(host, port)
    gr.set_static_paths([page.SAMPLES])
    app = build_app()
    app.launch(
        server_name=host,
        server_port=int(port),
        theme=page.THEME,
        css_paths=page.STYLES,
        head=page.head(),
        app_kwargs={"middleware": page.middleware(app, with_tools=options.mcp())},
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        max_file_size="16mb",
        quiet=True,
        _frontend=False,  # else Gradio asks its own page, and gives up after 3 s on a busy machine
        prevent_thread_lock=True,
    )
    print(f"Latent Lab: http://{host}:{port}", flush=True)  # noqa: T201  where to go
    app.block_thread()


if __name__ == "__main__":
    launch()
