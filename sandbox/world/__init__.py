"""The simulated business and its people: what the two vendors' stores hold and who works in them."""
