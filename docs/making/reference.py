"""Writes docs/reference/cli.md and api.md from the software itself: `make reference`."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from service.bootstrap import Service
from service.cli import main as goldenhour
from service.settings import REPOSITORY, read_settings

FOLDER = REPOSITORY / "docs/reference"
_VERBS = ("get", "post", "put", "delete")
_ANSWERS = {
    "422": "Fields are unknown, missing, of a wrong type or out of range: each is named. Nothing was stored.",
    "default": "Any other problem.",
}


def cli() -> str:
    """Every command, as its own help tells it."""
    lines = [
        "# The command line",
        "",
        "Written by `make reference` from the commands themselves. `goldenhour COMMAND --help` says the same.",
        "",
        "Commands read the [settings](settings.md) from the environment; `score`, `explain FILE` and `lexicon` need none. Exit status 0",
        "is well, 1 is not, 2 is a wrong call. What a command does by hand is in the audit trail by the name of the machine's user.",
        *_command(goldenhour, "goldenhour", click.Context(goldenhour, info_name="goldenhour")),
    ]
    return "\n".join(lines) + "\n"


def _command(command: click.Command, name: str, context: click.Context) -> Iterator[str]:
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None:
                yield from _command(
                    found, f"{name} {child}", click.Context(found, parent=context, info_name=child)
                )
        if not command.invoke_without_command:
            return
    yield from ("", f"## `{name}`", "", *_paragraphs(command.help or ""), "", "```text")
    yield from (f"{name} {' '.join(command.collect_usage_pieces(context))}", "```")
    options = [p for p in command.params if isinstance(p, click.Option) and "--help" not in p.opts]
    inherited = (
        [p for p in context.parent.command.params if isinstance(p, click.Option)] if context.parent else []
    )
    shared = [p for p in inherited if "--help" not in p.opts and context.parent and context.parent.parent]
    if options or shared:
        yield from ("", "| option | default | |", "|---|---|---|")
    for option in shared:
        yield _option(option, f"before the command's name: {option.help}")
    for option in options:
        yield _option(option, option.help or "")


def _option(option: click.Option, meaning: str) -> str:
    kind = option.type
    choices = (
        f" One of {', '.join(f'`{c}`' for c in kind.choices)}." if isinstance(kind, click.Choice) else ""
    )
    default = "required" if option.required else "" if _unset(option) else f"`{option.default}`"
    return f"| `{', '.join(option.opts)}` | {default} | {meaning}{choices} |"


def _unset(option: click.Option) -> bool:
    return option.multiple or option.is_flag or not isinstance(option.default, str | int | float)


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            yield ""
        yield " ".join(paragraph.split())


def document() -> dict[str, Any]:
    """The OpenAPI document of the application. No server is needed: none is asked."""
    environment = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
        "REDIS_URL": "redis://127.0.0.1:9/0",
        "GOLDENHOUR_SITES_DIR": str(REPOSITORY / "simulator/sites"),
        "GOLDENHOUR_DATA_KEYS": f"k1:{base64.b64encode(bytes(32)).decode()}",
        "GOLDENHOUR_PUBLIC_URL": "https://goldenhour.example",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "made up",
        "TWILIO_FROM": "+15550100000",
    }
    client = Service(read_settings(environment)).web().test_client()
    told: dict[str, Any] = client.get("/openapi.json").get_json()
    return told


def api() -> str:
    """Every operation and every shape of the API."""
    told = document()
    lines = [
        "# The API",
        "",
        "Written by `make reference` from `/openapi.json`, which the same schemas make that check every request. `/docs` of a running",
        "service shows it with forms to try it out.",
        "",
        "Every request carries `Authorization: Bearer KEY`; a key belongs to one site and has scopes. Bodies are JSON. Whatever is",
        "refused is a [problem](problems.md) that names every fault at once. `X-Request-Id` is taken over, or made, and stands in the",
        "logs. `/healthz`, `/readyz`, [`/metrics`](metrics.md), `/openapi.json` and `/docs` need no key; what is posted to `/webhooks/...` is",
        "believed when its carrier has signed it.",
        "",
        "| operation | scope | |",
        "|---|---|---|",
        *(_row(*each) for each in _operations(told)),
        *(line for each in _operations(told) for line in _operation(*each)),
        "",
        "## Shapes",
        *(
            line
            for name in sorted(told["components"]["schemas"])
            for line in _shape(name, told["components"]["schemas"][name])
        ),
    ]
    return "\n".join(lines) + "\n"


def _operations(told: dict[str, Any]) -> list[tuple[str, str, dict[str, Any], list[dict[str, Any]]]]:
    return [
        (verb.upper(), path, item[verb], item.get("parameters", []))
        for path, item in told["paths"].items()
        for verb in _VERBS
        if verb in item
    ]


def _row(verb: str, path: str, operation: dict[str, Any], _: Any) -> str:
    scope = operation.get("description", "").partition("`")[2].partition("`")[0]
    return f"| `{verb} {path}` | `{scope}` | {_flat(operation['summary'])} |"


def _operation(
    verb: str, path: str, operation: dict[str, Any], around: list[dict[str, Any]]
) -> Iterator[str]:
    yield from (
        "",
        f"## `{verb} {path}`",
        "",
        f"{_flat(operation['summary'])} {operation.get('description', '')}".strip(),
    )
    asked = [*around, *operation.get("parameters", [])]
    if asked:
        yield from ("", "| parameter | in | type | |", "|---|---|---|---|")
    for parameter in asked:
        needed = "" if parameter.get("required") or parameter["in"] == "path" else "optional"
        yield f"| `{parameter['name']}` | {parameter['in']} | {_type(parameter['schema'])} | {needed} |"
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield from ("", f"Body: {_type(content['schema'])}, `{kind}`.")
    yield from ("", "| answer | | |", "|---|---|---|")
    for status, answer in sorted(operation["responses"].items()):
        shapes = ", ".join(_type(c["schema"]) for c in answer.get("content", {}).values() if "schema" in c)
        yield f"| {status} | {_flat(_ANSWERS.get(status, answer.get('description', '')))} | {shapes or '[Problem](#problem)'} |"


def _shape(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield from ("", f"### {name}", "")
    if "properties" not in schema:
        yield _type(schema)
        return
    yield from ("| field | type | |", "|---|---|---|")
    for field, inner in schema["properties"].items():
        needed = "required" if field in schema.get("required", ()) else ""
        meaning = inner.get("description") or inner.get("metadata", {}).get("description", "")
        yield f"| `{field}` | {_type(inner)} | {' '.join(part for part in (needed, _flat(meaning)) if part)} |"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for several in ("oneOf", "anyOf", "allOf"):
        if several in schema:
            return " or ".join(_type(each) for each in schema[several])
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"] if value is not None)
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    extra = f" ({schema['format']})" if "format" in schema else ""
    kind = schema.get("type", "any")
    return f"{' or '.join(kind) if isinstance(kind, list) else kind}{extra}"


def _flat(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PAGES = {FOLDER / "cli.md": cli, FOLDER / "api.md": api}


def write(pages: dict[Path, Any]) -> None:
    """Write every page anew."""
    for path, made in pages.items():
        path.write_text(made(), encoding="utf-8")


if __name__ == "__main__":
    write(PAGES)
