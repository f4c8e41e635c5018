"""The service's own reading, as the API would assess a contact with one text answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.systems import Heard
from service.bootstrap import load_assessor
from service.domain.answers import FirstContact, Speaker, TextAnswer
from service.domain.assessment import Assessment
from service.domain.signals import family
from service.domain.urgency import Urgency
from service.settings import REPOSITORY

CONFIG = REPOSITORY / "config"

IDEATION_FAMILY = frozenset(
    {"ideation", "method", "intent", "plan", "means", "preparatory", "attempt", "in_progress"}
)
"""The construct families that name suicidality itself."""

Alarm = Callable[[Assessment], bool]


class Goldenhour:
    """Assesses texts. `rules` names the rule files that decided."""

    def __init__(self, config: Path = CONFIG) -> None:
        self.assessor = load_assessor(config)
        self.rules = self.assessor.rules

    def assess(self, text: str, speaker: Speaker = Speaker.CLIENT) -> Assessment:
        """Everything included: one contact with this one answer."""
        return self.assessor.assess(FirstContact("c1", (TextAnswer("a1", text, speaker=speaker),)))


@dataclass(frozen=True, slots=True)
class View:
    """One way to make a yes or no of an assessment. The score is `suicidality` in all of them."""

    name: str
    alarm: Alarm

    def heard(self, assessment: Assessment) -> Heard:
        """The assessment as other systems give it."""
        return Heard(assessment.scores.suicidality, self.alarm(assessment))


def reaches(assessment: Assessment, urgency: Urgency) -> bool:
    """Whether it is at least so urgent."""
    return not urgency.outranks(assessment.urgency)


def _names(families: frozenset[str]) -> Alarm:
    return lambda assessment: (
        reaches(assessment, Urgency.SOON)
        and any(family(signal.construct) in families for signal in assessment.signals if signal.counts)
    )


NAMED = View("Goldenhour, suicidality named", _names(IDEATION_FAMILY))
URGENT = View("Goldenhour, urgent or above", lambda assessment: reaches(assessment, Urgency.URGENT))
SOON = View("Goldenhour, soon or above", lambda assessment: reaches(assessment, Urgency.SOON))
VIEWS = (
    NAMED,
    View("Goldenhour, or burdensomeness", _names(IDEATION_FAMILY | {"burdensomeness"})),
    URGENT,
    SOON,
)
"""`NAMED` is comparable with the peers, which know nothing but suicidality; the others page for more."""
