"""The plots of the performance page. `make bench` runs it after the measurement."""

from __future__ import annotations

from benchmarks import plots
from benchmarks.figures import PAGE, kept


def main() -> None:
    """Draw both beside the page."""
    figures = kept()
    plots.distributions(figures["times"], PAGE.parent / "performance-times.svg")
    plots.growths(figures["stored"], figures["sweeps"], PAGE.parent / "performance-sweeps.svg")


if __name__ == "__main__":
    main()
