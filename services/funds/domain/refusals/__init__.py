"""Everything funds refuse, each with its stable code and its sentence; split by the way of the money."""
