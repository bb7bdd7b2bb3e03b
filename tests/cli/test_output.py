"""The forms of a report: what is written while it is read, and what typed columns hold."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow.parquet
import pytest

from ledger.cli.columns import Kind, kind_of, kinds
from ledger.cli.output import Format, Report, write
from ledger.cli.streamed import json_pieces


def written(report, form):
    target = io.BytesIO()
    write(report, form, target)
    return target.getvalue()


@pytest.mark.parametrize(
    "shape",
    [
        [],
        {},
        [{"a": Decimal("1.50"), "b": None}, {"a": "ä\n"}],
        {"day": date(2026, 10, 1), "lines": [], "nested": {"lines": [1, 2]}},
    ],
)
def test_what_flows_is_written_as_if_it_stood(shape):
    def flowing(value):
        if isinstance(value, list):
            return (flowing(each) for each in value)
        if isinstance(value, dict):
            return {name: flowing(each) for name, each in value.items()}
        return value

    assert "".join(json_pieces(flowing(shape))) == "".join(json_pieces(shape))


def test_json_is_written_while_it_is_read():
    pieces = json_pieces({"lines": ({"n": n} for n in range(10**9))})
    begun = "".join(next(pieces) for _ in range(9))
    assert '"n": 1' in begun


@pytest.mark.parametrize("form", [Format.CSV, Format.PARQUET])
def test_of_a_long_report_no_more_than_a_batch_is_in_memory(form):
    class Row(list):
        alive = most = 0

        def __init__(self, *values):
            super().__init__(values)
            Row.alive += 1
            Row.most = max(Row.most, Row.alive)

        def __del__(self):
            Row.alive -= 1

    rows = (Row(f"row {number}", number) for number in range(35_000))
    assert written(Report(("text", "#count"), rows, None), form)
    assert 0 < Row.most <= 20_000  # a batch, and the one before it until it is let go


def test_a_typed_file_holds_decimals_days_times_and_flags(tmp_path):
    columns = ("entity", "#debit", "#quantity", "#count", "on", "recorded_at", "manual")
    moment = datetime(2026, 10, 1, 12, tzinfo=UTC)
    row = ("US", "1234.56", Decimal("0.000000000001"), 3, date(2026, 10, 1), moment, True)
    data = written(Report(columns, [row, (None,) * 7], None), Format.PARQUET)
    table = pyarrow.parquet.read_table(io.BytesIO(data))
    assert table.to_pylist()[0] == {
        "entity": "US",
        "debit": Decimal("1234.5600"),
        "quantity": "0.000000000001",
        "count": 3,
        "on": date(2026, 10, 1),
        "recorded_at": moment,
        "manual": True,
    }
    assert set(table.to_pylist()[1].values()) == {None}


def test_figures_with_more_digits_than_money_stay_exact():
    rows = [(Decimal("418.64175"),)]
    assert kinds(("#amount",), {}, rows) == [Kind.EXACT]
    data = written(Report(("#amount",), rows, None), Format.PARQUET)
    assert pyarrow.parquet.read_table(io.BytesIO(data)).to_pylist() == [{"amount": "418.64175"}]


def test_a_report_may_say_what_a_column_holds():
    assert kinds(("#amount",), {"#amount": Kind.EXACT}, iter(())) == [Kind.EXACT]
    assert [kind_of(name) for name in ("due_on", "since", "#step")] == [
        Kind.DAY,
        Kind.TIME,
        Kind.WHOLE,
    ]
