#!/usr/bin/env python3
"""C leaves open in which order the arguments of a call, the items of an initializer and the operands of + or = are
evaluated, and compilers differ. So no two of them may change what others see: append a value, a node, a step or an
operand to a list, enter something into a table, print, report an error.

usage: argument_order.py FILE.c...    all files of one program

The functions of CHANGERS change something, and so does every function that calls one. Each place where two changes
have no order is told as FILE:LINE; put the first into a variable. The rule is tried on code that breaks it, first. The
last line counts: "N passed, N failed".
"""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import c_source

CHANGERS = {"mem_grow", "map_put", "fprintf", "fputs", "fputc", "vfprintf"}
# Where no change is looked for: a message that ends the process; expressions, which are equal in any order of making.
SETTLED = {"internal_error", "out_of_memory"}
SETTLED_FOLDER = "compiler/dim/"

KEYWORDS = {"if", "while", "for", "switch"}
SEQUENCED = {";", "&&", "||", "?", ":", ","}


class File(c_source.Source):
    def called(self, i):
        """The name before the parenthesis, if this is a call's."""
        name = self.tokens[i - 1]
        return name if self.tokens[i] == "(" and re.match(r"[A-Za-z_]", name) and name not in KEYWORDS else None

    def calls(self, brace):
        return {self.called(i) for i in range(brace, self.partner[brace]) if self.tokens[i] == "("} - {None}

    def is_initializer(self, i, within_list):
        """Is this brace that of `= {`, of `(Type){`, or of an item that is a list itself?"""
        before = self.tokens[i - 1]
        if before == ")":
            opening = next(a for a, b in self.partner.items() if b == i - 1)
            return self.tokens[opening - 1] not in KEYWORDS
        return before == "=" or within_list and before in ",{"


class Search:
    """Through the bodies of a file's functions, for changes without an order."""

    def __init__(self, file, changing):
        self.file, self.changing, self.found = file, changing, []

    def without_order(self, at, names):
        if len(names) > 1:
            self.found.append((self.file.lines[at], " and ".join(names)))

    def between(self, first, last, is_list=False):
        """The first change between two tokens, or None. is_list: commas divide what has no order."""
        items, item, operands = [], [], []
        for i, token in self.top_level(first, last):
            change = None
            if token in c_source.CLOSING:
                change = self.group(i, is_list)
            if change:
                operands.append(change)
            if token in SEQUENCED or token == "{" or self.file.tokens[i - 1] in KEYWORDS:
                self.without_order(i, operands)
                item, operands = item + operands, []
            if token == ",":
                items, item = items + item[:1], []
        self.without_order(last, operands)
        items += (item + operands)[:1]
        if is_list:
            self.without_order(first, items)
        return items[0] if items else None

    def top_level(self, first, last):
        i = first
        while i < last:
            yield i, self.file.tokens[i]
            i = self.file.partner.get(i, i) + 1

    def group(self, i, within_list):
        """The change in what an opening bracket begins."""
        name = self.file.called(i)
        is_list = name is not None or self.file.tokens[i] == "{" and self.file.is_initializer(i, within_list)
        inner = self.between(i + 1, self.file.partner[i], is_list)
        return name if name in self.changing else inner


def changing_functions(files):
    """{file: the names that change something when called there}; a static function is known in its file only."""
    calls = [(f, name, f.calls(brace)) for f in files for name, brace in f.functions.items()]
    calls = [c for c in calls if c[1] not in SETTLED and not c[0].path.startswith(SETTLED_FOLDER)]
    changing = {f: set(CHANGERS) for f in files}
    more = True
    while more:
        more = False
        for f, name, called in calls:
            if name not in changing[f] and called & changing[f]:
                more = True
                for known in [f] if name in f.own else files:
                    changing[known].add(name)
    return changing


def faults(files):
    """(path, line, what)"""
    changing = changing_functions(files)
    for f in files:
        search = Search(f, changing[f])
        for brace in f.functions.values():
            search.between(brace + 1, f.partner[brace])
        yield from ((f.path, line, what) for line, what in sorted(search.found))


# Lines that break the rule end with the comment "no order".
TRIED = r"""
static int add(int x) { mem_grow(x); return x; }
static int twice(int x) { return 2 * add(x); }
static int pure(int x) { return x + 1; }
static void f(int *a, int n)
{
    g(add(1), pure(2));
    g(add(1), h(pure(2), twice(2))); /* no order */
    int b[] = {add(1), pure(3)}, c = add(2), d = add(3);
    struct s s[] = {{.x = 1, .y = add(1)}, {.x = 1, .y = 2 + twice(1)}}; /* no order */
    k(2, (int[]){add(1), add(2)}); /* no order */
    a[add(1)] = add(2); /* no order */
    c = add(1) + (pure(1) - twice(2)); /* no order */
    if (add(1) && add(2)) add(3);
    for (int i = add(1); i < add(2); i += add(3)) { add(4); }
    while (add(1)) add(2), add(3);
    return n ? add(1) : add(2);
    return g("add(1), add(2)", add(add(2)));
}
"""


def main():
    wrong = [line for line, text in enumerate(TRIED.split("\n"), 1) if text.endswith("/* no order */")]
    seen = [line for _, line, _ in faults([File("tried.c", TRIED)])]
    passed, failed = int(seen == wrong), int(seen != wrong)
    if failed:
        print(f"FAILED lines {wrong} break the rule, {seen} are seen")
    files = []
    for path in sys.argv[1:]:
        with open(path) as f:
            files.append(File(path, f.read()))
    told = list(faults(files))
    for path, line, what in told:
        print(f"FAILED {path}:{line}: {what} have no order")
    failed += len(told)
    print(f"{passed + (not told)} passed, {failed} failed")
    return failed > 0


sys.exit(main())
