"""BERTs: which there are, their checkpoints, and the same answers in less time."""
