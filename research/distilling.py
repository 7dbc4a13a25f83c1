"""Teach the English BERT more than labels: `python -m research.distilling --teacher DIR ...`.

MR has 8,512 sentences to train on, and says one bit of each. Three sources say more:

    readers   the mean rating of the same snippets by twenty people (Hutto & Gilbert 2014)
    a judge   all-mpnet-base-v2, a sentence encoder five times as large (research/mpnet.py),
              fine-tuned in the same way: on validation .907 of its answers are right. It reads
              sentences of whole film reviews (Pang & Lee 2004) that nobody labelled one by one;
              ours learns what it thinks of them and of MR's (Hinton et al. 2015, arXiv:1503.02531)
    a model   all-MiniLM-L6-v2, fine-tuned too. It has our size, and our pre-training began from its
              body: ours also keeps near the states of each of its layers (Jiao et al. 2020,
              arXiv:1909.10351)

Several students read the same in another order; what ships is the mean of their weights (Wortsman
et al. 2022, arXiv:2203.05482).
"""

import argparse
import copy
import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core import runtime, zoo
from core.bert.checkpoints import load_bert
from core.making import review_samples
from core.models.bert import BertForPreTraining
from core.models.bert_classifier import BertForClassification
from core.text import reviews
from core.text.reviews import Reviews, letters
from core.training import bert_corpus, fine_tuning
from core.training.attending import learning
from core.training.classifying import Examples, Loss, Pace, Run, accuracy, both, probabilities
from research.mpnet import Teacher

READERS = 0.5  # their share in what is to be learnt of a sentence, beside MR's label
JUDGE = 0.5  # the judge's share beside both
SLOPE = 2.0  # of the log-odds on a rating
SOURCE = "movie_reviews"
SHORTEST, LONGEST = 5, 45  # words of a sentence that the judge reads
N_SENTENCES = 58_000  # of those
STATES = 3.0  # weight of the states' distance from the teacher's
N_STUDENTS = 2
FOLDER = Path("checkpoints/distilling")
PAPERS = ("Hinton et al. 2015, arXiv:1503.02531", "Jiao et al. 2020, arXiv:1909.10351")
SOURCES = (
    "; ratings of the PyPI package vaderSentiment (MIT); film reviews (Pang & Lee 2004, CC BY 4.0) "
    "as all-mpnet-base-v2 (Apache-2.0) judges them and all-MiniLM-L6-v2 (Apache-2.0) reads them"
)
JUDGE_EPOCHS, TEACHER_EPOCHS, STUDENT_EPOCHS, BATCH_SIZE = 2, 3, 2, 32


def softened(part: Reviews, ratings: Mapping[str, float]) -> Tensor:
    """Return P(bad), P(good) to learn, [N, 2]: labels, and readers' ratings where there are any.

    Args:
        part: sentences.
        ratings: sentence -> mean rating, -4 worst, 4 best; another copy of a sentence counts too.
    """
    by_letters = {letters(text): rating for text, rating in ratings.items()}
    good = torch.tensor(part.labels, dtype=torch.float32)
    for i, text in enumerate(part.texts):
        rating = by_letters.get(letters(text))
        if rating is not None:
            share = 1 / (1 + math.exp(-SLOPE * rating))
            good[i] += READERS * (share - good[i])
    return both(good)


def film_sentences(data: Path, left_out: set[str]) -> list[str]:
    """Return the sentences of the film reviews of 2004.

    Args:
        data: the folder LATENT_LAB_DATA.
        left_out: letters of sentences that are not to be taught.
    """
    found = {}
    for source, sentences in bert_corpus.read(data, "en"):
        for sentence in map(str.strip, sentences if source == SOURCE else ()):
            if SHORTEST <= len(sentence.split()) <= LONGEST and letters(sentence) not in left_out:
                found[sentence] = None
    return list(found)


def distance(ours: Sequence[Tensor], theirs: Sequence[Tensor], mask: Tensor) -> Tensor:
    """Return how far states [B, T, D] lie from a teacher's, as a share of its squared length."""
    shares = [
        (mine[mask] - other[mask]).float().square().sum(-1) / other[mask].float().square().sum(-1)
        for mine, other in zip(ours, theirs, strict=True)
    ]
    return torch.stack(shares).mean()


def imitating(model: BertForClassification, teacher: BertForClassification) -> Loss:
    """Return the loss of a student whose labels are a judge's P(class), [N, 2]."""

    def loss(ids: Tensor, shares: Tensor) -> Tensor:
        mask = ids != 0
        with learning(ids.device):
            with torch.no_grad():
                theirs = teacher.bert(ids, mask=mask, hidden_states=True)
            ours = model.bert(ids, mask=mask, hidden_states=True)
            logits = model.answer(ours, mask).float()
        apart = distance(ours.hidden_states, theirs.hidden_states, mask)
        return F.cross_entropy(logits, shares) + STATES * apart

    return loss


def learn(going: Run, validation: Examples) -> BertForClassification:
    """Run to the end and say how it goes; returns the model, ready to be read."""
    total, half = 0.0, max(1, going.per_epoch // 2)
    while not going.done:
        total += going.step()
        if going.n_done % half == 0:
            right = accuracy(going.shares(validation), validation.labels)
            epoch, loss, total = going.n_done / going.per_epoch, total / half, 0.0
            print(f"{time.ctime()} {epoch:.1f} loss {loss:.3f} right {right:.4f}", flush=True)
    return going.model.eval()


class School:
    """Texts to learn from, and what was learnt so far, in `FOLDER`: remove it to learn anew."""

    def __init__(self, data: Path, package: Path | None, seed_model: Path, wheels: Path) -> None:
        """Read all texts.

        Args:
            data: the folder LATENT_LAB_DATA.
            package: source archive of vaderSentiment; None to fetch it.
            seed_model: folder of the teacher before it was fine-tuned.
            wheels: folder with the judge's packages.
        """
        split = reviews.load("en")
        with review_samples.fetched(package) as archive:
            ratings = review_samples.ratings(archive)
        self.seed_model, self.wheels, self.split = seed_model, wheels, split
        self.train, self.validation, self.test = (fine_tuning.examples(p, "en") for p in split)
        self.softened = softened(split.train, ratings)
        found = film_sentences(data, {letters(text) for part in split for text in part.texts})
        order = torch.randperm(len(found), generator=torch.Generator().manual_seed(0))
        self.sentences = [found[i] for i in order[:N_SENTENCES].tolist()]

    def judged(self) -> Tensor:
        """Return the judge's P(class) of MR's sentences to train on, then of others, [N, 2]."""
        file = FOLDER / "judged.pt"
        if not file.exists():
            judge, train = Teacher(self.wheels), self.split.train.texts
            going = judge.run(judge.examples(train, self.softened), Pace(JUDGE_EPOCHS, BATCH_SIZE))
            learn(going, judge.examples(self.split.validation.texts, self.validation.labels))
            FOLDER.mkdir(parents=True, exist_ok=True)
            torch.save(judge.shares([*train, *self.sentences]), file)
        return torch.load(file, weights_only=True)

    def lessons(self) -> Examples:
        """Return what students read: other sentences with the judge's answers, then MR.

        MR's are to be learnt half as labels and readers, half as the judge, see them.
        """
        n, judged = len(self.split.train.texts), self.judged()
        others = Reviews(tuple(self.sentences), np.zeros(len(self.sentences), np.int64))
        ids = fine_tuning.examples(others, "en").ids + self.train.ids
        shares = torch.cat([judged[n:], torch.lerp(self.softened, judged[:n], JUDGE)])
        return Examples(ids, shares)

    def _kept(
        self, name: str, start: BertForPreTraining, teach: Callable[[BertForClassification], None]
    ) -> BertForClassification:
        """Return a model that was taught before, or teach it now."""
        file, model = FOLDER / f"{name}.pt", fine_tuning.start(start, 0)
        if not file.exists():
            teach(model)
            FOLDER.mkdir(parents=True, exist_ok=True)
            torch.save(model.state_dict(), file)
        model.load_state_dict(torch.load(file, weights_only=True))
        return model.eval()

    def teacher(self) -> BertForClassification:
        """Return the sentence encoder of our size, fine-tuned."""

        def teach(model: BertForClassification) -> None:
            pace = Pace(TEACHER_EPOCHS, BATCH_SIZE)
            labelled = Examples(self.train.ids, self.softened)
            learn(fine_tuning.run(model, "en", labelled, pace=pace), self.validation)

        return self._kept("teacher", load_bert(self.seed_model).model, teach)

    def student(self, seed: int) -> BertForClassification:
        """Return our BERT after one order of the texts."""

        def teach(model: BertForClassification) -> None:
            pace = Pace(STUDENT_EPOCHS, BATCH_SIZE, seed=seed)
            going = fine_tuning.run(model, "en", self.lessons(), pace=pace)
            going.loss = imitating(model, self.teacher())
            learn(going, self.validation)

        return self._kept(f"student-{seed}", zoo.bert("en"), teach)


def mean(models: Sequence[BertForClassification]) -> BertForClassification:
    """Return a model whose weights are the mean of those of others."""
    states = [model.state_dict() for model in models]
    result = copy.deepcopy(models[0])
    result.load_state_dict(
        {name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]}
    )
    return result


def main() -> None:
    """Fine-tune judge and teacher, teach the students; write the mean of their weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--teacher", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--mpnet", type=Path, required=True, help="folder with the five wheels")
    parser.add_argument("--package", type=Path, help="source archive of vaderSentiment")
    parser.add_argument("--data", type=Path, default=os.environ.get("LATENT_LAB_DATA"))
    parser.add_argument("--only", type=int, help="teach this student, write nothing else")
    parser.add_argument("--keep", action="store_true", help="write nothing into assets/")
    args = parser.parse_args()
    if args.only is not None:  # another student may be at work beside it
        runtime.set_threads(1)
    school = School(args.data, args.package, args.teacher, args.mpnet)
    if args.only is not None:
        school.student(args.only)
        return
    model = fine_tuning.rounded(mean([school.student(seed) for seed in range(N_STUDENTS)]), "en")
    classify = fine_tuning.reading(model)
    parts = {"validation_acc": school.validation, "test_acc": school.test}
    score = {
        name: round(accuracy(probabilities(classify, part, 0), part.labels), 4)
        for name, part in parts.items()
    }
    print(score, flush=True)
    if not args.keep:
        fine_tuning.ship(
            model,
            "en",
            command="python -m research.distilling --teacher MINILM_FOLDER --mpnet WHEELS",
            score=score,
            source=SOURCES,
            paper="; ".join((fine_tuning.PAPER, *PAPERS)),
        )


if __name__ == "__main__":
    main()
