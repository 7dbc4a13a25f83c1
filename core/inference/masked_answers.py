"""What does BERT answer at the tokens that a masking chose?

    ids [1, T + 2] -> MLM logits [N, V] at the N chosen tokens -> probabilities

The loss of exactly this masking is what one step of pre-training would learn from.
"""

from collections.abc import Sequence

import torch

from core import runtime, zoo
from core.inference import masking
from core.results.language import MaskedAnswer, MaskedAnswers
from core.text import pieces
from core.text.masking import Unit
from core.text.tokenizer import CLS, SEP

N_TOP = 5


@torch.inference_mode()
def answer(
    text: str,
    language: str,
    *,
    unit: Unit,
    dynamic: bool,
    seed: int,
    epoch: int,
    cuts: Sequence[int] | None = None,
) -> MaskedAnswers:
    """Let the bundled BERT answer one epoch of `masking.mask`, whose arguments these are.

    Args:
        text: what was typed.
        language: "en" or "zh".
        unit: what is chosen as a whole.
        dynamic: anew in each epoch, or once for all.
        seed: of the dice.
        epoch: which one is answered, from 0.
        cuts: where words begin; None for spaces and punctuation (en) or jieba (zh).

    Raises:
        InputError: as `masking.mask`.
        AssetError: the weights are not there.
    """
    masked = masking.mask(
        text,
        language,
        unit=unit,
        dynamic=dynamic,
        seed=seed,
        n_epochs=epoch + 1,
        cuts=cuts,
    )
    chosen = masked.epochs[epoch].units >= 0
    model, vocabulary = zoo.bert(language), pieces.vocabulary(language)
    read = [CLS, *masked.epochs[epoch].read, SEP]
    ids = torch.tensor([[vocabulary[token] for token in read]], device=runtime.device())
    positions = torch.zeros_like(ids, dtype=torch.bool)
    positions[0, 1:-1] = torch.from_numpy(chosen).to(positions.device)
    logits = model(ids, positions=positions).mlm_logits.float()  # [N, V]
    log_probabilities = logits.log_softmax(-1)
    places = chosen.nonzero()[0].tolist()
    wanted = torch.tensor([vocabulary[masked.tokens[i]] for i in places], device=ids.device)
    own = log_probabilities.gather(1, wanted[:, None])  # [N, 1]
    ranks = (log_probabilities > own).sum(1) + 1
    top = log_probabilities.topk(N_TOP)
    names = pieces.token_names(language)
    return MaskedAnswers(
        answers=tuple(
            MaskedAnswer(
                at=place,
                top=tuple(
                    (names[i], p)
                    for i, p in zip(
                        top.indices[n].tolist(), top.values[n].exp().tolist(), strict=True
                    )
                ),
                probability=float(own[n].exp()),
                rank=int(ranks[n]),
            )
            for n, place in enumerate(places)
        ),
        n_right=int((ranks == 1).sum()),
        loss=float(-own.mean()) if places else 0.0,
    )
