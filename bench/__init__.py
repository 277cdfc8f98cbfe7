"""`make bench`: what the suite does per second, measured beside what the machine could do at most."""
