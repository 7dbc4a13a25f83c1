"""Texts as a model reads them: tokens, words, pairs, masking, labelled sentences."""
