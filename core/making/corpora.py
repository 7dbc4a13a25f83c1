"""Make the texts that word vectors learn from: `python -m core.making.corpora`.

Of the Wikipedia extracts below LATENT_LAB_DATA (`text/*-more.jsonl.xz`), for each topic the
articles that are most about it, until there are N_WORDS: so short a text shows something only where
it speaks of few things. Cut into words, in lower case.
"""

import json
import lzma
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from core import assets
from core.text import corpora
from core.text.reviews import CACHE

SOURCES = {"en": ("text/en-more.jsonl.xz", "enwiki"), "zh": ("text/zh-more.jsonl.xz", "zhwiki")}
# By these words a topic's articles are found: animals, places, music, food, sports, the sky.
TOPICS = {
    "en": """
        animals species birds fish mammals insects dog dogs cat cats horse horses wolf wolves lion
        lions tiger elephant whale shark snake frog bear rabbit sheep cow pig mouse prey feed eggs
        |
        germany france spain italy china japan india russia brazil canada mexico england greece
        poland sweden egypt australia turkey capital population border country countries cities
        |
        music song songs album guitar piano violin drums orchestra singer band opera composer
        symphony concert jazz melody musicians
        |
        food dish rice bread meat soup milk cheese fruit vegetables sugar wine tea coffee beer
        butter potatoes salt sauce chicken beef pork fried boiled
        |
        football basketball tennis baseball hockey rugby team players league tournament champion
        olympic medal goals coach season
        |
        planet planets star stars sun moon earth mars venus jupiter saturn orbit galaxy telescope
        astronomers comet
    """,
    "zh": """
        动物 鸟类 鱼类 哺乳动物 昆虫 栖息 觅食 繁殖
        狗 猫 老虎 狮子 大象 鲸鱼 鲨鱼 兔 牛 羊 猪 捕食 产卵 雌性 雄性
        |
        德国 法国 西班牙 意大利 日本 印度 俄罗斯 巴西 加拿大 墨西哥 英国 美国
        希腊 波兰 瑞典 埃及 澳大利亚
        土耳其 首都 人口 边境 城市 国家
        |
        音乐 歌曲 专辑 吉他 钢琴 小提琴 乐团 歌手 乐队 歌剧 作曲家 交响曲 演奏 旋律
        |
        食物 菜肴 米饭 面包 猪肉 牛肉 牛奶 奶酪 水果 蔬菜 白糖 葡萄酒 茶叶 咖啡 啤酒 豆腐 面条 酱油
        烹饪 食用
        |
        足球 篮球 网球 棒球 排球 冰球 球队 球员 联赛 冠军 奥运会 金牌 教练
        |
        行星 恒星 太阳 月球 地球 火星 金星 木星 土星 轨道 星系 望远镜 彗星 天文学家
    """,
}
N_WORDS = 160_000
MIN_ARTICLE, MAX_ARTICLE = 100, 800  # words; of a longer one the first
MANY = 8  # different words of a topic that an article has, at least, to be all about it


def articles(language: str) -> Iterator[list[str]]:
    """Yield the articles' sentences, each article once."""
    file, source = SOURCES[language]
    folder = Path(os.environ.get("LATENT_LAB_DATA") or CACHE)
    seen: set[str] = set()
    with lzma.open(folder / file, "rt", encoding="utf-8") as lines:
        for line in lines:
            found = json.loads(line)
            sentences = [sentence for part in found["paras"] for sentence in part]
            if found["src"] == source and sentences and sentences[0] not in seen:
                seen.add(sentences[0])
                yield sentences


def chosen(language: str) -> list[list[str]]:
    """Return the sentences of words of the chosen articles, in the order of the source."""
    topics = [set(words.split()) for words in TOPICS[language].split("|")]
    texts, ranked = [], [[] for _ in topics]
    for number, sentences in enumerate(articles(language)):
        texts.append(sentences)
        counts, length = _counted(" ".join(sentences).lower(), language)
        if length < MIN_ARTICLE:
            continue
        for topic, found in zip(topics, ranked, strict=True):
            had = [counts(word) for word in topic]
            about = sum(had) / length * min(MANY, sum(n > 0 for n in had))
            found.append((-about, number))
    kept: dict[int, list[list[str]]] = {}
    for found in ranked:
        n_words = 0
        for _, number in sorted(found):
            if number not in kept and n_words < N_WORDS / len(topics):
                kept[number] = _beginning(texts[number])
                n_words += sum(map(len, kept[number]))
    return [said for number in sorted(kept) for said in kept[number]]


def _counted(text: str, language: str) -> tuple[Callable[[str], int], int]:
    """Return what counts a word in a text, and about how many words there are.

    Chinese is searched as it stands: to cut all of Wikipedia would take an hour.
    """
    if language == "zh":
        return text.count, len(text) // 2
    words = Counter(re.findall("[a-z]+", text))
    return words.__getitem__, words.total()


def _beginning(sentences: list[str]) -> list[list[str]]:
    said, length = [], 0
    for words in (one for sentence in sentences for one in corpora.sentences(sentence)):
        if length < MAX_ARTICLE and len(words) > 2:
            said.append(words)
            length += len(words)
    return said


def main() -> None:
    """Write both files and their manifest entries."""
    for language in corpora.LANGUAGES:
        said = chosen(language)
        table = "".join(" ".join(words) + "\n" for words in said)
        name = corpora.SHIPPED.format(language)
        packed = lzma.compress(table.encode(), preset=9 | lzma.PRESET_EXTREME)
        (assets.FOLDER / name).write_bytes(packed)
        assets.register(
            name,
            licence="CC-BY-SA-3.0",
            source="Wikipedia, extracts (CC BY-SA 3.0), cut into words",
            paper="",
            command="python -m core.making.corpora",
            made_from=(),
        )
        print(language, len(said), "sentences", sum(map(len, said)), "words", len(packed), "bytes")


if __name__ == "__main__":
    main()
