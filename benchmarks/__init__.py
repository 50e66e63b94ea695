"""How fast a turn is, beside what it could be: `make bench`."""
