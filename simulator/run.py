"""`goldenhour run`: everything on this machine, with phones to look at, until Ctrl-C."""

from __future__ import annotations

from pathlib import Path

from simulator.demo import new_key
from simulator.intake import Intake
from simulator.stack import REPOSITORY, Stack
from simulator.story import SAMPLE, assessment_in_words

HOME = REPOSITORY / "var"


def run(port: int, phones_port: int, home: Path = HOME) -> None:
    """Start, send one sample first contact through, say where to look, and attend until interrupted."""
    print("Starting PostgreSQL, Redis, the carrier, the API, a worker and two sweepers ...", flush=True)
    with Stack(home, port=port, phones_port=phones_port) as stack:
        token = new_key(stack, "run")
        assessment = Intake(stack.api_url, token).send("sample", *SAMPLE)
        print(f"\nA sample first contact was sent: “{SAMPLE[0]}”\n{assessment_in_words(assessment)}\n")
        print(f"  API documents     {stack.api_url}/docs")
        print(f"  readiness         {stack.api_url}/readyz")
        print(f"  simulated phones  {stack.simulator_url}/")
        print(f"  logs and data     {stack.home}")
        print(f"  API key           {token}")
        print(f"\n{_TRY.format(api=stack.api_url, token=token)}\nCtrl-C stops everything.", flush=True)
        try:
            stack.attend()
        except KeyboardInterrupt:
            print("\nStopping ...", flush=True)


_TRY = """To have a phone ring:
  curl -s {api}/v1/first-contacts -H 'Authorization: Bearer {token}' \\
    -H 'Content-Type: application/json' -d '{{"contact_id": "c2", "answers": [
      {{"answer_id": "a1", "type": "text", "text": "I have a plan for tonight."}}]}}'
"""
