"""Telling people: what there is to tell, the outbox, and its delivery. Outside of the pass, which it never delays."""
