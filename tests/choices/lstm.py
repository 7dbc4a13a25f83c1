"""What the questions of "LSTM" ask about."""

from core.inference import lstm, lstm_contexts
from core.models.lstm import BACKWARDS, BOTH, FORWARDS
from tests.measured_choices import Option, shows

PAIRS = {
    "en": ("The film is good.", "The film is not good.", "good"),
    "zh": ("这部电影好看", "这部电影不好看", "好看"),
}


@shows("lstm.1")
def which_vectors_are_right_more_often() -> Option:
    for language in PAIRS:
        right = {start: lstm.accuracy(language, start)[BOTH] for start in lstm.STARTS}
        assert right["random"] > right["pretrained"]
    return "The random ones", "随机的"


@shows("lstm.2")
def whose_state_has_read_the_not() -> Option:
    for language, (one, other, word) in PAIRS.items():
        for start in lstm.STARTS:
            found = lstm_contexts.contexts(one, other, language, start)
            (shared,) = (each for each in found.shared if each.word == word)
            assert abs(shared.cosines[BACKWARDS] - 1) < 1e-5
            assert shared.cosines[FORWARDS] < 0.999
    return "Only that of the LSTM that reads forwards", "只有正向"
