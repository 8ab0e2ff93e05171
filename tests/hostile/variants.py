"""Which groups of a model's strings get which text."""

from hostile import fields
from hostile.payloads import LONG, PAYLOADS, TWINS, WITH_NUL, WORDS, text_of

CALM = b"M%05dM"  # a text like any other, for groups that are not meant


class Variant:
    """A name for reports, and {key: text} for the hostile model; plain: with tags, None where meaning changes."""

    def __init__(self, name, texts, meaning=False):
        self.name, self.texts, self.plain = name, texts, None
        if not meaning:
            # Dimensions are sorted by name within sums: tags sort as the texts do.
            order = sorted(texts, key=lambda key: (texts[key], str(key)))
            self.plain = {key: b"Q%05dQ" % i for i, key in enumerate(order)}

    def stands_for(self):
        """{tag: text}"""
        return {tag: self.texts[key] for key, tag in (self.plain or {}).items()}


def harmless(keys):
    return [k for k in keys if k[0] in fields.HARMLESS]


def all_at_once(keys, rng):
    """Every group another payload, in an order of chance; one value a long one."""
    payloads = rng.sample(PAYLOADS, len(PAYLOADS))
    texts = {key: text_of(payloads[number % len(payloads)], number) for number, key in enumerate(harmless(keys))}
    texts.update({key: text_of(LONG, len(texts)) for key in [k for k in texts if k[0] == "value"][:1]})
    return Variant("all at once", texts)


def one_payload(keys, payload):
    """Every group the same payload, told apart by its token."""
    texts = {key: text_of(payload, number) for number, key in enumerate(harmless(keys))}
    return Variant(f"all {payload[:20]!a}", texts)


def alone(keys, key, payload):
    texts = {k: CALM % number for number, k in enumerate(harmless(keys))}
    texts[key] = text_of(payload, 1)
    return Variant(f"{key[0]} {payload[:20]!a} alone", texts)


def words(keys, rng):
    """Names that are taken; when there are no more of them, others that begin like them."""
    order = rng.sample(WORDS, len(WORDS))
    named = [
        w.encode() if i < len(order) else b"%s.%d" % (w.encode(), i)
        for i, w in enumerate(order * (len(keys) // len(order) + 1))
    ]
    return Variant("words", dict(zip(harmless(keys), named)))


def twins(keys):
    """Families of names that differ only in what can't be seen, or looks like an escape."""
    texts = {k: b"Tw%sin%03d" % (TWINS[i % len(TWINS)], i // len(TWINS)) for i, k in enumerate(harmless(keys))}
    return Variant("twins", texts)


def meaning(key, payload):
    """Only this text, which says what the model computes."""
    return Variant(f"meaning of {key} {payload[:20]!a}", {key: text_of(payload, 1)}, meaning=True)


def sample(keys, rng, count):
    """`count` variants: all at once, then the other ways by turns, each with what chance picks."""
    kinds = sorted({k[0] for k in keys})

    def pick(wanted):
        return rng.choice([k for k in keys if k[0] == wanted])

    def one_alone():
        return alone(keys, pick(rng.choice([k for k in kinds if k != "meaning"])), rng.choice(PAYLOADS))

    ways = [
        lambda: all_at_once(keys, rng),
        lambda: twins(keys),
        lambda: words(keys, rng),
        one_alone,
        lambda: meaning(pick("meaning"), rng.choice(PAYLOADS)) if "meaning" in kinds else one_alone(),
    ]
    return [ways[i % len(ways)]() for i in range(count)]


def everything(keys, rng):
    """Every payload in all fields and in each kind of field alone; every field that has a meaning with one."""
    yield all_at_once(keys, rng)
    yield twins(keys)
    yield words(keys, rng)
    kinds = sorted({k[0] for k in keys} - {"meaning"})
    for payload in PAYLOADS:
        yield one_payload(keys, payload)
        for kind in kinds:
            yield alone(keys, rng.choice([k for k in keys if k[0] == kind]), payload)
    for key in (k for k in keys if k[0] == "meaning"):
        yield meaning(key, rng.choice(PAYLOADS))


def quick(keys, rng, number):
    """Every fourth payload in all fields; every field that has a meaning with one; a NUL in labels, refused."""
    yield all_at_once(keys, rng)
    yield twins(keys)
    yield words(keys, rng)
    for payload in PAYLOADS[number % 4 :: 4]:
        yield one_payload(keys, payload)
    for key in keys:
        if key[0] in ("meaning", "label"):
            yield meaning(key, rng.choice(PAYLOADS) if key[0] == "meaning" else WITH_NUL)
