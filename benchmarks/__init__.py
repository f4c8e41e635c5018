"""Measurements of the reading: what it hears beside its peers, and how fast. Never in the image."""
