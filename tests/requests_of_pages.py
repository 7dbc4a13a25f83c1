"""A good request of each handler, and values that no page sends."""

import base64
import io

import numpy as np
from PIL import Image

from demos.attention import tab as attention
from demos.code_space import tab as code_space
from demos.codec_lab import tab as codec_lab
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


def pixels(height: int, width: int) -> str:
    """Return a picture with some ink, as it goes over the wire."""
    return base64.b64encode(drawn(height, width).tobytes()).decode()


def drawn(height: int, width: int) -> np.ndarray:
    picture = np.zeros((height, width), np.uint8)
    picture[height // 5 : height // 5 * 4, width // 3 : width // 2] = 255
    return picture


def photo() -> str:
    """Return a picture of a digit on paper, as it goes over the wire."""
    file = io.BytesIO()
    Image.fromarray(255 - drawn(60, 60)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


READ = {"model": "en", "text": "A cat sat on the [MASK].", "second": "", "keep": "head"}
READ |= {"at": None, "off": []}
ASKED = READ | {"question": "mask", "target": None}
FILL = {"model": "en", "text": "The cat sat on the [MASK].", "hidden": [], "by_word": False}
MASK = {"text": "The cat sat.", "language": "en", "unit": "token", "dynamic": True, "seed": 1}
MASK |= {"cuts": None}
MAP = {"net": "dense32", "n_digits": 50, "n_neighbors": 5, "min_dist": 0.1, "seed": 0}
JUDGE = {"text": "A fine film.", "kind": "pieces", "start": "random"}
LSTM = {"text": "A fine film.", "language": "en", "start": "tuned", "off": [1]}
WALK = {"steps": 3, "beta": 1, "mode": "linear", "start": {"sample": 1}, "end": {"sample": 2}}
TRAINING = train._wire(train.training.AutoencoderSettings())
JOB = {"job": "fuzz"}
JPEG = {"picture": {"name": "digit"}, "quality": 50, "bands": [100, 100, 100], "off": [63]}
JPEG |= {"halved": True, "block": [0, 0]}
DRAWINGS = [[{"kind": kind, "row": row} for row in range(3)] for kind in ("food", "tools")]
WORDS = {"own": True, "text": "A cat and a dog.", "watched": "cat", "language": "en", "seed": 0}
WORDS |= {"method": "skipgram", "n_dims": 2, "window": 2, "n_negative": 2, "threshold": 0.001}
WORDS |= {"epochs": 1}
RETRAINING = {"classes": DRAWINGS, "n_learned": 2, "depth": "layer", "background": True, "seed": 0}
RETRAINING |= {"network": "lite0"}

GOOD = {
    home: {"show_pictures": {}},
    models_map: {"show_models": {}},
    attention: {
        "read_attention": READ | {"layers": [0]},
        "read_head": READ | {"layer": 0, "head": 0},
        "read_answer": READ,
        "score_heads": READ,
        "roll_out": READ,
        "switch_off": ASKED | {"off": [1]},
        "compare_texts": READ | {"other_text": "A dog sat on the [MASK].", "other_second": ""},
        "show_score": {"language": "en"},
        "measure": ASKED | JOB | {"task": "pruning", "each": False},
        "follow_measuring": JOB,
        "stop_measuring": JOB,
        "load_model": JOB | {"name": "some/model"},
        "follow_loading": JOB,
        "list_folders": {},
        "stop_loading": JOB,
    },
    code_space: {
        "show_space": {"space": "lecture"},
        "show_time_lapse": {"space": "lecture"},
        "place_drawing": {"space": "lecture", "pixels": pixels(28, 28)},
        "show_empty_places": {"space": "lecture", "seed": 1},
        "show_map": {"net": "dense32", "method": "umap"},
        "show_digit": {"net": "dense32", "index": 3},
        "make_umap": MAP | JOB,
        "follow_umap": JOB,
        "show_umap": JOB,
        "stop_umap": JOB,
    },
    codec_lab: {
        "code_message": {"source": "text", "text": "a cat", "unit": "bytes", "digit": 511},
        "take_picture": {"file": photo()},
        "open_picture": {"name": "digit"},
        "show_jpeg": JPEG,
        "compare_codecs": {"picture": {"png": photo()}, "bytes": 300},
        "show_equal_bytes": {"what": "digit", "digit": 511, "bits": 6, "bytes": 0},
        "show_rates": {},
        "show_pyramid": {"picture": {"name": "digit"}, "kind": "haar", "levels": 2, "percent": 9},
    },
    contextual: {
        "show_word": {"language": "en", "word": "bank"},
        "compare_sentences": {"language": "en", "word": "cat", "text": "A cat sat.\nMy cat ran."},
    },
    convolution: {"show_sentence": {"language": "en", "text": "A cat."}, "show_filters": {}},
    fill_in: {
        "fill_blanks": FILL,
        "open_example": {"model": "en", "text": "A [MASK]."},
        "ask_layers": FILL | {"blank": 0},
        "fill_next": FILL | {"filled": []},
        "show_training": {"language": "en"},
        "show_score": {"language": "en"},
        "show_transfer": {},
        "compare_pronouns": {
            "template": "[profession] said that [MASK] was late.",
            "professions": "the nurse",
            "model": "en",
        },
        "wake_chinese_words": {},
        "load_model": JOB | {"name": "some/model"},
        "follow_loading": JOB,
        "list_folders": {},
        "stop_loading": JOB,
    },
    input_pieces: {
        "assemble_input": {"first": "A cat.", "second": "A dog.", "language": "en"},
        "match_word": {"word": "playing", "language": "en"},
        "search_vocabulary": {"field": "contains", "query": "cat", "language": "en"},
        "add_embeddings": {"token": 5, "position": 1, "segment": 0, "language": "en"},
        "cut_by_others": {"text": "A cat."},
    },
    latent_walk: {
        "show_plane": {"beta": 1},
        "show_summaries": {},
        "show_walk": WALK,
        "show_draws": {"seed": 1, "beta": 1},
        "show_elbo": {"seed": 1, "digit": {"drawing": pixels(28, 28)}},
    },
    lstm: {
        "open_reading": {"language": "en"},
        "read_text": LSTM,
        "compare_reasons": LSTM | {"direction": "both"},
        "compare_contexts": LSTM | {"other": "A film so fine."},
    },
    masking: {
        "mask_text": MASK | {"epochs": 2},
        "count_rolls": MASK,
        "answer_blanks": MASK | {"epoch": 0},
        "wake_words": {},
    },
    next_sentence: {
        "judge_candidates": {"first": "It rained.", "candidates": ["We got wet."], "model": "en"},
        "weigh_words": {
            "first": "It rained.",
            "second": "We got wet.",
            "model": "en",
            "hidden": [],
        },
        "hide_words": {
            "first": "It rained.",
            "second": "We got wet.",
            "model": "en",
            "begin": 0,
        },
        "compare_reasons": {"first": "It rained.", "second": "We got wet.", "model": "en"},
        "show_scores": {"language": "en"},
        "show_lapse": {"language": "en"},
        "show_trial": {},
    },
    reconstruction: {
        "show_reconstructions": {"drawing": pixels(112, 112), "preparation": "on"},
        "read_photo": {"file": photo(), "box": None},
    },
    retrain: {
        "show_retraining": {},
        "read_picture": {"file": photo()},
        "retrain": JOB | RETRAINING,
        "show_curve": {},
        "measure_point": JOB | {"way": "pixels", "n_learned": 2, "seed": 9},
        "follow_retraining": JOB,
        "stop_retraining": JOB,
    },
    sentiment: {
        "judge_text": JUDGE,
        "judge_by_bert": {"text": "A fine film.", "language": "en"},
        "compare_reasons": JUDGE | {"model": "random", "language": "en"},
        "open_example": JUDGE,
        "show_ngrams": {"kind": "pieces", "start": "random", "filter": 0},
    },
    told: {
        "compare_codes": {"pictures": "digits", "drawing": pixels(112, 112)},
        "show_row": {"pictures": "clothes", "row": 1},
        "show_maps": {"pictures": "animals", "method": "pca"},
        "show_figures": {"pictures": "digits"},
    },
    words: {
        "show_analogies": {"language": "en"},
        "show_bridge": {},
        "show_word_maps": {"language": "zh"},
    },
    train: {
        "show_examples": {},
        "train": JOB | TRAINING,
        "follow_training": JOB,
        "tell_training": JOB | {"order": "pause"},
        "stop_training": JOB,
    },
    word2vec: {
        "show_word_run": {"language": "en", "method": "glove"},
        "train_words": JOB | WORDS,
        "follow_words": JOB,
        "stop_words": JOB,
    },
}


def deep(levels: int) -> list:
    """Return [[[ ... ]]], as deep as JSON is read."""
    value: list = []
    for _ in range(levels):
        value = [value]
    return value


NASTY = [
    None,
    True,
    -1,
    1.5,
    2**53,
    10**30,
    -(10**30),
    10**400,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "é",
    "\ud800",
    "\x00",
    "[MASK]" * 600,
    "x" * 20_000,
    [],
    [-1],
    [10**400],
    ["\ud800"],
    [1.5, None, True],
    [[0]] * 3,
    deep(900),
    {},
    {"sample": 10**30},
    {"drawing": "é"},
]
