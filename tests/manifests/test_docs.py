"""docs/deploy.md and docs/operations.md name everything that exists, and nothing else."""

import ast
import re
import shlex
from itertools import pairwise

import pytest
import yaml

from functions.common import errors
from tests.manifests.building import (
    COMPONENTS,
    FUNCTIONS,
    KNATIVE,
    ROOT,
    knative_services,
    kustomize,
)
from tests.manifests.test_configuration import SERVER, read_by
from tests.manifests.test_dashboard import ours

DEPLOY = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
KN = re.sub(r"\\\n\s*", "", DEPLOY).split("### With kn alone")[1].split("\n### ")[0]


def kn(*words):
    """The arguments of the kn commands that start with `words`."""
    lines = [shlex.split(line) for line in KN.splitlines() if line.startswith("kn ")]
    begin = ["kn", *words]
    return [line[len(begin) :] for line in lines if line[: len(begin)] == begin]


def option(arguments, name):
    return arguments[arguments.index(name) + 1]


@pytest.mark.parametrize("text", [DEPLOY, OPERATIONS])
def test_every_path_of_the_repository_is_there(text):
    for path in re.findall(r"\bknative/(?:base|overlays|components)[\w./-]*", text):
        if path != "knative/overlays/mine":  # the reader creates it
            assert (ROOT / path).exists(), path


def test_the_overlay_of_ones_own_has_its_images_and_the_order_of_ours(tmp_path):
    text = re.search(r"mine/kustomization.yaml <<'END'\n(.*?)\nEND\n", DEPLOY, re.DOTALL)[1]
    (tmp_path / "knative").symlink_to(KNATIVE)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "kustomization.yaml").write_text(text, encoding="utf-8")
    mine, ours = kustomize(tmp_path / "mine"), kustomize(KNATIVE / "overlays" / "try")
    assert [(one["kind"], one["metadata"]["name"]) for one in mine] == [
        (one["kind"], one["metadata"]["name"]) for one in ours
    ]
    for name, service in knative_services(mine).items():
        (container,) = service["spec"]["template"]["spec"]["containers"]
        assert container["image"] == f"registry.example.com/stockcast-{name}:1"


def test_every_component_is_told_of():
    table = DEPLOY.split("| component |")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE)) == set(COMPONENTS)


def test_the_services_of_kn_are_those_of_the_base():
    services = knative_services(kustomize(KNATIVE / "base"))
    made = {arguments[0]: arguments for arguments in kn("service", "apply")}
    assert set(made) == set(services) == set(FUNCTIONS)
    for name, arguments in made.items():
        template = services[name]["spec"]["template"]
        spec, annotations = template["spec"], template["metadata"]["annotations"]
        (container,) = spec["containers"]
        assert int(option(arguments, "--timeout")) == spec["timeoutSeconds"]
        scale = "{}..{}".format(
            *(annotations[f"autoscaling.knative.dev/{end}-scale"] for end in ("min", "max"))
        )
        assert option(arguments, "--scale") == scale
        for flag, field in (("--request", "requests"), ("--limit", "limits")):
            given = dict(pair.split("=") for pair in option(arguments, flag).split(","))
            assert given == container["resources"][field]
        assert ("--cluster-local" in arguments) == (name != "web")
        if name == "web":
            target = annotations["autoscaling.knative.dev/target"]
            assert option(arguments, "--scale-target") == target
        else:
            assert int(option(arguments, "--concurrency-limit")) == spec["containerConcurrency"]


def test_the_variables_of_kn_are_read():
    named = set(re.findall(r"--env (\w+)=", KN))
    assert {"REDIS_URL", "S3_BUCKET", "EVENT_TOKEN", "K_SINK"} <= named
    assert named <= set.union(*(read_by(name) for name in FUNCTIONS), SERVER)


def test_kn_trusts_the_proxies_of_the_base_and_has_its_broker_answer_at_once():
    web = knative_services(kustomize(KNATIVE / "base"))["web"]["spec"]["template"]["spec"]
    (trusted,) = [
        one["value"] for one in web["containers"][0]["env"] if one["name"] == "FORWARDED_ALLOW_IPS"
    ]
    (arguments,) = [one for one in kn("service", "apply") if one[0] == "web"]
    assert f"FORWARDED_ALLOW_IPS={trusted}" in arguments
    assert "kubectl annotate broker stockcast messaging.knative.dev/async-handler=true" in KN


def test_the_triggers_of_kn_are_those_of_the_base():
    documents = yaml.safe_load_all((KNATIVE / "base" / "triggers.yaml").read_text())
    wanted = {}
    for one in documents:
        subscriber = one["spec"]["subscriber"]
        name = subscriber["ref"]["name"]
        uri = subscriber.get("uri")
        sink = f"http://{name}.default.svc.cluster.local{uri}" if uri else f"ksvc:{name}"
        wanted[one["metadata"]["name"]] = (one["spec"]["filter"]["attributes"], sink)
    made = {}
    for arguments in kn("trigger", "create"):
        filters = [value.split("=", 1) for flag, value in pairwise(arguments) if flag == "--filter"]
        made[arguments[0]] = (dict(filters), option(arguments, "--sink"))
    assert made == wanted


def test_every_variable_in_the_docs_is_one_that_is_read():
    read = set.union(*(read_by(name) for name in FUNCTIONS), SERVER)
    of_others = {"IMAGE_PREFIX", "KUBECONFIG", "INGRESS", "KNATIVE", "TAG", "PASSWORD"}
    for file in ("stack.yml", "compose.yaml"):
        of_others |= set(re.findall(r"\$\{([A-Z0-9_]+)", (ROOT / file).read_text("utf-8")))
    written = re.findall(r"`([A-Z][A-Z0-9]+_[A-Z0-9_]+)[`=]", DEPLOY + OPERATIONS)
    assert {"STALE_OK", "REQUEST_DEADLINE", "FAILURE_SINK"} <= set(written)
    assert set(written) <= read | of_others


def test_every_figure_is_told_of_with_its_labels():
    for name, labels in ours().items():
        family = re.sub(r"_(bucket|count|sum)$", "", name)
        (row,) = re.findall(rf"^\| `{family}` \| (.*?) \|", OPERATIONS, re.MULTILINE)
        assert set(re.findall(r"`(\w+)`", row)) == labels - {"le"}, name


def logged_extras():
    """The fields of all our log lines."""
    found = set()
    for folder in ("functions", "local"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                for word in node.keywords:
                    is_logged = isinstance(node.func, ast.Attribute)  # msgspec's Meta has it, too
                    if is_logged and word.arg == "extra" and isinstance(word.value, ast.Dict):
                        found |= {key.value for key in word.value.keys if key is not None}
                if isinstance(node.func, ast.Attribute) and node.func.attr == "about":
                    found |= {word.arg for word in node.keywords}
    return found


def test_every_field_of_the_logs_is_told_of():
    table = OPERATIONS.split("## Logs")[1].split("\n## ")[0]
    told = set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (.*?) \|", table, re.MULTILINE))))
    assert len(logged_extras()) > 6
    assert logged_extras() <= told


def test_every_problem_of_a_request_is_told_of():
    table = OPERATIONS.split("## Problems of requests")[1].split("\n## ")[0]
    told = set(re.findall(r"`([a-z-]+)`", table))
    slugs = {kind.slug for kind in _below(errors.RequestError) if not kind.__name__.startswith("_")}
    assert slugs <= told


def _below(kind):
    # Errors of other modules count as soon as they are imported.
    import functions.common.cloudevents.retries
    import functions.common.prices.history
    import functions.forecast.prices.csv_columns
    import functions.web.api.dead_letters  # noqa: F401 - for their classes

    return {kind, *(one for below in kind.__subclasses__() for one in _below(below))}
