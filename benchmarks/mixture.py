"""What an intake system and its clinicians send in a run of load: how often each kind, and in which words."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field
from random import Random

CONTACTS = {
    "first contact, quiet": "I would like an appointment on a weekday, since I sleep badly.",
    "first contact, soon": "I don't see a future for myself.",
    "first contact, urgent": "Everyone would be better off without me.",
    "first contact, pages": "I have a plan for tonight.",
}
"""The words of each kind of first contact; all of it is made up."""

ANSWERS, ASSESSMENT, WORKLIST = "more answers", "assessment", "worklist"
SHARES = dict(zip((*CONTACTS, ANSWERS, ASSESSMENT, WORKLIST), (59, 8, 3, 1, 12, 9, 8), strict=True))
"""How many of a hundred requests are of each kind."""

_MORE = "We moved in spring, and the new place is louder than I thought."
_REMEMBERED = 1000


@dataclass(slots=True)
class Call:
    """One request. `body` is sent as JSON, None is not; `contact`: whom it takes in, empty when nobody."""

    kind: str
    method: str
    path: str
    body: dict[str, object] | None = None
    contact: str = ""


@dataclass(slots=True)
class Mixture:
    """Draws calls. Names are new in each run; answers and assessments are of those who were taken in."""

    random: Random
    _run: str = field(default_factory=lambda: secrets.token_hex(4))
    _made: int = 0
    _taken_in: deque[str] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def draw(self) -> Call:
        """The next call. While nobody has been taken in, a first contact where one of them would be drawn."""
        self._made += 1
        kind = self.random.choices(list(SHARES), list(SHARES.values()))[0]
        if kind == WORKLIST:
            return Call(kind, "GET", "/v1/cases?limit=50")
        if kind in {ANSWERS, ASSESSMENT} and self._taken_in:
            return self._of_one(kind, f"/v1/first-contacts/{self.random.choice(self._taken_in)}")
        kind = kind if kind in CONTACTS else next(iter(CONTACTS))
        contact = f"load-{self._run}-{self._made}"
        body = {"contact_id": contact, **_answers("a1", CONTACTS[kind])}
        return Call(kind, "POST", "/v1/first-contacts", body, contact)

    def took_in(self, call: Call) -> None:
        """Remember whom a call that was answered with 2xx has taken in."""
        if call.contact:
            self._taken_in.append(call.contact)

    def _of_one(self, kind: str, path: str) -> Call:
        if kind == ASSESSMENT:
            return Call(kind, "GET", f"{path}/assessment")
        return Call(kind, "POST", f"{path}/answers", _answers(f"b{self._made}", _MORE))


def _answers(answer_id: str, words: str) -> dict[str, object]:
    return {"answers": [{"answer_id": answer_id, "type": "text", "text": words}]}
