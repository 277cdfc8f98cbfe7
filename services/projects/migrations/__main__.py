"""`python -m services.projects.migrations upgrade|downgrade|check|revision [argument]`."""

from services.projects.settings import Settings
from shared.chassis.migrations import main

main("projects", Settings().owner_database_url)
