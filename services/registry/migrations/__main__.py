"""`python -m services.registry.migrations upgrade|downgrade|check|revision [argument]`."""

from services.registry.settings import Settings
from shared.chassis.migrations import main

main("registry", Settings().owner_database_url)
