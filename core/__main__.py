"""The lab's questions on a command line.

    python -m core fill-mask "the cat sat on the [MASK]."
    python -m core fill-mask "北京是中国的首[MASK]。" --top 3
    python -m core fill-mask "Copper is a [MASK]." --model en-large
    python -m core follows "He was hungry." "He ate." "Copper melts."
    python -m core attention "the cat sat on the mat." --layer 2 --head 5
    python -m core sentiment "a wonderful film, never boring"
    python -m core reconstruct digit.png --model conv
    python -m core tokenize "unwatchable"

`--json` prints the whole answer as one JSON object, the one that the API gives. What can't be used
is answered by a sentence, and the exit code is 2.
"""

import argparse
import base64
import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args

from core import command_lines
from core.api import attention, images, language
from core.bert import fetching
from core.bert.berts import BUNDLED, LANGUAGES, reader
from core.errors import InputError, LabError
from core.inference import readings
from core.results.plain import plain
from core.text import pieces

MODELS = "en, zh, en-large, a folder, or owner/name on the hub"
REFUSED = 2  # exit code, argparse's own for what it can't use
MAX_FILE = 16 * 2**20  # bytes of a picture
Asked = Callable[[argparse.Namespace], Any]
Shown = Callable[[Any, argparse.Namespace], list[str]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer one question; return the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        answer = asked.ask(asked)
    except LabError as error:
        chinese = pieces.looks_like(getattr(asked, "text", "")) == "zh"
        sentences = [error.sentence(name) for name in ("zh", "en")[:: 1 if chinese else -1]]
        sys.stderr.write("\n".join(sentences) + "\n")
        return REFUSED
    if asked.json:
        said = json.dumps(plain(answer), ensure_ascii=False, allow_nan=False)
    else:
        said = "\n".join(asked.show(answer, asked))
    sys.stdout.write(f"{said}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m core", description="Ask the lab's models. 在命令行里向实验室的模型提问。"
    )
    commands = parser.add_subparsers(required=True, metavar="QUESTION")

    one = _command(commands, "fill-mask", "which words stand in the blanks? 空里填什么？")
    one.add_argument("text", help='a text with one or more "[MASK]"')
    one.add_argument("--model", default="", help=MODELS)
    one.add_argument("--top", type=int, default=5, help="answers shown for each blank, 1..10")
    one.set_defaults(ask=_fill_mask, show=command_lines.fill_mask)

    one = _command(commands, "follows", "does B follow A? 下一句是不是它？")
    one.add_argument("text", metavar="A", help="the first sentence")
    one.add_argument("candidates", metavar="B", nargs="+", help="candidates for the next one")
    one.add_argument("--model", default="", help="en, zh, a folder, or owner/name on the hub")
    one.set_defaults(ask=_follows, show=command_lines.follows)

    one = _command(commands, "attention", "what does a head look at? 注意力头在看哪里？")
    one.add_argument("text", help="sentence A")
    one.add_argument("--second", default="", help="sentence B")
    one.add_argument("--model", default="", help=MODELS)
    one.add_argument("--layer", type=int, default=0, help="from 0")
    one.add_argument("--head", type=int, help="from 0; without it, the mean of the layer")
    one.set_defaults(ask=_attention, show=command_lines.attention)

    one = _command(commands, "sentiment", "praise or complaint? 夸还是贬？")
    one.add_argument("text", help="a sentence or a few")
    one.set_defaults(ask=_sentiment, show=command_lines.sentiment)

    one = _command(commands, "reconstruct", "what comes back of a digit? 数字还原成什么样？")
    one.add_argument("digit", help="a picture file, or a sample digit's number")
    one.add_argument("--model", default="vae16", choices=get_args(images.Reconstructing))
    one.set_defaults(ask=_reconstruct, show=command_lines.reconstruct)

    one = _command(commands, "tokenize", "what does BERT read? BERT 读到的是什么？")
    one.add_argument("text", help="sentence A")
    one.add_argument("--second", default="", help="sentence B")
    one.add_argument("--language", choices=LANGUAGES, help="guessed if not given")
    one.set_defaults(ask=_tokenize, show=command_lines.tokenize)
    return parser


def _command(commands: Any, name: str, question: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=question, description=question)
    parser.add_argument("--json", action="store_true", help="print the answer as one JSON object")
    return parser


# ---- Asking --------------------------------------------------------------------------------------


def _opened(text: str, model: str) -> str:
    """Return a model's name, fetched and opened: nobody else waits here.

    A path is opened as it stands: whoever has this command line may read that file anyway.
    """
    name = language.model_for(text, model)
    if name not in BUNDLED:
        fetching.fetch(name)
    return name


def _fill_mask(asked: argparse.Namespace) -> Any:
    if not 1 <= asked.top <= command_lines.MAX_TOP:
        high = command_lines.MAX_TOP
        raise InputError("argument_range", name="--top", low=1, high=high, got=asked.top)
    return language.fill_mask_by(reader(_opened(asked.text, asked.model)), asked.text)


def _follows(asked: argparse.Namespace) -> Any:
    return language.follows_by(
        reader(_opened(asked.text, asked.model)), asked.text, asked.candidates
    )


def _attention(asked: argparse.Namespace) -> Any:
    name = _opened(asked.text, asked.model)
    readings.model_called(name)
    return attention.attention_by(name, asked.text, asked.second, asked.layer, asked.head)


def _sentiment(asked: argparse.Namespace) -> Any:
    return language.sentiment(asked.text)


def _reconstruct(asked: argparse.Namespace) -> Any:
    if re.fullmatch(r"\d{1,9}", asked.digit, re.ASCII):
        return images.reconstruct(int(asked.digit), asked.model)
    path = Path(asked.digit)
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_FILE else None
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
        raise InputError("file_unreadable", file=asked.digit[:200]) from error
    if data is None:
        raise InputError("body_too_large", got=path.stat().st_size // 2**20, limit=16)
    return images.reconstruct(base64.b64encode(data).decode(), asked.model)


def _tokenize(asked: argparse.Namespace) -> Any:
    chosen = asked.language or pieces.looks_like(asked.text) or "en"
    return language.tokenize(asked.text, asked.second, chosen)


if __name__ == "__main__":
    sys.exit(main())
