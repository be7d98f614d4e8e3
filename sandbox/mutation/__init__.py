"""Small bugs put into real code, written down without a word of that code. Pure.

    functions    the functions of a file, each with the lines that it takes up
    sites        which parts of a function may be changed at all
    values       operators on expressions: boundaries, defaults, copies, arguments, names
    flow         operators on statements: guards, branches, order
    catalogue    all operators by name, and the candidates of one function
    applying     a mutation of a file, as task.toml has it
    proposing    mutations of a code base, spread over functions and operators
    withheld     a workspace without the tests that would point at its bugs

A mutation is a file, a function, an operator and a number: the how-manieth candidate of
that operator in the function. The candidates depend on nothing but the function's source,
and digests of that source before and after tell whether either has changed since.
"""
