"""Real processes under load, killed at random: nothing acknowledged is lost, nothing is done twice (`make torture`)."""
