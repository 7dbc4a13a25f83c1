"""Where is the digit on a photo? A picture file -> white ink on black, ready for `images.prepare`.

    file -> upright and small [H, W, 3] -> what stands out from its paper [H, W]
         -> without printed lines -> separate pieces -> the digit's pieces, as thick as MNIST's

Light multiplies, so everything is compared as logarithms. The paper is seen without its ink by a
morphological closing (an opening, for ink lighter than the paper): edges of shadows and sheets stay
where they are, and only what is narrower than a window stands out (Serra 1982, chapter XII). Each
colour is asked, since a yellow marker differs from white paper in blue alone.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import InputError
from core.images import ruled_lines
from core.results.images import Photo

Box = tuple[float, float, float, float]  # left, top, right, bottom, in shares of width and height
Where = tuple[slice, slice]  # rows and columns

MAX_MEGAPIXELS = 40  # of an uploaded file: phones make 12 to 50
WORKING_SIDE = 600  # pixels: an upload is made this small before its ink is sought
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
FLOOR = 8.0  # of 255: added before logarithms, so that noise in black counts for little
GRAINY = 0.05  # of a logarithm: a picture with more grain is blurred more before ink is sought
WIDEST = 0.18  # of the shorter side: a stroke is narrower
FAINTEST = 0.07  # least difference of logarithms between paper and ink
USUAL_STROKE, THIN_STROKE = 0.10, 0.085  # of the ink's longer side, see `_thickened`
MOST_PIECES, SMALLEST = 24, 12  # that are looked at; pixels of the smallest
SPECK = 0.02  # of the digit's heaviest piece: lighter ones are dust
NEAR = 0.2  # of the digit's longer side: what lies nearer may belong to it
RIVAL = 0.3  # of the digit's score: so good another piece makes the choice doubtful
CLEAR = 3.0  # times what just counts: ink of less contrast is faint


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """Ink that hangs together."""

    where: Where  # its box
    inside: np.ndarray  # bool, of its box's size
    contrast: float  # difference of logarithms to its paper
    mass: int  # pixels
    touched: int  # sides of the picture that it touches
    score: float  # how likely it is the digit, beside the others of the picture

    @property
    def extent(self) -> int:
        """The longer side of its box, in pixels."""
        return max(self.inside.shape)

    def apart(self, other: "_Piece") -> float:
        """Return the pixels between the boxes of two pieces, 0 where they overlap."""
        down, across = (
            max(mine.start - others.stop, others.start - mine.stop, 0)
            for mine, others in zip(self.where, other.where, strict=True)
        )
        return float(np.hypot(down, across))


def read(data: bytes, box: Box | None = None) -> Photo:
    """Find a digit's ink on a picture: a photo of paper, a scan, a file of a paint program.

    Where a file is transparent, white paper is put behind it (black, if the ink itself is white).

    Args:
        data: the bytes of a PNG, JPEG, WebP, GIF or BMP file.
        box: look only here, on the upright picture; all ink inside is the digit's.

    Raises:
        InputError: not a picture, a damaged one, too many pixels, or nothing written on it.
    """
    picture = decode(data, box)
    if picture.mode != "RGBA":
        return _find(np.asarray(picture), boxed=box is not None)
    try:
        return _find(np.asarray(opaque(picture, 255)), boxed=box is not None)
    except InputError:
        return _find(np.asarray(opaque(picture, 0)), boxed=box is not None)


def decode(data: bytes, box: Box | None = None, *, side: int = WORKING_SIDE) -> Image.Image:
    """Decode to mode RGB or RGBA, upright, cut to the box, at most `side` long; the first frame.

    Raises:
        InputError: not a picture, a damaged one, or too many pixels.
    """
    try:
        picture: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
        # The header is read, the pixels are not: nothing large has been decoded yet.
        megapixels = picture.width * picture.height / 1e6
        if megapixels > MAX_MEGAPIXELS:
            raise InputError("image_too_large", limit=MAX_MEGAPIXELS, got=f"{megapixels:.0f}")
        side = round(side / max(box[2] - box[0], box[3] - box[1])) if box else side
        picture.draft("RGB", (side, side))  # JPEG: decodes at 1/2, 1/4, 1/8
        if picture.mode.startswith("I"):
            picture = eight_bits(picture)
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
        picture.thumbnail((side, side), Image.Resampling.BOX, reducing_gap=2.0)
        picture = ImageOps.exif_transpose(picture)
        if box:
            left, top, right, bottom = np.multiply(box, 2 * picture.size)
            left, top = int(left), int(top)
            picture = picture.crop(
                (left, top, max(int(right), left + 1), max(int(bottom), top + 1))
            )
        return picture
    except Image.DecompressionBombError as error:
        raise InputError("image_too_large", limit=MAX_MEGAPIXELS, got="> 178") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error) as error:
        # What Pillow's decoders raise on damaged files, SyntaxError among them.
        raise InputError("image_unreadable", formats=", ".join(FORMATS)) from error


def eight_bits(picture: Image.Image) -> Image.Image:
    """Stretch 16 bits a pixel, of which a scanner may use only 10 or 12; `convert` would clip."""
    wide = np.asarray(picture).astype(np.float32)
    low, high = float(wide.min()), float(wide.max())
    narrow = Image.fromarray(((wide - low) * (255 / max(high - low, 255))).astype(np.uint8))
    narrow.getexif().update(picture.getexif())
    return narrow


def opaque(picture: Image.Image, brightness: int = 255) -> Image.Image:
    """Put paper of one brightness behind a picture, if it is transparent; mode RGB."""
    if picture.mode != "RGBA":
        return picture
    paper = Image.new("RGBA", picture.size, (brightness, brightness, brightness, 255))
    return Image.alpha_composite(paper, picture).convert("RGB")


def _find(picture: np.ndarray, *, boxed: bool) -> Photo:
    """Find the digit's ink on an upright picture, uint8 [H, W, 3]; `Raises` as `read`."""
    from scipy import ndimage  # late: only uploads need it

    level = picture.astype(np.float32) + np.float32(FLOOR)
    width = 1.0 if _grain(np.log(level)) < GRAINY else 2.0
    logs = np.log(ndimage.gaussian_filter(level, (width, width, 0)))
    sides = [(sign, *_side(logs, sign, boxed=boxed)) for sign in (1, -1)]
    sign, pieces, standing_out, least = max(
        sides, key=lambda side: side[1][0].score if side[1] else 0.0
    )
    if not pieces:
        raise InputError("photo_blank")
    digit, rivals = _gathered(pieces, boxed=boxed)
    found = np.zeros(standing_out.shape, bool)
    for piece in digit:
        found[piece.where] |= piece.inside
    contrast = max(piece.contrast for piece in digit)
    near = np.where(ndimage.binary_dilation(found, iterations=2), standing_out, 0)
    # Back from logarithms, in which edges of light ink on black would spread.
    strength = np.expm1(-sign * near) / np.expm1(-sign * contrast)
    # A soft threshold: what is fainter than 0.3 goes, smooth edges of strokes stay.
    ink = np.rint(np.clip((strength - 0.3) / (0.7 - 0.3), 0, 1) * 255).astype(np.uint8)
    doubt = None
    if rivals:
        doubt = "several"
    elif contrast < CLEAR * least:
        doubt = "faint"
    elif digit[0].touched and not boxed:
        doubt = "cut"
    return Photo(picture, ink > 127, _thickened(ink), doubt)


def _grain(logs: np.ndarray) -> float:
    """Return the standard deviation of noise [H, W, 3] from what neighbours do not explain."""
    middle = logs[1:-1:2, 1:-1:2]
    if not middle.size:
        return 0.0
    around = logs[:-2:2, 1:-1:2] + logs[2::2, 1:-1:2] + logs[1:-1:2, :-2:2] + logs[1:-1:2, 2::2]
    return float(np.median(abs(middle - around / 4)) / 0.6745 / np.sqrt(1.25))


def _side(logs: np.ndarray, sign: int, *, boxed: bool) -> tuple[list[_Piece], np.ndarray, float]:
    """Look for ink darker (sign 1) or lighter (-1) than its paper.

    Returns:
        The pieces, the likeliest first; by how much each pixel stands out, [H, W]; from where that
        counts.
    """
    from scipy import ndimage

    size = int(WIDEST * min(logs.shape[:2])) | 1
    paper = np.empty_like(logs)
    for channel in range(logs.shape[2]):
        plane = np.ascontiguousarray(sign * logs[..., channel])
        paper[..., channel] = ndimage.grey_closing(plane, (size, size), mode="nearest")
    standing_out = (paper - sign * logs).max(2)
    # Most of a picture is paper: what it shows of differences is grain.
    grain = float(np.median(standing_out))
    standing_out = (standing_out - grain).clip(0)
    least = max(FAINTEST, 4 * grain)
    standing_out = ruled_lines.removed(standing_out, least)
    brightness = sign * paper.mean(2)
    return _pieces(standing_out, least, logs, brightness, boxed=boxed), standing_out, least


def _pieces(
    standing_out: np.ndarray, least: float, logs: np.ndarray, paper: np.ndarray, *, boxed: bool
) -> list[_Piece]:
    """Return the pieces that may be a digit or a part of it, the likeliest first.

    Args:
        standing_out: by how much each pixel differs from its paper, [H, W].
        least: from where that counts.
        logs: the picture, [H, W, 3].
        paper: its brightness without the ink, [H, W].
        boxed: wherever a piece stands, it is the digit's.
    """
    mask = np.zeros(standing_out.shape, bool)
    for _, where, inside in _largest(standing_out > least):
        here = standing_out[where]
        mask[where] |= inside & (here > 0.4 * _high(here[inside]))
    height, width = standing_out.shape
    brightest = float(np.percentile(paper[::4, ::4], 95))
    pieces = []
    for mass, where, inside in _largest(mask):
        rows, columns = where
        contrast, extent = _high(standing_out[where][inside]), max(inside.shape)
        touched = int(rows.start == 0) + int(columns.start == 0)
        touched += int(rows.stop == height) + int(columns.stop == width)
        score = np.sqrt(contrast * mass * extent) * _unlike(logs, where, inside, contrast) ** 2
        thick = _stroke(inside)
        if thick > 0.45 * extent or mass > 12 * extent * max(thick, 1):
            score *= 0.3  # a blot, or a tangle
        if not boxed:
            down = (rows.start + rows.stop) / 2 / height - 0.5
            across = (columns.start + columns.stop) / 2 / width - 0.5
            darker = brightest - float(paper[where][inside].mean())  # than the best paper: a desk?
            score *= np.exp(-4 * (down**2 + across**2) - darker) * 0.3**touched
        pieces.append(_Piece(where, inside, contrast, mass, touched, float(score)))
    return sorted(pieces, key=lambda piece: -piece.score)


def _unlike(logs: np.ndarray, where: Where, inside: np.ndarray, contrast: float) -> float:
    """Return how far a piece differs from what is usual around it, 0 to 1.

    Paper that strokes enclose stands out from them, but it is like the paper around.
    """
    reach = max(inside.shape) // 2
    around = tuple(slice(max(0, part.start - reach), part.stop + reach) for part in where)
    own = np.median(logs[where][inside], 0)
    usual = np.median(logs[around].reshape(-1, logs.shape[2]), 0)
    return min(1.0, float(abs(own - usual).max()) / contrast)


def _largest(mask: np.ndarray) -> Iterator[tuple[int, Where, np.ndarray]]:
    """Yield pixels, box and shape of the largest pieces of a mask."""
    from scipy import ndimage

    labels, _ = ndimage.label(mask, np.ones((3, 3)))
    masses = np.bincount(labels.ravel())
    masses[0] = 0
    boxes = ndimage.find_objects(labels)
    for label in np.argsort(masses)[::-1][:MOST_PIECES]:
        if masses[label] < SMALLEST:
            return
        where = boxes[label - 1]
        yield int(masses[label]), where, labels[where] == label


def _high(values: np.ndarray) -> float:
    """Return the 85th percentile."""
    at = int(0.85 * (values.size - 1))
    return float(np.partition(values, at)[at])


def _gathered(pieces: list[_Piece], *, boxed: bool) -> tuple[list[_Piece], list[_Piece]]:
    """Part the pieces into those of the digit, the best first, and its rivals."""
    best, *rest = pieces
    digit, grew = [best], True
    while grew:
        near = [
            piece
            for piece in rest
            if piece.mass >= SPECK * best.mass
            and piece.contrast > 0.5 * best.contrast
            and (
                boxed
                or (
                    piece.extent <= best.extent
                    and min(piece.apart(part) for part in digit) < NEAR * best.extent
                )
            )
        ]
        digit += near
        rest = [piece for piece in rest if piece not in near]
        grew = bool(near)
    return digit, [] if boxed else [piece for piece in rest if piece.score > RIVAL * best.score]


def _stroke(solid: np.ndarray) -> float:
    """Return how wide the strokes of a mask are, in pixels."""
    from scipy import ndimage

    # In a band w pixels wide the mean distance to its outside is (w + 2) / 4.
    return 4 * ndimage.distance_transform_edt(np.pad(solid, 1))[1:-1, 1:-1][solid].mean() - 2


def _thickened(ink: np.ndarray) -> np.ndarray:
    """Widen strokes that are thinner than 95% of MNIST's digits have them (8.5% of their length).

    They become 10%, between that and MNIST's median (12%), so that small bays stay open.
    """
    from scipy import ndimage

    solid = ink > 127
    if not solid.any():
        return ink
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    extent = int(max(np.ptp(rows), np.ptp(columns))) + 1
    stroke = _stroke(solid)
    if stroke >= THIN_STROKE * extent:
        return ink
    more = (USUAL_STROKE * extent - stroke) / (2 * (1 - USUAL_STROKE))  # pixels on each side
    margin = int(more) + 2
    solid, ink = np.pad(solid, margin), np.pad(ink, margin)
    distance = ndimage.distance_transform_edt(~solid)  # to the nearest ink
    wider = np.rint(np.clip(more + 1 - distance, 0, 1) * 255).astype(np.uint8)  # a smooth edge
    return np.maximum(ink, wider)
