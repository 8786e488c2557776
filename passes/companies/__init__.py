"""Steps of a pass that concern companies only."""
