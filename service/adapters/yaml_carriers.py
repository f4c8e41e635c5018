"""What follows from a carrier's refusals, from the file that operators own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from service.adapters.durations import duration
from service.adapters.yaml_documents import Documents
from service.domain.errors import ConfigurationFaults
from service.domain.refusals import Address, CarrierPolicy, Consequence, Refusal, SameChannel, Weight


def load_carrier_policy(config: Path) -> CarrierPolicy:
    """Read `policy/carriers.yaml`, or raise `ConfigurationFaults` naming every fault."""
    documents = Documents(config / "schema" / "carriers.schema.json")
    raw = documents.read(config / "policy" / "carriers.yaml")
    faults = documents.faults + ([] if raw is None else [f"carriers.yaml: {fault}" for fault in _faults(raw)])
    if raw is None or faults:
        raise ConfigurationFaults(faults)
    return CarrierPolicy(
        consequences={Refusal(name): _consequence(each) for name, each in raw["refusals"].items()},
        codes={
            provider: {code: Refusal(name) for code, name in codes.items()}
            for provider, codes in raw["codes"].items()
        },
        again_after=duration(raw["again_after"]),
        failures=raw["broken"]["failures"],
        within=duration(raw["broken"]["within"]),
    )


def _faults(raw: Mapping[str, Any]) -> Iterator[str]:
    known = {refusal.value for refusal in Refusal}
    yield from (f"refusals: {name} is missing" for name in sorted(known - set(raw["refusals"])))
    yield from (f"refusals: {name} is not known" for name in sorted(set(raw["refusals"]) - known))
    for provider, codes in raw["codes"].items():
        for code, name in codes.items():
            if name not in known:
                yield f"codes: {provider} {code}: {name} is not a refusal"


def _consequence(raw: Mapping[str, str]) -> Consequence:
    return Consequence(SameChannel(raw["same_channel"]), Address(raw["address"]), Weight(raw["channel"]))
