"""projects: the project library, its chain and notices, annual plans, works, and what is published of them."""
