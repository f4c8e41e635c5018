"""What is in the spool stays until it is delivered, whoever dies and whatever lies there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from goldenhour_client import Client
from goldenhour_client.deliverer import Deliverer
from goldenhour_client.spool import Name, Spool
from goldenhour_client.wire import Reply, Verdict
from service.settings import REPOSITORY
from tests.client.conftest import KEY
from tests.client.intake_service import IntakeService, problem

ClientOf = Callable[..., Client]


class Killed(BaseException):
    """The process ends here."""


@dataclass(slots=True)
class Story:
    """Sends, and a deliverer that dies and comes back, on one directory."""

    directory: Path
    post_takes: float = 0.0
    now: float = 0.0
    fates: list[str] = field(default_factory=list)
    sent: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    taken: list[tuple[str, str]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    spool: Spool = field(init=False)
    deliverer: Deliverer = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """A new process with the same directory."""
        self.spool = Spool(self.directory)
        self.deliverer = Deliverer(self.spool, self.post, lambda _: None, lambda: self.now)

    def send(self, contact: str) -> None:
        message = f"m{sum(map(len, self.sent.values()))}"
        self.sent[contact].append(message)
        self.spool.put(contact, json.dumps({"contact_id": contact, "answers": [message]}).encode())

    def deliver(self, fates: list[str]) -> None:
        """One round, in which the next messages meet these fates."""
        self.fates = list(fates)
        try:
            if self.spool.claim():
                self.deliverer.round()
        except Killed:
            self.spool.release()
            self.start()
        self.now += 1.0

    def post(self, contact: str, body: bytes) -> Reply:
        message = json.loads(body)["answers"][0]
        self.now += self.post_takes
        fate = self.fates.pop(0) if self.fates else "taken"
        if fate == "killed before":
            raise Killed
        if fate == "refused":
            self.refused.add(message)
            return Reply(Verdict.REFUSED, status=422)
        if fate in ("taken", "killed after", "lost"):
            self.taken.append((contact, message))
        if fate == "killed after":
            raise Killed
        verdict = {"taken": Verdict.TAKEN, "away": Verdict.AWAY}.get(fate, Verdict.STUCK)
        return Reply(verdict, retry_after=10.0 if fate == "stuck" else None)


FATES = st.lists(
    st.sampled_from(["taken", "refused", "away", "stuck", "lost", "killed before", "killed after"])
)
STEPS = st.lists(st.one_of(st.sampled_from(["c1", "c2", "c3"]), FATES), max_size=30)


@settings(max_examples=200, deadline=None)
@given(steps=STEPS, post_takes=st.sampled_from([0.0, 0.2, 3.0]))
@example(["c1", "c2", "c2", "c2", "c2", "c1", ["stuck"], []], 3.0)  # a pause that ends during a round
def test_whatever_dies_each_message_arrives_in_the_order_of_its_contact(
    steps: list[str | list[str]], post_takes: float
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        story = Story(Path(directory), post_takes)
        for step in steps:
            if isinstance(step, str):
                story.send(step)
            else:
                story.deliver(step)
        for _ in range(3):  # the service is well again; every pause is over
            story.now += 60
            story.deliver([])
        assert story.spool.waiting() == []
        for contact, sent in story.sent.items():
            taken = [message for whose, message in story.taken if whose == contact]
            first_times = list(dict.fromkeys(taken))
            assert first_times == [m for m in sent if m in first_times]
            assert set(sent) - set(first_times) <= story.refused
            assert taken == sorted(
                taken, key=sent.index
            )  # a message comes again before any later one, or never


def test_names_keep_their_order_though_the_clock_is_set_back(spool: Path) -> None:
    spool.mkdir(mode=0o700)
    tomorrow = Name(f"{2**62:020d}-00000000-000000000000")
    (spool / f"{tomorrow.text}.json").write_bytes(b"{}")
    one = Spool(spool)
    first, second = (one.put("c1", b"{}") for _ in range(2))
    assert tomorrow < first < second
    assert Spool(spool).waiting() == [tomorrow, first, second]


def test_nothing_of_the_contact_stands_in_a_name(spool: Path) -> None:
    one, other, one_again = (Spool(spool).put(contact, b"{}") for contact in ("dave", "../d", "dave"))
    assert "dave" not in one.text
    assert one.lane == one_again.lane != other.lane


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 64, b'{"contact_id": "c1", "answ', b"[]", b"\xff", b"[" * 9999]
)
def test_what_is_no_message_is_set_aside_and_holds_up_nothing(
    service: IntakeService, client_of: ClientOf, spool: Path, content: bytes
) -> None:
    broken = Spool(spool).put("c1", content)
    client = client_of()
    client.send_answers("c1", [{"answer_id": "a1"}])
    assert service.stored(1) == ["c1/a1"]
    assert [path.stem for path in (spool / "broken").iterdir()] == [broken.text]
    assert client.waiting().aside == 1


def test_what_others_put_there_is_left_alone(client_of: ClientOf, spool: Path) -> None:
    spool.mkdir()
    others = [spool / name for name in ("notes.json", "12345678901234567890.json", ".DS_Store")]
    for each in others:
        each.touch()
    client = client_of()
    client.send_answers("c1", [{"answer_id": "a1"}])
    assert client.flush(5)
    assert all(each.exists() for each in others)


def test_what_was_never_finished_is_set_aside_once_nobody_can_be_writing_it(
    client_of: ClientOf, spool: Path
) -> None:
    name = Spool(spool).put("c1", b'{"contact_id"')
    abandoned = (spool / f"{name.text}.json").rename(spool / f"{name.text}.json.part")
    os.utime(abandoned, (1, 1))
    begun = spool / "somebody-writes.json.part"
    begun.touch()
    assert client_of().flush(5)
    until_there(spool / "broken" / abandoned.name)
    assert begun.exists()


def test_what_cannot_be_written_is_an_error_and_leaves_nothing(client_of: ClientOf, spool: Path) -> None:
    client = client_of()
    (spool / "refused").rmdir()
    (spool / "broken").rmdir()
    (spool / "lock").unlink(missing_ok=True)
    spool.rmdir()
    with pytest.raises(FileNotFoundError):
        client.send_answers("c1", [])
    assert not spool.exists()


def until_there(path: Path) -> None:
    for _ in range(500):
        if path.exists():
            return
        signal.sigtimedwait([], 0.01)
    raise AssertionError(path)


SENDER = """
import sys
from goldenhour_client import Client
url, key, spool, contact = sys.argv[1:]
client = Client(url, key=key, spool=spool)
for number in range(10_000):
    client.send_answers(contact, [{"answer_id": f"a{number:05}"}])
    print(number, flush=True)
    sys.stdin.readline()
"""


@dataclass(frozen=True, slots=True)
class Sender:
    """A process that sends one message for each line that it is given."""

    process: subprocess.Popen[str]

    def send(self) -> str:
        """The number of what was sent, once it was."""
        assert self.process.stdout is not None
        assert self.process.stdin is not None
        number = self.process.stdout.readline().strip()
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return f"a{int(number):05}"

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def sender(service: IntakeService, spool: Path) -> Iterator[Callable[[str], Sender]]:
    """Processes that send from one spool; they are killed after the test."""
    senders: list[Sender] = []

    def start(contact: str) -> Sender:
        process = subprocess.Popen(
            [sys.executable, "-c", SENDER, service.url, KEY, str(spool), contact],
            env={"PYTHONPATH": str(REPOSITORY / "client"), "PATH": os.defpath},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        senders.append(Sender(process))
        return senders[-1]

    yield start
    for each in senders:
        each.kill()


def test_a_process_that_is_killed_loses_nothing_and_another_takes_over(
    service: IntakeService, client_of: ClientOf, spool: Path, sender: Callable[[str], Sender]
) -> None:
    service.will(*[problem(503, "unavailable", Retry_After="1")] * 3)
    first, second = sender("c1"), sender("c2")
    ours = [f"c1/{first.send()}" for _ in range(30)]
    theirs = [f"c2/{second.send()}" for _ in range(30)]
    first.kill()
    theirs += [f"c2/{second.send()}" for _ in range(30)]
    second.kill()
    assert client_of().flush(20)
    stored = list(dict.fromkeys(service.stored(90)))
    for contact, sent in (("c1", ours), ("c2", theirs)):
        of_contact = [ids for ids in stored if ids.startswith(contact)]
        assert of_contact[: len(sent)] == sent
        assert len(of_contact) - len(sent) <= 1  # written, and killed before it could say so


def test_one_process_at_a_time_delivers(
    service: IntakeService, spool: Path, sender: Callable[[str], Sender]
) -> None:
    first, second = sender("c1"), sender("c2")
    for _ in range(20):
        first.send()
        second.send()
    stored = service.stored(40)
    assert len(stored) == len(set(stored))


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="a fork beside threads is warned of there")
def test_a_client_made_before_a_fork_works_in_the_child_and_outlives_the_parents(
    service: IntakeService, client_of: ClientOf
) -> None:
    client = client_of()
    client.send_answers("c1", [{"answer_id": "a1"}])
    assert client.flush(5)
    child = os.fork()
    if child == 0:  # pragma: no cover - not this process
        client.send_answers("c1", [{"answer_id": "a2"}])
        os._exit(0 if client.flush(10) else 1)
    client.close()  # the parent delivers no longer
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert service.stored(2) == ["c1/a1", "c1/a2"]
