"""``accord backtest``."""
