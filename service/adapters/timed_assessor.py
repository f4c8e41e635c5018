"""An assessor whose work is timed. The domain reads no clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from typing import Self

from service.domain.answers import FirstContact
from service.domain.assessment import Assessment, Assessor
from service.domain.urgency import Urgency


@dataclass(frozen=True, slots=True)
class TimedAssessor(Assessor):
    """Assesses as the one that it is made of does, and tells how many seconds each took."""

    observe: Callable[[float], None]

    @classmethod
    def of(cls, assessor: Assessor, observe: Callable[[float], None]) -> Self:
        """The same rules, timed."""
        parts = {part.name: getattr(assessor, part.name) for part in fields(assessor)}
        return cls(**parts, observe=observe)

    def assess(
        self,
        contact: FirstContact,
        respond_within_minutes: Mapping[Urgency, int] | None = None,
        only: Collection[str] | None = None,
    ) -> Assessment:
        """As the assessor does."""
        began = time.perf_counter()
        assessment = Assessor.assess(self, contact, respond_within_minutes, only)
        self.observe(time.perf_counter() - began)
        return assessment
