"""The browser page of Attest: rendering, theme and wiring."""
