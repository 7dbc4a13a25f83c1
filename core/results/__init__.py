"""What a page gets to know: frozen records of NumPy and plain Python, nothing else."""
