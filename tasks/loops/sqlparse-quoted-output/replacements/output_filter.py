class OutputFilter:
    """Makes a line of program code of each statement: a variable that holds it."""

    varname_prefix = ''

    def __init__(self, varname='sql'):
        self.varname = f'{self.varname_prefix}{varname}'
        self.count = 0

    def process(self, stmt):
        self.count += 1
        number = '' if self.count == 1 else str(self.count)
        several_lines = len(str(stmt).strip().splitlines()) > 1
        stmt.tokens = self._process(stmt.tokens, self.varname + number, several_lines)
        return stmt

    def _process(self, stream, varname, has_nl):
        raise NotImplementedError

    def _inside(self, stream, break_line):
        """What stands between the quotes; at the end of a line of SQL break_line goes in."""
        for token in stream:
            if token.is_whitespace and '\n' in token.value:
                yield sql.Token(T.Text, break_line)
                indent = token.value.partition('\n')[2]
                if indent:
                    yield sql.Token(T.Whitespace, indent)
            else:
                text = token.value.replace('\\', '\\\\')
                yield sql.Token(T.Text, text)
