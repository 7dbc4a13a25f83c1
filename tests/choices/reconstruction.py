"""What the questions of the page reconstruction turn out to be."""

from core.inference import reconstruction
from tests.measured_choices import ELSEWHERE, Option, shows

ELSEWHERE["reconstruction.1"] = "test_a_letter_is_bent_by_three_numbers_and_mostly_kept_by_32"
ELSEWHERE["reconstruction.2"] = "test_a_small_three_in_the_corner_needs_the_preparation"


@shows("reconstruction.3")
def whose_error_is_smaller() -> Option:
    usual = {name: mark.usual for name, mark in reconstruction.yardsticks().items()}
    pca = usual["pca32"] < usual["conv-lecture"]
    return ("PCA", "PCA") if pca else ("convolutional", "卷积")
