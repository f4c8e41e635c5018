"""A clinician's text message: take a case, pass it on, or be asked which one is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from service.domain.channel import Channel
from service.domain.escalation import Case, CaseState, Event, EventKind
from service.domain.messages import Messages, Text
from service.domain.replies import Act, Automatic, OptIn, OptOut, PassOn, Reply, Take, read_reply
from service.usecases.acting import clinician_acts
from service.usecases.addresses import Addresses
from service.usecases.decide_case import Decided, Decision, Decisions
from service.usecases.ports import Doorbell, Ledger, LedgerAway, Transaction

PROMPTS = 3
PROMPT_WINDOW = timedelta(minutes=15)
"""At most so many answers to unclear messages in this time: two machines must not talk all night."""
BARE_WORDS_REACH = timedelta(hours=12)
"""A bare word may mean any case that asked its sender in this time, and not only one that is open."""


@dataclass(frozen=True, slots=True)
class Sender:
    """The clinician behind a number, at each site at which the number is known."""

    at: Mapping[str, str]

    @property
    def identity(self) -> str:
        """One name for the person, whatever the site."""
        return "/".join(min(self.at.items()))


@dataclass(frozen=True, slots=True)
class AnswerReply:
    """Only an explicit reply from a known number acts, once for each message; nothing is guessed."""

    ledger: Ledger
    decisions: Decisions
    messages: Messages
    doorbell: Doorbell

    def __call__(self, provider_id: str, number: str, text: str) -> str | None:
        """Act on one message; the answer to send back to the same phone, or None for silence."""
        sender = self._sender(number)
        if sender is None:
            return None
        try:
            return self._act(provider_id, sender, read_reply(text))
        except LedgerAway:
            # The carrier will not send it again: a deadlock or a lost connection must not lose a reply.
            return self._act(provider_id, sender, read_reply(text))

    def _act(self, provider_id: str, sender: Sender, reply: Reply) -> str | None:
        with self.ledger.transaction() as tx:
            if isinstance(reply, Automatic) or not tx.remember_reply(provider_id):
                return None
            if isinstance(reply, OptOut | OptIn):
                self._opt(tx, sender, reply, provider_id)
                return None
            case = self._meant(tx, sender, reply)
            if case is None:
                return self._ask(tx, sender, reply)
            clinician = sender.at[case.site]
            with clinician_acts(clinician, Channel.SMS.value, provider_id):
                decided = self._decide(tx, case, clinician, reply)
                answer = self._answer(tx, decided, reply, clinician)
        self.doorbell.ring(decided.to_ring)
        return answer

    def _opt(self, tx: Transaction, sender: Sender, reply: OptOut | OptIn, provider_id: str) -> None:
        """At every site that knows the number. The carrier itself answers such a message."""
        addresses = Addresses(self.decisions.paging)
        act = addresses.opted_out if isinstance(reply, OptOut) else addresses.opted_in
        for site_id, clinician in sender.at.items():
            site = self.decisions.paging.sites[site_id]
            with clinician_acts(clinician, Channel.SMS.value, provider_id):
                act(tx, site, site.clinicians[clinician], Channel.SMS)

    def _decide(self, tx: Transaction, case: Case, clinician: str, reply: Reply) -> Decided:
        act = Act.PASS_ON if isinstance(reply, PassOn) else Act.TAKE
        verb = self.decisions.take if act is Act.TAKE else self.decisions.pass_on
        tx.record(case.case_id, Event(EventKind.REPLY, clinician, act.value))
        return verb(tx, case, clinician, Channel.SMS.value)

    def _sender(self, number: str) -> Sender | None:
        at = {
            site.site_id: clinician.clinician_id
            for site in self.decisions.paging.sites.values()
            for clinician in site.clinicians.values()
            if clinician.addresses.get(Channel.SMS) == number
        }
        return Sender(at) if at else None

    def _meant(self, tx: Transaction, sender: Sender, reply: Reply) -> Case | None:
        """The case that the reply names, or the only one that a bare word can mean. Locked."""
        if not isinstance(reply, Take | PassOn):
            return None
        if reply.code is not None:
            return tx.lock_case_by_code(tuple(sender.at), reply.code)
        meant = _meant_cases(tx, sender)
        return tx.lock_case(meant[0].site, meant[0].case_id) if len(meant) == 1 else None

    def _answer(self, tx: Transaction, decided: Decided, reply: Reply, clinician: str) -> str | None:
        case = decided.case
        if decided.decision in {Decision.DONE, Decision.FIRST_OF_TWO}:
            # The winner is told by a stored page: this answer to the carrier may get lost.
            return self.messages.say(Text.PASSED_ON, code=case.code) if isinstance(reply, PassOn) else None
        said = {
            Decision.ALREADY_THEIRS: Text.ALREADY_YOURS,
            Decision.TAKEN_BY_ANOTHER: Text.ALREADY_TAKEN,
            Decision.ALREADY_CLOSED: Text.ALREADY_CLOSED,
        }[decided.decision]
        owner = self.decisions.paging.sites[case.site].clinicians.get(case.owner or "")
        tx.record(case.case_id, Event(EventKind.TOLD, clinician, said.value))
        return self.messages.say(said, code=case.code, name=owner.name if owner else "a colleague")

    def _ask(self, tx: Transaction, sender: Sender, reply: Reply) -> str | None:
        if tx.prompts_since(sender.identity, tx.now - PROMPT_WINDOW) >= PROMPTS:
            return None
        tx.remember_prompt(sender.identity)
        meant = _meant_cases(tx, sender)
        codes = tuple(case.code for case in meant if case.state is not CaseState.CLOSED)
        if not codes:
            return self.messages.say(Text.NONE_OPEN)
        named = isinstance(reply, Take | PassOn) and reply.code is not None
        return self.messages.say(Text.UNKNOWN_CODE if named else Text.WHICH_CODE, codes=codes)


def _meant_cases(tx: Transaction, sender: Sender) -> tuple[Case, ...]:
    """What the sender may mean without saying so. With more than one, nothing is guessed."""
    since = tx.now - BARE_WORDS_REACH
    return tuple(
        case for site, person in sender.at.items() for case in tx.cases_meant_by(site, person, since)
    )
