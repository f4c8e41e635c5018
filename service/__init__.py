"""Goldenhour: what decides and what listens. ARCHITECTURE.md says where a line belongs."""

VERSION = "0.1.0"
"""As pyproject.toml says, which the image has no need of."""
