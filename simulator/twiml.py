"""The part of TwiML that answers a text message."""

from __future__ import annotations

from xml.parsers import expat


class NotTwiml(Exception):
    """The answer of a webhook cannot be read as TwiML."""


def read_messages(document: str) -> tuple[str, ...]:
    """The texts of the `<Message>` verbs, in order. An empty answer holds none. Raises `NotTwiml`."""
    if not document.strip():
        return ()
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(document.encode(), True)
    except expat.ExpatError as error:
        raise NotTwiml("not well-formed XML") from error
    return tuple(message for message in reader.messages if message)


def _refuse_doctype(*_declaration: object) -> None:
    raise NotTwiml("a document type declaration is not TwiML")  # no entity can be defined without one


class _Reader:
    def __init__(self) -> None:
        self.messages: list[str] = []
        self._path: list[str] = []

    def start(self, name: str, _attributes: object) -> None:
        self._path.append(name)
        if len(self._path) == 1 and name != "Response":
            raise NotTwiml("the root is not Response")
        if self._path == ["Response", "Message"]:
            self.messages.append("")

    def end(self, _name: str) -> None:
        self._path.pop()
        if self._path == ["Response"] and self.messages:
            self.messages[-1] = self.messages[-1].strip()

    def text(self, text: str) -> None:
        if self._path in (["Response", "Message"], ["Response", "Message", "Body"]):
            self.messages[-1] += text
