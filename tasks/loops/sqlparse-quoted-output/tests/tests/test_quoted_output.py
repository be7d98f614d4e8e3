"""Code that is made of SQL holds the same SQL when it runs."""

import ast
import re

import pytest
import sqlparse


def in_python(text):
    code = sqlparse.format(text, output_format="python")
    return ast.literal_eval(code.partition(" = ")[2])


def in_php(text):
    """What PHP reads between double quotes: three escapes, and names after a dollar sign are variables."""
    code = sqlparse.format(text, output_format="php")
    found = re.fullmatch(r'\$sql = "((?:[^"\\]|\\.)*)";', code, re.DOTALL)
    assert found, code
    assert not re.search(r"(?<!\\)(?:\\\\)*\$[A-Za-z_{]", found[1]), code
    return re.sub(r'\\([\\"$])', r"\1", found[1])


@pytest.mark.parametrize("text", ["select 'a'", "select 'it''s' from t", "select ''", "select 'a\\b'", "select '\\'"])
def test_python_single_quotes(text):
    assert in_python(text) == text


def test_python_both_kinds_of_quotes():
    assert in_python("select 'x' as \"y\"") == "select 'x' as \"y\""


def test_python_single_quotes_and_dollar_sign():
    assert in_python("select '$1' as price") == "select '$1' as price"


def test_python_single_quotes_on_two_lines():
    code = sqlparse.format("select 'a'\nfrom t", output_format="python")
    assert ast.literal_eval(code.partition(" = ")[2]) == "select 'a' from t"


@pytest.mark.parametrize("text", ['select "a"', 'select "a b" from "t"', 'select "a\\b" from t'])
def test_php_double_quotes(text):
    assert in_php(text) == text


@pytest.mark.parametrize("text", ["select $name", "select '${cost}' from t", "select '{$a}' from t"])
def test_php_dollar_signs(text):
    assert in_php(text) == text


def test_php_both_kinds_of_quotes():
    assert in_php("select 'x' as \"y\"") == "select 'x' as \"y\""


def test_php_single_quotes_stay():
    assert in_php("select 'it''s'") == "select 'it''s'"


def test_plain_python():
    assert sqlparse.format("select 1", output_format="python") == "sql = 'select 1'"


def test_plain_php():
    assert sqlparse.format("select 1", output_format="php") == '$sql = "select 1";'


def test_lines_in_python():
    code = sqlparse.format("select a\nfrom t", output_format="python")
    assert code == "sql = ('select a '\n       'from t')"


def test_lines_in_php():
    code = sqlparse.format("select a\n  from t", output_format="php")
    assert code == '$sql  = "select a ";\n$sql .= "  from t";'


def test_two_statements():
    code = sqlparse.format("select 1; select 2", output_format="python")
    assert code == "sql = 'select 1; '\nsql2 = 'select 2'"


@pytest.mark.parametrize("into", [in_python, in_php])
def test_backslash_outside_of_quotes(into):
    assert into("select a \\ b") == "select a \\ b"


def test_no_output_format():
    assert sqlparse.format("select 'a' as \"b\"") == "select 'a' as \"b\""
