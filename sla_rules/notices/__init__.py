"""Notices: who is told what and when, as a contract, and the decision. Sending them is ``passes.notices``."""
