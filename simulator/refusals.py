"""Twilio's error codes, and how a request is refused with one."""

from __future__ import annotations

from typing import Any

SENTENCES = {
    20001: "Invalid parameter",
    20003: "Authenticate",
    20009: "Cannot delete this message: its delivery has not been completed",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "An internal server error has occurred",
    21211: "The 'To' number is not a valid phone number",
    21268: "Sending to this premium number is not permitted",
    21408: "Permission to send an SMS has not been enabled for the region of the 'To' number",
    21602: "Message body is required",
    21603: "A 'From' phone number is required",
    21604: "A 'To' phone number is required",
    21606: "The 'From' phone number is not a valid, message-capable number of this account",
    21609: "The 'StatusCallback' URL is not a valid URL",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number has exceeded the maximum number of queued messages",
    21612: "Messages cannot be sent with this combination of 'To' and 'From'",
    21614: "The 'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21701: "The Messaging Service does not exist",
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30024: "Sender is not provisioned by the carrier",
    30032: "Toll-free number has not been verified",
    30034: "Message from an unregistered number",
    30036: "Validity period expired",
    30400: "Parameters are not valid",
    30409: "This message cannot be canceled",
    30410: "Provider timeout",
    30500: "Provider error",
    90007: "Invalid validity period value",
}


class Refusal(Exception):
    """The carrier answers with an error. Its sentence never holds what was sent."""

    def __init__(self, code: int, http_status: int = 400) -> None:
        self.code = code
        self.http_status = http_status
        super().__init__(sentence(code))

    def body(self) -> dict[str, Any]:
        """The JSON that Twilio answers with."""
        return {
            "code": self.code,
            "message": str(self),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.http_status,
        }


def sentence(code: int) -> str:
    """What a code says, for any code."""
    return SENTENCES.get(code, f"Error {code}")
