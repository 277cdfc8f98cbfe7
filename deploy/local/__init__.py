"""The whole suite on one machine: `make run`."""
