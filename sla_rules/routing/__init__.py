"""Who gets a lead: the routing policy as a contract, and the pure decision that follows from it."""
