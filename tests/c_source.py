"""C as tokens, for what looks at the compiler's sources: tests/lint/argument_order.py and tests/mutants.py."""

import re

CLOSING = {"(": ")", "[": "]", "{": "}"}
TOKEN = re.compile(
    r"""(?P<skip>\s+|/\*.*?\*/|//[^\n]*|^\#(?:[^\n\\]|\\.)*)
      | "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | [A-Za-z_]\w* | \.?\d(?:[eEpP][+-]|[\w.])*
      | <<=|>>=|\.\.\.|->|\+\+|--|<<|>>|[-+*/%&|^=!<>]=|&&|\|\| | .""",
    re.S | re.M | re.X,
)


class Source:
    """A file's tokens but for space, comments and directives; for each its line and its place in the text."""

    def __init__(self, path, text):
        self.path, self.text = path, text
        self.tokens, self.lines, self.places = [], [], []
        self.partner = {}  # of an opening bracket, by their indices
        line, opened = 1, []
        for match in TOKEN.finditer(text):
            token = match.group()
            if not match["skip"]:
                if token in CLOSING:
                    opened.append(len(self.tokens))
                elif token in CLOSING.values():
                    self.partner[opened.pop()] = len(self.tokens)
                self.tokens.append(token)
                self.lines.append(line)
                self.places.append(match.start())
            line += token.count("\n")
        # The index of each body's brace, by name; the names of those that are static.
        self.functions, self.own = {}, set()
        self.find_functions()

    def find_functions(self):
        start = i = 0  # of the declaration
        while i < len(self.tokens) - 1:
            end = self.partner.get(i, i)
            if self.tokens[i] == "(" and self.tokens[end + 1] == "{":
                name = self.tokens[i - 1]
                self.functions[name] = end + 1
                if "static" in self.tokens[start:i]:
                    self.own.add(name)
            if self.tokens[i] in ";{":
                start = end + 1
            i = end + 1


def read(path):
    with open(path, encoding="utf-8") as f:
        return Source(path, f.read())
