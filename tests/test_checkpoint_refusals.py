"""What of a checkpoint can't be read is refused, and why."""

from pathlib import Path

import pytest
import torch

from core import texts
from core.bert import berts
from core.bert.checkpoints import WEIGHTS
from core.errors import InputError
from core.inference import attention, next_sentence
from tests import tiny_checkpoints as tiny
from tests.tiny_checkpoints import VOCABULARY, bert, distilbert, told, words

pytestmark = pytest.mark.usefixtures("no_other_models")


def spoilt(weights: dict, number: float) -> dict:
    weights["bert.encoder.layer.1.output.dense.weight"][3, 4] = number
    return weights


def cut(folder: Path, file: str = WEIGHTS, *, keep: float = 0.5) -> None:
    whole = (folder / file).read_bytes()
    (folder / file).write_bytes(whole[: int(keep * len(whole))])


def config(**settings: object) -> tiny.Change:
    return lambda folder: (bert(folder), told(folder, "config.json", **settings))


def replaced(file: str, content: bytes | None) -> tiny.Change:
    def change(folder: Path) -> None:
        bert(folder)
        if content is None:
            (folder / file).unlink()
        else:
            (folder / file).write_bytes(content)

    return change


def tokenizer_json(**parts: object) -> tiny.Change:
    return lambda folder: (tiny.stored(folder), told(folder, "tokenizer.json", **parts))


def sharded(lost: bool, **index: object) -> tiny.Change:
    def change(folder: Path) -> None:
        bert(folder)
        tiny.shard(folder)
        if lost:
            (folder / "model-00002-of-00003.safetensors").unlink()
        if index:
            told(folder, "model.safetensors.index.json", **index)

    return change


def pickled(folder: Path) -> None:
    bert(folder)
    (folder / WEIGHTS).rename(folder / "pytorch_model.bin")


def shorter_table(folder: Path) -> None:
    bert(folder, n=len(VOCABULARY) - 2)


def lacking(start: str) -> tiny.Change:
    return tiny.then(bert, lambda w: {k: v for k, v in w.items() if not k.startswith(start)})


def contradicting(**settings: object) -> tiny.Change:
    return lambda folder: (tiny.stored(folder), told(folder, **settings))


REFUSED: dict[str, tuple[tiny.Change, str]] = {
    "NaN": (tiny.then(bert, lambda w: spoilt(w, float("nan"))), "checkpoint_not_finite"),
    "infinity": (tiny.then(bert, lambda w: spoilt(w, float("inf"))), "checkpoint_not_finite"),
    "whole numbers": (tiny.then(bert, tiny.as_type(torch.int8)), "checkpoint_other"),
    "truncated": (lambda f: (bert(f), cut(f)), "checkpoint_damaged"),
    "no bytes": (replaced(WEIGHTS, b""), "checkpoint_damaged"),
    "no weights": (replaced(WEIGHTS, None), "checkpoint_incomplete"),
    "only a pickle": (pickled, "checkpoint_pickled"),
    "a file of several": (sharded(lost=True), "checkpoint_incomplete"),
    "an index that leads out": (
        sharded(lost=False, weight_map={"a": "../it/model-00001-of-00003.safetensors"}),
        "checkpoint_incomplete",
    ),
    "an index of nothing": (sharded(lost=False, weight_map=[]), "checkpoint_json"),
    "no config": (replaced("config.json", None), "checkpoint_incomplete"),
    "config cut": (replaced("config.json", b'{"vocab_size": '), "checkpoint_json"),
    "config a list": (replaced("config.json", b"[]"), "checkpoint_json"),
    "config nested deep": (replaced("config.json", b"[" * 10**5), "checkpoint_json"),
    "another width": (config(hidden_size=48), "checkpoint_shape"),
    "terabytes": (config(vocab_size=2**24, intermediate_size=2**24), "checkpoint_shape"),
    "no whole number": (config(vocab_size="30522"), "checkpoint_setting"),
    "no number of layers": (config(num_hidden_layers=True), "checkpoint_setting"),
    "no layers": (config(num_hidden_layers=0), "checkpoint_setting"),
    "huge": (config(max_position_embeddings=10**400), "checkpoint_setting"),
    "heads that don't share": (config(num_attention_heads=5), "checkpoint_setting"),
    "another activation": (config(hidden_act="softplus"), "checkpoint_setting"),
    "no activation": (config(hidden_act=3), "checkpoint_setting"),
    "a decoder": (config(is_decoder=True), "checkpoint_setting"),
    "other positions": (config(position_embedding_type="relative_key"), "checkpoint_setting"),
    "quantized": (config(quantization_config={"bits": 4}), "checkpoint_setting"),
    "more layers": (config(num_hidden_layers=12), "checkpoint_lacks"),
    "no positions": (lacking("bert.embeddings.position"), "checkpoint_lacks"),
    "no layers stored": (lacking("bert.encoder"), "checkpoint_other"),
    "a body of another": (
        tiny.then(bert, lambda w: w | {"bert.encoder.layer.0.crossattention.x": torch.ones(2)}),
        "checkpoint_other",
    ),
    **{
        kind: (config(model_type=kind), "checkpoint_kind")
        for kind in ("roberta", "albert", "electra", "ernie", "gpt2", "deberta-v2", "t5")
    },
    "no vocabulary": (replaced("vocab.txt", None), "checkpoint_incomplete"),
    "a vocabulary in GBK": (
        replaced("vocab.txt", "[PAD]\n今\n".encode("gbk")),
        "checkpoint_damaged",
    ),
    "no [MASK]": (lambda f: (bert(f), words(f, VOCABULARY[:4])), "checkpoint_special"),
    "another mask": (
        lambda f: tiny.with_settings(f, mask_token={"content": "<mask>"}),
        "checkpoint_special",
    ),
    "a vocabulary that is longer": (shorter_table, "checkpoint_rows"),
    "a vocabulary cut off": (lambda f: bert(f, n=len(VOCABULARY) + 2000), "checkpoint_short"),
    "half a character": (config(hidden_act="\ud800"), "checkpoint_json"),
    "an added token beyond": (lambda f: tiny.stored(f, "covid-19"), "checkpoint_rows"),
    "an added token elsewhere": (
        lambda f: (bert(f, n=200), told(f, "added_tokens.json", **{"covid-19": 180})),
        "checkpoint_added",
    ),
    "an added token in a gap": (
        lambda f: (
            tiny.with_words(f, tiny.words_of(["the"], at=8), n=200),
            told(f, additional_special_tokens=["[E1]"]),
        ),
        "checkpoint_added",
    ),
    "MeCab": (
        lambda f: tiny.with_settings(f, tokenizer_class="BertJapaneseTokenizer"),
        "checkpoint_cutting",
    ),
    "BPE": (tokenizer_json(model={"type": "BPE", "vocab": {}, "merges": []}), "checkpoint_cutting"),
    "metaspace": (tokenizer_json(pre_tokenizer={"type": "Metaspace"}), "checkpoint_cutting"),
    "no normalizer": (tokenizer_json(normalizer=None), "checkpoint_cutting"),
    "a vocabulary of words": (
        tokenizer_json(model={"type": "WordPiece", "vocab": {"a": "b"}}),
        "checkpoint_json",
    ),
    "tokenizer cut": (lambda f: (tiny.stored(f), cut(f, "tokenizer.json")), "checkpoint_json"),
    "upper case or not": (contradicting(do_lower_case=False), "checkpoint_contradiction"),
    "accents or not": (contradicting(strip_accents=False), "checkpoint_contradiction"),
    "characters or not": (contradicting(tokenize_chinese_chars=False), "checkpoint_contradiction"),
    "lower case perhaps": (contradicting(do_lower_case="perhaps"), "checkpoint_json"),
    "NaN in a DistilBERT": (
        tiny.then(
            distilbert,
            lambda w: w | {"vocab_transform.bias": torch.full((32,), float("nan"))},
        ),
        "checkpoint_not_finite",
    ),
    "a DistilBERT in part": (
        tiny.then(distilbert, lambda w: {k: v for k, v in w.items() if "layer.1.ffn" not in k}),
        "checkpoint_lacks",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_it_cannot_read_it_refuses_with_the_reason(name, tmp_path):
    how, key = REFUSED[name]
    folder = tiny.made(how, tmp_path / "it")
    with pytest.raises(InputError) as error:
        berts.reader(str(folder))
    assert error.value.key == key
    for language in texts.LANGUAGES:
        sentence = error.value.sentence(language)
        assert "{" not in sentence.replace('{"bits": 4}', "")
        assert str(tmp_path) not in sentence
    assert error.value.sentence("en") != error.value.sentence("zh")


def test_a_sentence_names_what_is_really_the_matter(tmp_path):
    def said(how: tiny.Change) -> str:
        with pytest.raises(InputError) as error:
            berts.reader(str(tiny.made(how, tmp_path / "it")))
        return str(error.value)

    assert 'hidden_act: "softplus"' in said(config(hidden_act="softplus"))
    assert "“albert”" in said(config(model_type="albert"))
    assert "position_embedding_type" in said(config(position_embedding_type="relative_key"))
    assert "BertJapaneseTokenizer" in said(REFUSED["MeCab"][0])
    assert "bert.encoder.layer.2" in said(config(num_hidden_layers=12))
    both = said(contradicting(do_lower_case=False))
    assert "do_lower_case is true in tokenizer.json, but false in tokenizer_config.json" in both
    kept = said(contradicting(strip_accents=False))
    assert "strip_accents is true in tokenizer.json, but false in tokenizer_config.json" in kept


def test_one_row_of_segments_reads_one_sentence(tmp_path, monkeypatch):
    folder = str(bert(tmp_path, type_vocab_size=1))
    berts.reader(folder)
    assert attention.show(folder, "the cat").can.pair == "attention_one_segment"
    with pytest.raises(InputError) as error:
        attention.show(folder, "the cat", "the dog")
    assert error.value.key == "attention_one_segment"
    monkeypatch.setattr(next_sentence.readers, "source", lambda name: name)
    with pytest.raises(InputError) as error:
        next_sentence.judge("the cat", ["the dog"], folder)
    assert error.value.key == "attention_one_segment"
