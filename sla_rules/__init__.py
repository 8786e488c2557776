"""The agreement, pure: lead definition, qualification, calendars, touches, clocks and metrics."""
