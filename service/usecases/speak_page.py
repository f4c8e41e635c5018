"""What is said in a call: what the page asks, and what became of a key, once that is stored."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from service.domain.escalation import CaseKind, CaseState
from service.domain.messages import Messages, Text
from service.domain.replies import Act
from service.usecases.answer_page import AnswerPage
from service.usecases.decide_case import Decision
from service.usecases.ports import Ledger

_ASKS = {
    CaseKind.CONTACT: Text.VOICE_PAGE,
    CaseKind.DRILL: Text.VOICE_DRILL,
    CaseKind.TROUBLE: Text.VOICE_TROUBLE,
}
_KEYS = {"4": Act.TAKE, "5": Act.PASS_ON}
_DONE = {Act.TAKE: Text.VOICE_TAKEN, Act.PASS_ON: Text.VOICE_PASSED_ON}


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words to say. `asks`: a key is waited for behind them; else the call ends."""

    words: str
    asks: bool


@dataclass(frozen=True, slots=True)
class SpeakPage:
    """Only a key that means something acts; silence, a machine and a wrong key change nothing."""

    ledger: Ledger
    answer_page: AnswerPage
    messages: Messages

    def ask(self, page_id: UUID) -> Spoken | None:
        """What to say to whoever picks up; None when there is no such page."""
        with self.ledger.transaction() as tx:
            page = tx.page(page_id)
            case = None if page is None else tx.case(page.site, page.case_id)
        if page is None or case is None:
            return None
        if case.state is not CaseState.OPEN:
            return self._said(Text.VOICE_ALREADY, case.code)
        return Spoken(self.messages.say(_ASKS[case.kind], code=_spelled(case.code)), asks=True)

    def press(self, page_id: UUID, key: str, call_id: str) -> Spoken | None:
        """Act on a key and say what became of it; ask again after a key that means nothing."""
        act = _KEYS.get(key)
        if act is None:
            return self.ask(page_id)
        answered = self.answer_page(page_id, act, f"{call_id} {key}")
        if answered is None:
            return None
        if answered.decision is Decision.FIRST_OF_TWO:
            return self._said(Text.VOICE_FIRST_OF_TWO, answered.code)
        theirs = answered.decision in {Decision.DONE, Decision.ALREADY_THEIRS}
        return self._said(_DONE[act] if theirs else Text.VOICE_ALREADY, answered.code)

    def again(self) -> Spoken:
        """What to say when a key could not be stored."""
        return Spoken(self.messages.say(Text.VOICE_AGAIN), asks=True)

    def goodbye(self) -> Spoken:
        """What to say when nobody has pressed anything."""
        return Spoken(self.messages.say(Text.VOICE_GOODBYE), asks=False)

    def _said(self, text: Text, code: str) -> Spoken:
        return Spoken(self.messages.say(text, code=_spelled(code)), asks=False)


def _spelled(code: str) -> str:
    """A code letter by letter, as a voice must say it."""
    return ", ".join(code)
