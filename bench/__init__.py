"""What the lab claims, measured: `python -m bench`."""
