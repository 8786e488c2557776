"""``accord notices``: what people were told, a test of the channels, and telling after a pass."""
