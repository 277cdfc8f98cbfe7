"""Clients of the public API, generated from its one document."""
