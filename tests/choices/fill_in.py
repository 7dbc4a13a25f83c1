"""What the questions of the page fill_in turn out to be."""

from core.inference import fill_in, readers
from core.text import pieces
from tests.claims import said
from tests.measured_choices import Option, shows


def blanks(number: int, language: str) -> tuple[str, list[tuple[int, int]]]:
    """Return an example of Fill in the blank and where its blanks begin and end."""
    parts = said(f"fill_in.example.{number}")[language].split("|")
    places = [len("".join(parts[:i])) for i in range(len(parts) + 1)]
    return "".join(parts), [(places[i], places[i + 1]) for i in range(1, len(parts), 2)]


@shows("fill_in.1")
def one_mask_for_a_word_of_pieces() -> Option:
    text, [(begin, end), *_] = blanks(4, "en")
    word = text[begin:end].lower()
    assert len(pieces.read(word, "en").tokens) > 1
    return ("No", "不能") if word not in pieces.vocabulary("en") else ("Yes", "能")


@shows("fill_in.2")
def how_one_word_is_told_from_itself() -> Option:
    text, places = blanks(3, "en")
    hidden = {at for begin, end in places for at in range(begin, end)}
    first, second = (
        one.top[0][0] for one in fill_in.fill(text, readers.ready("en"), hidden=hidden).blanks
    )
    # The same blanks at the same places, among words that say nothing.
    bare = " ".join(["the"] * 5 + ["[MASK]"] + ["the"] * 5 + ["[MASK]"])
    empty = [one.top[0][0] for one in fill_in.fill(bare, readers.ready("en")).blanks]
    by_words = first != second and {first, second} != set(empty)
    return ("words around", "周围的词") if by_words else ("where each blank", "所在的位置")


@shows("fill_in.3")
def whether_two_best_make_the_best() -> Option:
    reader, text = readers.ready("en"), said("fill_in.example.5")["en"]
    first, *rest = [one.top[0][0] for one in fill_in.fill(text, reader).blanks]
    then = fill_in.fill(text.replace("[MASK]", first, 1), reader).blanks
    again = [one.top[0][0] for one in then]
    return ("Not always", "不一定") if again != rest else ("always", "总是")
