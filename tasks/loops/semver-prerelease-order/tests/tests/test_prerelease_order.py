"""Which of two prereleases comes first."""

import functools

import pytest
from semver import Version


def ordered(*prereleases):
    versions = [Version.parse(f"1.0.0-{text}") for text in prereleases]
    key = functools.cmp_to_key(lambda one, other: one.compare(other))
    return [version.prerelease for version in sorted(versions, key=key)]


def test_numbers_of_three_digits():
    assert ordered("rc.100", "rc.20", "rc.99", "rc.3") == ["rc.3", "rc.20", "rc.99", "rc.100"]


def test_numbers_that_are_dates():
    assert ordered("nightly.20260131", "nightly.999") == ["nightly.999", "nightly.20260131"]


def test_numbers_of_any_length():
    assert Version.parse("1.0.0-1" + "0" * 40).compare("1.0.0-" + "9" * 40) == 1


def test_numbers_in_a_match():
    assert Version.parse("2.0.0-rc.120").match(">=2.0.0-rc.30")


def test_words_of_one_letter():
    assert ordered("b", "alpha", "a", "beta") == ["a", "alpha", "b", "beta"]


def test_words_of_one_letter_after_longer_ones():
    assert Version.parse("1.0.0-x") > "1.0.0-rc"


def test_words_within_a_prerelease():
    assert ordered("rc.z", "rc.final") == ["rc.final", "rc.z"]


def test_words_with_and_without_a_digit_before_them():
    assert Version.parse("1.0.0-a") != "1.0.0-0a"


def test_mixed_number_before_hash():
    assert ordered("nightly.6f1c", "nightly.777", "nightly.77") == ["nightly.77", "nightly.777", "nightly.6f1c"]


def test_mixed_number_before_hyphen():
    assert ordered("rc.-dirty", "rc.1") == ["rc.1", "rc.-dirty"]


def test_mixed_date_before_short_hash():
    assert Version.parse("1.0.0-20260131") < "1.0.0-6f"


def test_two_digits():
    assert ordered("rc.11", "rc.2", "rc.1") == ["rc.1", "rc.2", "rc.11"]


def test_long_words():
    assert ordered("gamma", "beta", "alpha") == ["alpha", "beta", "gamma"]


def test_more_parts_come_later():
    assert ordered("alpha.1.1", "alpha", "alpha.1") == ["alpha", "alpha.1", "alpha.1.1"]


def test_release_after_its_prereleases():
    assert Version.parse("1.0.0") > "1.0.0-zz"
    assert Version.parse("1.0.0") > "1.0.0-0"


@pytest.mark.parametrize("text", ["alpha", "rc.1", "0", "10.ab"])
def test_equal_to_itself(text):
    assert Version.parse(f"1.0.0-{text}").compare(f"1.0.0-{text}+build") == 0
