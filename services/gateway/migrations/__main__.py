"""`python -m services.gateway.migrations upgrade|downgrade|check|revision [argument]`."""

from services.gateway.settings import Settings
from shared.chassis.migrations import main

main("gateway", Settings().owner_database_url)
