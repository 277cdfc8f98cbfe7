"""Everything the gateway refuses, each with its stable code and its sentence; split by noun."""
