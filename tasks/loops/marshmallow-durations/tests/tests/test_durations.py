"""What a duration is dumped as, in units of every size."""

import datetime as dt

import pytest
from marshmallow import Schema, fields


def dumped(unit, **duration):
    return fields.TimeDelta(unit).serialize("t", {"t": dt.timedelta(**duration)})


def test_part_of_a_second():
    assert dumped("seconds", milliseconds=1500) == 1.5


def test_part_of_an_hour():
    assert dumped("hours", minutes=45) == 0.75


def test_part_of_a_day_back():
    assert dumped("days", hours=-6) == -0.25


def test_part_of_a_week():
    assert dumped("weeks", days=3, hours=12) == 0.5


def test_part_in_a_schema():
    schema = Schema.from_dict({"pause": fields.TimeDelta("minutes")})()
    assert schema.dump({"pause": dt.timedelta(seconds=150)}) == {"pause": 2.5}


def test_whole_microseconds():
    assert [n for n in range(1000) if dumped("microseconds", microseconds=n) != n] == []


def test_whole_milliseconds():
    assert [n for n in range(3000) if dumped("milliseconds", milliseconds=n) != n] == []


def test_whole_microseconds_of_many_years():
    assert dumped("microseconds", days=100_000, microseconds=1) == 8_640_000_000_000_001


def test_whole_microseconds_back():
    assert [n for n in range(1, 500) if dumped("microseconds", microseconds=-n) != -n] == []


def test_there_and_back():
    field = fields.TimeDelta("microseconds")
    times = [dt.timedelta(seconds=s, microseconds=m) for s, m in ((0, 29), (1, 1009), (4, 35), (8, 69))]
    assert [field.deserialize(field.serialize("t", {"t": time})) for time in times] == times


@pytest.mark.parametrize("unit", ["weeks", "days", "hours", "minutes", "seconds", "milliseconds"])
def test_one_of_each(unit):
    assert dumped(unit, **{unit: 1}) == 1


@pytest.mark.parametrize("unit", ["hours", "seconds"])
def test_always_a_float(unit):
    assert type(dumped(unit, hours=2)) is float


def test_nothing_is_nothing():
    assert fields.TimeDelta().serialize("t", {"t": None}) is None


def test_no_time_at_all():
    assert dumped("days", days=0) == 0


def test_loading_a_fraction():
    assert fields.TimeDelta("hours").deserialize(1.5) == dt.timedelta(minutes=90)
