"""What must hold of an output. Each check returns what is wrong as (check, detail), one at most for each reason.

Most compare with the output for the same model under plain names: tags Q00012Q, which stand wherever the hostile text
may.
"""

import json
import re
import unicodedata

from hostile import ctext

TAG = re.compile(r"Q\d{5}Q")
TOKEN = re.compile(r"EVIL_TOKEN_\d{4}(_\d+)?")
# Names with what identifiers have around and between them: w_Q00012Q_bias.
TAGGED = re.compile(r"\w*(?:Q\d{5}Q\w*?)+(?!\w)", re.ASCII)
TWIN = re.compile(r"\w*?(?:Tw(?:(?!Tw).){0,60}?in\d{3}(?:(?!Tw)\w)*)+", re.DOTALL | re.ASCII)
MESSAGE = re.compile(r"onnx2c: (?:error|warning|note): ")


def decode(data):
    return data.decode("utf-8", "surrogateescape")


def shown(text, at):
    return ascii(text[max(0, at - 40) : at + 40])


def clean(data):
    """Valid UTF-8 without control characters (but the end of a line), direction marks, invisible ones."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return [("invalid UTF-8", ascii(data[max(0, error.start - 40) : error.end + 40]))]
    if text.isascii() and not re.search(r"[^\n -~]", text):
        return []
    for at, c in enumerate(text):
        if c != "\n" and (unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")):
            return [("unseen character", f"U+{ord(c):04X} in {shown(text, at)}")]
    return []


def readings(text):
    """With trigraphs and, if that makes a difference, without."""
    return (True, False) if "??" in text else (True,)


def harmless_code(data):
    """No token of a payload as one of C's, whether or not the compiler knows trigraphs; no literal without an end."""
    text = decode(data)
    for trigraphs in readings(text):
        for kind, token in ctext.lex(text, trigraphs)[0]:
            if kind == "word" and TOKEN.fullmatch(token):
                return [("payload in code", shown(text, text.find(token)))]
            if kind == "mark" and token in ('"', "'", "\\"):
                return [("payload in code", f"a lone {token}")]
    return []


def same_token(kind, plain, found, texts, names):
    """Is a token what it should be? `names`: what the words of one file are in the other, both ways."""
    if kind == "word":
        if not TAG.search(plain):
            return plain == found and (names[1] is None or names[1].setdefault(found, plain) == plain)
        if names[1] is None:
            return names[0].setdefault(plain, found) == found
        return names[0].setdefault(plain, found) == found and names[1].setdefault(found, plain) == plain
    if kind == "string" and TAG.search(plain):
        expected = renamed(ctext.string_value(plain), texts)
        return ctext.string_value(found) in (expected, expected.split(b"\0")[0])
    return plain == found


def exchange(tokens, i):
    """Exchanges the two names of a product or a sum that begins at i: their order goes by the model's own names.

    Not where an operator beside them binds one of the two more closely, or as closely from the left.
    """
    pair = tokens[i : i + 3]
    if len(pair) < 3 or pair[0][0] != "word" or pair[2][0] != "word" or pair[1][1] not in ("*", "+"):
        return False
    beside = [t for _, t in tokens[max(0, i - 1) : i] + tokens[i + 3 : i + 4]]
    if any(t in ("/", "%") or pair[1][1] == "+" and t in ("*", "-") for t in beside):
        return False
    tokens[i], tokens[i + 2] = pair[2], pair[0]
    return True


def same_code(plain, found, texts, one_to_one=True):
    """The same tokens, but for names one to one, and for string literals that hold the model's own strings.

    Not one to one: a name may be that of a local of a kernel, too, and only a build tells whether it may.
    """
    plain, found = decode(plain), decode(found)
    for trigraphs in readings(plain + found):
        names = ({}, {} if one_to_one else None)
        a, b = ctext.lex(plain, trigraphs)[0], ctext.lex(found, trigraphs)[0]
        for i, (kind, token) in enumerate(a[: len(b)]):
            is_new = token not in names[0]
            if kind == b[i][0] and same_token(kind, token, b[i][1], texts, names):
                continue
            if is_new:
                names[0].pop(token, None)
            if not exchange(b, i) or not same_token(kind, token, b[i][1], texts, names):
                return [("other code", f"{around(b, i)} instead of {around(a, i)}")]
        if len(a) != len(b):
            return [("other code", f"{len(b)} tokens instead of {len(a)}")]
    return []


def around(tokens, i):
    return ascii(" ".join(t[:60] for _, t in tokens[max(0, i - 3) : i + 4]))


def renamed(plain, texts):
    """The plain text with each tag replaced by what it stands for."""
    return re.sub(TAG.pattern.encode(), lambda m: texts.get(m[0], m[0]), plain)


def strings_of(value, key=""):
    """(key, string) of everything within a JSON value, keys included, in order."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for k, v in value.items():
            yield "key", k
            yield from strings_of(v, k)
    elif isinstance(value, list):
        for v in value:
            yield from strings_of(v, key)
    else:
        yield "number", repr(value)


def in_json(text):
    """What a JSON string says for these bytes: those that are no UTF-8 as U+FFFD and two digits, itself twice."""
    out, rest = "", text
    while rest:
        try:
            return out + rest.decode().replace("\ufffd", "\ufffd\ufffd")
        except UnicodeDecodeError as error:
            out += rest[: error.start].decode().replace("\ufffd", "\ufffd\ufffd")
            out += "".join(f"\ufffd{byte:02x}" for byte in rest[error.start : error.end])
            rest = rest[error.end :]
    return out


# What holds identifiers of the generated file: "in" the input or output whose memory a buffer lies in.
C_NAMES = ("c_name", "in")


def same_json(plain, found, texts):
    """JSON that says the same, with the model's names as they are."""
    try:
        a, b = list(strings_of(json.loads(plain))), list(strings_of(json.loads(found)))
    except ValueError as error:
        return [("broken JSON", str(error))]
    if len(a) != len(b):
        return [("other JSON", f"{len(b)} strings and numbers instead of {len(a)}")]
    for (key, x), (_, y) in zip(a, b):
        expected = in_json(renamed(x.encode(), texts))
        if key not in C_NAMES and y != expected:
            return [("other name in JSON", f"{key}: {y[:80]!a} instead of {expected[:80]!a}")]
    return []


def same_elements(plain, found):
    """A page of the same elements, whatever the text in them."""
    a, b = (re.findall(rb"<[^\s>]*", page.partition(b"<script>")[0]) for page in (plain, found))
    return [("other elements", ascii(sorted(set(b) - set(a))[:3]))] if a != b else []


def messages(data):
    """Nothing but messages, one line each."""
    for line in decode(data).split("\n")[:-1]:
        if not MESSAGE.match(line):
            return [("a line that is no message", ascii(line[:120]))]
    return []


def same_lines(plain, found):
    a, b = plain.count(b"\n"), found.count(b"\n")
    return [("other lines", f"{b} lines instead of {a}")] if a != b else []


def told_apart(plain, found):
    """Names of the form Tw...in017, where the plain text has tags, look different where the names differ."""
    tags, looks, whose = TAGGED.findall(plain), TWIN.findall(found), {}
    if len(tags) != len(looks):
        return [("names lost", f"{len(looks)} of {len(tags)} names are shown")]
    for tag, look in zip(tags, looks):
        if whose.setdefault(look, tag) != tag:
            return [("names that look the same", f"{look!a} is {whose[look]} and {tag}")]
    return []


def comments_of(data):
    return "\n".join(ctext.lex(decode(data))[1])


def good_status(status, allowed=(0, 1)):
    return [] if status in allowed else [("exit status", str(status))]
