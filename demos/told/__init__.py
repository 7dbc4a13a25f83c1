"""Page: torch.nn.Conv2d by hand, on a digit or a sentence."""
