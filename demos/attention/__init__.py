"""Page: what each head looks at, and what the answer owes to it."""
