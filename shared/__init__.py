"""What the four services share: the wire vocabulary, the way a service runs, and refusals."""
