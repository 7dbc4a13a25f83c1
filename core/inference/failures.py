"""Where does our BERT fail?

    python -m core.inference.failures   # after an exchange of weights; some seconds

A share of held-out words says little of sentences that a learner thinks of. Here are plain ones
with one obvious answer, and pairs that nobody would take for neighbours; the command asks the
bundled models, keeps what they get wrong, says what is wrong about it, and writes
assets/samples/failures.json, which the pages show without waking a model.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TypeVar

from core import assets
from core.bert import berts
from core.bert.checkpoints import CONFIG, VOCABULARY, WEIGHTS
from core.errors import AssetError
from core.inference import fill_in, next_sentence
from core.results.answers import FailedBlank, FailedPair
from core.text import pieces
from core.text.tokenizer import MASK

FILE = "samples/failures.json"
COMMAND = "python -m core.inference.failures"
N_BLANKS, N_PAIRS = 8, 6  # of a language, the kinds by turns
NEAR = 3  # tokens on either side of a blank
PARTICLES = set("了的一这那是我他她")  # in every second sentence: no copy
KINDS = ("copied", "near", "unknown")
PAIR_KINDS = ("order", "topic", "missed")

# What stands between two | is hidden; after them, other words that are right as well.
BLANKS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("in the morning the sun rises in the |east|.", "sky"),
        ("it was raining, so she opened her |umbrella|.", ""),
        ("snow is |white| and cold.", "wet soft"),
        ("he is not rich, he is |poor|.", ""),
        ("the baby is |crying| because it is hungry.", "screaming upset"),
        ("an elephant is bigger than a |mouse|.", "dog horse man rabbit cow cat lion"),
        ("my mother's mother is my |grandmother|.", ""),
        ("she blew out the candles on her birthday |cake|.", ""),
        ("he washed his hands with water and |soap|.", ""),
        ("you cut bread with a |knife|.", ""),
        ("my father works in a hospital, he is a |doctor|.", "nurse surgeon"),
        ("it was so cold that the lake was |frozen|.", "freezing ice"),
        ("he forgot his key and could not open the |door|.", "house car box gate"),
        ("the farmer got up early to milk the |cows|.", "cow goats goat animals"),
        ("ice melts when it gets |warm|.", "hot warmer hotter"),
        ("after monday comes |tuesday|.", ""),
        ("three plus four is |seven|.", "7"),
        ("the sky is blue and the grass is |green|.", "yellow dry"),
        ("the dog began to |bark| at the stranger.", "growl look jump stare"),
        ("the glass fell on the floor and |broke|.", "shattered cracked"),
        ("we sleep at night and work during the |day|.", "daytime morning afternoon"),
        ("she was hungry, so she made herself a |sandwich|.", "meal cake salad soup"),
        ("paris is to france as london is to |england|.", "britain"),
        ("the teacher wrote the word on the |board|.", "blackboard wall paper"),
    ),
    "zh": (
        ("出门的时候下雨了，我忘了带雨|伞|。", "衣 鞋"),
        ("弟弟比哥哥|小|。", "矮 高 大 胖 瘦 强 弱"),
        ("春天来了，花|开|了。", ""),
        ("早上太阳从|东|边升起。", "那"),
        ("一个星期有|七|天。", "7"),
        ("鱼在|水|里游。", "河 海 湖 池 江"),
        ("冬天很冷，夏天很|热|。", ""),
        ("天黑了，妈妈打开了|灯|。", "门 窗"),
        ("他饿了，想吃|饭|。", "面 肉 鱼 菜"),
        ("他生病了，去医院看|医|生。", ""),
        ("晚上睡觉前要刷|牙|。", ""),
        ("他不高，他很|矮|。", "胖 瘦"),
        ("雪是|白|色的。", ""),
        ("小明的书包里有书和|笔|。", "本 纸"),
        ("饭前要洗|手|。", "脸 菜"),
        ("外面很冷，多穿点|衣|服。", ""),
        ("三加四等于|七|。", "7"),
        ("我用|刀|切菜。", "手"),
        ("她听了这个笑话就|笑|了。", "走 哭 来"),
        ("我口渴了，想喝|水|。", "茶 酒 奶 汤"),
    ),
}
# "order": B happened before A. "topic": B only names a thing of A. "missed": B does come next.
PAIRS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "en": (
        ("order", "After that the ice cream was gone.", "She bought an ice cream."),
        ("order", "He died in 1890.", "He was born in 1820."),
        ("order", "At last the river flows into the sea.", "The river rises in the mountains."),
        ("topic", "The train to London leaves at nine.", "London is on the river Thames."),
        ("topic", "The cat sleeps on the sofa.", "The sofa was invented in France."),
        ("topic", "My brother plays the piano every day.", "The piano has eighty-eight keys."),
        ("topic", "She teaches at our school.", "The school was closed in 1950."),
        ("missed", "I lost my keys yesterday.", "A neighbour found them in the garden."),
        ("missed", "The bus was late this morning.", "So I missed the first lesson."),
        ("missed", "Could you help me with my homework?", "Of course, which subject is it?"),
        ("missed", "My phone is broken.", "I have to buy a new one."),
        ("missed", "The baby was crying.", "Her father picked her up and sang to her."),
    ),
    "zh": (
        ("order", "吃完饭，他洗了碗。", "他走进厨房开始做饭。"),
        ("order", "他于1890年去世。", "他出生于1820年。"),
        ("order", "最后，河水流进大海。", "河水从高山上流下来。"),
        ("topic", "小猫睡在沙发上。", "沙发是法国人发明的。"),
        ("topic", "去上海的火车九点开。", "上海在长江的入海口。"),
        ("topic", "我弟弟每天弹钢琴。", "钢琴有八十八个琴键。"),
        ("topic", "我们在北京吃了烤鸭。", "北京有两千多万人口。"),
        ("missed", "公共汽车来晚了。", "所以我迟到了。"),
        ("missed", "小明把杯子打碎了。", "妈妈没有生气。"),
        ("missed", "孩子哭了。", "爸爸把他抱起来，唱歌给他听。"),
        ("missed", "他把蛋糕放进烤箱。", "半个小时以后，厨房里全是香味。"),
        ("missed", "我昨天丢了钥匙。", "邻居在花园里找到了它。"),
    ),
}


# ---- Asking the models -------------------------------------------------------------------------


def ask_blank(marked: str, others: str, language: str) -> FailedBlank | None:
    """Ask for the hidden word of a sentence; None if the first answer is right.

    Args:
        marked: a sentence; what stands between two | is hidden.
        others: words that are right as well, with blanks between them.
        language: "en" or "zh".
    """
    before, hidden, after = marked.split("|")
    text, reader = f"{before}{MASK}{after}", berts.reader(language)
    filled = fill_in.fill(text, reader)
    answer, probability = filled.blanks[0].top[0]
    if answer in (hidden, *others.split()):
        return None
    read = pieces.read(text, language)
    at = filled.blanks[0].at
    first, last = max(0, at - NEAR), min(len(read.tokens), at + 1 + NEAR)
    cropped = text[read.starts[first] : read.ends[last - 1]]
    if answer in read.tokens and answer not in PARTICLES:
        kind = "copied"
    elif (first, last) != (0, len(read.tokens)) and answer == _first(cropped, language):
        kind = "near"
    else:
        kind = "unknown"
    return FailedBlank(marked, answer, round(probability, 6), kind)


def _first(text: str, language: str) -> str:
    return fill_in.fill(text, berts.reader(language)).blanks[0].top[0][0]


def ask_pair(kind: str, first: str, second: str, language: str) -> FailedPair | None:
    """Ask whether B follows A; None if the model is right.

    For "order" it also has to take the true order for one: only then has it no idea of order.
    """
    probability = next_sentence.judge(first, [second], language).candidates[0].probability
    wrong = probability < 0.5 if kind == "missed" else probability > 0.5
    if kind == "order":
        wrong &= next_sentence.judge(second, [first], language).candidates[0].probability > 0.5
    return FailedPair(first, second, kind, round(probability, 6)) if wrong else None


def measure(language: str) -> tuple[tuple[FailedBlank, ...], tuple[FailedPair, ...]]:
    """Return what a bundled model gets wrong now, all of it."""
    blanks = (ask_blank(*given, language) for given in BLANKS[language])
    pairs = (ask_pair(*given, language) for given in PAIRS[language])
    return tuple(filter(None, blanks)), tuple(filter(None, pairs))


Failure = TypeVar("Failure", FailedBlank, FailedPair)


def chosen(found: Iterable[Failure], kinds: Sequence[str], n: int) -> tuple[Failure, ...]:
    """Return at most n failures, the kinds by turns, so that each is there."""
    turns: list[tuple[int, int, Failure]] = []
    n_before = Counter[str]()
    for one in found:
        turns.append((n_before[one.kind], kinds.index(one.kind), one))
        n_before[one.kind] += 1
    turns.sort(key=lambda turn: turn[:2])
    return tuple(one for *_, one in turns[:n])


# ---- What is stored ----------------------------------------------------------------------------


def stored(language: str) -> tuple[tuple[FailedBlank, ...], tuple[FailedPair, ...]]:
    """Return the failures that ship; no model is woken.

    Raises:
        AssetError: the file is missing or damaged.
    """
    try:
        found = json.loads(assets.locate(FILE).read_text("utf-8"))[language]
        return (
            tuple(FailedBlank(**one) for one in found["blanks"]),
            tuple(FailedPair(**one) for one in found["pairs"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise AssetError("asset_damaged", file=FILE, command=COMMAND) from error


def write() -> None:
    """Ask both models and store what they get wrong."""
    found = {}
    for language in pieces.LANGUAGES:
        blanks, pairs = measure(language)
        found[language] = {
            "blanks": [asdict(one) for one in chosen(blanks, KINDS, N_BLANKS)],
            "pairs": [asdict(one) for one in chosen(pairs, PAIR_KINDS, N_PAIRS)],
        }
    assets.write_json(
        FILE,
        found,
        source="sentences written for this lab, and what the shipped models answer to them",
        command=COMMAND,
        made_from=[
            f"weights/bert-{language}/{name}"
            for language in pieces.LANGUAGES
            for name in (WEIGHTS, CONFIG, VOCABULARY)
        ],
    )


if __name__ == "__main__":
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    write()
