"""Recipes that made a teacher or an answer once: README.md says what each was for."""
