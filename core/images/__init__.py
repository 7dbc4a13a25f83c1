"""Digits: where they come from, how a drawing becomes one, what models make of it."""
