"""The text that the model is trained on, and the tokens that it is made of.

Tokens are bytes and pairs of tokens that often follow one another (byte pair encoding, Gage 1994; Sennrich, Haddow,
Birch, "Neural Machine Translation of Rare Words with Subword Units", 2016). No token reaches over the end of a word;
the space before a word belongs to it. So that merging whole texts comes to the same as merging word by word.
"""

import collections
import os
import re

FOLDER = "/usr/share/common-licenses"
WORD = re.compile(rb" ?[A-Za-z]+| ?[0-9]+| ?[^A-Za-z0-9\s]+|\s")


def corpus(folder=FOLDER):
    """The licences that Debian ships: a paragraph a line, one space between words."""
    texts = []
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if os.path.islink(path):
            continue
        with open(path, "rb") as f:
            paragraphs = re.split(rb"\n\s*\n", f.read())
        texts += [b" ".join(paragraph.split()) for paragraph in paragraphs]
    return b"\n".join(text for text in texts if text) + b"\n"


def replaced(word, pair, token):
    """A word's tokens with each such pair made one."""
    out = []
    for t in word:
        if out and (out[-1], t) == pair:
            out[-1] = token
        else:
            out.append(t)
    return tuple(out)


def merges_of(text, count):
    """The pairs that become tokens 256, 257, ..., the most frequent first."""
    words = collections.Counter(tuple(word) for word in WORD.findall(text))
    merges = []
    for token in range(256, 256 + count):
        pairs = collections.Counter()
        for word, n in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += n
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        words = {replaced(word, best, token): n for word, n in words.items()}
    return merges


def encode(text, merges):
    known = {}
    tokens = []
    for word in WORD.findall(text):
        if word not in known:
            parts = tuple(word)
            for i, pair in enumerate(merges):
                parts = replaced(parts, pair, 256 + i)
            known[word] = parts
        tokens += known[word]
    return tokens


def spellings(merges):
    """The bytes of each token."""
    spelled = [bytes([i]) for i in range(256)]
    for first, second in merges:
        spelled.append(spelled[first] + spelled[second])
    return spelled
