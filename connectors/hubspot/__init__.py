"""HubSpot through hubspot-api-client: one kept API object, raw dictionaries, limits and errors handled."""
