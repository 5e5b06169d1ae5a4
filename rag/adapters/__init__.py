"""Other people's models and frameworks behind the ports of Attest."""
