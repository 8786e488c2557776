"""What another lead definition would have done with the people of the past, knowing only what was known then."""
