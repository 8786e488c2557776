"""What leads and won deals cost, and amounts of several currencies."""
