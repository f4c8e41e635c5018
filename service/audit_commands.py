"""`goldenhour audit verify|head`: whether the audit trail is whole, and what to keep of it elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from service.bootstrap import Service
from service.desk import reached
from service.domain.trail import Head


@click.command("head")
@click.pass_obj
def show_heads(open_service: Callable[[], Service]) -> None:
    """Print the head of every site's trail, to be kept where whoever can change the database cannot."""
    for head in reached(open_service().read_trail.heads):
        click.echo(str(head))


@click.command("verify")
@click.option("--site", help="Only this one; without it, every site, and the service itself.")
@click.option("--head", "heads", multiple=True, metavar="SITE:NUMBER:DIGEST", help="One that was kept.")
@click.pass_obj
def verify_trail(open_service: Callable[[], Service], site: str | None, heads: tuple[str, ...]) -> None:
    """Prove that no entry of the audit trail was changed, taken out or moved since it was sealed.

    That the newest were not cut off shows only a --head that was kept. Status 1 when anything is wrong.
    """
    kept = reached(lambda: [Head.read(head) for head in heads])
    proofs = reached(lambda: open_service().read_trail.verify(site, kept))
    for proof in proofs:
        name = proof.site or "the service"
        for fault in proof.faults:
            click.echo(f"{name}: {fault}")
        if not proof.faults:
            click.echo(f"{name}: {proof.head.number if proof.head else 0} entries are whole")
    sys.exit(1 if any(proof.faults for proof in proofs) else 0)


COMMANDS: tuple[click.Command, ...] = (show_heads, verify_trail)
