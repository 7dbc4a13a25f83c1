"""What if the blanks are filled one after another, the surest first?

All at once, BERT answers each blank as if the others would stay blanks, and two answers that are
good alone may not fit together. Filled stepwise, each answer is read by all that follow
(Ghazvininejad et al. 2019, arXiv:1904.09324, translate so).
"""

from collections.abc import Collection, Iterator, Mapping

from core.bert.berts import Reader
from core.errors import InputError
from core.inference import fill_in
from core.results.answers import FillStep


def steps(
    text: str, reader: Reader, *, hidden: Collection[int] = (), by_word: bool = False
) -> Iterator[FillStep]:
    """Fill all blanks; arguments and errors as for `fill_in.fill`."""
    filled: dict[int, int] = {}
    while step := next_step(text, reader, hidden=hidden, by_word=by_word, filled=filled):
        filled[step.at] = step.token_id
        yield step


def next_step(
    text: str,
    reader: Reader,
    *,
    filled: Mapping[int, int],
    hidden: Collection[int] = (),
    by_word: bool = False,
) -> FillStep | None:
    """Fill that open blank whose first answer is the likeliest; None if none is open.

    Args:
        text: what was typed.
        reader: who answers.
        filled: blank (piece number) -> token id, of the steps before.
        hidden: characters whose pieces are blanks, besides the typed [MASK]s.
        by_word: as for `fill_in.fill`.

    Raises:
        InputError: as `fill_in.fill`, or something was filled that is no blank.
    """
    blanks = fill_in.prepare(text, reader, hidden=hidden, by_word=by_word)
    places = blanks.at.tolist()
    n_tokens = len(reader.tokens)
    if any(at not in places or not 0 <= token < n_tokens for at, token in filled.items()):
        raise InputError("bad_request", field="filled")
    still = [at not in filled for at in places]
    if not any(still):
        return None
    ids = blanks.ids.clone()
    for at, token_id in filled.items():
        ids[0, at + 1] = token_id
    answers = fill_in.answer(blanks._replace(at=blanks.at[still], ids=ids), reader)
    surest = max(answers, key=lambda one: one.top[0][1])
    token, share = surest.top[0]
    return FillStep(surest.at, token, reader.tokens.index(token), share, answers)
