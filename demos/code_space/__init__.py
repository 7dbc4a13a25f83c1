"""Page: the space of codes, seen from outside and from inside."""
