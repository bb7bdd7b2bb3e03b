"""A group has one name, whatever its values hold, and takes exactly its usage."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.rating.groups import group_of, label, takes

names = st.text(min_size=1, max_size=5)
values = st.text(max_size=5)


def test_a_group_is_named_by_its_dimensions_in_order():
    group = group_of({"zone": "a", "region": "eu", "other": "x"}, ("zone", "region", "tier"))
    assert group == {"region": "eu", "tier": "", "zone": "a"}
    assert label(group) == "region=eu,tier=,zone=a"
    assert label({}) == ""


def test_a_value_cannot_break_the_name():
    assert label({"path": "/a,b=1%"}) == "path=%2Fa%2Cb%3D1%25"


@given(one=st.dictionaries(names, values), other=st.dictionaries(names, values))
def test_two_groups_never_share_a_name(one, other):
    assert (label(one) == label(other)) == (one == other)
    assert "/" not in label(one)


def test_absent_and_empty_are_the_same():
    assert takes({}, {"region": "eu"})
    assert takes({"region": ""}, {})
    assert takes({"region": "eu", "tier": ""}, {"region": "eu"})
    assert not takes({"region": ""}, {"region": "eu"})
    assert not takes({"region": "eu"}, {})
