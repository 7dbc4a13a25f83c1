"""Page: word vectors learn from a text while one watches."""
