"""What the questions of the page input_pieces turn out to be."""

from core.text import pieces
from tests.measured_choices import Option, shows


@shows("input_pieces.1")
def what_becomes_of_strange_words() -> Option:
    new, long = pieces.read("blorptastic", "en").tokens, pieces.read("g" * 101, "en").tokens
    assert (len(new) > 1, long) == (True, ("[UNK]",))
    return "long one becomes [UNK]", "长词变成 [UNK]"


@shows("input_pieces.2")
def which_pieces_are_there() -> Option:
    there = "##ing" in pieces.vocabulary("en"), "北京" in pieces.vocabulary("zh")
    return {(True, False): ("Only", "只有"), (True, True): ("Both are", "两个都有")}[there]


@shows("input_pieces.3")
def what_can_be_smuggled_in() -> Option:
    typed = pieces.read("[SEP] <script>", "en").tokens
    return ("Only [SEP]", "只有 [SEP]") if "[SEP]" in typed else ("Neither", "都不会")
