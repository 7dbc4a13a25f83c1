"""What does JPEG keep of a picture, and what does it leave out?

    picture [H, W, 3] -> JPEG with a table of one's own -> file, picture, error
                      -> means and details of wavelets  -> the largest of them -> picture, error

Beside them stand JPEG 2000, WebP and AVIF as Pillow writes them, made as long as our file.
"""

import functools
import importlib.util
import io
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from core import runtime
from core.errors import AssetError, InputError
from core.images import photos, pictures
from core.inference import reconstruction
from core.inference.codec_lab import DIGIT
from core.models import jpeg, jpeg_file, wavelet
from core.results.codecs import JpegBlock, JpegPicture, OtherCodec, WaveletPicture

PICTURES = ("flower", "temple", "digit")
# Two photos by danielbuechele and vultilion (CC BY 2.0) that come with scikit-learn; see NOTICE.
PHOTOS = {"flower": "flower.jpg", "temple": "china.jpg"}
SIDE = 192  # pixels of the longer side: a slider has to answer at once
MIN_QUALITY, MAX_QUALITY = 1, 100
# The bands of waves that have a slider of their own: the last place of each in zigzag order.
BANDS = (9, 27, 63)
MIN_BAND, MAX_BAND = 25, 800  # per cent of the table's numbers
MAX_LEVELS = 5
OTHERS = {"jpeg2000": "image/jp2", "webp": "image/webp", "avif": "image/avif"}
_TRIES = 7  # of qualities 1..100, halving what is left


@functools.lru_cache(maxsize=len(PICTURES))
def picture(name: str) -> np.ndarray:
    """Return one of `PICTURES`, uint8 [H, W, 3], the digit [28, 28]; read-only.

    Raises:
        InputError: there is no such picture.
        AssetError: it can't be read.
    """
    if name == "digit":
        found = np.rint(255 * reconstruction.sample(DIGIT)).astype(np.uint8)
    elif name in PHOTOS:
        spec = importlib.util.find_spec("sklearn")  # found, not imported: that takes seconds
        folder = Path(spec.origin or "").parent if spec else Path()
        file = folder / "datasets/images" / PHOTOS[name]
        if not file.is_file():
            raise AssetError("codec_photo_missing", file=PHOTOS[name])
        found = upload(file.read_bytes())
    else:
        raise InputError("bad_request", field="picture")
    found.flags.writeable = False
    return found


def upload(data: bytes) -> np.ndarray:
    """Return an uploaded picture, upright and small: uint8 [H, W, 3]; transparency is white.

    Raises:
        InputError: not a picture, a damaged one, or too many pixels.
    """
    return np.array(photos.opaque(photos.decode(data, side=SIDE)))


def moves(data: bytes) -> bool:
    """Say whether a picture's file has more than one frame, of which only the first is taken."""
    return pictures.moves(data)


def tables(quality: int, bands: tuple[int, ...]) -> tuple[torch.Tensor, ...]:
    """Return the tables of light and colour, [64] in zigzag order, as `compress` takes them.

    Raises:
        InputError: the quality or a band's per cent is out of range.
    """
    if not MIN_QUALITY <= quality <= MAX_QUALITY:
        raise InputError("codec_quality", low=MIN_QUALITY, high=MAX_QUALITY, got=quality)
    if len(bands) != len(BANDS) or not all(MIN_BAND <= one <= MAX_BAND for one in bands):
        raise InputError("bad_request", field="bands")
    widths = torch.tensor([BANDS[0] + 1, BANDS[1] - BANDS[0], BANDS[2] - BANDS[1]])
    factor = torch.tensor(bands).repeat_interleave(widths) / 100
    return tuple(
        (jpeg.table(base, quality) * factor).round().clamp(1, 255).long()
        for base in (jpeg.LIGHT, jpeg.COLOUR)
    )


def compress(
    pixels: np.ndarray,
    *,
    quality: int,
    bands: tuple[int, ...] = (100, 100, 100),
    off: tuple[int, ...] = (),
    halved: bool = True,
    block: tuple[int, int] = (0, 0),
) -> tuple[JpegPicture, JpegBlock]:
    """Return what JPEG makes of a picture, and of one of its blocks.

    Args:
        pixels: uint8 [H, W] or [H, W, 3].
        quality: 1..100, as libjpeg scales its tables.
        bands: per cent of the table for slow, middle and fast waves.
        off: places 0..63, row by row, of waves that are left out everywhere.
        halved: colour at half the size.
        block: row and column of the block to show; beyond the edge is the last one.

    Raises:
        InputError: a number is out of range.
    """
    if not all(0 <= place < 64 for place in off):
        raise InputError("bad_request", field="off")
    if min(block) < 0:
        raise InputError("bad_request", field="block")
    chosen = tables(quality, bands)
    coded = jpeg.code(torch.from_numpy(np.array(pixels)), chosen, halved=halved)
    kept = jpeg.zigzag(torch.tensor([place not in off for place in range(64)]))
    for plane in coded.planes:
        plane.mul_(kept)
    back = runtime.to_numpy(jpeg.restore(coded))
    made = JpegPicture(
        file=jpeg_file.write(coded),
        pixels=back,
        mse=squared_error(back, pixels),
        n_kept=sum(int((plane != 0).sum()) for plane in coded.planes),
        n_amounts=sum(plane.numel() for plane in coded.planes),
        table=jpeg.unzigzag(chosen[0]).view(8, 8).numpy(),
    )
    return made, _block(pixels, coded, block)


def _block(pixels: np.ndarray, coded: jpeg.Coded, place: tuple[int, int]) -> JpegBlock:
    given = torch.from_numpy(np.array(pixels)).float()
    light = given if given.ndim == 2 else jpeg.to_ycc(given)[..., 0]
    cut = jpeg.blocks(light)
    row, column = min(place[0], cut.shape[0] - 1), min(place[1], cut.shape[1] - 1)
    kept = jpeg.unzigzag(coded.planes[0][row, column]).view(8, 8)
    amounts = kept * jpeg.unzigzag(coded.tables[0]).view(8, 8)
    return JpegBlock(
        pixels=cut[row, column].numpy(),
        amounts=jpeg.dct(cut[row, column] - 128).numpy(),
        kept=kept.numpy(),
        back=(jpeg.inverse_dct(amounts) + 128).clamp(0, 255).numpy(),
    )


def squared_error(back: np.ndarray, given: np.ndarray) -> float:
    """Return the mean squared error a value of two uint8 pictures, pixels in [0, 1]."""
    return float(np.square((back.astype(np.float32) - given) / 255).mean())


# ---- Other codecs ------------------------------------------------------------------------------


def others(pixels: np.ndarray, n_bytes: int) -> list[OtherCodec]:
    """Return the picture by each of `OTHERS`, in at most `n_bytes` if it can be so short.

    Args:
        pixels: uint8 [H, W] or [H, W, 3].
        n_bytes: above 0.

    Raises:
        InputError: `n_bytes` is not.
    """
    if n_bytes <= 0:
        raise InputError("bad_request", field="bytes")
    return [other(pixels, name, n_bytes) for name in OTHERS]


def other(pixels: np.ndarray, name: str, n_bytes: int) -> OtherCodec:
    """Return the best file of one codec that is not longer, or the shortest that it can make."""
    given = Image.fromarray(pixels)
    low, high = 1, 100
    file = written(given, name, low)
    for _ in range(_TRIES):
        if low >= high:
            break
        middle = (low + high + 1) // 2
        tried = written(given, name, middle)
        if len(tried) <= n_bytes:
            low, file = middle, tried
        else:
            high = middle - 1
    with Image.open(io.BytesIO(file)) as opened:
        back = np.asarray(opened.convert(given.mode))
    return OtherCodec(name, OTHERS[name], len(file), squared_error(back, pixels), png(back))


def written(given: Image.Image, name: str, quality: int) -> bytes:
    """Return the file of one of `OTHERS` at a quality of 1..100, from short to long."""
    file = io.BytesIO()
    if name == "jpeg2000":  # it has no quality: each step is a few per cent more bytes
        rate = 400.0 ** (1 - (quality - 1) / 99)
        given.save(file, "JPEG2000", quality_layers=[rate], irreversible=True, no_jp2=True)
    elif name == "webp":
        given.save(file, "WEBP", quality=quality, method=4)
    else:
        given.save(file, "AVIF", quality=quality, speed=8, max_threads=1)
    return file.getvalue()


def png(pixels: np.ndarray, *, level: int = 1) -> bytes:
    """Return a picture, bool or uint8 [H, W], or uint8 [H, W, 3], as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=level)
    return file.getvalue()


# ---- Wavelets ----------------------------------------------------------------------------------


def pyramid(pixels: np.ndarray, *, kind: str, levels: int, percent: int) -> WaveletPicture:
    """Return a picture's light as a pyramid, and what its largest numbers give back.

    Args:
        pixels: uint8 [H, W] or [H, W, 3].
        kind: one of `wavelet.KINDS`.
        levels: 1..`MAX_LEVELS`.
        percent: of the details that are kept, 0..100; the smallest means all stay.

    Raises:
        InputError: one of these is out of range.
    """
    if kind not in wavelet.KINDS:
        raise InputError("bad_request", field="kind")
    if not 1 <= levels <= MAX_LEVELS:
        raise InputError("bad_request", field="levels")
    if not 0 <= percent <= 100:
        raise InputError("bad_request", field="percent")
    given = torch.from_numpy(np.array(pixels)).float()
    light = given if given.ndim == 2 else jpeg.to_ycc(given)[..., 0]
    found = wavelet.analyse(light.double(), levels, kind)
    n_details = sum(part.numel() for level in found.details for part in level)
    kept = wavelet.largest(found, n_details * percent // 100)
    back = wavelet.restore(kept, kind).round().clamp(0, 255).to(torch.uint8).numpy()
    n_kept = sum(int((part != 0).sum()) for level in kept.details for part in level)
    return WaveletPicture(
        pyramid=_laid_out(kept).numpy(),
        pixels=back,
        mse=squared_error(back, light.numpy()),
        n_kept=n_kept + kept.mean.numel(),
        n_all=light.numel(),
    )


def _laid_out(found: wavelet.Pyramid) -> torch.Tensor:
    """Put the means in the corner and the details around them; small details are made visible."""
    laid = (found.mean / 255).clamp(0, 1)
    for level in reversed(found.details):
        most = max((float(p.abs().max()) for p in level if p.numel()), default=0.0) or 1.0
        across, down, both = (0.5 + part.sign() * (part.abs() / most).sqrt() / 2 for part in level)
        laid = torch.cat([torch.cat([laid, across], 1), torch.cat([down, both], 1)], 0)
    return laid
