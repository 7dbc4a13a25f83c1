"""Page: the lecture as a story, and the way to every page."""
