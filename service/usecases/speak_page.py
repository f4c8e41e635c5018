"""What is said in a call: what the page asks, and what became of a key, once that is stored."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from service.domain.escalation import Case, CaseKind, CaseState
from service.domain.messages import Messages, Text
from service.domain.replies import Act
from service.usecases.answer_page import Answered, AnswerPage
from service.usecases.decide_case import Decision
from service.usecases.ports import Check, Ledger, Page

_ASKS = {
    CaseKind.CONTACT: Text.VOICE_PAGE,
    CaseKind.DRILL: Text.VOICE_DRILL,
    CaseKind.CHECK: Text.VOICE_CHECK,
    CaseKind.TROUBLE: Text.VOICE_TROUBLE,
}
_KEYS = {"4": Act.TAKE, "5": Act.PASS_ON}
_DONE = {Act.TAKE: Text.VOICE_TAKEN, Act.PASS_ON: Text.VOICE_PASSED_ON}
_REPEAT = "*"
_MOST_WRONG = 2
"""After so many wrong keys it is asked again: a machine that presses keys must not keep a call up."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words to say. `asks`: a key is waited for behind them, after `wrong` wrong ones; else the call ends."""

    words: str
    asks: bool
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class SpeakPage:
    """Only a key that means something acts; silence, a machine and a wrong key change nothing."""

    ledger: Ledger
    answer_page: AnswerPage
    messages: Messages

    def ask(self, page_id: UUID, wrong: int = 0) -> Spoken | None:
        """What to say to whoever picks up; None when there is no such page."""
        found = self._found(page_id)
        if found is None:
            return None
        page, case, check = found
        if case.state is CaseState.OPEN:
            number = "" if check is None else _spelled(check.number)
            words = self.messages.say(_ASKS[case.kind], code=_spelled(case.code), number=number)
            return Spoken(words, asks=True, wrong=wrong)
        if case.is_test:
            return self._said(Text.VOICE_DRILL_DONE, case.code)
        theirs = case.state is CaseState.ACKNOWLEDGED and case.owner == page.clinician
        return self._said(Text.VOICE_TAKEN if theirs else Text.VOICE_ALREADY, case.code)

    def press(self, page_id: UUID, key: str, call_id: str, wrong: int = 0) -> Spoken | None:
        """Act on a key and say what became of it; ask again after a key that means nothing.

        `wrong`: how many wrong keys this call has had before.
        """
        if key == _REPEAT:
            return self.ask(page_id, wrong)
        act = _KEYS.get(key)
        if act is None:
            return self.ask(page_id, wrong + 1) if wrong < _MOST_WRONG else self.goodbye()
        answered = self.answer_page(page_id, act, f"{call_id} {key}")
        return None if answered is None else self._told(page_id, act, answered)

    def _told(self, page_id: UUID, act: Act, answered: Answered) -> Spoken | None:
        """What became of a key. A drill is over with it, and was none of anybody's cases."""
        match answered.decision:
            case Decision.FIRST_OF_TWO:
                return self._said(Text.VOICE_FIRST_OF_TWO, answered.code)
            case Decision.DONE | Decision.ALREADY_CLOSED if self._is_over(page_id):
                return self.ask(page_id)
            case Decision.DONE | Decision.ALREADY_THEIRS:
                return self._said(_DONE[act], answered.code)
            case Decision.NOT_THEIRS:
                return self.goodbye()
            case Decision.TAKEN_BY_ANOTHER | Decision.ALREADY_CLOSED:
                return self._said(Text.VOICE_ALREADY, answered.code)

    def _is_over(self, page_id: UUID) -> bool:
        found = self._found(page_id)
        return found is not None and found[1].state is CaseState.CLOSED

    def _found(self, page_id: UUID) -> tuple[Page, Case, Check | None] | None:
        with self.ledger.transaction() as tx:
            page = tx.page(page_id)
            case = None if page is None else tx.case(page.site, page.case_id)
            check = tx.check(case.case_id) if case is not None and case.kind is CaseKind.CHECK else None
        return None if page is None or case is None else (page, case, check)

    def again(self) -> Spoken:
        """What to say when we did not answer: neither a page nor a key is known here."""
        return Spoken(self.messages.say(Text.VOICE_AGAIN), asks=True)

    def goodbye(self) -> Spoken:
        """What to say when nobody has pressed anything."""
        return Spoken(self.messages.say(Text.VOICE_GOODBYE), asks=False)

    def _said(self, text: Text, code: str) -> Spoken:
        return Spoken(self.messages.say(text, code=_spelled(code)), asks=False)


def _spelled(code: str) -> str:
    """A code letter by letter, a number digit by digit, as a voice must say it."""
    return ", ".join(code)
