"""Page: the map of pre-trained models."""
