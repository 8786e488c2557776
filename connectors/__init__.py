"""All I/O of Accord: both vendors and the store. Decides nothing about people, fields or the agreement."""
