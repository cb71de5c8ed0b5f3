"""What both policy engines produce: findings, the waivers that suppress some, and the Python lines behind them."""
