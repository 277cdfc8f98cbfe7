"""How large a household file may be: one figure for what is sent, and for what a sheet brings in."""

MOST_MEMBERS = 50
"""More people than this are no household; a file of more could not be changed through the API."""
