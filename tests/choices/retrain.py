"""What the questions of the page retrain turn out to be."""

from tests.measured_choices import ELSEWHERE

ELSEWHERE["retrain.1"] = "test_what_the_page_says_of_the_stored_runs"
ELSEWHERE["retrain.2"] = "test_green_counts_for_the_first_class"
