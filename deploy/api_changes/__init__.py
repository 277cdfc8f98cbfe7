"""What changed in the public API since it was released, and whether that breaks anybody."""
