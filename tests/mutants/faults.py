"""Where a single fault can be in C: a comparison, a bound, a sign, && and ||, a condition, a truth value that is
returned, a call or an assignment that is gone."""

import collections
import os
import random
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import c_source

COMPARISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
LOGIC = {"&&": "||", "||": "&&"}
SIGNS = {"+": "-", "-": "+", "+=": "-=", "-=": "+="}
TRUTH = {"true": "false", "false": "true"}
ASSIGNMENTS = {"=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "<<=", ">>=", "++", "--"}
WITHOUT_EFFECT = {"va_end", "free"}  # calls that nobody misses before the process ends

# old, new: the lines; start, end, put: what stands between two places of the file's text instead.
Fault = collections.namedtuple("Fault", "path text line kind old new start end put")


class Planter:
    """Finds the places of one file where a fault can be."""

    def __init__(self, source):
        self.s = source
        self.found = []
        for brace in source.functions.values():
            self.body(brace + 1, source.partner[brace])

    def change(self, kind, first, last, new):
        """Puts `new` in place of the tokens from first to last."""
        s = self.s
        start, end = s.places[first], s.places[last] + len(s.tokens[last])
        left, right = s.text.rfind("\n", 0, start) + 1, s.text.find("\n", end)
        before, after = s.text[left:start], s.text[end:right]
        lines = one_line(before + s.text[start:end] + after), one_line(before + new + after)
        self.found.append(Fault(s.path, s.text, s.lines[first], kind, *lines, start, end, new))

    def token(self, i):
        s, t = self.s, self.s.tokens[i]
        before, after = s.tokens[i - 1], s.tokens[i + 1]
        if t in COMPARISONS:
            self.change("comparison", i, i, COMPARISONS[t])
        elif t in LOGIC:
            self.change("logic", i, i, LOGIC[t])
        elif t in SIGNS and (len(t) == 2 or re.match(r"[\w)\]]", before) and before != "return"):
            self.change("sign", i, i, SIGNS[t])
        elif t in TRUTH and before == "return" and after == ";":
            self.change("truth", i, i, TRUTH[t])
        elif t.isdigit() and (before in COMPARISONS or after in COMPARISONS or before in SIGNS):
            for step in (-1, 1):
                if int(t) + step >= 0:
                    self.change("bound", i, i, str(int(t) + step))
        elif t == "if":
            end = s.partner[i + 1]
            condition = s.text[s.places[i + 1] : s.places[end] + 1]
            self.change("condition", i + 1, end, f"(!{condition})")

    def statement(self, first):
        """The one that begins here, if it is a call or an assignment."""
        s, i = self.s, first
        while s.tokens[i] not in (";", "}"):
            i = s.partner.get(i, i) + 1
        words = s.tokens[first:i]
        declares = len(words) > 2 and words[0].isidentifier() and re.match(r"\w+ (\* )*\w", " ".join(words[:4]))
        if s.tokens[i] != ";" or not words or declares or words[0] in ("return", "case", "default", "goto", "do"):
            return
        if words[0].isidentifier() and words[1:2] == ["("] and s.partner[first + 1] == i - 1:
            if words[0] not in WITHOUT_EFFECT:
                self.change("call", first, i, ";")
        elif ASSIGNMENTS & set(words):
            self.change("assignment", first, i, ";")

    def body(self, first, last):
        i, begins = first, True  # does a statement begin here?
        while i < last:
            t = self.s.tokens[i]
            if begins and t not in ("{", "}", ";", "if", "for", "while", "switch", "else"):
                self.statement(i)
            self.token(i)
            begins = t in ("{", "}", ";", "else")
            if t == "(":
                for inner in range(i + 1, self.s.partner[i]):
                    self.token(inner)
                begins = self.s.tokens[i - 1] in ("if", "for", "while", "switch")
                i = self.s.partner[i]
            i += 1


def one_line(text):
    return re.sub(r"\s+", " ", text).strip()


def in_random_order(root, paths, seed):
    """The faults that can be in these files, each kind as often as the others while there are some."""
    rng = random.Random(seed)
    kinds = collections.defaultdict(list)
    for path in paths:
        with open(os.path.join(root, path), encoding="utf-8") as f:
            for fault in Planter(c_source.Source(path, f.read())).found:
                kinds[fault.kind].append(fault)
    for some in kinds.values():
        rng.shuffle(some)
    while kinds:
        kind = rng.choice(sorted(kinds))
        yield kinds[kind].pop()
        if not kinds[kind]:
            del kinds[kind]
