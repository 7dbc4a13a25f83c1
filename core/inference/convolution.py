"""What does a convolution slide over, when it reads a sentence, and what do trained filters hold?

    sentence -> T tokens -> word vectors [T, 384] -> principal components [C, T, 8]

A sentence is a picture of one word a row, as TextCNN sees it (Kim 2014, arXiv:1408.5882). The word
embeddings of the bundled BERT are 384 wide; the page shows the directions in which the words of
the vocabulary differ most, eight to a channel. The convolution itself runs in the browser.
"""

import numpy as np
from safetensors import safe_open

from core import assets, runtime, zoo
from core.errors import InputError
from core.results.convolution import LayerFilters, SentenceMatrix
from core.text import pieces

N_CHANNELS = 4  # of a sentence: components 1-8, 9-16, ...
WIDTH = 8  # numbers of a word in one channel
MAX_TOKENS = 32  # rows that can be told apart on a phone
TABLE = "bert.embeddings.word_embeddings.weight"


def sentence_matrix(text: str, language: str) -> SentenceMatrix:
    """Return a sentence's word vectors as a picture.

    Args:
        text: what was typed.
        language: of the bundled BERT whose word embeddings are read.

    Raises:
        InputError: the text is empty or too long.
        AssetError: the weights are not there.
    """
    read = pieces.read(text, language)
    if len(read.tokens) > MAX_TOKENS:
        raise InputError("convolution_tokens", got=len(read.tokens), limit=MAX_TOKENS)
    vectors = components(language)[read.ids]  # [T, C * D]
    vectors = vectors.reshape(len(read.ids), N_CHANNELS, WIDTH).swapaxes(0, 1)
    lengths = np.linalg.norm(vectors, axis=2, keepdims=True)
    return SentenceMatrix(
        tokens=read.tokens,
        vectors=vectors / np.maximum(lengths, np.finfo(np.float32).tiny),
        looks_like=pieces.looks_like(text),
        unknown=pieces.unknown(read),
        specials=pieces.typed_specials(text),
    )


@zoo.once
def components(language: str) -> np.ndarray:
    """Return every token's place along the vocabulary's principal components, [V, C * D].

    `Raises` as `sentence_matrix` for the weights. The sign of a component is arbitrary; here its
    largest number is positive.
    """
    path = assets.locate(f"weights/bert-{language}/model.safetensors")
    with safe_open(path, framework="np") as file:
        table = file.get_tensor(TABLE).astype(np.float32)  # [V, 384]
    table -= table.mean(0)
    _, directions = np.linalg.eigh(table.T @ table)  # columns, the widest spread last
    directions = directions[:, : -N_CHANNELS * WIDTH - 1 : -1]
    largest = np.take_along_axis(directions, np.abs(directions).argmax(0)[None], 0)
    return table @ (directions * np.sign(largest))


def first_layer() -> LayerFilters:
    """Return the first layer of the convolutional autoencoder that ships.

    Raises:
        AssetError: its weights are missing or damaged.
    """
    layer = zoo.conv_tuned().encoder[0]
    return LayerFilters(
        weight=runtime.to_numpy(layer.weight),
        bias=runtime.to_numpy(layer.bias),
        stride=layer.stride[0],
        padding=layer.padding[0],
    )
