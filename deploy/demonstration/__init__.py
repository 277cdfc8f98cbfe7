"""A demonstration county: real divisions and published tables, invented people and projects."""
