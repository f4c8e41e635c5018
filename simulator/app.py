"""The simulator's web application."""

from __future__ import annotations

from flask import Flask
from werkzeug.exceptions import NotFound

from simulator.account import Account
from simulator.api import events_api, messages_api, not_found, wctp_api
from simulator.control_routes import control_api
from simulator.exchange import Exchange, new_exchange
from simulator.page import phones_page


def create_app(account: Account, exchange: Exchange | None = None) -> Flask:
    """A carrier, by default with nothing in it, its control API and its phones."""
    app = Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it, the base type not
    exchange = exchange or new_exchange(account)
    app.register_blueprint(messages_api(exchange))
    app.register_blueprint(events_api(exchange))
    app.register_blueprint(wctp_api(exchange))
    app.register_blueprint(control_api(exchange))
    app.register_blueprint(phones_page(exchange))
    app.register_error_handler(NotFound, not_found)
    return app
