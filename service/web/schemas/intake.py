"""First contacts and answers as an intake system sends them. Every fault is named at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate, validates_schema

from service.domain.answers import Absent, Answer, FirstContact, ItemAnswer, Speaker, TextAnswer
from service.domain.instruments import Instruments
from service.web.schemas.course import ContactEventSchema
from service.web.schemas.forms import ID, ID_IN_DOCUMENTS, clash, fault_of_time
from service.web.wiring import wiring

_MOST_ANSWERS = 1000
_MOST_EVENTS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """What an answer may be: the instruments known, and the longest text in characters."""

    instruments: Instruments
    text_limit: int


class _IntakeSchema(Schema):
    """Knows the limits: those given, or those of the running application."""

    class Meta:
        unknown = RAISE

    def __init__(self, *, limits: Limits | None = None, **options: Any) -> None:
        self.given_limits = limits
        super().__init__(**options)

    @property
    def limits(self) -> Limits:
        return self.given_limits or Limits(wiring().assessor.instruments, wiring().text_limit)


class _AnswerSchema(_IntakeSchema):
    answer_id = fields.String(required=True, validate=ID, metadata=ID_IN_DOCUMENTS)
    speaker = fields.Enum(Speaker, by_value=True, load_default=Speaker.CLIENT)
    at = fields.AwareDateTime(
        format="iso", load_default=None, metadata={"description": "When it was said, with a UTC offset."}
    )

    @validates_schema(skip_on_field_errors=False)
    def _at_a_time_that_can_be(self, data: Mapping[str, Any], **_: Any) -> None:
        at = data.get("at")
        if at is not None and (fault := fault_of_time(at)):
            raise ValidationError({"at": [fault]})


class TextAnswerSchema(_AnswerSchema):
    """Free text in the speaker's own words."""

    type = fields.String(required=True, validate=validate.Equal("text"))
    text = fields.String(required=True)
    question = fields.String(load_default="")

    @validates_schema(skip_on_field_errors=False)
    def _not_too_long(self, data: Mapping[str, Any], **_: Any) -> None:
        limit = self.limits.text_limit
        too_long = {name for name in ("text", "question") if len(data.get(name, "")) > limit}
        if too_long:
            raise ValidationError({name: [f"is longer than {limit} characters"] for name in too_long})

    @post_load
    def _answer(self, data: dict[str, Any], **_: Any) -> TextAnswer:
        data.pop("type")
        return TextAnswer(**data)


class ItemAnswerSchema(_AnswerSchema):
    """One item of a published questionnaire."""

    type = fields.String(required=True, validate=validate.Equal("item"))
    instrument = fields.String(required=True)
    item = fields.String(required=True)
    value = fields.Integer(strict=True, allow_none=True, load_default=None)
    absent = fields.Enum(Absent, by_value=True, allow_none=True, load_default=None)

    @validates_schema(skip_on_field_errors=False)
    def _fits_the_instrument(self, data: Mapping[str, Any], **_: Any) -> None:
        if "instrument" not in data or "item" not in data or "value" not in data or "absent" not in data:
            return
        answer = ItemAnswer("", data["instrument"], data["item"], data["value"], data["absent"])
        faults: dict[str, list[str]] = {}
        for field, detail in self.limits.instruments.faults(answer):
            faults.setdefault(field, []).append(detail)
        if faults:
            raise ValidationError(faults)

    @post_load
    def _answer(self, data: dict[str, Any], **_: Any) -> ItemAnswer:
        data.pop("type")
        return ItemAnswer(**data)


_BY_TYPE: dict[str, type[_AnswerSchema]] = {"text": TextAnswerSchema, "item": ItemAnswerSchema}


class AnswerField(fields.Field[Answer]):
    """An answer of either type, told apart by `type`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Answer:
        if not isinstance(value, Mapping):
            raise ValidationError("must be an object")
        kind = value.get("type")
        schema = _BY_TYPE.get(kind) if isinstance(kind, str) else None
        if schema is None:
            raise ValidationError({"type": ["must be text or item"]})
        limits = self.root.given_limits if isinstance(self.root, _IntakeSchema) else None
        answer: Answer = _schema_for(schema, limits).load(value)
        return answer


@lru_cache(maxsize=16)
def _schema_for(schema: type[_AnswerSchema], limits: Limits | None) -> _AnswerSchema:
    """To make one takes longer than to use it."""
    return schema(limits=limits)


def answer_field_to_openapi(_: Any, field: Any, **__: Any) -> dict[str, Any]:
    """How the OpenAPI document shows an answer of either type."""
    if not isinstance(field, AnswerField):
        return {}
    return {
        "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("TextAnswer", "ItemAnswer")],
        "discriminator": {
            "propertyName": "type",
            "mapping": {
                "text": "#/components/schemas/TextAnswer",
                "item": "#/components/schemas/ItemAnswer",
            },
        },
    }


class AnswersSchema(_IntakeSchema):
    """More answers of a known first contact."""

    answers = fields.List(
        AnswerField(), required=True, validate=validate.Length(max=_MOST_ANSWERS, error="too many answers")
    )

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _distinct(self, _data: Any, original: Any, **_: Any) -> None:
        clash(original, "answers", "answer_id")


class FirstContactSchema(AnswersSchema):
    """A first contact with the answers known so far."""

    contact_id = fields.String(
        required=True,
        validate=ID,
        metadata={"description": "The intake system's own opaque id.", **ID_IN_DOCUMENTS},
    )
    age = fields.Integer(
        strict=True,
        allow_none=True,
        load_default=None,
        validate=validate.Range(0, 130),
        metadata={"description": "Whole years, where an instrument's official rule asks for it."},
    )

    events = fields.List(
        fields.Nested(ContactEventSchema),
        load_default=list,
        validate=validate.Length(max=_MOST_EVENTS, error="too many events"),
        metadata={"description": "What has happened around it so far."},
    )

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _distinct_events(self, _data: Any, original: Any, **_: Any) -> None:
        clash(original, "events", "event_id")

    @post_load
    def _contact(self, data: dict[str, Any], **_: Any) -> FirstContact:
        answers, events = tuple(data["answers"]), tuple(data["events"])
        return FirstContact(data["contact_id"], answers, data["age"], events=events)
