"""What Twilio posts to us: reports on messages, and messages from clinicians."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from service.adapters.twilio_sms import STATES
from service.usecases.ports import DeliveryReport, InboundMessage


@dataclass(frozen=True, slots=True)
class TwilioWebhooks:
    """`public_url` is the address that Twilio was given: it signs that one, whatever a proxy makes of it."""

    auth_token: str = field(repr=False)
    public_url: str

    def is_genuine(self, path: str, form: Mapping[str, str], signature: str) -> bool:
        validator = RequestValidator(self.auth_token)
        return bool(validator.validate(self.public_url + path, form, signature))

    def report(self, form: Mapping[str, str]) -> DeliveryReport | None:
        state = STATES.get(form.get("MessageStatus", ""))
        sid = form.get("MessageSid", "")
        if state is None or not sid:
            return None
        code = form.get("ErrorCode", "")
        known = code.isascii() and code.isdigit()
        return DeliveryReport(state, sid, f"carrier error {code}" if known else "")

    def message(self, form: Mapping[str, str]) -> InboundMessage | None:
        sid, number = form.get("MessageSid", ""), form.get("From", "")
        return InboundMessage(sid, number, form.get("Body", "")) if sid and number else None

    def answer(self, text: str | None) -> str:
        response = MessagingResponse()
        if text is not None:
            response.message(text)
        return str(response)
