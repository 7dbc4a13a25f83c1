"""How much is lost of a digit, by how many bytes travel?

    5,000 sample digits -> each code at each of its settings -> mean bytes, mean squared error

Measured beforehand by core/making/codec_rates.py; a rate-distortion chart is drawn of it.
"""

import json

from core import assets
from core.errors import AssetError
from core.inference.codec_equal_bytes import FILES, LEARNED, WHOLE_FILES

RATES = "samples/codec_rates.json"
COMMAND = "python -m core.making.codec_rates"
# JPEG with tables that both sides know, and as whole files; then as `through_all` names them.
CODES = (*LEARNED, "jpeg", "jpeg_file", *WHOLE_FILES, *FILES)


def stored() -> dict[str, list[tuple[float, float]]]:
    """Return one of `CODES` -> bytes a digit and squared error a pixel at each setting.

    Raises:
        AssetError: the file is missing or damaged.
    """
    try:
        kept = json.loads(assets.locate(RATES).read_text("utf-8"))
    except ValueError as error:
        raise AssetError("asset_damaged", file=RATES, command=COMMAND) from error
    return {name: [(n_bytes, mse) for n_bytes, mse in kept["codes"][name]] for name in CODES}
