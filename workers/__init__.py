"""Thin: what rq runs, what sweeps, and how both end. Nothing here decides."""
