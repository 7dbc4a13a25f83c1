"""Page: words as vectors: what is alike, sums of words, and what the vectors learned."""
