"""What the questions of the page words turn out to be."""

from tests.measured_choices import ELSEWHERE

ELSEWHERE["words.1"] = "test_adverbs_are_the_hardest_of_the_three_kinds"
ELSEWHERE["words.2"] = "test_about_half_of_the_words_land_on_their_translation"
ELSEWHERE["words.3"] = "test_hot_and_rise_stand_beside_their_opposites"
