"""`python -m simulator.chaos --faults N --seed N`: one kill test; status 0 when nothing is lost."""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from sqlalchemy import Engine, create_engine

from simulator.chaos.collect import collect, is_quiet
from simulator.chaos.compare import compare
from simulator.chaos.injector import Injector
from simulator.chaos.plan import Planned, plan, rolling
from simulator.chaos.report import Run, in_words
from simulator.chaos.site import SITE, TELEPHONES, write_site
from simulator.chaos.traffic import Intake, Phones
from simulator.chaos.wire import Wire
from simulator.demo import new_key
from simulator.machine.ports import free_ports
from simulator.stack import Stack

_INTAKES = 3
_EVERY = 1.0  # seconds between the contacts of one intake
_SETTLES_WITHIN = 120.0  # seconds after the last fault
_LOOK = 0.5
_SAY_EVERY = 100  # faults


def main() -> int:
    """Run, say what was found, and end with status 0 only when nothing is lost and everything explained."""
    parser = argparse.ArgumentParser(prog="python -m simulator.chaos", description=__doc__)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rolling", action="store_true", help="Instead: restart every process in turn.")
    parser.add_argument("--home", type=Path, help="Keep data and logs here.")
    parser.add_argument("--marked", default="quillwort", help="A word that stands in every text.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="goldenhour-chaos-") as made:
        planned = rolling() if arguments.rolling else plan(arguments.faults, arguments.seed)
        run = play(planned, arguments.seed, arguments.home or Path(made), arguments.marked)
    for line in in_words(run):
        print(line, flush=True)
    return 0 if run.verdict.is_well else 1


def play(faults: Sequence[Planned], seed: int, home: Path, marked: str) -> Run:
    """One run: boot, do all faults under traffic, wait until it is quiet, and compare the ledgers."""
    began = time.monotonic()
    phones_port = free_ports(1)[0]
    with Wire(f"http://127.0.0.1:{phones_port}") as wire:
        environment = {
            "GOLDENHOUR_SITES_DIR": str(write_site(home / "sites")),
            "GOLDENHOUR_TWILIO_API_URL": wire.url,
        }
        with Stack(
            home / "var", workers=2, sweepers=2, environment=environment, phones_port=phones_port
        ) as stack:
            return _played(stack, wire, faults, seed, marked, began)


def _played(stack: Stack, wire: Wire, faults: Sequence[Planned], seed: int, marked: str, began: float) -> Run:
    engine = create_engine(stack.database_url, pool_pre_ping=True)
    injector = Injector(stack, wire, engine)
    token = new_key(stack, "intake")
    random = Random(seed)  # noqa: S311 - to be repeatable is the point
    intakes = [
        Intake(stack.api_url, token, Random(random.random()), f"{SITE}-{n}", marked)  # noqa: S311
        for n in range(_INTAKES)
    ]
    phones = Phones(stack.carrier, Random(random.random()))  # noqa: S311
    for telephone in TELEPHONES:
        stack.carrier.phone(telephone).answers_calls("4")
    no_more_contacts, no_more_replies = threading.Event(), threading.Event()
    senders = [threading.Thread(target=each.run, args=(no_more_contacts, _EVERY)) for each in intakes]
    reader = threading.Thread(target=phones.run, args=(no_more_replies,))
    for thread in (*senders, reader):
        thread.daemon = True
        thread.start()
    try:
        for planned in faults:
            injector.inject(planned)
            if planned.number % _SAY_EVERY == 0:
                print(
                    f"{planned.number} faults, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True
                )
        injector.calm()
        no_more_contacts.set()
        phones.everything = True
        _settle(injector, engine, senders)
    finally:
        no_more_contacts.set()
        no_more_replies.set()
    reader.join(timeout=60)
    ledgers = collect(stack, engine, injector, intakes, phones)
    engine.dispose()
    statuses = sum((Counter(intake.statuses) for intake in intakes), Counter())
    return Run(seed, len(faults), time.monotonic() - began, ledgers, compare(ledgers), statuses)


def _settle(injector: Injector, engine: Engine, senders: list[threading.Thread]) -> None:
    """Until everything that was begun has come to its end, or for as long as we wait."""
    deadline = time.monotonic() + _SETTLES_WITHIN
    quiet = 0
    while time.monotonic() < deadline and quiet < 4:
        injector.attend(_LOOK)
        sending = any(thread.is_alive() for thread in senders)
        quiet = 0 if sending or not is_quiet(engine) else quiet + 1


if __name__ == "__main__":
    sys.exit(main())
