"""funds: where every fen of the money is, who decided on it, and the 90 % rule."""
