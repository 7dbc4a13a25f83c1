"""One page of the lab a file."""
