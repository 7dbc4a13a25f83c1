"""What makes the files of assets/: `python -m core.making.NAME --help`."""
