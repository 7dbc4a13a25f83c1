"""Every layout of a checkpoint is read as transformers reads it, or refused with the reason."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch.testing import assert_close

from core import texts
from core.bert import berts, fast_bert
from core.bert.checkpoints import WEIGHTS, load_bert, save_bert
from core.bert.kept import Kept
from core.errors import InputError
from core.inference import attention, fill_in, next_sentence, own_answer, readings, stepwise
from core.text.reviews import shipped
from core.text.tokenizer import lines, read_vocabulary
from tests import tiny_checkpoints as tiny
from tests.tiny_checkpoints import VOCABULARY, bert, distilbert, only, rewrite, told, words

# What today's Python takes for the end of a line, though it is none in a table.
BREAKS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
TEXTS = (
    "The Cat möchte Paris für [MASK].",
    "今天天气很[MASK]",
    "covid-19 on [E1], [MASK] Cats. [SEP]",
    "我\u2028爱\x85[MASK]",
)


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Keep no model of another test."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(berts, "_OTHERS", Kept(berts._load, 1))


def words_of(extra: list[str], at: int = 5) -> list[str]:
    return [*VOCABULARY[:at], *extra, *VOCABULARY[at:]]


def with_words(folder: Path, vocabulary: list[str], n: int | None = None, **form: str) -> None:
    bert(folder, "ForMaskedLM", n=n or len(vocabulary))
    words(folder, vocabulary, **form)


def stored(folder: Path, *added: str, n: int | None = None, **settings: object) -> None:
    """Write a BERT with the tokenizer that transformers saves today."""
    bert(folder, n=n)
    tiny.save_tokenizer(folder, *added, **settings)


def with_settings(folder: Path, **settings: object) -> None:
    bert(folder, "ForMaskedLM")
    told(folder, **settings)


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
    stored(folder, "covid-19", n=len(VOCABULARY) + 1, **settings)
    roles = {f"{role[1:-1].lower()}_token": role for role in tiny.SPECIAL}
    (folder / "tokenizer_config.json").unlink()
    told(folder, tokenizer_class="PreTrainedTokenizerFast", **roles)


def other_vocabulary_beside(folder: Path) -> None:
    stored(folder)
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


def then(make: tiny.Change, change: object) -> tiny.Change:
    """Make a folder, then change its weights."""
    return lambda folder: (make(folder), rewrite(folder, change))


def as_type(dtype: torch.dtype) -> object:
    return lambda weights: {name: weight.to(dtype) for name, weight in weights.items()}


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
    "tied but a decoder": then(bert, decoder_beside),
    "only a decoder": then(bert, decoder_alone),
    "one segment": lambda f: bert(f, type_vocab_size=1),
    "fp16": then(bert, as_type(torch.float16)),
    "bf16": then(bert, as_type(torch.bfloat16)),
    "names of 2018": then(bert, tiny.old_names),
    "no prefix": then(bert, without_prefix),
    "position_ids": named_before,
    "fewer layers": shallower,
    "several files": lambda f: (bert(f), tiny.shard(f)),
    "saved today": stored,
    "saved today, cased": lambda f: stored(f, do_lower_case=False),
    "saved today, accents": lambda f: stored(f, strip_accents=False),
    "saved today, added": lambda f: stored(f, "covid-19", n=len(VOCABULARY) + 1),
    "another vocab.txt": other_vocabulary_beside,
    "the library's": lambda f: library(f, do_lower_case=False, tokenize_chinese_chars=False),
    "line separators": lambda f: with_words(f, words_of([*BREAKS, f"##{BREAKS[-2]}"])),
    "CRLF": lambda f: with_words(f, VOCABULARY, end="\r\n"),
    "blanks after words": lambda f: with_words(f, VOCABULARY, end=" \t\n"),
    "BOM": lambda f: with_words(f, VOCABULARY, encoding="utf-8-sig"),
    "a line twice": lambda f: with_words(f, words_of(["the", "气"], at=8)),
    "an empty line": lambda f: with_words(f, words_of([""], at=8)),
    "empty lines at the end": lambda f: with_words(f, [*VOCABULARY, "", ""], len(VOCABULARY)),
    "padded": lambda f: with_words(f, VOCABULARY, len(VOCABULARY) + 13),
    "cased": lambda f: with_settings(f, do_lower_case=False),
    "lower case with accents": lambda f: with_settings(f, do_lower_case=True, strip_accents=False),
    "upper case without accents": lambda f: with_settings(
        f, do_lower_case=False, strip_accents=True
    ),
    "Chinese by words": lambda f: with_settings(f, tokenize_chinese_chars=False),
    "added tokens": lambda f: with_added(f, legacy=False),
    "added tokens of old": lambda f: with_added(f, legacy=True),
    "one more special": lambda f: (
        bert(f, n=len(VOCABULARY) + 1),
        told(f, additional_special_tokens=["[E1]"]),
    ),
    "a special of the vocabulary": lambda f: (
        with_words(f, words_of(["[E1]"])),
        told(f, "special_tokens_map.json", additional_special_tokens=["[E1]"]),
    ),
    "DistilBERT": distilbert,
    "DistilBERT, relu": lambda f: distilbert(f, activation="relu"),
    "DistilBERT, no prefix": then(
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


# ---- What is refused, and why --------------------------------------------------------------------


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
    return lambda folder: (stored(folder), told(folder, "tokenizer.json", **parts))


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
    return then(bert, lambda w: {k: v for k, v in w.items() if not k.startswith(start)})


def contradicting(**settings: object) -> tiny.Change:
    return lambda folder: (stored(folder), told(folder, **settings))


REFUSED: dict[str, tuple[tiny.Change, str]] = {
    "NaN": (then(bert, lambda w: spoilt(w, float("nan"))), "checkpoint_not_finite"),
    "infinity": (then(bert, lambda w: spoilt(w, float("inf"))), "checkpoint_not_finite"),
    "whole numbers": (then(bert, as_type(torch.int8)), "checkpoint_other"),
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
        then(bert, lambda w: w | {"bert.encoder.layer.0.crossattention.x": torch.ones(2)}),
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
        lambda f: with_settings(f, mask_token={"content": "<mask>"}),
        "checkpoint_special",
    ),
    "a vocabulary that is longer": (shorter_table, "checkpoint_rows"),
    "a vocabulary cut off": (lambda f: bert(f, n=len(VOCABULARY) + 2000), "checkpoint_short"),
    "half a character": (config(hidden_act="\ud800"), "checkpoint_json"),
    "an added token beyond": (lambda f: stored(f, "covid-19"), "checkpoint_rows"),
    "an added token elsewhere": (
        lambda f: (bert(f, n=200), told(f, "added_tokens.json", **{"covid-19": 180})),
        "checkpoint_added",
    ),
    "an added token in a gap": (
        lambda f: (
            with_words(f, words_of(["the"], at=8), n=200),
            told(f, additional_special_tokens=["[E1]"]),
        ),
        "checkpoint_added",
    ),
    "MeCab": (
        lambda f: with_settings(f, tokenizer_class="BertJapaneseTokenizer"),
        "checkpoint_cutting",
    ),
    "BPE": (tokenizer_json(model={"type": "BPE", "vocab": {}, "merges": []}), "checkpoint_cutting"),
    "metaspace": (tokenizer_json(pre_tokenizer={"type": "Metaspace"}), "checkpoint_cutting"),
    "no normalizer": (tokenizer_json(normalizer=None), "checkpoint_cutting"),
    "a vocabulary of words": (
        tokenizer_json(model={"type": "WordPiece", "vocab": {"a": "b"}}),
        "checkpoint_json",
    ),
    "tokenizer cut": (lambda f: (stored(f), cut(f, "tokenizer.json")), "checkpoint_json"),
    "upper case or not": (contradicting(do_lower_case=False), "checkpoint_contradiction"),
    "accents or not": (contradicting(strip_accents=False), "checkpoint_contradiction"),
    "characters or not": (contradicting(tokenize_chinese_chars=False), "checkpoint_contradiction"),
    "lower case perhaps": (contradicting(do_lower_case="perhaps"), "checkpoint_json"),
    "NaN in a DistilBERT": (
        then(
            distilbert,
            lambda w: w | {"vocab_transform.bias": torch.full((32,), float("nan"))},
        ),
        "checkpoint_not_finite",
    ),
    "a DistilBERT in part": (
        then(distilbert, lambda w: {k: v for k, v in w.items() if "layer.1.ffn" not in k}),
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


# ---- What a model was fine-tuned to say ----------------------------------------------------------

LABELS = {
    "id2label": {0: "bad", 1: "so-so", 2: "good"},
    "label2id": {"bad": 0, "so-so": 1, "good": 2},
}
ONE = {"num_labels": 1}
EACH = {"problem_type": "multi_label_classification", **LABELS}
A, B = "the cat sat on the mat", "the dog, Paris and the cat sat"


def scaled(logits: torch.Tensor, settings: dict) -> list[float]:
    if settings.get("problem_type") == "regression":
        return logits.tolist()
    return (logits.sigmoid() if settings in (ONE, EACH) else logits.softmax(-1)).tolist()


@pytest.mark.parity
@pytest.mark.parametrize("make", [bert, distilbert])
@pytest.mark.parametrize("settings", [LABELS, ONE, EACH, {**ONE, "problem_type": "regression"}])
def test_a_classifier_says_what_it_was_fine_tuned_for(make, settings, tmp_path):
    import transformers

    folder = str(make(tmp_path, "ForSequenceClassification", **settings))
    answer = own_answer.say(folder, A, B)
    theirs = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    with torch.inference_mode():
        logits = theirs(**tokenizer(A, B, return_tensors="pt")).logits[0]
    expected = dict(zip(theirs.config.id2label.values(), scaled(logits, settings), strict=True))
    assert dict(answer.labels) == pytest.approx(expected, abs=1e-4)
    assert [label for label, _ in answer.labels] == sorted(expected, key=lambda k: -expected[k])
    assert attention.show(folder, A).can.mask == "attention_no_mlm"


@pytest.mark.parity
@pytest.mark.parametrize("make", [bert, distilbert])
def test_a_tagger_labels_each_token(make, tmp_path):
    import transformers

    folder = str(make(tmp_path, "ForTokenClassification", **LABELS))
    answer = own_answer.say(folder, A, off=[1])
    whole = own_answer.say(folder, A)
    theirs = transformers.AutoModelForTokenClassification.from_pretrained(folder).eval()
    ids = readings.read(folder, A).ids
    with torch.inference_mode():
        shares, best = theirs(ids).logits[0].softmax(-1).max(-1)
    assert [label for label, _ in whole.tokens] == [LABELS["id2label"][i] for i in best.tolist()]
    assert [share for _, share in whole.tokens] == pytest.approx(shares.tolist(), abs=1e-4)
    assert answer.tokens != whole.tokens, "a head that is off changes the answer"


@pytest.mark.parity
@pytest.mark.parametrize("make", [bert, distilbert])
def test_a_reader_finds_the_answer_in_sentence_b(make, tmp_path):
    import transformers

    folder = str(make(tmp_path, "ForQuestionAnswering"))
    answer = own_answer.say(folder, A, B)
    theirs = transformers.AutoModelForQuestionAnswering.from_pretrained(folder).eval()
    read = readings.read(folder, A, B)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    with torch.inference_mode():
        found = theirs(**tokenizer(A, B, return_tensors="pt"))
    inside = [
        i for i in range(read.ids.shape[1]) if read.read.segments[i] and not read.read.special[i]
    ]
    begins = found.start_logits[0][[0, *inside]].softmax(-1)[1:].tolist()
    ends = found.end_logits[0][[0, *inside]].softmax(-1)[1:].tolist()
    spans = {
        (inside[i], inside[j]): begins[i] * ends[j]
        for i in range(len(inside))
        for j in range(i, min(i + own_answer.MAX_ANSWER, len(inside)))
    }
    best = sorted(spans, key=lambda span: -spans[span])[: own_answer.N_SPANS]
    assert [(span.first, span.last) for span in answer.spans] == best
    assert [span.probability for span in answer.spans] == pytest.approx(
        [spans[span] for span in best], abs=1e-5
    )
    with pytest.raises(InputError) as error:
        own_answer.say(folder, A)
    assert error.value.key == "attention_own_span"


def test_other_heads_leave_the_encoder_to_be_looked_at(tmp_path):
    choice = str(bert(tmp_path / "choice", "ForMultipleChoice"))
    crf = bert(tmp_path / "crf", "ForTokenClassification")
    rewrite(
        crf,
        lambda w: {k: v for k, v in w.items() if "classifier" not in k} | {"crf.x": torch.ones(3)},
    )
    for folder in (choice, str(crf)):
        assert attention.show(folder, A).can.own == "attention_no_own"
        with pytest.raises(InputError) as error:
            own_answer.say(folder, A)
        assert error.value.key == "attention_no_own"
    lost = bert(tmp_path / "lost", "ForTokenClassification")
    rewrite(lost, lambda w: w | {"classifier.bias": torch.tensor([0.0, float("nan")])})
    with pytest.raises(InputError) as error:
        berts.reader(str(lost))
    assert error.value.key == "checkpoint_not_finite"


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
    folder = tiny.made(then(bert, only("bert.")), tmp_path / "it")
    reader = berts.reader(str(folder))
    assert (reader.has_mlm, reader.has_nsp, reader.task) == (False, False, None)
    assert json.loads((folder / "config.json").read_text())["model_type"] == "bert"
    assert "embeddings.word_embeddings.weight" in load_file(folder / WEIGHTS)
