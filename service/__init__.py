"""Goldenhour: what decides and what listens. ARCHITECTURE.md says where a line belongs."""
