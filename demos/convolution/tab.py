"""Page: torch.nn.Conv2d by hand, on a digit or a sentence."""

from core import texts
from core.errors import AssetError
from core.inference import convolution, reconstruction
from demos.common import wire
from demos.common.errors import sentences, told_to_learner
from demos.common.view import view


@told_to_learner
def show_sentence(request: dict) -> dict:
    """Send a sentence as a picture: a row for each token."""
    language = wire.choice(request, "language", texts.LANGUAGES)
    matrix = convolution.sentence_matrix(wire.text(request, "text"), language)
    return {
        "tokens": matrix.tokens,
        "values": wire.floats(matrix.vectors),
        "looks_like": matrix.looks_like,
        "unknown": matrix.unknown,
        "specials": matrix.specials,
    }


@told_to_learner
def show_filters(request: dict) -> dict:
    """Send the first layer of the convolutional autoencoder."""
    layer = convolution.first_layer()
    return {
        "weight": wire.floats(layer.weight),
        "bias": wire.floats(layer.bias),
        "shape": list(layer.weight.shape),
        "stride": layer.stride,
        "padding": layer.padding,
    }


def _first_view() -> dict:
    """Gather a sample digit of each kind, so that the page opens without asking."""
    try:
        row = reconstruction.example().row
        return {"tiles": [wire.packed(reconstruction.sample(index)) for index in row]}
    except AssetError as error:
        return {"problem": sentences(error)}


def build() -> None:
    """Lay out the page."""
    view(
        "convolution",
        show_sentence,
        show_filters,
        first=_first_view(),
        channels=convolution.N_CHANNELS,
        width=convolution.WIDTH,
        pad={"side": reconstruction.PAD, "pen": reconstruction.PEN},
    )
