"""`goldenhour ...`: start a process, score a file, look after keys and the schema."""

from __future__ import annotations

import getpass
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Event
from typing import IO, TypeVar

import click

from service import (
    audit_commands,
    case_commands,
    clinician_commands,
    follow_up_commands,
    paging_commands,
    plan_commands,
    privacy_commands,
    report_commands,
    roster_commands,
    terminal,
)
from service.adapters.json_logs import write_logs
from service.adapters.yaml_carriers import load_carrier_policy
from service.adapters.yaml_lexicon import load_lexicon
from service.adapters.yaml_policy import (
    load_check_policy,
    load_dispositions,
    load_follow_up_policy,
    load_messages,
    load_report_policy,
    load_switch_policy,
)
from service.bootstrap import Service, load_assessor
from service.desk import MADE_BY, Desk
from service.domain.answers import FirstContact, Speaker, TextAnswer
from service.domain.assessment import Assessor
from service.domain.errors import ConfigurationFaults
from service.domain.lexicon import Lexicon
from service.domain.samples import broken_samples, coverage
from service.domain.urgency import Urgency
from service.settings import REPOSITORY, Settings, read_settings
from service.usecases.acting import acting_as
from service.usecases.drill import DrillReport
from service.usecases.ports import LedgerAway, Scope

T = TypeVar("T")
_LOOK_EVERY = 0.5  # seconds


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """Hears hopelessness and suicidality in a first contact, and pages a clinician until one has it."""
    context.obj = _service
    if context.invoked_subcommand not in _PROCESSES:
        context.with_resource(acting_as(f"{MADE_BY} ({_user()})"))


_PROCESSES = {"api", "worker", "sweeper"}
"""What these do, nobody does by hand: the audit trail names the process."""


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        return str(os.getuid())


def _settings() -> Settings:
    try:
        return read_settings(os.environ)
    except ConfigurationFaults as error:
        raise _stopped(error) from None


def _service() -> Service:
    service = Service(_settings())
    click.get_current_context().call_on_close(service.close)
    try:
        service.sites  # noqa: B018 - its faults are to be said here
    except ConfigurationFaults as error:
        raise _stopped(error) from None
    return service


def _stopped(error: ConfigurationFaults) -> click.ClickException:
    lines = "\n".join(f"  - {fault}" for fault in error.faults)
    return click.ClickException(f"the configuration cannot be used:\n{lines}")


@main.command()
@click.argument("source", type=click.File("rb"))
@click.option("--config", "config_dir", type=click.Path(exists=True, file_okay=False), help="The rule files.")
@click.option("--text-limit", default=100_000, show_default=True, help="Longest text, in characters.")
@click.option("--pretty", is_flag=True, help="Show the answers with the evidence marked, not JSON.")
def score(source: IO[bytes], config_dir: str | None, text_limit: int, pretty: bool) -> None:
    """Assess first contacts, one JSON object a line; `-` reads standard input. Needs no database.

    A line that cannot be assessed gives a problem in its place, and exit status 1 at the end.
    """
    from service.lines import as_json, show_each  # noqa: PLC0415 - what reads requests is needed here alone

    assessor = _assessor(config_dir)

    def shown(contact: FirstContact) -> str:
        assessment = assessor.assess(contact)
        return terminal.pretty(contact, assessment) if pretty else as_json(assessment)

    sys.exit(0 if show_each(source, assessor, text_limit, shown) else 1)


@main.command()
@click.argument("source", metavar="ID|FILE")
@click.option("--site", help="The site of the stored first contact ID; without it, FILE is read.")
@click.option("--config", "config_dir", type=click.Path(exists=True, file_okay=False), help="The rule files.")
@click.option("--text-limit", default=100_000, show_default=True, help="Longest text, in characters.")
def explain(source: str, site: str | None, config_dir: str | None, text_limit: int) -> None:
    """Say which rule did what, and what was considered and set aside.

    FILE holds one JSON object a line, `-` is standard input. With --site, ID names a stored first contact:
    its answers are opened with the keys of this installation, and shown.
    """
    if site is None:
        from service.lines import show_each  # noqa: PLC0415 - as above

        assessor = _assessor(config_dir)
        with click.open_file(source, "rb") as lines:
            told = show_each(lines, assessor, text_limit, lambda c: terminal.explanation(assessor.explain(c)))
        sys.exit(0 if told else 1)
    service = Service(_settings())
    if site not in service.sites:
        raise click.ClickException(f"there is no site {site}; there are {', '.join(service.sites)}")
    contact = _reaching(lambda: service.read_contacts.contact(site or "", source))
    if contact is None:
        raise click.ClickException(f"site {site} knows no first contact with this id")
    minutes = service.sites[site].respond_within_minutes
    click.echo(terminal.explanation(_assessor(str(service.settings.config_dir)).explain(contact, minutes)))


def _assessor(config_dir: str | None) -> Assessor:
    try:
        return load_assessor(REPOSITORY / "config" if config_dir is None else Path(config_dir))
    except ConfigurationFaults as error:
        raise _stopped(error) from None


@main.group()
@click.option("--config", "config_dir", type=click.Path(exists=True, file_okay=False), help="The rule files.")
@click.pass_context
def lexicon(context: click.Context, config_dir: str | None) -> None:
    """What the service listens for."""
    context.obj = REPOSITORY / "config" if config_dir is None else Path(config_dir)


@lexicon.command("check")
@click.pass_obj
def check_lexicon(config_dir: Path) -> None:
    """Check every file of every language, and every sample against what is heard."""
    faults: list[str] = []
    for folder in _languages(config_dir):
        try:
            faults += (f"{folder.name}: {fault}" for fault in broken_samples(load_lexicon(folder)))
        except ConfigurationFaults as error:
            faults += error.faults
    if faults:
        raise _stopped(ConfigurationFaults(faults))
    click.echo("every entry loads, and every sample is heard as it says")


@lexicon.command("explain")
@click.argument("text")
@click.option("--speaker", type=click.Choice([s.value for s in Speaker]), default="client", show_default=True)
@click.option("--question", default="", help="The question that the text answers.")
@click.pass_obj
def explain_text(config_dir: Path, text: str, speaker: str, question: str) -> None:
    """Say what is heard in TEXT, by which entry, and what was set aside."""
    contact = FirstContact("text", (TextAnswer("text", text, question, Speaker(speaker)),))
    click.echo(terminal.explanation(_assessor(str(config_dir)).explain(contact)))


@lexicon.command("coverage")
@click.pass_obj
def cover_lexicon(config_dir: Path) -> None:
    """Show every construct with its entries, samples and false friends; status 1 when one lacks samples."""
    complete = True
    for folder in _languages(config_dir):
        lines = coverage(_lexicon(folder))
        complete = complete and all(line.complete for line in lines)
        click.echo(terminal.coverage_table(folder.name, lines))
    sys.exit(0 if complete else 1)


def _languages(config_dir: Path) -> list[Path]:
    return sorted(path for path in (config_dir / "lexicon").iterdir() if path.is_dir())


def _lexicon(folder: Path) -> Lexicon:
    try:
        return load_lexicon(folder)
    except ConfigurationFaults as error:
        raise _stopped(error) from None


@main.command()
def check() -> None:
    """Check the settings, the sites and every rule file, and name all that is wrong."""
    settings = _settings()
    faults: list[str] = []
    for load in (
        lambda: Service(settings).check_sites(),
        lambda: Service(settings).check_connections(),
        lambda: load_assessor(settings.config_dir),
        lambda: load_messages(settings.config_dir),
        lambda: load_dispositions(settings.config_dir),
        lambda: load_check_policy(settings.config_dir),
        lambda: load_follow_up_policy(settings.config_dir),
        lambda: load_report_policy(settings.config_dir),
        lambda: load_switch_policy(settings.config_dir),
        lambda: load_carrier_policy(settings.config_dir),
    ):
        try:
            load()
        except ConfigurationFaults as error:
            faults += error.faults
    if faults:
        raise _stopped(ConfigurationFaults(faults))
    click.echo("settings, sites and rules are well")


@main.command()
@click.option("--down-to", metavar="REVISION", help="Go back to an older schema instead; `base` is none.")
def migrate(down_to: str | None) -> None:
    """Bring the database to the schema of this version."""
    service = Service(_settings())
    _checked(service)
    if down_to is None:
        service.upgrade_schema()
    else:
        service.downgrade_schema(down_to)


@main.command()
def api() -> None:
    """Serve the API."""
    settings = _settings()
    service = _checked(Service(settings))
    write_logs("api")
    service.start_traces("api")
    from service.web.server import serve  # noqa: PLC0415 - gunicorn is needed by this command alone

    # For intake systems as many as work at once, and as many as wait; for everything else as many as work.
    threads = 2 * settings.api_threads + settings.api_waiting
    _start(lambda: serve(service.web, settings.bind, settings.api_workers, threads))


@main.command()
def worker() -> None:
    """Answer the doorbell: carry pages as soon as they are stored."""
    service = _checked(Service(_settings()))
    write_logs("worker")
    service.start_traces("worker")
    from workers import worker as rq_worker  # noqa: PLC0415 - rq is needed by this command alone

    _start(rq_worker.run)


@main.command()
def sweeper() -> None:
    """Do whatever is due and undone, with or without Redis. Run two or more."""
    service = _checked(Service(_settings()))
    write_logs("sweeper")
    service.start_traces("sweeper")
    from workers.sweeper import Sweeper  # noqa: PLC0415 - as above

    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    _start(lambda: Sweeper(service).run(stop))


def _checked(service: Service) -> Service:
    """The service, whose database and Redis are to be trusted, as far as they answer."""
    try:
        service.check_connections()
    except ConfigurationFaults as error:
        raise _stopped(error) from None
    return service


def _start(process: Callable[[], None]) -> None:
    try:
        process()
    except ConfigurationFaults as error:
        raise _stopped(error) from None


@main.command()
@click.argument("site")
@click.option(
    "--urgency",
    default=Urgency.EMERGENCY.value,
    show_default=True,
    type=click.Choice([urgency.value for urgency in Urgency if urgency is not Urgency.NONE_FOUND]),
    help="By which plan.",
)
@click.option("--wait", default=120.0, show_default=True, help="Seconds in which somebody must answer.")
def drill(site: str, urgency: str, wait: float) -> None:
    """Page whoever a plan names, with texts that say that it is a test, and time each leg.

    Exit status 0 only when somebody answered in time. A drill that nobody answered is withdrawn.
    """
    service = Service(_settings())
    if site not in service.sites:
        raise click.ClickException(f"there is no site {site}; there are {', '.join(service.sites)}")
    case = _reaching(lambda: service.drill.start(site, Urgency(urgency)))
    click.echo(f"drill {case.code} at {site}, by the plan for {urgency}")
    report = _awaited(lambda: service.drill.report(site, case.case_id), wait)
    for line in terminal.legs(report):
        click.echo(line)
    if report.acknowledged_at is None:
        _reaching(lambda: service.drill.withdraw(site, case.case_id))
        raise click.ClickException("nobody answered in time; the drill is withdrawn")


def _awaited(read: Callable[[], DrillReport | None], seconds: float) -> DrillReport:
    """The report once the drill was answered, or as it stands when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        report = _reaching(read)
        if report is None:
            raise click.ClickException("the drill is gone")
        if report.acknowledged_at is not None or time.monotonic() >= deadline:
            return report
        time.sleep(_LOOK_EVERY)


@main.group(invoke_without_command=True)
@click.pass_context
def audit(context: click.Context) -> None:
    """Look for what should never be, push what stands still, and say what was found. Exit status 1 if any.

    With a command, look at the audit trail instead.
    """
    if context.invoked_subcommand is not None:
        return
    service = _service()
    findings, _ = _reaching(service.audit_cases.audit)
    for finding in findings:
        click.echo(f"{finding.site or 'the service'}: {finding.what}")
    sys.exit(1 if findings else 0)


for _command in audit_commands.COMMANDS:
    audit.add_command(_command)


@main.group()
def keys() -> None:
    """Keys of the API, and data keys."""


@keys.command("rotate")
def rotate_data_keys() -> None:
    """Seal everything that is stored anew with the active data key, while everything else runs.

    May be broken off and begun again. Status 1 as long as another data key is still needed.
    """
    rotated = _reaching(lambda: _service().rotate_data_keys(click.echo))
    for key_id, count in sorted(rotated.left.items()):
        click.echo(f"{key_id} is still needed for {count} values")
    if not rotated.left:
        click.echo("no other data key is needed any more")
    sys.exit(1 if rotated.left else 0)


@keys.command("create")
@click.option("--name", required=True, help="Who will use it.")
@click.option("--site", required=True, help="The site that it opens.")
@click.option(
    "--scope",
    "scopes",
    required=True,
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What it may do; may be given several times.",
)
def create_key(name: str, site: str, scopes: tuple[str, ...]) -> None:
    """Make a key and print it, this once."""
    service = Service(_settings())
    if site not in service.sites:
        raise click.ClickException(f"there is no site {site}; there are {', '.join(service.sites)}")
    _, token = _reaching(lambda: service.keys.create(name, site, [Scope(scope) for scope in scopes]))
    click.echo(token)


@keys.command("list")
def list_keys() -> None:
    """List all keys, a JSON object a line."""
    service = Service(_settings())
    for key in _reaching(service.keys.all):
        click.echo(
            json.dumps(
                {
                    "key_id": key.key_id,
                    "name": key.name,
                    "site": key.site,
                    "scopes": sorted(key.scopes),
                    "created_at": key.created_at.isoformat(),
                    "revoked_at": None if key.revoked_at is None else key.revoked_at.isoformat(),
                }
            )
        )


@keys.command("revoke")
@click.argument("key_id")
def revoke_key(key_id: str) -> None:
    """Revoke a key from now on."""
    service = Service(_settings())
    if not _reaching(lambda: service.keys.revoke(key_id)):
        raise click.ClickException("there is no such key that still works")
    click.echo(f"{key_id} is revoked")


def _of_a_site(name: str, about: str, commands: Iterable[click.Command]) -> None:
    """A group of commands about one site."""

    @main.group(name, help=about)
    @click.option("--site", help="The site; need not be named when there is only one.")
    @click.pass_context
    def group(context: click.Context, site: str | None) -> None:
        context.obj = Desk(_service, site)

    for command in commands:
        group.add_command(command)


_of_a_site("case", "Who waits, and who knew what of one case.", case_commands.COMMANDS)
_of_a_site("follow-ups", "Who must be spoken to, and by when.", follow_up_commands.COMMANDS)
_of_a_site("paging", "Whether clinicians are paged, and the switch for it.", paging_commands.COMMANDS)
_of_a_site("report", "What first hours were like, and what we cost.", report_commands.COMMANDS)
_of_a_site("roster", "Who is on call, when nobody is, and changes for a time.", roster_commands.COMMANDS)
_of_a_site("plans", "Whom a case pages in turn.", plan_commands.COMMANDS)
_of_a_site(
    "clinicians", "How each can be reached, and checks of whether they are.", clinician_commands.COMMANDS
)


for _command in privacy_commands.COMMANDS:
    main.add_command(_command)


def _reaching(use: Callable[[], T]) -> T:
    try:
        return use()
    except LedgerAway:
        raise click.ClickException("the database cannot be reached") from None


@main.command()
@click.option("--port", envvar="PORT", default=8080, show_default=True, help="Where the API listens.")
@click.option("--phones-port", envvar="PHONES_PORT", default=8081, show_default=True, help="The phones.")
def run(port: int, phones_port: int) -> None:
    """Start everything on this machine, with a simulated carrier, until Ctrl-C."""
    _on_stage("run", port, phones_port)


@main.command()
def demo() -> None:
    """Play one story through everything; ends by itself, with status 0 when all went as it must."""
    _on_stage("demo")


def _on_stage(name: str, *arguments: int) -> None:
    try:
        play = importlib.import_module(f"simulator.{name}")
        from simulator.demo import StoryFailed  # noqa: PLC0415 - the simulator is not in the image
        from simulator.stack import StackFault  # noqa: PLC0415
    except ImportError:
        raise click.ClickException("the simulator is not part of this installation") from None
    try:
        getattr(play, name)(*arguments)
    except StackFault as fault:
        raise _CannotRun(str(fault)) from None
    except (StoryFailed, AssertionError) as failure:
        raise click.ClickException(f"the story failed: {failure}") from None


class _CannotRun(click.ClickException):
    """Something on this machine is in the way, not in the service."""

    exit_code = 2


if __name__ == "__main__":
    main()
