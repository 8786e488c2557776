"""The SLA's figures from what the database holds: what is known, what is measured of it, what is kept."""
