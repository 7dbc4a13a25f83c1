"""What the questions of the page word2vec turn out to be."""

from tests.measured_choices import ELSEWHERE

ELSEWHERE["word2vec.1"] = "test_words_that_never_meet_are_near_where_they_share_neighbours"
ELSEWHERE["word2vec.2"] = "test_products_of_vectors_follow_the_counts"
