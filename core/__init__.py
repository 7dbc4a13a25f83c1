"""What the lab knows: models, training and the questions asked of them. No user interface."""
