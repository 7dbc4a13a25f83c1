"""Page: a text on its way into BERT, piece by piece."""
