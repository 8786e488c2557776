"""Notices as people read them: the words, the mail, the Slack message. Who is told when is ``sla_rules.notices``."""
