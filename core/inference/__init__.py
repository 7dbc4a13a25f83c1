"""One question a file: check, load, compute, return a record (core/results)."""
