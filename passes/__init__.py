"""The steps of a pass, without any scheduler.

Each step takes a ``PassContext``, finds its work in the database, leaves its result there, and returns its figures.
Decisions belong to ``sync_rules`` and ``sla_rules``; calls and rows to ``connectors``. The rooms, in the order of a
pass: ``reading``, ``linking``, ``judging``, ``agreement``, ``planning``, ``applying``, ``accounting``, ``numbers``.
Beside them ``account_control``, ``attribution``, ``campaigns``, ``companies``, ``recycling`` and ``routing`` give to
the pass; ``backtest``, ``reviews``, ``notices`` and ``forget`` are works of their own. ``run`` is a whole pass.
"""
