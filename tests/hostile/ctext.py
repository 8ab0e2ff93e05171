"""What a C compiler makes of a text before it looks at meaning: trigraphs, spliced lines, comments, tokens."""

import functools
import itertools
import re

TRIGRAPHS = dict(zip("=/'()!<>-", "#\\^[]|{}~"))
LEXER = re.compile(
    r"""
    (?P<comment> /\*.*?\*/ | //[^\n]* )
  | (?P<string>  "(?:[^"\\\n]|\\.)*" )
  | (?P<char>    '(?:[^'\\\n]|\\.)*' )
  | (?P<word>    [A-Za-z_]\w* )
  | (?P<number>  \.?\d(?:[eEpP][+-]|[\w.])* )
  | (?P<newline> \n )
  | (?P<space>   [ ]+ )
  | (?P<mark>    %:|\#\#|<<=|>>=|\.\.\.|->|\+\+|--|<<|>>|[-+*/%&|^=!<>]=|&&|\|\||. )
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
LITERAL = re.compile(rb'"((?:[^"\\\n]|\\.)*)"', re.DOTALL)
ESCAPE = re.compile(rb"""\\([0-7]{1,3}|x[0-9A-Fa-f]+|.)""", re.DOTALL)
LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


def splice(text, trigraphs):
    if trigraphs and "??" in text:
        text = re.sub(r"\?\?([=/'()!<>-])", lambda m: TRIGRAPHS[m[1]], text)
    return re.sub(r"\\[ \t\v\f\r]*\n", "", text) if "\\" in text else text


@functools.lru_cache(maxsize=8)  # several checks look at the same files
def lex(text, trigraphs=True):
    """(tokens, comments): tokens are (kind, text); the end of a directive is a token, other white space is none, and
    string literals that follow one another are one token, of them all."""
    tokens, comments, at_start, directive = [], [], True, False
    for m in LEXER.finditer(splice(text, trigraphs)):
        kind, token = m.lastgroup, m[0]
        if kind == "comment":
            comments.append(token)
        elif kind == "newline":
            if directive:
                tokens.append(("end of directive", ""))
            at_start, directive = True, False
        elif kind != "space":
            directive = directive or (at_start and token in ("#", "%:"))
            at_start = False
            tokens.append((kind, token))
    return list(joined(tokens)), comments


def joined(tokens):
    for are_strings, run in itertools.groupby(tokens, lambda token: token[0] == "string"):
        if are_strings:
            yield "string", "".join(text for _, text in run)
        else:
            yield from run


def string_value(token):
    """The bytes that a string literal, or several in a row, stand for."""

    def one(m):
        escape = m[1]
        if escape[:1].isdigit():
            return bytes([int(escape, 8) & 255])
        if escape[:1] == b"x":
            return bytes([int(escape[1:], 16) & 255])
        return LETTERS.get(escape, escape)

    literals = LITERAL.findall(token.encode("utf-8", "surrogateescape"))
    return b"".join(ESCAPE.sub(one, literal) for literal in literals)
