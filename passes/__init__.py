"""The steps of a pass, without any scheduler.

Read, link, timeline, qualify, feedback, clocks, plan, apply, reconcile, measure: each step takes a
``PassContext``, finds its work in the database, leaves its result there, and returns its figures. Decisions
belong to ``sync_rules`` and ``sla_rules``; calls and rows to ``connectors``.
"""
