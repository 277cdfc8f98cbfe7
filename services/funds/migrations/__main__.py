"""`python -m services.funds.migrations upgrade|downgrade|check|revision [argument]`."""

from services.funds.settings import Settings
from shared.chassis.migrations import main

main("funds", Settings().owner_database_url)
