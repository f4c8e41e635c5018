"""The whole carrier: its parts, together."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.account import Account
from simulator.calls import Calls
from simulator.faults import EVERY_PHONE, FaultBook
from simulator.holds import Holds, Outcome
from simulator.incidents import PagerDuty
from simulator.mail import Mails
from simulator.messages import Messages
from simulator.network import Network
from simulator.pagers import Pagers
from simulator.phones import Phones
from simulator.switchboard import Switchboard


@dataclass(frozen=True, slots=True)
class Exchange:
    """One carrier with one customer."""

    account: Account
    messages: Messages
    faults: FaultBook
    holds: Holds
    network: Network
    phones: Phones
    calls: Calls
    switchboard: Switchboard
    mails: Mails
    pagerduty: PagerDuty
    pagers: Pagers

    def reset(self) -> None:
        """As new: no message, no fault, no hold (a request held is dropped), nobody opted out."""
        self.faults.reset()
        self.holds.end(EVERY_PHONE, Outcome.GONE)
        self.messages.reset()
        self.network.reset()
        self.phones.reset()
        self.calls.reset()
        self.switchboard.reset()
        self.mails.reset()
        self.pagerduty.reset()
        self.pagers.reset()


def new_exchange(account: Account) -> Exchange:
    """A carrier with nothing in it."""
    messages, calls = Messages(), Calls()
    return Exchange(
        account=account,
        messages=messages,
        faults=FaultBook(),
        holds=Holds(),
        network=Network(account, messages),
        phones=Phones(account, messages),
        calls=calls,
        switchboard=Switchboard(account, calls),
        mails=Mails(),
        pagerduty=PagerDuty(account.incidents_url, account.incidents_secret),
        pagers=Pagers(account.pagers_url, account.pagers_code),
    )
