"""Calls under way: they ring, somebody or something answers, words are spoken, keys are pressed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from threading import Condition, Thread
from time import monotonic, sleep

from simulator.account import Account
from simulator.callbacks import Parameters, Signing, post
from simulator.calls import API_VERSION, Call, Calls, CallStatus
from simulator.faults import Kind, Script
from simulator.network import signing_of
from simulator.twiml import NotTwiml
from simulator.voice_twiml import Gather, Hangup, Redirect, Say, Verb, read_voice

_PACE = 0.02  # a second of waiting lasts so long where it was said beforehand who answers, and how
_LOOK_SECONDS = 0.05
_MOST_DOCUMENTS = 20
_APPLICATION_ERROR = "We are sorry, an application error has occurred."


class Answers(StrEnum):
    """Who or what takes a call. In the middle of the words one hangs up, and the impatient press."""

    HUMAN = "human"
    VOICEMAIL = "voicemail"
    SCREENING = "screening"
    BUSY = "busy"
    NOBODY = "nobody"
    FAILS = "fails"
    HANGS_UP = "hangs_up"
    IMPATIENT = "impatient"


_NEVER_CONNECTED = {
    Answers.BUSY: CallStatus.BUSY,
    Answers.NOBODY: CallStatus.NO_ANSWER,
    Answers.FAILS: CallStatus.FAILED,
}


@dataclass(slots=True)
class Answering:
    """What a phone does with its calls. `keys`: one for each time that a key is waited for; "" is none."""

    who: Answers
    keys: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CallReport:
    """One status callback of a call as it was made, and what our customer answered."""

    sid: str
    status: CallStatus
    http_status: int | None
    attempts: int


@dataclass(frozen=True, slots=True)
class _Stage:
    """A status that the customer is told of. `number` counts them in the order in which they came about."""

    status: CallStatus
    number: int


_PRESS = frozenset({Answers.HUMAN, Answers.IMPATIENT})
_OF_THE_END = {
    CallStatus.COMPLETED: (("CallDuration", "1"), ("Duration", "1")),
    CallStatus.FAILED: (("SipResponseCode", "503"),),
    CallStatus.NO_ANSWER: (("SipResponseCode", "487"),),
    CallStatus.BUSY: (("SipResponseCode", "486"),),
}


class _HungUp(Exception):
    """The other side is gone."""


@dataclass(slots=True)
class Switchboard:
    """Puts calls through. A phone of which nothing was said rings until somebody picks it up on the page."""

    account: Account
    calls: Calls
    _answering: dict[str, Answering] = field(default_factory=dict)
    _picked_up: set[str] = field(default_factory=set)
    _pressed: dict[str, list[str]] = field(default_factory=dict)
    _reports: list[CallReport] = field(default_factory=list)
    _changed: Condition = field(default_factory=Condition)

    def set_answering(self, phone: str, answering: Answering) -> None:
        """Say beforehand what a phone does with its calls."""
        with self._changed:
            self._answering[phone] = answering

    def pick_up(self, phone: str) -> None:
        """Take the call that rings."""
        with self._changed:
            self._picked_up.add(phone)
            self._changed.notify_all()

    def press(self, phone: str, key: str) -> None:
        """Press a key during a call."""
        with self._changed:
            self._pressed.setdefault(phone, []).append(key)
            self._changed.notify_all()

    def reports(self) -> tuple[CallReport, ...]:
        """Every status callback made since the last reset."""
        with self._changed:
            return tuple(self._reports)

    def reset(self) -> None:
        """Every phone rings until it is picked up."""
        with self._changed:
            self._answering.clear()
            self._picked_up.clear()
            self._pressed.clear()
            self._reports.clear()
            self._changed.notify_all()

    def put_through(self, call: Call, script: Script) -> None:
        """The whole call, to its end. What goes wrong with its callbacks is in the script."""
        held: list[_Stage] = []
        number = 0
        for status in self._stages(call, script):
            if self.calls.change(call.sid, status=status) is None:
                return
            if _event(status) not in call.dialled.events:
                continue
            held.insert(0, _Stage(status, number))
            number += 1
            if not script.has(Kind.REORDERED_CALLBACKS):
                self._report(call, held.pop(), script)
        for stage in held:
            self._report(call, stage, script)

    def _stages(self, call: Call, script: Script) -> Iterator[CallStatus]:
        waits = script.find([Kind.WAIT_IN_QUEUE])
        if waits is not None and waits.seconds is not None:
            sleep(waits.seconds)
        if script.find([Kind.FAILED, Kind.UNDELIVERED]) is not None:
            yield CallStatus.FAILED
            return
        yield CallStatus.RINGING
        with self._changed:
            answering = self._answering.get(call.phone)
        if answering is not None and answering.who in _NEVER_CONNECTED:
            yield _NEVER_CONNECTED[answering.who]
            return
        if answering is None and not self._is_picked_up(call):
            yield CallStatus.NO_ANSWER
            return
        yield CallStatus.IN_PROGRESS
        self._converse(call, answering)
        yield CallStatus.COMPLETED

    def _is_picked_up(self, call: Call) -> bool:
        with self._changed:
            return self._changed.wait_for(
                lambda: call.phone in self._picked_up or self.calls.find(call.sid) is None,
                call.dialled.ring,
            )

    def _converse(self, call: Call, answering: Answering | None) -> None:
        url, parameters = call.dialled.url, self._parameters(call, CallStatus.IN_PROGRESS)
        try:
            for _ in range(_MOST_DOCUMENTS):
                verbs = self._fetch(call, url, parameters)
                following = self._perform(call, verbs, answering)
                if following is None:
                    return
                url, parameters = following
        except _HungUp:
            return
        finally:
            with self._changed:
                self._picked_up.discard(call.phone)
                self._pressed.pop(call.phone, None)

    def _fetch(self, call: Call, url: str, parameters: Parameters) -> tuple[Verb, ...]:
        """The document there, or at the fallback address, or a word of apology and the end."""
        for address in filter(None, (url, call.dialled.fallback)):
            answer = post(address, parameters, self.account.token)
            if answer.http_status == 200:
                try:
                    return read_voice(answer.text, address)
                except NotTwiml:
                    continue
        self.calls.say(call.sid, _APPLICATION_ERROR)
        raise _HungUp

    def _perform(
        self, call: Call, verbs: tuple[Verb, ...], answering: Answering | None
    ) -> tuple[str, Parameters] | None:
        """Speak and wait; where to go on, or None at the end of the call."""
        for verb in verbs:
            match verb:
                case Say(words):
                    self._say(call, words, answering)
                case Gather():
                    for words in verb.words:
                        self._say(call, words, answering)
                    key = self._key(call, verb, answering)
                    if key:
                        self.calls.press(call.sid, key)
                        pressed = [*self._parameters(call, CallStatus.IN_PROGRESS), ("Digits", key)]
                        return verb.action, pressed
                case Redirect(url):
                    return url, self._parameters(call, CallStatus.IN_PROGRESS)
                case Hangup():
                    return None
        return None

    def _say(self, call: Call, words: str, answering: Answering | None) -> None:
        """Speak, until somebody hangs up or presses a key: the rest is not heard."""
        who = None if answering is None else answering.who
        presses = answering is not None and who is Answers.IMPATIENT and bool(answering.keys)
        cut = presses or who is Answers.HANGS_UP
        self.calls.say(call.sid, f"{words[: len(words) // 2]}…" if cut else words)
        if who is Answers.HANGS_UP:
            raise _HungUp

    def _key(self, call: Call, gather: Gather, answering: Answering | None) -> str:
        """The key pressed before the time is over; empty when none is."""
        if answering is not None:
            sleep(gather.timeout * _PACE)
            if answering.who is Answers.SCREENING:
                return "1"  # "press 1 to accept this call", said by a machine to a machine
            return answering.keys.pop(0) if answering.who in _PRESS and answering.keys else ""
        deadline = monotonic() + gather.timeout
        with self._changed:
            while monotonic() < deadline:
                if waiting := self._pressed.get(call.phone):
                    return waiting.pop(0)
                self._changed.wait(_LOOK_SECONDS)
        return ""

    def _report(self, call: Call, stage: _Stage, script: Script) -> None:
        if not call.dialled.callback or script.has(Kind.NO_CALLBACK):
            return
        parameters = [
            *self._parameters(call, stage.status),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(stage.number)),
            *_OF_THE_END.get(stage.status, ()),
            *_unannounced(script),
        ]
        for _ in range(2 if script.has(Kind.DUPLICATE_CALLBACKS) else 1):
            signing: Signing = signing_of(script)
            posted = post(call.dialled.callback, parameters, self.account.token, signing)
            report = CallReport(call.sid, stage.status, posted.http_status, posted.attempts)
            with self._changed:
                self._reports.append(report)

    def _parameters(self, call: Call, status: CallStatus) -> Parameters:
        return [
            ("CallSid", call.sid),
            ("AccountSid", self.account.sid),
            ("From", call.dialled.sender),
            ("To", call.phone),
            ("CallStatus", status.value),
            ("ApiVersion", API_VERSION),
            ("Direction", "outbound-api"),
            ("Timestamp", format_datetime(datetime.now(UTC))),
        ]


def _event(status: CallStatus) -> str:
    """The name by which callbacks for a status are asked for."""
    return {"in-progress": "answered", "ringing": "ringing"}.get(status.value, "completed")


def _unannounced(script: Script) -> Parameters:
    parameters: Parameters = []
    if script.has(Kind.EXTRA_PARAMETERS):
        parameters += [("CallToken", "not yet documented"), ("NotYetDocumented", "1")]
    if script.has(Kind.REPEATED_PARAMETERS):
        parameters += [("Tag", "second"), ("Tag", "first"), ("Tag", "first")]
    return parameters


@dataclass(frozen=True, slots=True)
class CallJourney:
    """One accepted call under way with what goes wrong on it."""

    switchboard: Switchboard
    call: Call
    script: Script

    @property
    def phone(self) -> str:
        """Whose it is."""
        return self.call.phone

    def begin(self) -> None:
        """Nothing is done before the request is answered."""

    def finish(self) -> None:
        """The whole call."""
        self.switchboard.put_through(self.call, self.script)

    def finish_in_background(self) -> None:
        """As `finish`, while the request is being answered."""
        Thread(target=self.finish, daemon=True).start()
