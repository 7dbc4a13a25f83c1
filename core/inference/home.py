"""What does each page show, in one small picture?

    python -m core.inference.home   # after an exchange of weights; some seconds

The front page tells the lecture as a story; each step of it has a picture that is no drawing but an
answer of the shipped models. The command asks them and writes assets/samples/home.json: no model is
woken for the page.
"""

import argparse
import base64
import json

import numpy as np

from core import assets, texts
from core.bert import berts
from core.bert.checkpoints import CONFIG, VOCABULARY, WEIGHTS
from core.errors import AssetError
from core.images import datasets
from core.inference import (
    attention,
    codec_lab,
    fill_in,
    latent_walk,
    next_sentence,
    reconstruction,
    sentiment,
    sentiment_examples,
    told,
    words,
)
from core.text import pieces

FILE = "samples/home.json"
RACE = "samples/race.json"
COMMAND = "python -m core.inference.home"
SPACE = "ae3"  # whose codes are shown
DIGITS = (3, 7, 0, 5)  # are squeezed, one of each kind
OF_KIND = 53  # which of its kind, as on the page that draws
ASKED = ("told", "ae")  # encoders whose codes a decoder reads
N_POINTS = 400  # sample digits in the cloud
WALK = (3, 8)  # kinds of digit to walk between
STEPS = 9  # of the walk
KIND = {"en": "pieces", "zh": "words"}  # what a TextCNN reads
N_ANSWERS = 3
N_NEAR = 3  # words nearest to a sum
N_CODED = 10  # symbols whose bits are shown
INSIDE = 0.99  # share of the coordinates that are not clipped
LEVELS = 127  # of a coordinate, on either side of zero


def digit_of(kind: int) -> int:
    """Return the number of the sample digit that stands for its kind, 0 to 9."""
    return int(np.flatnonzero(datasets.sample_digits().labels == kind)[OF_KIND])


def squeezed(kind: int) -> dict[str, object]:
    """Return a digit, the three numbers of its code, and what comes back."""
    seen = reconstruction.sample(digit_of(kind))
    found = reconstruction.reconstruct(SPACE, seen)
    return {
        "given": packed(seen),
        "code": [round(float(number), 3) for number in found.code],
        "back": packed(found.pixels),
        "error": round(found.error, 4),
    }


def asked(kind: int) -> dict[str, str]:
    """Return a digit, and what comes back of the codes of a network told and of one not told."""
    digit = told.row(told.PICTURES[0], told.OPENING_ROW)[kind]
    seen = told.shown(told.PICTURES[0], digit)
    answers = {one.objective: one for one in told.compare(told.PICTURES[0], seen, without=digit)}
    return {"given": packed(seen)} | {name: packed(answers[name].pixels) for name in ASKED}


def cloud() -> dict[str, str]:
    """Return the codes of sample digits, three signed bytes each, and their labels."""
    codes = reconstruction.neighbourhood(SPACE).codes[:N_POINTS]
    centred = codes - codes.mean(0)
    scaled = np.clip(centred / np.quantile(np.abs(centred), INSIDE), -1, 1)
    labels = datasets.sample_digits().labels[:N_POINTS]
    return {
        "points": base64.b64encode(np.rint(LEVELS * scaled).astype(np.int8)).decode(),
        "labels": "".join(map(str, labels)),
    }


def walk() -> list[str]:
    """Return the pictures on the way from one digit to another, decoded by the VAE."""
    start, end = (reconstruction.sample(digit_of(kind)) for kind in WALK)
    return [
        packed(frame)
        for frame in latent_walk.walk("vae16", start, end, steps=STEPS, mode="slerp").frames
    ]


def coded(language: str) -> dict[str, object]:
    """Return a text, the bits that Huffman's code gives its first symbols, and the bits in all."""
    text = texts.text("codec_lab.example", language)
    found = codec_lab.code_text(text, "characters")
    bits = dict(zip(found.symbols, found.codes, strict=True))
    return {
        "text": text,
        "codes": [[sign, bits[ord(sign)]] for sign in text[:N_CODED]],
        "plain": found.sizes["plain"],
        "huffman": found.sizes["huffman"],
    }


def near(language: str) -> dict[str, object]:
    """Return a sum of words, and the words nearest to it with their cosines."""
    found = words.opening(language)
    nearest = zip(found["words"], found["cosines"], strict=True)
    return {
        "plus": found["plus"],
        "minus": found["minus"],
        "nearest": [[word, round(cosine, 3)] for word, cosine in nearest][:N_NEAR],
    }


def phrases(language: str) -> dict[str, object]:
    """Return a sentence's units, what crossing each out costs, and the verdict of a TextCNN."""
    text = texts.text("home.phrases", language)
    judged = sentiment.judge(text, KIND[language], "tuned")
    verdict = next(one for one in judged.verdicts if one.model == "tuned")
    return {
        "units": list(judged.tokens),
        "costs": [round(float(cost), 3) for cost in judged.costs],
        "good": round(verdict.good, 3),
    }


def blank(language: str) -> dict[str, object]:
    """Return a sentence with a blank, and BERT's first answers."""
    text = texts.text("home.blank", language)
    filled = fill_in.fill(text, berts.reader(language)).blanks[0]
    return {"text": text, "top": [[word, round(p, 3)] for word, p in filled.top[:N_ANSWERS]]}


def follows(language: str) -> dict[str, object]:
    """Return a sentence, two that may come next, and how probable BERT finds each."""
    first, *others = texts.text("home.next", language).split("|")
    judged = next_sentence.judge(first, others, language)
    return {
        "first": first,
        "candidates": [
            [other, round(one.probability, 3)]
            for other, one in zip(others, judged.candidates, strict=True)
        ],
    }


def looked_at(language: str) -> dict[str, object]:
    """Return the head that sends most from one word to another, and all that this word looks at."""
    text, asking, answering = texts.text("home.attention", language).split("|")
    seen = attention.show(language, text)
    written = list(seen.read.written)
    at, to = written.index(asking), written.index(answering)
    layer, head = np.unravel_index(seen.attention[:, :, at, to].argmax(), seen.attention.shape[:2])
    return {
        "text": text,
        "tokens": written,
        "at": at,
        "layer": int(layer) + 1,
        "head": int(head) + 1,
        "weights": [round(float(share), 3) for share in seen.attention[layer, head, at]],
    }


def learned() -> dict[str, object]:
    """Return accuracy on English reviews against the number of labels, pre-trained and not."""
    race = json.loads(assets.locate(RACE).read_text("utf-8"))["languages"]["en"]
    return {
        name: [
            [one["n_labels"], round(float(np.mean(one["accuracies"])), 4)]
            for one in race["points"]
            if one["model"] == name
        ]
        for name in ("random", "tuned")
    }


def packed(pixels: np.ndarray) -> str:
    """Return a picture [28, 28] in [0, 1] as base64 of its bytes."""
    return base64.b64encode(np.rint(255 * np.clip(pixels, 0, 1)).astype(np.uint8)).decode()


# ---- What is stored ------------------------------------------------------------------------------


def stored() -> dict[str, object]:
    """Return the pictures that ship, as `write` lays them out; no model is woken.

    Raises:
        AssetError: the file is missing or damaged.
    """
    try:
        return json.loads(assets.locate(FILE).read_text("utf-8"))
    except ValueError as error:
        raise AssetError("asset_damaged", file=FILE, command=COMMAND) from error


def write() -> None:
    """Ask all models and store their answers."""
    found = {
        "squeezed": [squeezed(kind) for kind in DIGITS],
        "asked": [asked(kind) for kind in (told.OPENING_KIND, *DIGITS)],
        "cloud": cloud(),
        "walk": walk(),
        "learned": learned(),
        **{
            language: {
                "coded": coded(language),
                "near": near(language),
                "phrases": phrases(language),
                "pieces": list(pieces.read(texts.text("home.pieces", language), language).tokens),
                "blank": blank(language),
                "next": follows(language),
                "attention": looked_at(language),
            }
            for language in texts.LANGUAGES
        },
    }
    assets.write_json(
        FILE,
        found,
        source="what the shipped models answer for the pictures of the front page",
        command=COMMAND,
        made_from=[
            *datasets.SAMPLE_FILES,
            *(reconstruction.file_of(name) for name in (SPACE, "vae16")),
            told.weights_file(told.PICTURES[0]),
            RACE,
            *words.files().values(),
            *(name for kind in KIND.values() for name in sentiment_examples.made_by(kind)),
            *(
                f"weights/bert-{language}/{name}"
                for language in texts.LANGUAGES
                for name in (WEIGHTS, CONFIG, VOCABULARY)
            ),
        ],
    )


if __name__ == "__main__":
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    write()
