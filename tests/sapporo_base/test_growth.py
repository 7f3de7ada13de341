"""How cost grows with the city, from what was measured at several sizes."""

import json
from io import StringIO
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command

from sapporo_base.benchmarks import growth

MEASURED = [
    {"name": "full intake of 20,000 residents", "value": 5.0, "yardstick_value": 0.5},
    {"name": "full intake of 20,000: peak memory", "value": 180.4, "yardstick_value": None},
    {"name": "a day's file on 20,000 residents", "value": 2.0, "yardstick_value": None},
    {"name": "full intake of 200,000 residents", "value": 20.0, "yardstick_value": 5.0},
    {"name": "full set of 200,000, 1,500 changed", "value": 6.0, "yardstick_value": 5.0},
    {"name": "generator: residents a second", "value": 9999.0, "yardstick_value": None},
]


def test_each_size_is_a_row_with_multiples_of_copy():
    rows = growth.as_markdown(MEASURED).splitlines()[2:]

    assert rows == [
        "| 20,000 | 0.5 s | 5.0 s (10.00 ×) |  | 2.0 s (4.00 ×) | 180 MiB |",
        "| 200,000 | 5.0 s | 20.0 s (4.00 ×) | 6.0 s (1.20 ×) |  |  |",
    ]


def test_the_picture_has_a_curve_for_each_work_and_more_seconds_stand_higher():
    picture = ElementTree.fromstring(growth.as_svg(MEASURED))  # noqa: S314 - our own picture
    curves = {
        name.text: line.get("points").split()
        for line, name in zip(
            picture.findall("{*}polyline"), picture.findall("{*}text")[-4:], strict=False
        )
    }
    full = [float(point.split(",")[1]) for point in curves["full intake"]]

    assert curves.keys() == {"full intake", "weekly full set", "a day's file", growth.YARDSTICK}
    assert full[1] < full[0]


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "growth.md"
    path.write_text("before\n<!-- table -->\nold\n<!-- end of table -->\nafter\n")
    return path


def test_the_command_writes_table_and_picture_into_the_page(settings, tmp_path, page):
    settings.VAR_DIR = tmp_path
    (tmp_path / "bench.json").write_text(json.dumps(MEASURED))

    call_command("draw_growth", page=page, stdout=StringIO())

    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| 200,000 |" in text
    assert (tmp_path / "growth.svg").exists()


def test_without_measurements_the_command_says_what_to_do_first(settings, tmp_path, page):
    settings.VAR_DIR = tmp_path

    with pytest.raises(CommandError, match="make bench"):
        call_command("draw_growth", page=page)
