"""registry: divisions, parameters, households and people, and every decision on who is in and who is out."""
