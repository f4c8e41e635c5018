"""What Twilio posts to us: reports on messages, and messages from clinicians."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from service.adapters.twilio_sms import STATES
from service.adapters.twilio_voice import STATES as CALL_STATES
from service.adapters.twilio_voice import twiml
from service.domain.delivery import CAME_TO_NOTHING
from service.domain.refusals import Refusal
from service.usecases.ports import DeliveryReport, InboundMessage, KeyPress

_SID = re.compile(r"[A-Za-z0-9]{1,64}")
_KEY = re.compile(r"[0-9*#]")
_CALL_REFUSALS = {"busy": Refusal.OUT_OF_REACH, "no-answer": Refusal.OUT_OF_REACH}
_CODE = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class TwilioWebhooks:
    """`public_url` is the address that Twilio was given: it signs that, whatever a proxy makes of it. While a
    token is being replaced, either of the two may have signed."""

    auth_tokens: tuple[str, ...] = field(repr=False)
    public_url: str
    codes: Mapping[str, Refusal]

    def is_genuine(self, path: str, form: Mapping[str, str], signature: str) -> bool:
        address = self.public_url + path
        checked = [RequestValidator(token).validate(address, form, signature) for token in self.auth_tokens]
        return any(checked)

    def report(self, form: Mapping[str, str]) -> DeliveryReport | None:
        state = STATES.get(form.get("MessageStatus", ""))
        sid, code = form.get("MessageSid", ""), form.get("ErrorCode", "")
        if state is None or not _SID.fullmatch(sid):
            return None
        if state not in CAME_TO_NOTHING:
            return DeliveryReport(state, sid, "")
        known = code if _CODE.fullmatch(code) else ""
        refusal = self.codes.get(known, Refusal.UNEXPLAINED)
        return DeliveryReport(state, sid, f"{refusal} {known}".strip(), refusal)

    def call_report(self, form: Mapping[str, str]) -> DeliveryReport | None:
        status, sid = form.get("CallStatus", ""), form.get("CallSid", "")
        state = CALL_STATES.get(status)
        if state is None or not _SID.fullmatch(sid):
            return None
        if state not in CAME_TO_NOTHING:
            return DeliveryReport(state, sid, "")
        refusal = _CALL_REFUSALS.get(status, Refusal.UNEXPLAINED)
        return DeliveryReport(state, sid, f"{refusal} {status}", refusal)

    def key(self, form: Mapping[str, str]) -> KeyPress | None:
        sid, digits = form.get("CallSid", ""), form.get("Digits", "")
        known = _SID.fullmatch(sid) and _KEY.fullmatch(digits)
        return KeyPress(sid, digits) if known else None

    def speak(self, words: str, keys_path: str | None, goodbye: str) -> str:
        again = "#rc=2&rp=all"  # once more if we fail: a key that is stored twice acts once
        return twiml(words, None if keys_path is None else self.public_url + keys_path + again, goodbye)

    def message(self, form: Mapping[str, str]) -> InboundMessage | None:
        sid, number = form.get("MessageSid", ""), form.get("From", "")
        known = _SID.fullmatch(sid) and number
        return InboundMessage(sid, number, form.get("Body", "")) if known else None

    def answer(self, text: str | None) -> str:
        response = MessagingResponse()
        if text is not None:
            response.message(text)
        return str(response)
