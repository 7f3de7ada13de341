"""No 個人番号 passes into a log line, in whatever shape it comes."""

import io
import json
import logging

import pytest

from sapporo_base import correlation, logs
from tests.factories import fictitious_individual_number

NUMBER = fictitious_individual_number(2)
FULL_WIDTH = NUMBER.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
GROUPED = f"{NUMBER[:4]}-{NUMBER[4:8]}-{NUMBER[8:]}"


@pytest.fixture
def lines():
    """A logger as the project configures it, and what it wrote."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(logs.SealNumbers())
    handler.setFormatter(logs.line_formatter())
    logger = logging.getLogger("tests.logs")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)
    return logger, lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("shape", [NUMBER, FULL_WIDTH, GROUPED, f"番号は{NUMBER}です"])
def test_a_number_is_withheld_from_message_and_arguments(lines, shape):
    logger, written = lines
    logger.info(shape)
    logger.info("got %s", shape)
    for line in written():
        assert logs.WITHHELD in line["event"]
        assert NUMBER not in json.dumps(line)


def test_a_number_is_withheld_from_a_traceback(lines):
    logger, written = lines
    try:
        raise ValueError(f"bad number {NUMBER}")
    except ValueError:
        logger.exception("failed")
    (line,) = written()
    assert "ValueError" in line["exception"]
    assert NUMBER not in json.dumps(line)


def test_other_numbers_stay_readable(lines):
    logger, written = lines
    logger.info("受付番号 202611230001 の処理が終わりました。")
    assert "202611230001" in written()[0]["event"]


def test_each_line_carries_the_correlation_id(lines):
    logger, written = lines
    trip = correlation.begin()
    logger.info("one")
    assert written()[0]["correlation_id"] == str(trip)
    assert written()[0]["level"] == "info"
