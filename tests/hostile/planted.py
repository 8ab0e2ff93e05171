"""Faults planted in good outputs: each check finds its own, and nothing in what is good. It runs before all else."""

from hostile import builds, checks, crafted, paths

CODE = """/* Written for Q00001Q. */
#define M_Q00001Q_COUNT 8 /* float32 Q00001Q[Q00002Q,2] */
static const char *const w_Q00003Q[1] = {"Q00003Q"};
int m_run(const float *Q00001Q, float *Q00002Q); // "it's"
int m_run(const float *Q00001Q, float *Q00002Q)
{
    Q00002Q[0] = Q00001Q[0] + (float)w_Q00003Q[0][0]; /* 'one */
    return '"' != 0;
}
"""
TEXTS = {
    b"Q00001Q": b"a*/ int EVIL_TOKEN_0001; /*",
    b"Q00002Q": b"a\x1b[31m",
    b"Q00003Q": b'say "\xffEVIL_TOKEN_0003"?\n',
}
GOOD = (
    CODE.replace('"Q00003Q"', r'"say \"\377EVIL_TOKEN_0003\"\?\n"')
    .replace("M_Q00001Q", "M_A_INT_EVIL")
    .replace("for Q00001Q", r"for a*\/ int EVIL_TOKEN_0001; \/*")
)
GOOD = GOOD.replace("Q00001Q", "a_int_EVIL_TOKEN_0001").replace("Q00002Q", "a_31m").replace("Q00003Q", "say_EVIL")
JSON = '{"name": "Q00001Q", "c_name": "Q00001Q", "shape": [1, "2*Q00002Q"]}'
GOOD_JSON = r'{"name": "a*/ int EVIL_TOKEN_0001; /*", "c_name": "a_int", "shape": [1, "2*a\u001b[31m"]}'
DUMP = "node Q00001Q (Q00002Q)\n-> Q00003Q\n"
GOOD_DUMP = "node Twin001 (Tw\\u202ein001)\n-> Tw\\\\u202ein001\n"


def code(text):
    return checks.harmless_code(text.encode("utf-8", "surrogateescape")) + checks.same_code(
        CODE.encode(), text.encode("utf-8", "surrogateescape"), TEXTS
    )


def json(text):
    return checks.same_json(JSON.encode(), text.encode(), TEXTS)


def dump(text):
    return checks.same_lines(DUMP.encode(), text.encode()) + checks.told_apart(DUMP, text)


def after(old, new):
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def faults_in_code():
    yield "other code", after("    return", "    EVIL();\n    return")
    yield "other code", after("a_31m[0] =", "a_31m[1] =")
    yield "other code", after("a_31m[0] =", "a_int_EVIL_TOKEN_0001[0] =")
    yield "other code", after("'\"'", "'x'")
    yield "other code", after('say \\"', 'say \\" " "')
    yield "other code", after("\\377", "\\376")
    yield "other code", after("static const", "const static")
    yield "other code", after("return", "return\n#pragma once\n")
    yield "other code", after(" 8 /*", "\n 8 /*")
    yield "other code", after("{\n", "{\n??=error\n")
    yield "other code", after('// "it\'s"', "// \\")
    yield "other code", after('// "it\'s"', "// ??/")
    yield "other code", after("w_say_EVIL[1]", "w_a_31m[1]")
    yield "payload in code", after(r"*\/", "*/")
    yield "payload in code", after(r"*\/", "*\\\n/")
    yield "payload in code", after(r"*\/", "*??/\n/")
    yield "payload in code", after(r"say \"", 'say "')
    yield "payload in code", after("return", "return EVIL_TOKEN_0001_2 +")
    yield "payload in code", after("{\n", "{\n#define x EVIL_TOKEN_0003\n")
    yield "payload in code", after(r'\?\n"', '\\?\n"')


def faults_in_characters():
    for c in "\u202e\u2066\u200b\u2028\u0085\x1b\r\t\x7f\x00\ufeff\u00ad\u061c\U000e0041":
        yield "unseen character", f"/* {c} */\n".encode()
    for bad in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xe2\x80"):
        yield "invalid UTF-8", b"/* " + bad + b" */\n"


def faults_elsewhere():
    """(check, what it finds)."""
    yield "broken JSON", json(GOOD_JSON.replace("\\u001b", "\x1b"))
    yield "broken JSON", json(GOOD_JSON + "}")
    yield "other JSON", json(GOOD_JSON.replace('"shape"', '"EVIL": 1, "shape"'))
    yield "other name in JSON", json(GOOD_JSON.replace("a\\u001b", "a"))
    yield "other name in JSON", json(GOOD_JSON.replace("1, ", "2, "))
    yield "other lines", dump(GOOD_DUMP + "\n")
    yield "names that look the same", dump(GOOD_DUMP.replace("\\\\u", "\\u"))
    yield "names that look the same", dump(GOOD_DUMP.replace("Tw\\u202ein", "Twin"))
    yield "names lost", dump(GOOD_DUMP.replace("Twin001", "?"))
    yield "a line that is no message", checks.messages(b"onnx2c: error: a\nb\n")
    yield "a line that is no message", checks.messages(b"onnx2c: error: a\nonnx2c: internal error: b\n")
    yield "other name in JSON", checks.same_json(b'"Q00003Q"', rb'"say \"EVIL_TOKEN_0003\"?\n"', TEXTS)
    for status in (-11, 2, 134, "timeout"):
        yield "exit status", checks.good_status(status)
    yield "another command when pasted", crafted.suggested(
        b"add `--dim 'a'b''=1` to fix it, or `--dim 'a'b''=1..8` to choose it", b"a'b'"
    )
    yield "another command when pasted", crafted.suggested(
        b"add `--dim a\\'=1` to fix it, or `--dim a=1..8` to choose it", b"a'"
    )
    yield "no command", crafted.suggested(b"add something", b"a")


def faults_in_builds(folder):
    """(text, end of the file's name, the compiler that complains)."""
    yield "int f(int a);\nint f(int a) { return 1; }\n", ".c", "gcc"
    yield "int f(void);\nint f(void) { return 1 }\n", ".c", "clang"
    yield "int f(int class);\n", ".h", "g++"
    yield "extern int x;;\n", ".h", "gcc"


def check_build(text, end, folder, compiler):
    """The complaints of one compiler."""
    path = f"{folder}/planted{end}"
    with open(path, "w") as f:
        f.write(text)
    return [c for batch in builds.batches([path]) for _, c in builds.build(batch) if c.startswith(compiler + ": ")]


def check(folder):
    """(how many checks proved able to fail, what they missed)."""
    done, missed = 0, []
    found = [(check, code(text), text) for check, text in faults_in_code()]
    found += [(check, checks.clean(text), text) for check, text in faults_in_characters()]
    found += [(check, result, "") for check, result in faults_elsewhere()]
    for expected, result, text in found:
        done += 1
        if expected not in [name for name, _ in result]:
            missed.append(f"{expected} in {text!a}: found {result}")
    for text, end, compiler in faults_in_builds(folder):
        done += 1
        if not check_build(text, end, folder, compiler):
            missed.append(f"{compiler} takes {text!a}")
    good = [
        code(GOOD),
        json(GOOD_JSON),
        checks.same_json(b'"Q00003Q"', rb'"say \"\ufffdffEVIL_TOKEN_0003\"?\n"', TEXTS),
        dump(GOOD_DUMP),
        checks.clean(GOOD.encode()),
        checks.messages(b"onnx2c: warning: a\n"),
        checks.good_status(1),
    ]
    good += [
        crafted.suggested(b"add `--dim 'a'\\''b'=1` to fix it, or `--dim \"a'b\"=1..8` to choose it", b"a'b"),
        check_build("int f(int a);\n", ".h", folder, ""),
    ]
    for result in good:
        done += 1
        if result:
            missed.append(f"a fault where there is none: {result}")
    return done, missed
