"""The wire vocabulary, grouped by the service that owns it. Pydantic and the standard library only."""
