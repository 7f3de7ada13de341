"""The house is in order: words, walls between the tables, migrations, the published API."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

from sapporo_base.admin.record_lines import KINDS
from sapporo_base.api.views import SystemView
from sapporo_base.rules.scopes import known_scopes

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = (
    "sapporo_base",
    "integrated_address",
    "gateway",
    "resident_basic",
    "social_address",
    "child_allowance",
)
SCHEMA = ROOT / "docs" / "openapi.yaml"


def glossary():
    """Return 用語 → identifier of the glossary's table."""
    words = {}
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and not set(cells[0]) <= set("-: "):
            words.setdefault(cells[0], set()).add(cells[1])
    return words


@pytest.mark.parametrize(
    "model", [m for app in APPS for m in apps.get_app_config(app).get_models()]
)
def test_every_model_is_a_word_of_the_glossary(model):
    words = glossary()
    name = str(model._meta.verbose_name)
    assert name in words, f"{name} ({model.__name__}) is not in docs/glossary.md"
    assert model.__name__ in words[name]


@pytest.mark.parametrize(
    "model", [m for app in APPS for m in apps.get_app_config(app).get_models()]
)
def test_no_foreign_key_leaves_its_app_but_to_the_ground_floor(model):
    for field in model._meta.get_fields():
        target = getattr(field, "related_model", None)
        if target is None or not getattr(field, "concrete", False):
            continue
        label = target._meta.app_label
        assert label not in APPS or label in {model._meta.app_label, "sapporo_base"}, field


@pytest.mark.parametrize(
    "model", [m for app in APPS for m in apps.get_app_config(app).get_models()]
)
def test_no_field_is_called_address(model):
    assert "address" not in {field.name for field in model._meta.get_fields()}


def strings_of(path):
    """Yield the string literals of a module, docstrings included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("app", APPS)
def test_no_sql_reaches_into_another_apps_tables(app):
    tables = {
        other: re.compile(rf"\b{other}_(?:{'|'.join(names)})\b")
        for other in APPS
        if other not in {app, "sapporo_base"}
        and (
            names := [
                m._meta.db_table.removeprefix(f"{other}_")
                for m in apps.get_app_config(other).get_models()
            ]
        )
    }
    for path in (ROOT / app).rglob("*.py"):
        for text in strings_of(path):
            for other, pattern in tables.items():
                assert not pattern.search(text), (
                    f"{path.relative_to(ROOT)} names a table of {other}"
                )


@pytest.mark.django_db
def test_migrations_are_complete():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_published_api_is_the_one_in_the_docs():
    schema = SchemaGenerator().get_schema(request=None, public=True)
    now = OpenApiYamlRenderer().render(schema, renderer_context={}).decode()
    assert now == SCHEMA.read_text(encoding="utf-8"), (
        "The API differs from docs/openapi.yaml: manage.py spectacular --file docs/openapi.yaml"
    )


def test_only_the_settings_read_the_environment():
    allowed = {
        "sapporo_base/settings/__init__.py",
        "sapporo_base/settings/readers.py",
        "sapporo_base/environment.py",
        "sapporo_base/database.py",
    }
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            name = str(path.relative_to(ROOT))
            if name not in allowed and re.search(
                r"os\.(environ\[|environ\.get|getenv)", path.read_text()
            ):
                pytest.fail(f"{name} reads the environment")


def test_every_scope_of_an_api_can_be_given_and_no_other():
    asked = set()
    for view in _all_subclasses(SystemView):
        if view.__module__.split(".")[0] in APPS:
            asked |= {view.scope} if isinstance(view.scope, str) else set(view.scope.values())
    assert asked == set(known_scopes())


def _all_subclasses(kind):
    for one in kind.__subclasses__():
        yield one
        yield from _all_subclasses(one)


def test_the_coverage_of_the_platform_is_the_one_that_the_tests_speak():
    from tests.gateway import platform_coverage

    told = "run: python -m tests.gateway.platform_coverage"
    assert platform_coverage.PAGE.read_text(encoding="utf-8") == platform_coverage.page(), told


def test_who_is_said_to_use_an_interface_of_the_platform_exists():
    from django.utils.module_loading import import_string

    from tests.gateway import platform_coverage

    for row in platform_coverage.interfaces():
        assert row["purpose"]
        if row["used_by"]:
            assert callable(import_string(row["used_by"])), row


def test_every_fault_is_in_the_table_with_its_words_and_its_test():
    hostile = ROOT / "tests" / "gateway" / "test_hostile_far_end.py"
    classes = {
        node.name: ast.get_source_segment(hostile.read_text(encoding="utf-8"), node)
        for node in ast.parse(hostile.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test")
    }
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if line.startswith("| ") and not line.startswith("| fault")
    ]
    assert set(classes) <= {test for *_, test in rows}
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "gateway").rglob("*.py"))
    for fault, what, words, test in rows:
        assert fault
        assert what
        if test in classes:
            assert words in classes[test] or words == "–", f"{test} does not look for: {words}"
        else:
            assert (ROOT / test).is_file(), f"{fault}: there is no {test}"
            assert words in code or words == "–", f"nobody says: {words}"


def recorded_kinds():
    """Return the kinds of 情報連携記録 that code names, with where it does."""
    found = {}
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(call, ast.Call) or len(call.args) < 2:
                    continue
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                kind = call.args[1]
                if name in {"record_linkage", "record_refusal", "read_recorded"} and isinstance(
                    kind, ast.Constant
                ):
                    found[kind.value] = path.relative_to(ROOT)
    return found


def test_whatever_is_recorded_has_words_for_staff():
    without = {kind: path for kind, path in recorded_kinds().items() if kind not in KINDS}
    assert not without, "sapporo_base/admin/record_lines.py has no words for these"
