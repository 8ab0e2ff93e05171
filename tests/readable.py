#!/usr/bin/env python3
"""What a reviewer of the generated C relies on, held against the C of one model.

    readable.py ONNX2C MODEL [OPTION...]

Comments over steps name what exists; the memory map is true of them; views read as such; names have no needless
numbers; arguments that don't speak for themselves have their parameter's name; no line is longer than a page is wide.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import onnx

PAGE = 120
COMMENT = re.compile(r'/\*.*?\*/', re.S)
STRING = re.compile(r'"(?:\\.|[^"\\])*"')
WORD = re.compile(r'\b[A-Za-z_]\w*')
# "    STEP(12); /* Conv "name": what it reads -> what it writes, facts */"
STEP = re.compile(r'^ +STEP\((\d+)\); /\* (.*?)\*/$', re.S | re.M)
TRACE = re.compile(r'^ +TRACE\((?:[^";]|"(?:\\.|[^"\\])*")*;\n', re.M)
POINTER = re.compile(r'^ +.*\*const (\w+) =\s+([^;]*);', re.M)
# The size and the life of a buffer stand after its place, or in a line before it where that would be too long.
ABOUT = r'/\* +(?P<size%s>\d+) +(?P<first%s>\d+)(?:\.\.(?P<last%s>\d+))? '
ROW = re.compile(r'^    (?:%s.*\n(?:     \* .*\n)*    )?AT_(?P<name>\w+) += +(?P<at>\d+),(?: %s)?' % (
    ABOUT.replace('%s', ''), ABOUT.replace('%s', '2')), re.M)
DECLARED = re.compile(r'\bconst (?!int32_t\b|float\b)(\w+)(?: =|\[)|\bint32_t (\w+) = 0;')
# Where the code of a paragraph leaves the block that it stands in: a brace without one that it closes.
AFTER = re.compile(r'(?<=[;}])\n *\}(?=\n *[a-z]|$| else)')
NAMES = Path(__file__).parent.parent / 'compiler/emit/emit_reserved.c'
# What the comments of steps say beside names.
SAID = set('scratch kernel stride dilation pad before and after groups depthwise to x'.split())
TYPES = set('int8 uint8 int4 uint4 int2 uint2 float4e2m1 float8e4m3fn float8e4m3fnuz float8e5m2 float8e5m2fnuz '
            'float8e8m0 float16 bfloat16 float32 float64 int16 uint16 int32 uint32 int64 uint64 bool'.split())


def generate(onnx2c, model, options, folder, stem, *more):
    c, h = folder / (stem + '.c'), folder / (stem + '.h')
    subprocess.run([onnx2c, model, '-o', c, '--header', h, '--name', 'm', *options, *more], check=True)
    return c.read_text(), h.read_text()


def without_comments(text):
    return COMMENT.sub(' ', text)


def run_function(text):
    return text[text.rindex('\nM_CODE_ATTR int m_run_in('):text.rindex('\nM_CODE_ATTR int m_run(')]


def step_comments(text):
    """(number, title, what is said after it) of each step."""
    for number, body in STEP.findall(run_function(text)):
        body = re.sub(r'\n +\* +', ' ', body)
        title, colon, rest = body.partition(': ') if '"' not in body else re.match(
            r'((?:[^":]|"(?:\\.|[^"\\])*")*)(:?)(.*)', body).groups()
        yield int(number), title, rest


def check_lines(name, text):
    for i, line in enumerate(text.split('\n'), 1):
        if len(line) > PAGE:
            yield f'{name}, line {i} has {len(line)} columns: {line[:60]}...'


def check_names_in_comments(text):
    """Every name after the title of a step's comment is one that the code has."""
    known = set(WORD.findall(STRING.sub('', without_comments(text)))) | SAID | TYPES
    for number, title, rest in step_comments(text):
        for name in WORD.findall(re.sub(r'\b\d+(x\d+)+\b', '', STRING.sub('', rest))):
            if name not in known:
                yield f'step {number} names {name}, which is not there'


def values_of(text):
    """The names of pointers, weights, inputs and outputs."""
    parameters = re.search(r'\nM_CODE_ATTR int m_run_in\((.*?)\)\n\{', text, re.S)[1]
    weights = re.findall(r'_WEIGHTS_ATTR const (?:union )?\w+ (\w+)', text)
    declared = [name for name, _ in DECLARED.findall(without_comments(text))]
    return {*declared, *weights, *re.findall(r'\*(\w+)', parameters)}


def paragraphs(text):
    """(number, what is said after the title, code) of each step, without what follows the block it ends."""
    parts = STEP.split(TRACE.sub('', run_function(text)))
    for (number, _, rest), code in zip(step_comments(text), parts[3::3]):
        yield number, rest, re.sub(r'\.\w+', '', without_comments(POINTER.sub('', code)))


def check_what_steps_use(text):
    """A step's comment names the values that its code has, and no others. Loops and branches, and what is done after
    them, are told by what goes in and comes out."""
    values = values_of(text)
    for number, rest, code in paragraphs(text):
        if re.search(r'for \((?!size_t)|if \(\w+\[0\]\) \{', code):
            continue
        code = AFTER.split(code)[0]
        said, used = (set(WORD.findall(part)) & values for part in (rest, code))
        for name in sorted(said ^ used):
            what = 'has {}, which it does not say' if name in used else 'says {}, which it does not have'
            yield f'step {number} ' + what.format(name)


def check_steps_are_numbered(text):
    numbers = [number for number, _, _ in step_comments(text)]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f'the steps are numbered {numbers}'


def buffers(text):
    """(name, place, size, first step, last step) of each row of the memory map."""
    for m in ROW.finditer(text):
        size, first, last = m['size'] or m['size2'], m['first'] or m['first2'], m['last'] or m['last2']
        assert size, 'a row of the memory map has another form: ' + m[0]
        yield m['name'], int(m['at']), int(size), int(first), int(last or first)


def check_memory_map(text):
    """Buffers that live at the same time are apart, and no step speaks of one that doesn't live."""
    rows = list(buffers(text))
    for i, (a, at_a, size_a, first_a, last_a) in enumerate(rows):
        for b, at_b, size_b, first_b, last_b in rows[i + 1:]:
            together = max(first_a, first_b) < min(last_a, last_b)
            if together and at_a < at_b + size_b and at_b < at_a + size_a:
                yield f'{a} and {b} live at the same time and overlap'
    lives = {name: (first, last) for name, _, _, first, last in rows}
    for number, _, rest in step_comments(text):
        reads, _, writes = rest.partition('->')
        for name in WORD.findall(reads + writes):
            first, last = lives.get(name, (number, number))
            # What a loop or a branch writes may be born within.
            if number > last or (number < first and name in WORD.findall(reads)):
                yield f'step {number} has {name}, which lives in {first}..{last}'


def check_views(text):
    """One pointer leads to a buffer; others that lie in it start from a pointer."""
    seen = set()
    for name, value in POINTER.findall(without_comments(run_function(text))):
        for at in re.findall(r'\bAT_(\w+)', value):
            if at in seen:
                yield f'{name} is another pointer into AT_{at} that does not say whose view it is'
            seen.add(at)
            if at != name and re.search(r'\*const %s =' % re.escape(at), text):
                yield f'{name} could be a view of {at}'


def identifiers_of(model):
    """What the names in a model become."""
    def identifier(name):
        name = re.sub(r'(?<=.)(_output_0)+(?![A-Za-z0-9])', '', re.sub(r'^[/._:]+', '', name))
        name = re.sub(r'[^A-Za-z0-9]+', '_', name)
        return re.sub(r'(?<=.)_$', '', 'v' + name if not name or name[0].isdigit() else name)

    def graph(g):
        for v in (*g.input, *g.output, *g.value_info):
            yield v.name
            yield from (d.dim_param for d in v.type.tensor_type.shape.dim)
        yield from (t.name for t in g.initializer)
        for n in g.node:
            yield from (n.name, *n.input, *n.output)
            for a in n.attribute:
                for sub in ([a.g] if a.type == onnx.AttributeProto.GRAPH else a.graphs):
                    yield from graph(sub)
    proto = onnx.load(model, load_external_data=False)
    names = [*graph(proto.graph), *(x for f in proto.functions for n in f.node for x in (n.name, *n.input, *n.output))]
    return {identifier(name) for name in names}


def check_numbers(text, model):
    """A name ends in _2 because the model says so, or because the name without it is taken."""
    code = STRING.sub('', without_comments(text))
    declared = {a or b for a, b in DECLARED.findall(code)} | {'AT_' + row[0] for row in buffers(text)}
    words, given = set(WORD.findall(code)), identifiers_of(model)
    reserved = set(WORD.findall(' '.join(STRING.findall(NAMES.read_text()))))
    for name in declared:
        bare = re.sub(r'^(?:AT_)?(?:w_)?', '', name)
        base = re.sub(r'_\d+$', '', name)
        if base == name or base in words or re.sub(r'_\d+$', '', bare) in reserved or bare in given:
            continue
        yield f'{name} has a number that nothing asks for'


def check_arguments(text):
    """NULL, infinities and the like say what they are for."""
    body = run_function(text)
    for m in re.finditer(r'[(,] *(NULL|-?INFINITY|true|false|-?\d[\w.]*f?)(?=[,)])', body):
        line = body[body.rfind('\n', 0, m.start()) + 1:body.find('\n', m.end())]
        call = re.match(r' *(?:if \()?(\w+)\(', line)
        if m.group(1) in ('NULL', 'INFINITY', '-INFINITY') or (call and call.group(1).endswith('_packed_f32')):
            yield f'an argument without its name: {line.strip()}'


def problems(onnx2c, model, options, folder):
    c, h = generate(onnx2c, model, options, folder, 'm')
    apart, _ = generate(onnx2c, model, options, folder, 'apart', '--weights', 'incbin')
    yield from check_lines('m.c', c)
    yield from check_lines('m.h', h)
    yield from check_lines('apart.c', apart)
    for text in (c, apart):
        yield from check_names_in_comments(text)
        yield from check_what_steps_use(text)
        yield from check_views(text)
    yield from check_steps_are_numbered(c)
    yield from check_memory_map(c)
    yield from check_numbers(c, model)
    yield from check_arguments(c)


def main():
    onnx2c, model, *options = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        found = list(problems(onnx2c, model, options, Path(folder)))
    print(*found[:20], sep='\n')
    sys.exit(bool(found))


if __name__ == '__main__':
    main()
