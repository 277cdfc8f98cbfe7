"""How a service runs: application, session, problems, identity, peers, idempotency, events, clock."""
