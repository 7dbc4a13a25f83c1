"""Every layout of a checkpoint is read as transformers reads it, and can be saved again."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch.testing import assert_close

from core.bert import berts, fast_bert
from core.bert.checkpoints import WEIGHTS, load_bert, save_bert
from core.inference import attention, fill_in, readings, stepwise
from core.text.reviews import shipped
from core.text.tokenizer import lines, read_vocabulary
from tests import tiny_checkpoints as tiny
from tests.tiny_checkpoints import VOCABULARY, bert, distilbert, only, rewrite, told, words

pytestmark = pytest.mark.usefixtures("no_other_models")

# What today's Python takes for the end of a line, though it is none in a table.
BREAKS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
TEXTS = (
    "The Cat möchte Paris für [MASK].",
    "今天天气很[MASK]",
    "covid-19 on [E1], [MASK] Cats. [SEP]",
    "我\u2028爱\x85[MASK]",
)


def with_added(folder: Path, *, legacy: bool) -> None:
    n = len(VOCABULARY)
    bert(folder, n=n + 2)
    if legacy:
        told(folder, "added_tokens.json", **{"covid-19": n, "[E1]": n + 1})
        return
    flags = {"lstrip": False, "rstrip": False, "single_word": False}
    first = {"content": "covid-19", "normalized": True, "special": False, **flags}
    second = {"content": "[E1]", "normalized": False, "special": True, **flags}
    told(folder, added_tokens_decoder={str(n): first, str(n + 1): second})


def library(folder: Path, **settings: object) -> None:
    """Write a tokenizer that is whatever tokenizer.json says."""
    tiny.stored(folder, "covid-19", n=len(VOCABULARY) + 1, **settings)
    roles = {f"{role[1:-1].lower()}_token": role for role in tiny.SPECIAL}
    (folder / "tokenizer_config.json").unlink()
    told(folder, tokenizer_class="PreTrainedTokenizerFast", **roles)


def other_vocabulary_beside(folder: Path) -> None:
    tiny.stored(folder)
    words(folder, VOCABULARY[::-1])


def google(folder: Path) -> None:
    bert(folder)
    absent = "layer_norm_eps hidden_act type_vocab_size tie_word_embeddings architectures dtype"
    told(folder, "config.json", **dict.fromkeys([*absent.split(), "pad_token_id"], ...))


def decoder_beside(weights: dict) -> dict:
    """Hold a decoder that is not the table, though config.json says that they are tied."""
    table = weights["bert.embeddings.word_embeddings.weight"]
    bias = weights["cls.predictions.bias"]
    return weights | {
        "cls.predictions.decoder.weight": table.flip(0),
        "cls.predictions.decoder.bias": bias.flip(0),
    }


def decoder_alone(weights: dict) -> dict:
    """Hold what is tied under the decoder's names only."""
    moved = {
        "bert.embeddings.word_embeddings.weight": "cls.predictions.decoder.weight",
        "cls.predictions.bias": "cls.predictions.decoder.bias",
    }
    return {moved.get(name, name): weight for name, weight in weights.items()}


def without_prefix(weights: dict) -> dict:
    return {name.removeprefix("bert."): weight for name, weight in weights.items()}


def named_before(folder: Path) -> None:
    bert(folder)
    rewrite(folder, lambda w: w | {"bert.embeddings.position_ids": torch.arange(64)[None]})


def shallower(folder: Path) -> None:
    bert(folder, num_hidden_layers=3)
    told(folder, "config.json", num_hidden_layers=2)


ACTIVATIONS = ["relu", "silu", "gelu_new", "gelu_pytorch_tanh"]
RARE = ["swish", "tanh", "mish", "gelu_fast", "gelu_python"]

READ: dict[str, tiny.Change] = {
    "masked-LM": lambda f: bert(f, "ForMaskedLM"),
    "pre-training": bert,
    "google's config": google,
    "epsilon": lambda f: bert(f, layer_norm_eps=0.1),
    **{name: lambda f, name=name: bert(f, hidden_act=name) for name in [*ACTIVATIONS, *RARE]},
    "untied": lambda f: bert(f, tie_word_embeddings=False),
    "tied but a decoder": tiny.then(bert, decoder_beside),
    "only a decoder": tiny.then(bert, decoder_alone),
    "one segment": lambda f: bert(f, type_vocab_size=1),
    "fp16": tiny.then(bert, tiny.as_type(torch.float16)),
    "bf16": tiny.then(bert, tiny.as_type(torch.bfloat16)),
    "names of 2018": tiny.then(bert, tiny.old_names),
    "no prefix": tiny.then(bert, without_prefix),
    "position_ids": named_before,
    "fewer layers": shallower,
    "several files": lambda f: (bert(f), tiny.shard(f)),
    "saved today": tiny.stored,
    "saved today, cased": lambda f: tiny.stored(f, do_lower_case=False),
    "saved today, accents": lambda f: tiny.stored(f, strip_accents=False),
    "saved today, added": lambda f: tiny.stored(f, "covid-19", n=len(VOCABULARY) + 1),
    "another vocab.txt": other_vocabulary_beside,
    "the library's": lambda f: library(f, do_lower_case=False, tokenize_chinese_chars=False),
    "line separators": lambda f: tiny.with_words(f, tiny.words_of([*BREAKS, f"##{BREAKS[-2]}"])),
    "CRLF": lambda f: tiny.with_words(f, VOCABULARY, end="\r\n"),
    "blanks after words": lambda f: tiny.with_words(f, VOCABULARY, end=" \t\n"),
    "BOM": lambda f: tiny.with_words(f, VOCABULARY, encoding="utf-8-sig"),
    "a line twice": lambda f: tiny.with_words(f, tiny.words_of(["the", "气"], at=8)),
    "an empty line": lambda f: tiny.with_words(f, tiny.words_of([""], at=8)),
    "empty lines at the end": lambda f: tiny.with_words(f, [*VOCABULARY, "", ""], len(VOCABULARY)),
    "padded": lambda f: tiny.with_words(f, VOCABULARY, len(VOCABULARY) + 13),
    "cased": lambda f: tiny.with_settings(f, do_lower_case=False),
    "lower case with accents": lambda f: tiny.with_settings(
        f, do_lower_case=True, strip_accents=False
    ),
    "upper case without accents": lambda f: tiny.with_settings(
        f, do_lower_case=False, strip_accents=True
    ),
    "Chinese by words": lambda f: tiny.with_settings(f, tokenize_chinese_chars=False),
    "added tokens": lambda f: with_added(f, legacy=False),
    "added tokens of old": lambda f: with_added(f, legacy=True),
    "one more special": lambda f: (
        bert(f, n=len(VOCABULARY) + 1),
        told(f, additional_special_tokens=["[E1]"]),
    ),
    "a special of the vocabulary": lambda f: (
        tiny.with_words(f, tiny.words_of(["[E1]"])),
        told(f, "special_tokens_map.json", additional_special_tokens=["[E1]"]),
    ),
    "DistilBERT": distilbert,
    "DistilBERT, relu": lambda f: distilbert(f, activation="relu"),
    "DistilBERT, no prefix": tiny.then(
        distilbert, lambda w: {k.removeprefix("distilbert."): v for k, v in w.items()}
    ),
}


@pytest.mark.parity
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name in RARE)) for name in READ]
)
def test_it_is_read_as_transformers_reads_it(name, tmp_path):
    import transformers

    folder = tiny.made(READ[name], tmp_path / "it")
    reader = berts.reader(str(folder))
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    theirs = transformers.AutoModelForMaskedLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    for text in TEXTS:
        # A special token that is typed is text in the lab, whatever transformers makes of it.
        typed = text.replace("[SEP]", "")
        expected = tokenizer(typed).input_ids
        assert fill_in.prepare(typed, reader).ids[0].tolist() == expected, text
        assert readings.read(str(folder), typed).ids[0].tolist() == expected, text
    ids = tokenizer(TEXTS[0], return_tensors="pt").input_ids
    with torch.inference_mode():
        expected, mine = theirs(ids, output_attentions=True), reader.model(ids)
    at = ids[0].tolist().index(tokenizer.mask_token_id or 4)
    shares = expected.logits[0, at].softmax(-1)
    assert_close(mine.mlm_logits[0, at].softmax(-1), shares, atol=1e-5, rtol=1e-4)
    top = fill_in.fill(TEXTS[0], reader).blanks[0].top  # by the fast twin, where there is one
    assert len(top) == fill_in.N_TOP
    for (token, share), high in zip(top, shares.topk(len(top)).values.tolist(), strict=True):
        assert share == pytest.approx(high, abs=1e-4)
        assert share == pytest.approx(float(shares[reader.tokens.index(token)]), abs=1e-4)
    seen = attention.show(str(folder), TEXTS[0]).attention
    assert abs(seen - torch.cat(expected.attentions).numpy()).max() < 1e-4
    assert "[SEP]" not in fill_in.fill(TEXTS[2], reader).tokens
    step = stepwise.next_step(TEXTS[0], reader, filled={})
    assert reader.tokens[step.token_id] == step.token
    assert (fast_bert.of(reader.model) is None) == (
        reader.model.bert.config.activation != "gelu"
    ), "the fast twin computes gelu only"


@pytest.mark.parity
@pytest.mark.parametrize("kind", ["bert", "distilbert"])
def test_two_sentences_are_framed_as_transformers_frames_them(kind, tmp_path):
    import transformers

    folder = bert(tmp_path) if kind == "bert" else distilbert(tmp_path)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    expected = tokenizer("the cat sat", "on the mat", return_tensors="pt")
    reading = readings.read(str(folder), "the cat sat", "on the mat")
    assert reading.ids.tolist() == expected.input_ids.tolist()
    assert reading.read.kind == kind
    theirs = transformers.AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    with torch.inference_mode():
        attended = torch.cat(theirs(**expected, output_attentions=True).attentions).numpy()
    seen = attention.show(str(folder), "the cat sat", "on the mat").attention
    assert abs(seen - attended).max() < 1e-5


# ---- Tables that are read line by line -----------------------------------------------------------


def test_only_line_feeds_end_a_line(tmp_path, monkeypatch):
    assert lines("a\r\n\u2028\n##\x85b\n\n c \n\n\n") == ["a", "\u2028", "##\x85b", "", " c "]
    assert lines("") == []
    file = tmp_path / "vocab.txt"
    file.write_bytes("\n".join(["a", *BREAKS, "##\u2028", "我", "b\r"]).encode())
    found = read_vocabulary(file)
    assert [found[c] for c in (*BREAKS, "##\u2028", "我", "b")] == [*range(1, 9), 9, 10, 11]

    import lzma

    from core import assets

    rows = [f"{k % 2}\tgood{c}bad {k}" for k, c in enumerate(BREAKS)]
    (tmp_path / "reviews").write_bytes(lzma.compress("\n".join([*rows, ""]).encode()))
    monkeypatch.setattr(assets, "locate", lambda _name: tmp_path / "reviews")
    split = shipped.__wrapped__("en")
    assert sum(len(part.texts) for part in split) == len(rows)


def test_google_chinese_rows(tmp_path):
    """Google's Chinese vocabulary has U+2028 on two of its lines, and 我 is 2769."""
    rows = [f"[unused{i}]" for i in range(21128)]
    rows[344], rows[2769], rows[13503] = "\u2028", "我", "##\u2028"
    words(tmp_path, rows)
    assert read_vocabulary(tmp_path / "vocab.txt") == {row: i for i, row in enumerate(rows)}


# ---- What is written is read again ---------------------------------------------------------------


@pytest.mark.parametrize("name", ["untied", "gelu_new", "one segment", "DistilBERT"])
def test_what_was_read_can_be_saved_and_read_again(name, tmp_path):
    folder = tiny.made(READ[name], tmp_path / "it")
    model = load_bert(folder).model.eval()
    save_bert(model, tmp_path / "again", folder / "vocab.txt", dtype=torch.float32)
    again = load_bert(tmp_path / "again").model.eval()
    assert again.bert.config == model.bert.config
    ids = torch.tensor([[2, 40, 60, 4, 3]])
    assert_close(again(ids).mlm_logits, model(ids).mlm_logits)


def test_a_bare_encoder_has_no_heads(tmp_path):
    folder = tiny.made(tiny.then(bert, only("bert.")), tmp_path / "it")
    reader = berts.reader(str(folder))
    assert (reader.has_mlm, reader.has_nsp, reader.task) == (False, False, None)
    assert json.loads((folder / "config.json").read_text())["model_type"] == "bert"
    assert "embeddings.word_embeddings.weight" in load_file(folder / WEIGHTS)
