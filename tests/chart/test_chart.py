"""The chart renders what a cluster takes, refuses what it does not know, and keeps its promises."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from helm_python import chart as helm
from helm_python.errors import HelmError
from kubernetes_validate.utils import all_versions
from packaging.version import Version

from service.settings import REPOSITORY, read_settings
from tests.chart.rendering import (
    CHART,
    VALUES,
    Manifest,
    containers,
    manifests,
    named,
    of_kind,
    pods,
    rendered,
    texts,
    values,
)

VERSIONS = sorted({v for v in all_versions() if Version(v) >= Version("1.29")}, key=Version)
CUSTOM: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "schemas/custom.yaml").read_text(encoding="utf-8")
)
SETTINGS = set(
    re.findall(
        r"^\| `([A-Z_]+)`", (REPOSITORY / "docs/reference/settings.md").read_text("utf-8"), re.MULTILINE
    )
)
ROLES = ("goldenhour-api", "goldenhour-worker", "goldenhour-sweeper")


def _type(manifest: Manifest) -> str:
    return f"{manifest['apiVersion']}/{manifest['kind']}"


def _all() -> list[Manifest]:
    """Each that any values file makes, once."""
    found = {json.dumps(each, sort_keys=True): each for name in VALUES for each in rendered(name)}
    return list(found.values())


@pytest.mark.parametrize("name", VALUES)
def test_lint_finds_nothing(name: str) -> None:
    report = helm.lint(CHART, values(name), strict=True)
    assert report["errors"] == []
    assert [each["error"] for each in report["messages"]] == ["icon is recommended"]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_is_valid(version: str) -> None:
    for manifest in _all():
        if _type(manifest) not in CUSTOM:
            kubernetes_validate.validate(manifest, version, strict=True)


def test_the_schemas_would_find_a_fault() -> None:
    wrong = values("minimal")
    broken = manifests(wrong)
    named(broken, "Deployment", "goldenhour-api")["spec"]["template"]["spec"]["containerz"] = []
    api = named(broken, "Deployment", "goldenhour-api")
    with pytest.raises(kubernetes_validate.ValidationError, match="containerz"):
        kubernetes_validate.validate(api, VERSIONS[-1], strict=True)


def test_all_versions_from_1_29_on_were_looked_at() -> None:
    assert VERSIONS[0].startswith("1.29")
    assert len(VERSIONS) >= 9


def test_every_resource_of_another_operator_is_valid() -> None:
    found = [each for each in _all() if _type(each) in CUSTOM]
    assert {_type(each) for each in found} == CUSTOM.keys()
    for manifest in found:
        assert manifest.keys() == {"apiVersion", "kind", "metadata", "spec"}
        schema = {"type": "object", "additionalProperties": False, **CUSTOM[_type(manifest)]}
        jsonschema.validate(manifest["spec"], schema)


@pytest.mark.parametrize("name", VALUES)
def test_it_renders_the_same_twice(name: str) -> None:
    assert texts(values(name)) == texts(values(name))


@pytest.mark.parametrize(
    "wrong",
    [
        {"replicas": 3},
        {"api": {"replica": 3}},
        {"sweeper": {"replicas": 1}},
        {"settings": {"GOLDENHOUR_TEXTLIMIT": 5}},
        {"settings": {"TWILIO_AUTH_TOKEN": "in the clear"}},
        {"settings": {"GOLDENHOUR_BIND": "0.0.0.0:9"}},
        {"tracing": {"OTHER": "x"}},
        {"networkPolicy": {"ingress": [{"everyone": True}]}},
        {"config": {"files": {"../service/cli.py": "x"}}},
        {"sites": {"files": {"a/b.yaml": "x"}}},
        {"image": {"digest": "latest"}},
    ],
    ids=json.dumps,
)
def test_what_it_does_not_know_is_refused(wrong: dict[str, Any]) -> None:
    given = values("minimal")
    for key, value in wrong.items():
        given[key] = {**given[key], **value} if isinstance(given.get(key), dict) else value
    with pytest.raises(HelmError):
        texts(given)


def test_no_object_of_the_schema_takes_any_other_key() -> None:
    """But those whose keys are the operator's own: labels, annotations, files, rules of another resource."""
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))

    def check(part: dict[str, Any], place: str) -> None:
        if part.get("type") == "object" and "properties" in part:
            assert part["additionalProperties"] is False, place
            for name, inner in part["properties"].items():
                check(inner, f"{place}.{name}")

    check(schema, "values")
    defaults = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    assert schema["properties"].keys() - {"global"} == defaults.keys()


def test_every_setting_can_be_given_as_a_secret_as_a_value_or_is_set_by_the_chart() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))["properties"]
    plain = set(schema["settings"]["propertyNames"]["enum"])
    secret = set(schema["secrets"]["properties"]["keys"]["items"]["enum"])
    by_the_chart = {"PUBLIC_URL", "SITES_DIR", "CONFIG_DIR", "BIND", "HEALTH_BIND"}
    traces = {"OTEL_EXPORTER_OTLP_ENDPOINT"}  # in `tracing`, with its like
    assert plain | secret | {f"GOLDENHOUR_{name}" for name in by_the_chart} | traces == SETTINGS
    assert not plain & secret


@pytest.mark.parametrize(
    ("change", "named_fault"),
    [
        ({"publicUrl": ""}, "publicUrl"),
        ({"keda": {"enabled": True}, "worker": {"autoscaling": {"enabled": True}}}, "keda.prometheus"),
        ({"ingress": {"enabled": True}}, "host is required"),
        ({"secrets": {"external": {"enabled": True}}}, "store.name"),
    ],
)
def test_what_is_missing_is_named(change: dict[str, Any], named_fault: str) -> None:
    with pytest.raises(HelmError, match=re.escape(named_fault)):
        texts({**values("minimal"), **change})


@pytest.mark.parametrize("name", VALUES)
def test_every_container_is_restricted(name: str) -> None:
    seen = 0
    for _, pod in pods(rendered(name)):
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] == 10001
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
        assert all(set(volume) <= {"name", "emptyDir", "secret", "configMap"} for volume in spec["volumes"])
        for container in containers(pod):
            seen += 1
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["readOnlyRootFilesystem"] is True
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}
            assert "memory" in container["resources"]["limits"]
    assert seen == 6  # api, worker, sweeper; check and migrate; the drill


@pytest.mark.parametrize("name", VALUES)
def test_every_variable_is_a_setting_and_every_setting_that_is_needed_is_given(
    name: str, tmp_path: Path
) -> None:
    for _, pod in pods(rendered(name)):
        for container in containers(pod):
            given = [variable["name"] for variable in container["env"]]
            assert len(given) == len(set(given))
            ours = {n.removesuffix("_FILE") for n in given if not n.startswith("OTEL_")}
            assert ours - SETTINGS == set()
            _reads(container, tmp_path)


def _reads(container: Manifest, folder: Path) -> None:
    """The service's own reader takes them, the mounted files standing in a folder here."""
    made_up = {
        "DATABASE_URL": "postgresql://somebody@somewhere/goldenhour",
        "REDIS_URL": "redis://somewhere:6379/0",
        "GOLDENHOUR_DATA_KEYS": "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    }
    environment = {}
    for variable in container["env"]:
        name, value = variable["name"], variable["value"]
        if name.endswith("_FILE"):
            assert value == f"/run/goldenhour/secrets/{name.removesuffix('_FILE')}"
            file = folder / name
            file.write_text(made_up.get(name.removesuffix("_FILE"), "made up"), encoding="utf-8")
            value = str(file)
        environment[name] = value
    read_settings({**environment, "GOLDENHOUR_SITES_DIR": str(folder)})


@pytest.mark.parametrize("name", VALUES)
def test_no_secret_stands_where_anybody_can_read_it(name: str) -> None:
    secret = [*values(name)["secrets"].get("values", {}).values()]
    for manifest in rendered(name):
        if manifest["kind"] != "Secret":
            text = json.dumps(manifest)
            assert [each for each in secret if each in text] == []
    assert "+4477" not in (CHART / "values.yaml").read_text(encoding="utf-8")


def _checksums(found: list[Manifest]) -> dict[str, dict[str, str]]:
    return {
        name: {k: v for k, v in pod["metadata"]["annotations"].items() if k.startswith("checksum/")}
        for name, pod in pods(found)
        if name in ROLES
    }


@pytest.mark.parametrize(
    ("change", "rolls"),
    [
        ({"config": {"files": {"policy/checks.yaml": "other"}}}, {"checksum/config"}),
        ({"sites": {"files": {"riverside.yaml": "site: riverside # changed\n"}}}, {"checksum/sites"}),
        ({"sites": {"existing": "x", "revision": "8"}}, {"checksum/sites"}),
        ({"secrets": {"values": {"REDIS_URL": "redis://another:6379/0"}}}, {"checksum/secrets"}),
        ({"secrets": {"existing": "x", "revision": "3"}}, {"checksum/secrets"}),
        ({"test": {"site": "riverside"}}, set()),
        ({"monitoring": {"rules": {"enabled": True}}}, set()),
    ],
    ids=str,
)
def test_what_changes_rolls_the_pods_and_nothing_else_does(change: dict[str, Any], rolls: set[str]) -> None:
    before, after = (
        _checksums(manifests(values("two-sites"))),
        _checksums(manifests({**values("two-sites"), **change})),
    )
    assert before.keys() == after.keys() == set(ROLES)
    for role in ROLES:
        assert {key for key in before[role] if before[role][key] != after[role][key]} == rolls


@pytest.mark.parametrize("timeout", [8, 12.5, 30])
def test_whoever_calls_a_carrier_may_finish(timeout: float) -> None:
    given = values("minimal")
    given["settings"] = {"GOLDENHOUR_CARRIER_TIMEOUT_SECONDS": timeout}
    found = manifests(given)
    for role in ("goldenhour-worker", "goldenhour-sweeper"):
        grace = named(found, "Deployment", role)["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        assert grace >= 2 * timeout + 2 + 10


def test_sweepers_stand_on_different_nodes_and_can_be_replaced_there() -> None:
    sweeper = named(rendered("minimal"), "Deployment", "goldenhour-sweeper")["spec"]
    (apart,) = sweeper["template"]["spec"]["affinity"]["podAntiAffinity"][
        "requiredDuringSchedulingIgnoredDuringExecution"
    ]
    assert apart["topologyKey"] == "kubernetes.io/hostname"
    assert apart["labelSelector"]["matchLabels"].items() <= sweeper["template"]["metadata"]["labels"].items()
    assert sweeper["replicas"] == 2
    assert sweeper["strategy"]["rollingUpdate"] == {"maxUnavailable": 1, "maxSurge": 0}


@pytest.mark.parametrize("name", VALUES)
def test_a_drain_is_never_blocked_and_never_takes_two(name: str) -> None:
    budgets = of_kind(rendered(name), "PodDisruptionBudget")
    assert len(budgets) == 3
    for budget in budgets:
        assert budget["spec"]["maxUnavailable"] == 1
        selector = budget["spec"]["selector"]["matchLabels"].items()
        (selected,) = [
            each
            for each in of_kind(rendered(name), "Deployment")
            if selector <= each["spec"]["template"]["metadata"]["labels"].items()
        ]
        assert selected["metadata"]["name"] == budget["metadata"]["name"]


@pytest.mark.parametrize("role", ROLES)
def test_liveness_is_of_the_process_alone_and_readiness_names_what_it_needs(role: str) -> None:
    (container,) = named(rendered("minimal"), "Deployment", role)["spec"]["template"]["spec"]["containers"]
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["startupProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert container["livenessProbe"]["httpGet"]["port"] in ports
    bind = {v["name"]: v["value"] for v in container["env"]}.get("GOLDENHOUR_HEALTH_BIND")
    assert bind == (None if role == "goldenhour-api" else f"0.0.0.0:{ports['health']}")


@pytest.mark.parametrize("name", sorted(set(VALUES) - {"staging"}))
def test_the_network_allows_what_is_needed_and_nothing_else(name: str) -> None:
    policies = {each["metadata"]["name"]: each["spec"] for each in of_kind(rendered(name), "NetworkPolicy")}
    assert policies.keys() == {"goldenhour", "goldenhour-api", "goldenhour-carriers"}
    everything, api, carriers = (policies[key] for key in sorted(policies))
    assert everything["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in everything
    for _, pod in pods(rendered(name)):
        assert everything["podSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    (way_in,) = api["ingress"]
    assert way_in["from"]
    assert way_in["ports"] == [{"port": "http", "protocol": "TCP"}]
    assert api["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "api"
    assert carriers["podSelector"]["matchExpressions"] == [
        {"key": "app.kubernetes.io/component", "operator": "In", "values": ["worker", "sweeper"]}
    ]
    assert all("ports" in way for policy in policies.values() for way in policy.get("egress", ()))


def test_a_mail_relay_and_a_pager_gateway_are_let_through_when_there_are_any() -> None:
    def ports(name: str) -> set[int]:
        spec = named(rendered(name), "NetworkPolicy", "goldenhour-carriers")["spec"]
        return {port["port"] for way in spec["egress"] for port in way["ports"]}

    assert ports("minimal") == {443}
    assert ports("full") == {443, 587, 444}
    assert ports("restricted-network") == {3128}


def test_carriers_and_intake_systems_have_routes_of_their_own_and_nothing_else_is_routed() -> None:
    paths = {
        each["metadata"]["name"]: {path["path"] for path in each["spec"]["rules"][0]["http"]["paths"]}
        for each in of_kind(rendered("full"), "Ingress")
    }
    prefixes = {
        each["metadata"]["name"]: {match["path"]["value"] for match in each["spec"]["rules"][0]["matches"]}
        for each in of_kind(rendered("full"), "HTTPRoute")
    }
    expected = {
        "goldenhour-api-api": {"/v1", "/docs", "/openapi.json"},
        "goldenhour-api-webhooks": {"/webhooks"},
    }
    assert paths == prefixes == expected
    hosts = {each["spec"]["rules"][0]["host"] for each in of_kind(rendered("full"), "Ingress")}
    assert len(hosts) == 2


def test_the_migration_goes_first_on_copies_of_its_own_and_checks_before() -> None:
    found = rendered("two-sites")
    job = named(found, "Job", "goldenhour-migrate")
    hook = job["metadata"]["annotations"]
    assert hook["helm.sh/hook"] == "pre-install,pre-upgrade"
    spec = job["spec"]["template"]["spec"]
    assert [container["args"] for container in containers(job["spec"]["template"])] == [
        ["check"],
        ["migrate"],
    ]
    needs = {volume["secret"]["secretName"] for volume in spec["volumes"] if "secret" in volume}
    for kind, name in [("ServiceAccount", spec["serviceAccountName"]), *(("Secret", name) for name in needs)]:
        copied = named(found, kind, name)["metadata"]["annotations"]
        assert copied["helm.sh/hook"] == "pre-install,pre-upgrade"
        assert int(copied["helm.sh/hook-weight"]) < int(hook["helm.sh/hook-weight"])
    of_release = named(found, "Secret", "goldenhour")
    assert "annotations" not in of_release["metadata"]


def test_a_file_of_the_rules_stands_in_place_of_the_images() -> None:
    given = values("full")["config"]["files"]
    data = named(rendered("full"), "ConfigMap", "goldenhour-config")["data"]
    for _, pod in pods(rendered("full")):
        for container in containers(pod):
            mounted = {
                m["mountPath"]: m["subPath"] for m in container["volumeMounts"] if m["name"] == "config"
            }
            assert {path.removeprefix("/app/config/"): data[key] for path, key in mounted.items()} == given


def test_workers_grow_with_the_queue_and_the_backlog() -> None:
    asked = ["goldenhour_queue_depth", "goldenhour_overdue_pages"]
    hpa = named(rendered("full"), "HorizontalPodAutoscaler", "goldenhour-worker")["spec"]
    assert [metric["external"]["metric"]["name"] for metric in hpa["metrics"]] == asked
    (scaled,) = of_kind(rendered("keda"), "ScaledObject")
    assert [t["metadata"]["query"] for t in scaled["spec"]["triggers"]] == [f"max({name})" for name in asked]
    for name in ("full", "keda"):
        assert "replicas" not in named(rendered(name), "Deployment", "goldenhour-worker")["spec"]
    assert hpa["minReplicas"] == scaled["spec"]["minReplicaCount"] == 2


def test_the_alerts_and_the_dashboard_are_the_files_with_our_runbooks() -> None:
    groups = yaml.safe_load((CHART / "files/alerts.yaml").read_text(encoding="utf-8"))["groups"]
    (rule,) = of_kind(rendered("full"), "PrometheusRule")
    moved = json.dumps(groups).replace("goldenhour.example/runbooks", "docs.example/goldenhour/runbooks")
    assert rule["spec"]["groups"] == json.loads(moved)
    dashboard = named(rendered("full"), "ConfigMap", "goldenhour-dashboard")["data"]["goldenhour.json"]
    assert json.loads(dashboard) == json.loads((CHART / "files/dashboard.json").read_text(encoding="utf-8"))


def test_helm_test_runs_a_drill_where_there_is_a_site_for_it() -> None:
    drill = named(rendered("two-sites"), "Pod", "goldenhour-drill")
    assert drill["metadata"]["annotations"]["helm.sh/hook"] == "test"
    assert containers(drill)[0]["args"] == ["drill", "hillside", "--urgency", "soon", "--wait", "60"]
    assert containers(named(rendered("minimal"), "Pod", "goldenhour-drill"))[0]["args"] == ["check"]


def test_the_notes_say_what_to_check_next_and_what_is_missing() -> None:
    def notes(name: str) -> str:
        return texts(values(name))["goldenhour/templates/NOTES.txt"]

    assert "kubectl -n care exec deploy/goldenhour-api -- goldenhour check" in notes("minimal")
    assert "No alerts are installed" in notes("minimal")
    assert "No alerts are installed" not in notes("full")
    assert "helm -n care test goldenhour" in notes("two-sites")
    assert "This is a rehearsal" in notes("staging")
    assert "+4477" not in notes("staging")


def test_the_chart_has_the_version_of_the_project() -> None:
    meta = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{meta["appVersion"]}"' in project


def test_every_value_is_in_the_reference_with_its_default_and_no_other() -> None:
    document = (REPOSITORY / "docs/reference/chart.md").read_text(encoding="utf-8")
    written = dict(re.findall(r"^\| `([A-Za-z.]+)` \| `([^|]*)` \|", document, re.MULTILINE))
    assert written == dict(_leaves(yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8")), ""))


def _leaves(value: Any, place: str) -> list[tuple[str, str]]:
    """Each value that an operator sets, with its default as one line of JSON."""
    if isinstance(value, dict) and value and not place.endswith((".resources", ".labels")):
        return [leaf for key, inner in value.items() for leaf in _leaves(inner, f"{place}.{key}".lstrip("."))]
    return [(place, json.dumps(value))]
