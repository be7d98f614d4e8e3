"""How much of a text fits into max_length."""

import pytest
from slugify import slugify


def words(text, limit, separator="-", **options):
    return slugify(text, algorithm="modern", max_length=limit, word_boundary=True, separator=separator, **options)


def test_fit_two_words_exactly():
    assert words("one two three", 7) == "one-two"


def test_fit_one_word_exactly():
    assert words("seven words are too many", 5) == "seven"


@pytest.mark.parametrize("limit, slug", [(5, "aa-bb"), (6, "aa-bb"), (7, "aa-bb"), (8, "aa-bb-cc"), (9, "aa-bb-cc")])
def test_fit_at_every_limit(limit, slug):
    assert words("aa bb cc dd", limit) == slug


def test_fit_with_a_wide_separator():
    assert words("aa bb cc", 6, "::") == "aa::bb"


def test_fit_with_order_kept():
    assert words("one two three", 7, save_order=True) == "one-two"


def test_bound_with_a_wide_separator():
    assert words("aa bb cc dd", 9, "::") == "aa::bb"


@pytest.mark.parametrize("separator", ["::", "---", "~~~~"])
def test_bound_is_never_passed(separator):
    text = "one three five seven eleven thirteen"
    slugs = [words(text, limit, separator) for limit in range(1, 45)]
    assert [limit for limit, slug in enumerate(slugs, start=1) if len(slug) > limit] == []


def test_bound_is_used_up_without_a_separator():
    assert words("aa bb cc", 4, "") == "aabb"


def test_bound_without_a_separator_is_not_passed():
    assert words("aa bb c", 3, "") in ("aac", "aa")
    assert words("aa b cc", 2, "", save_order=True) == "aa"


def test_room_to_spare():
    assert words("one two", 20) == "one-two"
    assert words("one two", 20, "::") == "one::two"


def test_room_for_one_letter_more():
    assert words("one two three", 8) == "one-two"


def test_no_word_fits():
    assert words("abcdefgh ijk", 4, save_order=True) == "abcd"


def test_cut_within_a_word():
    assert slugify("one two three", algorithm="modern", max_length=6) == "one-tw"


def test_cut_before_a_separator():
    assert slugify("one two three", algorithm="modern", max_length=4) == "one"
    assert slugify("one two", algorithm="modern", max_length=5, separator="::") == "one"


def test_legacy_stays():
    assert slugify("one two three", max_length=7, word_boundary=True) == "one-two"


def test_no_limit():
    assert slugify("one two three", algorithm="modern", separator="::") == "one::two::three"
