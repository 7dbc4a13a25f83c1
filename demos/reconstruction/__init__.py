"""Page: draw a digit and see it pass through eight codes."""
