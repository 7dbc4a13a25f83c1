"""Page: the dice of masked language modelling, thrown in the open."""
