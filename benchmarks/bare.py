"""The least that a durable intake can be: Flask, marshmallow, one INSERT and COMMIT; measured beside ours."""

from __future__ import annotations

import json
import os
from typing import Any

from flask import Flask, Response, request
from marshmallow import Schema, fields
from sqlalchemy import create_engine, text

from service.web.server import serve


class _AnswerSchema(Schema):
    answer_id = fields.String(required=True)
    type = fields.String(required=True)
    text = fields.String(required=True)


class _ContactSchema(Schema):
    contact_id = fields.String(required=True)
    answers = fields.List(fields.Nested(_AnswerSchema), required=True)


def make_app(database_url: str) -> Flask:
    """One route, which stores what it is sent."""
    app = Flask("bare")
    engine = create_engine(database_url, pool_size=8, max_overflow=8)
    schema = _ContactSchema()
    insert = text("INSERT INTO bare (contact_id, body) VALUES (:contact_id, :body)")

    @app.post("/contacts")
    def contacts() -> Response:
        contact: dict[str, Any] = schema.load(request.get_json())
        with engine.begin() as connection:
            connection.execute(insert, {"contact_id": contact["contact_id"], "body": json.dumps(contact)})
        return Response(json.dumps({"contact_id": contact["contact_id"]}), 201, mimetype="application/json")

    @app.get("/healthz")
    def health() -> str:
        return "well"

    return app


if __name__ == "__main__":
    url = os.environ["DATABASE_URL"]
    with create_engine(url).begin() as made:
        made.execute(
            text("CREATE TABLE IF NOT EXISTS bare (row bigserial PRIMARY KEY, contact_id text, body text)")
        )
    serve(lambda: make_app(url), os.environ["BARE_BIND"], 2, 8)
