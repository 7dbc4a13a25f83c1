"""What a model was fine-tuned to say is what transformers makes of its head."""

import pytest
import torch

from core.bert import berts
from core.errors import InputError
from core.inference import attention, own_answer, readings
from tests.tiny_checkpoints import bert, distilbert, rewrite

pytestmark = pytest.mark.usefixtures("no_other_models")

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
