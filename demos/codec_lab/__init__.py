"""The page about codes."""
