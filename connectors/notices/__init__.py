"""The channels of notices: Slack's incoming webhooks and a mail server. What is said is made in ``reports.notices``."""
