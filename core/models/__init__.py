"""One paper a file; each needs torch and the standard library only."""
