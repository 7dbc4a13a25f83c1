"""Page: retrain the last layers of an image network, and see what it looks at."""
