"""What the questions of the page train turn out to be."""

from tests.measured_choices import ELSEWHERE

ELSEWHERE["train.1"] = "test_a_rate_of_a_million_is_no_number_after_a_step_or_two"
ELSEWHERE["train.2"] = "test_a_longer_code_ends_lower"
ELSEWHERE["train.3"] = "test_noise_does_not_come_back"
