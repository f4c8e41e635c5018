from __future__ import annotations

import pytest

from simulator.twiml import NotTwiml, read_messages


@pytest.mark.parametrize(
    ("document", "messages"),
    [
        ("", ()),
        ("<Response/>", ()),
        ("<Response><Message>Yours.</Message></Response>", ("Yours.",)),
        (
            "<?xml version='1.0'?><Response><Message><Body>A &amp; B</Body></Message></Response>",
            ("A & B",),
        ),
        ("<Response><Message>One</Message><Message to='+15550100'>Two</Message></Response>", ("One", "Two")),
        ("<Response><Message> </Message><Redirect>http://x.test</Redirect></Response>", ()),
    ],
)
def test_the_messages_of_an_answer_are_read_in_order(document: str, messages: tuple[str, ...]) -> None:
    assert read_messages(document) == messages


@pytest.mark.parametrize(
    "document",
    [
        "OK",
        "<Response><Message>",
        "<html/>",
        '<!DOCTYPE r [<!ENTITY a "b">]><Response><Message>&a;</Message></Response>',
    ],
)
def test_what_is_not_twiml_is_refused_and_no_entity_is_expanded(document: str) -> None:
    with pytest.raises(NotTwiml):
        read_messages(document)
