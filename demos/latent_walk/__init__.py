"""Page: walk through a latent space, from digit to digit and out to the prior."""
