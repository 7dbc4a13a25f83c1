"""One recipe a file: `python -m core.training.NAME --help`."""
