"""A model that fails, made small: parts are taken away as long as it fails in the same way."""

from google.protobuf.message import DecodeError
from onnx import ModelProto

MOST_TRIES = 600


def repeated_fields(message, found):
    """Every repeated field in a message and those within: (holder, name)."""
    for field, value in message.ListFields():
        if field.is_repeated:
            found.append((message, field.name))
        if field.message_type:
            for inner in value if field.is_repeated else [value]:
                repeated_fields(inner, found)
    return found


def single_fields(message, found):
    for field, value in message.ListFields():
        if not field.is_repeated:
            found.append((message, field.name))
        if field.message_type:
            for inner in value if field.is_repeated else [value]:
                single_fields(inner, found)
    return found


def candidates(model):
    """Copies of the model with something gone: halves of lists, items, then fields."""

    def changed(kind, at, change):
        other = ModelProto()
        other.CopyFrom(model)
        holder, name = kind(other, [])[at]
        change(holder, name)
        return other

    for at, (holder, name) in enumerate(repeated_fields(model, [])):
        count = len(getattr(holder, name))
        pieces = [(0, count), (0, count // 2), (count // 2, count)] if count > 2 else []
        pieces += [(i, i + 1) for i in range(min(count, 20))]
        for low, high in pieces:

            def cut(h, n, low=low, high=high):
                del getattr(h, n)[low:high]

            yield lambda at=at, cut=cut: changed(repeated_fields, at, cut)
    for at in range(len(single_fields(model, []))):
        yield lambda at=at: changed(single_fields, at, lambda h, n: h.ClearField(n))


def shrink(data, fails):
    """fails(bytes): in the same way?"""
    tries = MOST_TRIES
    again = True
    while again and tries > 0:
        again = False
        for candidate in smaller(data):
            if len(candidate) >= len(data):
                continue
            tries -= 1
            if fails(candidate):
                data, again = candidate, True
                break
            if tries <= 0:
                break
    return data


def smaller(data):
    try:
        model = ModelProto.FromString(data)
    except DecodeError:
        model = None
    if model:
        for make in candidates(model):
            yield make().SerializeToString()
        return
    size = len(data) // 2
    while size:
        for at in range(0, len(data), size):
            yield data[:at] + data[at + size :]
        size //= 2
