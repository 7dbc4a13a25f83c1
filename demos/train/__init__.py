"""Page: train a model yourself, and watch it learn."""
