"""JPEG's lossy part (ITU-T T.81, 1992; Wallace 1991): keep what the eye sees.

    pixels [H, W(, 3)] -> planes [h, w] -> blocks [R, C, 8, 8] -> DCT -> divided, rounded [R, C, 64]

Light is kept whole and colour at half the width and height; each 8 x 8 block becomes a sum of 64
waves; each wave's amount is divided by a number of the quantisation table and rounded. All that is
lost is lost there and in the halving. How the whole numbers become a file: jpeg_file.py. How
pixels are rounded on the way back is libjpeg's, so that decoders agree to 2 grey levels.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

SIDE = 8  # of a block

# Annex K.1 of the standard: what was found to be just visible at a usual distance, row by row.
LIGHT = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
COLOUR = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *[(99,) * 8] * 4,
)
# Places 0..63 of a block, row by row, in the order from slow waves to fast ones.
ZIGZAG = sorted(
    range(SIDE * SIDE),
    key=lambda p: (
        sum(divmod(p, SIDE)),
        p // SIDE if sum(divmod(p, SIDE)) % 2 else p % SIDE,
    ),
)
_UNZIGZAG = sorted(range(SIDE * SIDE), key=ZIGZAG.__getitem__)

# Rows: Y, Cb, Cr of JFIF 1.02 (ITU-R BT.601 on full range); columns: red, green, blue.
_TO_YCC = (
    (0.299, 0.587, 0.114),
    (-0.168735892, -0.331264108, 0.5),
    (0.5, -0.418687589, -0.081312411),
)
_FROM_YCC = ((1.0, 0.0, 1.402), (1.0, -0.344136286, -0.714136286), (1.0, 1.772, 0.0))
# The left half of the waves, times sqrt(8) and 2^13, as 13 bits of each factor of the fast
# transform (Loeffler, Ligtenberg & Moschytz 1989) make them.
_COSINES = (
    (8192, 8192, 8192, 8192),
    (11363, 9633, 6437, 2260),
    (10703, 4433, -4433, -10703),
    (9633, -2259, -11362, -6436),
    (8192, -8192, -8192, 8192),
    (6437, -11362, 2261, 9633),
    (4433, -10704, 10704, -4433),
    (2260, -6436, 9633, -11363),
)


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A picture as what its file holds, before Huffman."""

    height: int
    width: int
    halved: bool  # colour at half the size (4:2:0); False for grey pictures
    tables: tuple[Tensor, ...]  # [64] integers 1..255 in zigzag order: light, then colour
    planes: tuple[Tensor, ...]  # [R, C, 64] integers in zigzag order: Y, or Y, Cb and Cr


# ---- Colour ------------------------------------------------------------------------------------


def to_ycc(rgb: Tensor) -> Tensor:
    """Return light and two differences of colour, [H, W, 3] in 0..255, of red, green and blue."""
    ycc = rgb.float() @ torch.tensor(_TO_YCC).T
    return (ycc + torch.tensor([0.0, 128.0, 128.0])).round().clamp(0, 255)


def from_ycc(ycc: Tensor) -> Tensor:
    """Return red, green and blue, [H, W, 3] in 0..255."""
    centred = ycc.float() - torch.tensor([0.0, 128.0, 128.0])
    return _rounded(centred @ torch.tensor(_FROM_YCC).T).clamp(0, 255)


def halve(plane: Tensor) -> Tensor:
    """Return the means of 2 x 2 pixels, [ceil(H / 2), ceil(W / 2)]; an odd edge comes twice."""
    height, width = plane.shape
    even = F.pad(plane[None, None], (0, width % 2, 0, height % 2), mode="replicate")
    return F.avg_pool2d(even, 2)[0, 0].round()


def double(plane: Tensor, height: int, width: int) -> Tensor:
    """Return a plane of twice the size, [height, width]: three parts the near pixel, one the next.

    As libjpeg does it ("fancy upsampling"), which repeats pixels where there are only two or one.
    """
    if plane.shape[1] <= 2:
        return plane.repeat_interleave(2, 0).repeat_interleave(2, 1)[:height, :width]
    framed = F.pad(plane[None, None], (1, 1, 1, 1), mode="replicate")[0, 0]
    rows = torch.stack([3 * framed[1:-1] + framed[:-2], 3 * framed[1:-1] + framed[2:]], 1)
    rows = rows.flatten(0, 1)  # [2h, w + 2]
    left = (3 * rows[:, 1:-1] + rows[:, :-2] + 8).div(16, rounding_mode="floor")
    right = (3 * rows[:, 1:-1] + rows[:, 2:] + 7).div(16, rounding_mode="floor")
    return torch.stack([left, right], 2).flatten(1)[:height, :width]


# ---- Blocks and waves --------------------------------------------------------------------------


def blocks(plane: Tensor) -> Tensor:
    """Cut a plane [h, w] into [R, C, 8, 8]; what is missing at the edge repeats the last pixel."""
    height, width = plane.shape
    whole = F.pad(plane[None, None], (0, -width % SIDE, 0, -height % SIDE), mode="replicate")[0, 0]
    return whole.unflatten(0, (-1, SIDE)).unflatten(2, (-1, SIDE)).transpose(1, 2)


def assemble(cut: Tensor) -> Tensor:
    """Return the plane [8R, 8C] of blocks [R, C, 8, 8]."""
    return cut.transpose(1, 2).flatten(2).flatten(0, 1)


def waves() -> Tensor:
    """Return the cosine transform as a matrix [8, 8], orthonormal; row k has k half waves."""
    places = (torch.arange(SIDE, dtype=torch.float64) + 0.5) * math.pi / SIDE
    matrix = torch.cos(torch.arange(SIDE)[:, None] * places) * math.sqrt(2 / SIDE)
    matrix[0] /= math.sqrt(2)
    return matrix.float()


def dct(cut: Tensor) -> Tensor:
    """Return how much of each wave is in each block: [..., 8, 8] -> [..., 8, 8]."""
    return waves() @ cut @ waves().T


def inverse_dct(amounts: Tensor) -> Tensor:
    """Return the blocks [..., 8, 8] again: the sum of the waves, rounded to whole numbers.

    Whole amounts are added up as libjpeg's integers are, with two bits below whole numbers between
    columns and rows. The standard lets decoders differ by a grey level here; these two don't.
    """
    left = torch.tensor(_COSINES, dtype=torch.float64)
    sign = torch.tensor([1.0, -1.0]).repeat(SIDE // 2)[:, None]  # odd waves are turned round
    cosines = torch.cat([left, left.flip(1) * sign], 1)
    columns = _rounded(cosines.T @ amounts.double() / 2**11)
    return _rounded(columns @ cosines / 2**18).float()


def _rounded(x: Tensor) -> Tensor:
    """Round halves upwards, as integers do that are added a half and shifted."""
    return (x + 0.5).floor()


def base_pictures() -> Tensor:
    """Return the 64 waves that each block is a sum of, [8, 8, 8, 8]: down, across, then pixels."""
    return torch.einsum("uy,vx->uvyx", waves(), waves())


# ---- Quantisation ------------------------------------------------------------------------------


def table(base: tuple[tuple[int, ...], ...], quality: int) -> Tensor:
    """Return a table [64] in zigzag order for a quality 1..100, scaled as libjpeg does it."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    row_by_row = (torch.tensor(base).flatten() * scale + 50) // 100
    return zigzag(row_by_row.clamp(1, 255))


def zigzag(row_by_row: Tensor) -> Tensor:
    """Bring the last axis, 64 places row by row, into zigzag order."""
    return row_by_row[..., ZIGZAG]


def unzigzag(ordered: Tensor) -> Tensor:
    """Bring the last axis back from zigzag order."""
    return ordered[..., _UNZIGZAG]


# ---- The whole way -----------------------------------------------------------------------------


def code(pixels: Tensor, tables: tuple[Tensor, ...], *, halved: bool = True) -> Coded:
    """Return what a picture becomes.

    Args:
        pixels: [H, W] grey or [H, W, 3] red, green and blue, in 0..255.
        tables: [64] in zigzag order, for light and for colour; grey pictures need the first.
        halved: whether colour is kept at half the size.
    """
    height, width = pixels.shape[:2]
    grey = pixels.ndim == 2
    parts = [pixels.float()] if grey else list(to_ycc(pixels).unbind(-1))
    if halved and not grey:
        parts[1:] = [halve(part) for part in parts[1:]]
    planes = tuple(
        (zigzag(dct(blocks(part - 128)).flatten(2)) / tables[min(i, 1)]).round().int()
        for i, part in enumerate(parts)
    )
    return Coded(height, width, halved and not grey, tables[:1] if grey else tables[:2], planes)


def restore(coded: Coded) -> Tensor:
    """Return the pixels, uint8 [H, W] or [H, W, 3]."""
    height, width = coded.height, coded.width
    small = (-(-height // 2), -(-width // 2))
    parts = []
    for i, plane in enumerate(coded.planes):
        amounts = unzigzag(plane * coded.tables[min(i, 1)]).float().unflatten(2, (SIDE, SIDE))
        part = (assemble(inverse_dct(amounts)) + 128).clamp(0, 255)
        if coded.halved and i > 0:
            parts.append(double(part[: small[0], : small[1]], height, width))
        else:
            parts.append(part[:height, :width])
    if len(parts) == 1:
        return parts[0].to(torch.uint8)
    return from_ycc(torch.stack(parts, -1)).to(torch.uint8)
