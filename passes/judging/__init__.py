"""The time line of what happened, and the lead definition applied to it by the version that is in force."""
