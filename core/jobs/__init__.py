"""Work that takes long: who waits, who wants it still, and the processes that train."""
