#!/usr/bin/env python3
"""The rooms of compiler/rooms.txt against the objects that were built and the headers that are included.

usage: rooms.py OBJECTS    the folder of the compiler's objects: build/obj
       rooms.py --table    the rooms as the table of docs/design.md

 - every folder of compiler/ with code in it is a room, every room a folder;
 - no object refers to one of a higher room;
 - files that need one another in a circle are listed, with the reason, and at most MOST_IN_A_CIRCLE;
 - a file includes headers of its own room and the doors of lower ones;
 - a door begins with the sentence of its room.

The rules are tried on a tree in which every one of them is broken, first. The last line counts: "N passed, N failed".
"""

import os
import re
import subprocess
import sys
import tempfile

MOST_IN_A_CIRCLE = 8
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Tree:
    """The files of a compiler/ as FOLDER/NAME without .c, and what rooms.txt says of them."""

    def __init__(self, folder):
        self.folder, self.rooms, self.circles = folder, {}, {}
        for text in self.entries():
            name, sentence = [part.strip() for part in text.split(":", 1)]
            if name.startswith("circle in "):
                room = name.removeprefix("circle in ")
                files, _, reason = sentence.partition("\n")
                self.circles[frozenset(f"{room}/{f}" for f in files.split())] = reason.strip()
            else:
                self.rooms[name] = sentence
        self.order = list(self.rooms)
        self.headers, self.sources = self.files(".h"), self.files(".c")

    def entries(self):
        """The lines of rooms.txt that begin at the margin, each with the indented ones after it."""
        with open(os.path.join(self.folder, "rooms.txt")) as f:
            lines = [line.rstrip() for line in f if line.strip() and not line.startswith("#")]
        return re.split(r"\n(?! )", "\n".join(lines))

    def files(self, suffix):
        walk = os.walk(self.folder)
        found = [os.path.relpath(os.path.join(at, f), self.folder) for at, _, names in walk for f in names]
        return sorted(f.removesuffix(suffix) for f in found if f.endswith(suffix))

    def text(self, path):
        with open(os.path.join(self.folder, path)) as f:
            return f.read()

    def rank(self, file):
        return self.order.index(os.path.dirname(file))


def door(room):
    return f"{room}/{os.path.basename(room)}"


def references(tree, objects):
    """{file: {another file: what it takes from there}}, by nm."""
    paths = [os.path.join(objects, f + ".o") for f in tree.sources]
    listed = subprocess.run(["nm", "-gA", *paths], stdout=subprocess.PIPE, text=True, check=True).stdout
    defined, undefined = {}, []
    for line in listed.splitlines():
        path, words = line.split(":", 1)
        file, (kind, symbol) = os.path.relpath(path, objects).removesuffix(".o"), words.split()[-2:]
        if kind in "Uw":
            undefined.append((file, symbol))
        else:
            defined[symbol] = file
    found = {f: {} for f in tree.sources}
    for file, symbol in undefined:
        if symbol in defined:  # not a kernel's, nor a library's
            found[file].setdefault(defined[symbol], symbol)
    return found


def reachable(found, start):
    seen, todo = set(), [start]
    while todo:
        for other in found[todo.pop()]:
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return seen


def circles_of(found):
    reach = {f: reachable(found, f) for f in found}
    return {frozenset(g for g in reach[f] if f in reach[g]) for f in found if f in reach[f]}


# ---- the rules: each yields what breaks it ---------------------------------------------------------------------------


def folders(tree, _):
    used = {os.path.dirname(f) for f in tree.headers + tree.sources}
    yield from (f"{f}: no room of rooms.txt" for f in sorted(used - set(tree.order)))
    yield from (f"{f}: a room without files" for f in sorted(set(tree.order) - used))


def upward(tree, found):
    for file in tree.sources:
        for other, symbol in sorted(found[file].items()):
            if tree.rank(other) > tree.rank(file):
                yield f"{file} takes {symbol} from {other}, in a higher room"


def circles(tree, found):
    there = circles_of(found)
    for circle in sorted(there, key=sorted):
        if circle not in tree.circles:
            yield f"a circle that rooms.txt doesn't have: {' '.join(sorted(circle))}"
        elif len(circle) > MOST_IN_A_CIRCLE:
            yield f"a circle of more than {MOST_IN_A_CIRCLE}: {' '.join(sorted(circle))}"
        elif not tree.circles[circle]:
            yield f"a circle without a reason: {' '.join(sorted(circle))}"
    for circle in sorted(tree.circles.keys() - there, key=sorted):
        yield f"no circle any more: {' '.join(sorted(circle))}"


def includes(tree, _):
    for path in [f + ".h" for f in tree.headers] + [f + ".c" for f in tree.sources]:
        room = os.path.dirname(path)
        for included in re.findall(r'^#include "([^"\n]+/[^"\n]+)"', tree.text(path), re.M):
            other = os.path.dirname(included)
            if other == room:
                continue
            if other not in tree.rooms or tree.order.index(other) > tree.rank(path):
                yield f"{path} includes {included}, which is not in a lower room"
            elif included != door(other) + ".h":
                yield f"{path} includes {included}, not the door {door(other)}.h"


def doors(tree, _):
    for room in tree.order[:-1]:  # nobody is above the last one
        path = door(room) + ".h"
        wanted = f"/* {os.path.basename(path)}: the door of compiler/{room}: {tree.rooms[room]}"
        text = tree.text(path) if door(room) in tree.headers else ""
        if not re.sub(r"\s+(\* )?", " ", text).startswith(wanted):
            yield f"{path} should begin: {wanted}"


RULES = [folders, upward, circles, includes, doors]

# ---- do they see anything? -------------------------------------------------------------------------------------------

PLANTED = {
    "rooms.txt": "low: first.\nmid: second.\nhigh: third.\nnone: not there.\ntop: last.\n"
    "circle in high: a b\n    why\n",
    "low/low.h": "/* low.h: the door of compiler/low:\n * first. More. */\nint low(void);\n",
    "low/low.c": '#include "low/low.h"\n#include "mid/mid.h"\nint low(void)\n{\n    return mid();\n}\n',
    "mid/mid.h": "/* mid.h: what I like. */\nint mid(void);\nint own(void);\n",
    "mid/own.h": "int own(void);\n",
    "mid/mid.c": '#include "mid/own.h"\n#include "low/low.h"\nint mid(void);\nint mid(void)\n{\n    return own();\n}\n',
    "mid/own.c": '#include "mid/mid.h"\nint own(void)\n{\n    return mid();\n}\n',
    "high/high.h": "/* high.h: the door of compiler/high: third. */\n",
    "high/a.c": '#include "mid/own.h"\nint a(void);\nint a(void)\n{\n    return own();\n}\n',
    "attic/attic.h": "",
    "top/main.c": "int main(void)\n{\n    return 0;\n}\n",
}

SEEN = {
    folders: ["attic: no room of rooms.txt", "none: a room without files"],
    upward: ["low/low takes mid from mid/mid, in a higher room"],
    circles: ["a circle that rooms.txt doesn't have: mid/mid mid/own", "no circle any more: high/a high/b"],
    includes: [
        "high/a.c includes mid/own.h, not the door mid/mid.h",
        "low/low.c includes mid/mid.h, which is not in a lower room",
    ],
    doors: [
        "mid/mid.h should begin: /* mid.h: the door of compiler/mid: second.",
        "none/none.h should begin: /* none.h: the door of compiler/none: not there.",
    ],
}


def planted(folder):
    for path, text in PLANTED.items():
        os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
        with open(os.path.join(folder, path), "w") as f:
            f.write(text)
    tree = Tree(folder)
    for file in tree.sources:
        base = os.path.join(folder, file)
        subprocess.run(["cc", "-I", folder, "-c", base + ".c", "-o", base + ".o"], check=True)
    return tree


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    tree = Tree(os.path.join(ROOT, "compiler"))
    if sys.argv[1] == "--table":
        print("| room | what may enter |\n|---|---|")
        print("\n".join(f"| `{room}` | {sentence} |" for room, sentence in tree.rooms.items()))
        return False
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        wrong = planted(folder)
        for rule in RULES:
            seen = list(rule(wrong, references(wrong, folder)))
            good = seen == SEEN[rule]
            passed, failed = passed + good, failed + (not good)
            if not good:
                print(f"FAILED the rule {rule.__name__} in a tree that breaks it: {seen}")
    found = references(tree, sys.argv[1])
    for rule in RULES:
        broken = list(rule(tree, found))
        passed, failed = passed + (not broken), failed + len(broken)
        for line in broken:
            print(f"FAILED {line}")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
