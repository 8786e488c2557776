"""Attribution: which campaigns brought a person, and what they cost."""
