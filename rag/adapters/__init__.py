"""Other people's models and frameworks, each behind a port of ours; loaded when asked for."""
