"""How two CRMs come to agree: identity, normal forms, three-way merge, the plan and its guard.

Pure decisions over plain values. No network, no files, no clock and no database here: callers read the
records, hand them in with the time, and carry out the plan that comes back.
"""
