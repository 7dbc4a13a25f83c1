"""What does a convolution slide over, when it reads a sentence, and what do trained filters hold?

    sentence -> T tokens -> word vectors [T, 384] -> principal components [C, T, 8]

A sentence is a picture of one word a row, as TextCNN sees it (Kim 2014, arXiv:1408.5882). The word
embeddings of the bundled BERT are 384 wide; the page shows the directions in which the words of
the vocabulary differ most, eight to a channel. On the page the convolution itself runs in the
browser; for a program it runs here.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor, nn
from torch.nn import functional

from core import assets, runtime, zoo
from core.errors import InputError
from core.results.called import Convolved
from core.results.convolution import LayerFilters, SentenceMatrix
from core.text import pieces

N_CHANNELS = 4  # of a sentence: components 1-8, 9-16, ...
WIDTH = 8  # numbers of a word in one channel
MAX_TOKENS = 32  # rows that can be told apart on a phone
TABLE = "bert.embeddings.word_embeddings.weight"
MAX_SIDE, MAX_KERNEL = 256, 32  # cells each way of a picture and of a kernel, to convolve here
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "none": lambda x: x,
    "relu": functional.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "gelu": functional.gelu,
    "mish": functional.mish,
}


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
    if not isinstance(layer, nn.Conv2d):
        raise TypeError(f"{layer} is no convolution.")
    return LayerFilters(
        weight=runtime.to_numpy(layer.weight),
        bias=runtime.to_numpy(layer.get_parameter("bias")),
        stride=layer.stride[0],
        padding=int(layer.padding[0]),
    )


def convolve(
    picture: Sequence[Sequence[float]],
    kernel: Sequence[Sequence[float]],
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    bias: float = 0.0,
    activation: str = "none",
) -> Convolved:
    """Slide a kernel over a picture, as torch.nn.Conv2d with one channel in and out.

    Args:
        picture: H rows of W numbers, at most `MAX_SIDE` each way.
        kernel: h rows of w numbers, at most `MAX_KERNEL` each way; not flipped.
        stride: 1..MAX_KERNEL, cells between two places of the kernel.
        padding: 0..MAX_KERNEL, zeros around the picture.
        dilation: 1..MAX_KERNEL, cells between two of the kernel's numbers.
        bias: added everywhere.
        activation: one of `ACTIVATIONS`.

    Raises:
        InputError: rows of unequal length, a size out of its range, no such activation, or a
            kernel that doesn't fit into the padded picture.
    """
    x, weight = _grid("picture", picture, MAX_SIDE), _grid("kernel", kernel, MAX_KERNEL)
    for name, low, got in (
        ("stride", 1, stride),
        ("padding", 0, padding),
        ("dilation", 1, dilation),
    ):
        if not low <= got <= MAX_KERNEL:
            raise InputError("argument_range", name=name, low=low, high=MAX_KERNEL, got=got)
    if activation not in ACTIVATIONS:
        names = ", ".join(ACTIVATIONS)
        raise InputError("argument_choice", name="activation", list=names, got=activation[:40])
    for n, size in zip(x.shape, weight.shape, strict=True):
        if (span := dilation * (size - 1) + 1) > n + 2 * padding:
            raise InputError("convolution_kernel", span=span, room=n + 2 * padding)
    found = functional.conv2d(
        x[None, None], weight[None, None], torch.tensor([bias]), stride, padding, dilation
    )
    return Convolved(runtime.to_numpy(ACTIVATIONS[activation](found[0, 0])))


def _grid(name: str, rows: Sequence[Sequence[float]], limit: int) -> Tensor:
    """Return rows of numbers as float32 [H, W]."""
    width = len(rows[0]) if rows else 0
    if any(len(row) != width for row in rows):
        raise InputError("grid_rows", name=name)
    if not (0 < len(rows) <= limit and 0 < width <= limit):
        raise InputError("grid_size", name=name, limit=limit, rows=len(rows), columns=width)
    return torch.tensor(rows, dtype=torch.float32)
