"""Texts for pre-training: what is held out, what a corpus holds, which characters have a token."""

import json
import lzma

import numpy as np

from core.text.tokenizer import SPECIAL, read_vocabulary
from core.text.vocabulary import characters
from core.training.bert_corpus import build, choose_held_out, digest, families, load, read


def test_documents_that_share_a_sentence_are_one_family():
    family = families([[1, 2], [3], [2, 4], [5], [4, 6]])
    assert len({family[0], family[2], family[4]}) == 1
    assert len(set(family.tolist())) == 3


def test_boilerplate_relates_nothing():
    assert len(set(families([[7]] * 30).tolist())) == 30


def test_the_choice_depends_on_the_text_alone():
    texts = [f"document number {i}" for i in range(3000)]
    whole, sources = [digest(t) for t in texts], ["enwiki"] * 3000
    family = np.arange(3000)
    first = choose_held_out(whole, sources, family, "en")
    assert 10 < first.sum() < 60
    again = choose_held_out(whole[::-1], sources, family, "en")
    assert (first == again[::-1]).all()
    family[:1500] = 0  # a family stays on one side
    assert len(set(choose_held_out(whole, sources, family, "en")[:1500])) == 1
    # Parts whose parent isn't known are never held out.
    assert not choose_held_out(whole, ["standardebooks"] * 3000, family, "en").any()


def test_corpus_is_built_from_texts(tmp_path):
    (tmp_path / "text").mkdir()
    documents = [
        {"src": "drcd", "lic": "", "paras": [["你好 吗？", "很 好 。"], ["BERT 2018"]]},
        {"src": "drcd", "lic": "", "paras": [["你好吗？", "很好。"], ["bert 2018"]]},  # the same
        {"src": "pd98", "lic": "", "paras": [["不能用的 文章 。"]]},  # may not ship
        {"src": "howtocook", "lic": "", "paras": [["放 油 。"]]},
    ]
    for name in ("zh-more", "zh-core"):
        with lzma.open(tmp_path / "text" / f"{name}.jsonl.xz", "wt", encoding="utf-8") as lines:
            for document in documents if name == "zh-more" else []:
                lines.write(json.dumps(document, ensure_ascii=False) + "\n")
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("\n".join([*SPECIAL, *"你好吗？很。放油2018", "bert", "2018"]), "utf-8")
    build(read(tmp_path, "zh"), "zh", vocabulary, tmp_path / "corpus", words=True)
    corpus = load(tmp_path / "corpus")
    assert corpus.starts.tolist() == [1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]  # 你好 is one word
    names = list(read_vocabulary(vocabulary))
    sentences = [
        " ".join(names[t] for t in corpus.tokens[a:b])
        for a, b in zip(corpus.sentences[:-1], corpus.sentences[1:], strict=True)
    ]
    assert sentences == ["你 好 吗 ？", "很 好 。", "bert 2018", "放 油 。"]
    assert corpus.documents.tolist() == [0, 3, 4]
    assert [corpus.source_names[s] for s in corpus.sources] == ["drcd", "howtocook"]


def test_chinese_vocabulary_spells_all_latin_and_keeps_frequent_characters():
    tokens = characters(["天地 BERT 2018", *["天气"] * 40])
    assert tokens[:5] == list(SPECIAL)
    assert {"a", "##a", "9", "##9", "bert", "2018", "天", "气"} <= set(tokens)
    assert "地" not in tokens  # once is too rare
    assert len(tokens) == len(set(tokens))
