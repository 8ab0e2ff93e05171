"""The reports: what the JSON and the page say is so, the page holds nothing but what it should, and a browser shows it.

usage: report.py ONNX2C [--only GLOB]

The last line counts: "N passed, N failed, N skipped". Without a browser the checks that need one are skipped:
tools/install-deps check installs chromium-headless-shell.
"""

import base64
import hashlib
import html.parser
import json
import os
import re
import shutil
import subprocess
import sys

import onnx
from onnx import TensorProto, helper
from parts import Skip, Wrong, main, must, of_each

HERE = os.path.dirname(os.path.abspath(__file__))
BROWSERS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
OPEN = ["--dim", "batch=1..2", "--dim", "height=64", "--dim", "width=64"]
MODELS = {  # name: options; images in tiles, scratch, loops, branches, no arena, run-time sizes, weights in a file
    "digits": [],
    "srcnn": [],
    "small_mobile": OPEN + ["--optimize", "ram"],
    "kws_rnn": ["--weights", "incbin"],
    "bert_tiny": ["--dim", "batch=1", "--dim", "seq=2..16"],
    "loopscript": [],
    "ifscript": [],
    "iris_logistic": ["--dim", "X:0=4"],
    "ad_ae_int8_qdq": [],
    "every_stage": [],
}
VOID = {"meta", "input", "br", "link", "img"}
EVIL = [
    "<script>alert(1)</script>",
    '" onload="alert(1)',
    "' onclick='alert(1)' x='",
    "a&lt;b&amp;c",
    "--></style></script><img src=http://example.org/x.png>",
    "esc\x1b[31m",
    "turned\u202ename\u2066",
    "\u05d0\u05d1\u05d2 9",
    "back\\slash`${1}`",
]


class Element:
    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent, self.children, self.texts = tag, dict(attributes), parent, [], []

    def all(self, tag, **wanted):
        found = []
        for child in self.children:
            has = {**child.attributes, "cls": child.attributes.get("class", "").split()}
            fits = (value in has[key] if key == "cls" else has.get(key) == value for key, value in wanted.items())
            found += [child] if child.tag == tag and all(fits) else []
            found += child.all(tag, **wanted)
        return found

    def one(self, tag, **wanted):
        found = self.all(tag, **wanted)
        must(len(found) == 1, len(found), tag, wanted)
        return found[0]

    def text(self):
        return "".join(t if isinstance(t, str) else t.text() for t in self.texts)


class Page(html.parser.HTMLParser):
    """A page as a tree; what isn't closed as it was opened is wrong."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.root = self.at = Element("", {}, None)
        self.feed(source)
        self.close()
        must(self.at is self.root, "not closed:", self.at.tag)

    def handle_starttag(self, tag, attrs):
        element = Element(tag, attrs, self.at)
        must(len(element.attributes) == len(attrs), "an attribute twice:", attrs)
        self.at.children.append(element)
        self.at.texts.append(element)
        if tag not in VOID:
            self.at = element

    def handle_endtag(self, tag):
        must(self.at.tag == tag, f"</{tag}> closes <{self.at.tag}>")
        self.at = self.at.parent

    def handle_data(self, data):
        self.at.texts.append(data)

    def handle_comment(self, data):
        raise Wrong(f"a comment: {data}")


def model_of(name):
    return os.path.join(HERE, "models", name, "model.onnx")


def compiled(onnx2c, folder, model, *options):
    """(the JSON, the page's source, the C)."""
    paths = [os.path.join(folder, f"out.{end}") for end in ("json", "html", "c")]
    words = ["--report", paths[0], "--report", paths[1], "-o", paths[2], "--name", "m", *options]
    done = subprocess.run([onnx2c, model, *words], capture_output=True, text=True, timeout=300)
    must(done.returncode == 0, done.stderr)
    texts = [open(p, encoding="utf-8").read() for p in paths]
    return json.loads(texts[0]), texts[1], texts[2]


# -- what is said ----------------------------------------------------------------------------------------------------


def json_is_right(onnx2c, folder, name):
    report, _, c = compiled(onnx2c, folder, model_of(name), *MODELS[name])
    must(report["steps"] == c.count("STEP(); /*"), "steps", report["steps"])
    must(sum(n["macs"] for n in report["nodes"]) == report["macs"], "macs")
    numbers = [n["step"] for n in report["nodes"]]
    must(numbers == sorted(set(numbers)) and all(1 <= n <= report["steps"] for n in numbers), numbers)
    must(sum(w["bytes"] for w in report["weights"]) == report["weights_bytes"], "weights")
    must(all(w["c_name"] in c for w in report["weights"]), "a weight that the C doesn't have")
    in_file = [w for w in report["weights"] if w["in_file"]]
    must(bool(in_file) == ("--weights" in MODELS[name]), in_file)
    places = dict(re.findall(r"^ +AT_(\w+) += +(\d+),", c, re.M))
    said = {b["c_name"]: str(b["offset"]) for b in report["buffers"]}
    must(places == said, "the memory map of the C:", set(places.items()) ^ set(said.items()))
    ends = [b["offset"] + b["bytes"] for b in report["buffers"] if not {"in", "region"} & set(b)]
    must(report["arena_bytes"] - 16 < max(ends, default=0) <= report["arena_bytes"], "the arena's end", ends)
    for b in report["buffers"]:
        must(1 <= b["first_step"] <= b["last_step"] <= report["steps"] and b["offset"] % 16 == 0, b)


def tiles_are_no_nodes(onnx2c, folder):
    """What takes convolutions through an image row by row is no node of the model."""
    report, _, c = compiled(onnx2c, folder, model_of("small_mobile"), *MODELS["small_mobile"])
    others = len(re.findall(r"STEP\(\); /\* (\d+ rows at a time|Rows that the next tile sees again|Image by image)", c))
    must(others > 1 and len(report["nodes"]) <= report["steps"] - others, len(report["nodes"]), others)
    must(all(n["macs"] > 0 and "bytes" in n for n in report["nodes"] if n["op"] == "Conv"), report["nodes"])


def rectangle(element):
    x, y, width, height = (float(element.attributes[k]) for k in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def overlap(a, b):
    return min(a[2], b[2]) - max(a[0], b[0]) > 0.001 and min(a[3], b[3]) - max(a[1], b[1]) > 0.001


def page_is_right(onnx2c, folder, name):
    report, source, _ = compiled(onnx2c, folder, model_of(name), *MODELS[name])
    page = Page(source).root
    for table, count in (("steps", "steps"), ("buffers", "buffers"), ("weights", "weights")):
        rows = page.one("table", id=table).one("tbody").all("tr")
        must(len(rows) == (report[count] if count == "steps" else len(report[count])), len(rows), "rows of", table)
    cells = [row.all("td") for row in page.one("table", id="steps").one("tbody").all("tr")]
    must(sum(float(row[4].attributes["data-v"]) for row in cells) == report["macs"], "macs")
    buffers = [b for b in report["buffers"] if not {"in", "region"} & set(b)]
    if not buffers:
        must(not page.all("svg", id="map"), "a map of nothing")
        return
    boxes = [g.one("rect") for g in page.one("svg", id="map").all("g", cls="buffer")]
    must(len(boxes) == len(buffers), len(boxes), "rectangles")
    places = [rectangle(b) for b in boxes]
    picture = page.one("svg", id="map")
    _, _, width, height = (float(word) for word in picture.attributes["viewbox"].split())
    for element in picture.all("text") + picture.all("rect"):
        x, y = (float(element.attributes[key]) for key in ("x", "y"))
        must(0 <= x <= width and 0 <= y <= height, "outside of the picture:", element.tag, x, y)
    for i, a in enumerate(places):
        must(not any(overlap(a, b) for b in places[:i]), "rectangles overlap:", boxes[i].text())
    peak = page.one("rect", cls="peak")
    x = rectangle(peak)[0] + 0.01
    marked = [b for b, p in zip(buffers, places) if p[0] <= rectangle(peak)[2] and p[2] >= x]
    must(sum(-(-b["bytes"] // 16) * 16 for b in marked) >= report["arena_lower_bound_bytes"], "the peak is elsewhere")
    must(page.one("tr", cls="peak").all("td")[0].text() == str(report["peak_step"]), "the peak's row")


def regions_have_maps(onnx2c, folder):
    """Each a picture of its own, with what lies in it."""
    report, source, _ = compiled(onnx2c, folder, model_of("digits"), "--region", "fast=4096", "--region", "tiny=16")
    page = Page(source).root
    for region in ("fast", "tiny"):
        inside = [b for b in report["buffers"] if b.get("region") == region]
        maps = page.all("svg", id=f"map-{region}")
        must(len(maps) == bool(inside), region, len(maps))
        must(not inside or len(maps[0].all("g", cls="buffer")) == len(inside), "rectangles of", region)
    must(any(b.get("region") == "fast" for b in report["buffers"]), report["buffers"])
    must("Region fast: " in page.text() and " of 4,096 bytes" in page.text(), "no title")


def largest_live_is_the_bound(onnx2c, folder):
    """In a model without views of parts of steps: the most bytes at one step is what no plan can do without."""
    report, _, _ = compiled(onnx2c, folder, model_of("digits"))
    live = [
        sum(-(-b["bytes"] // 16) * 16 for b in report["buffers"] if b["first_step"] <= s <= b["last_step"])
        for s in range(1, report["steps"] + 1)
    ]
    must(max(live) == report["arena_lower_bound_bytes"] == live[report["peak_step"] - 1], live)
    must(live.index(max(live)) + 1 == report["peak_step"], report["peak_step"])


def page_asks_nobody(onnx2c, folder):
    """Neither elements nor the style lead elsewhere, and the policy allows what the page has and nothing else."""
    _, source, _ = compiled(onnx2c, folder, model_of("digits"))
    page = Page(source).root
    link = re.search(r"https?:|//|@import|url\(|\b(src|href|srcset|data|action)=", source.split("<script>")[0])
    must(not link, "a link")
    policy = page.all("meta")[1].attributes["content"]
    hashes = [
        base64.b64encode(hashlib.sha256(page.one(tag).text().encode()).digest()).decode() for tag in ("style", "script")
    ]
    must(policy == f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'", policy)


def the_same_everywhere(onnx2c, folder):
    """The page depends on the model's bytes and the options, on no path."""
    other = os.path.join(folder, "other")
    os.mkdir(other)
    shutil.copy(model_of("srcnn"), os.path.join(other, "copy.onnx"))
    first = compiled(onnx2c, folder, model_of("srcnn"))
    must(compiled(onnx2c, other, os.path.join(other, "copy.onnx")) == first, "another page")
    must(other not in first[1] and HERE not in first[1], "a path")


def report_without_c(onnx2c, folder):
    """Beside a dump, where no C is written, header and reports are the same."""
    _, page, _ = compiled(onnx2c, folder, model_of("digits"))
    paths = [os.path.join(folder, name) for name in ("alone.html", "alone.h", "with.h")]
    subprocess.run([onnx2c, model_of("digits"), "--name", "m", "--header", paths[2]], check=True, capture_output=True)
    words = ["--name", "m", "--dump", "plan", "--report", paths[0], "--header", paths[1]]
    subprocess.run([onnx2c, model_of("digits"), *words], check=True, capture_output=True)
    texts = [open(p, encoding="utf-8").read() for p in paths]
    must(texts[0] == page and texts[1] == texts[2], "they differ")


# -- text of strangers -----------------------------------------------------------------------------------------------


def hostile_model(folder):
    """Names that mean something in a page, wherever a model has names."""
    names = [f"{text} {i}" for i, text in enumerate(EVIL)]
    nodes, at = [], "in " + EVIL[0]
    first = at
    for i, name in enumerate(names):
        weight = f"w {name}"
        nodes.append(helper.make_node("MatMul", [at, weight], [f"v {name}"], name=f"n {name}"))
        nodes.append(helper.make_node("Relu", [f"v {name}"], [f"r {name}"], name=f"relu {name}"))
        at = f"r {name}"
    weights = [
        helper.make_tensor(f"w {name}", TensorProto.FLOAT, [64, 64], [0.01 * (i + k % 7) for k in range(64 * 64)])
        for i, name in enumerate(names)
    ]
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [EVIL[1], 64])  # noqa: E731
    graph = helper.make_graph(nodes, EVIL[4], [value(first)], [value(at)], weights)
    path = os.path.join(folder, "hostile.onnx")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def names_are_only_text(onnx2c, folder):
    dims = ["--dim", EVIL[1] + "=1..3"]
    _, source, _ = compiled(onnx2c, folder, hostile_model(folder), *dims)
    must(not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", source), "a character that isn't seen")
    page = Page(source).root
    must(len(page.all("script")) == len(page.all("style")) == 1 and not page.all("img"), "elements of the model's")
    allowed = "class id data-v scope type hidden for aria-hidden aria-label role autocomplete lang charset http-equiv"
    allowed = set((allowed + " content name width height viewbox x y x1 x2 y1 y2").split())

    def walk(element):
        must(set(element.attributes) <= allowed, element.attributes)
        for child in element.children:
            walk(child)

    walk(page)
    rows = page.one("table", id="steps").one("tbody").all("tr")
    names = "\n".join(row.text() for row in rows)
    for i, text in enumerate(EVIL):
        shown = text.replace("\\", "\\\\")
        for seen, character in (("\\x1b", "\x1b"), ("\\u202e", "\u202e"), ("\\u2066", "\u2066")):
            shown = shown.replace(character, seen)
        must(f"n {shown} {i}" in names, "not shown:", shown)


# -- a browser -------------------------------------------------------------------------------------------------------


def browse(folder, path, fragment=""):
    """The document as the browser has it after its scripts, and what it asked for."""
    browser = next((shutil.which(b) for b in BROWSERS if shutil.which(b)), None)
    if not browser:
        raise Skip("there is no browser")
    log = os.path.join(folder, "net.json")
    words = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", f"--log-net-log={log}"]
    words += [f"--user-data-dir={folder}/profile", "--dump-dom", f"file://{path}{fragment}"]
    done = subprocess.run([browser, *words], capture_output=True, text=True, timeout=120)
    must(done.returncode == 0 and "</html>" in done.stdout, done.stderr)
    must("Refused to" not in done.stderr and "CONSOLE" not in done.stderr, done.stderr)
    with open(log, encoding="utf-8") as f:
        text = f.read()
    return done.stdout, set(re.findall(r'"url":"([^"]*)"', text))


def browser_shows_it(onnx2c, folder, name):
    report, _, _ = compiled(onnx2c, folder, model_of(name), *MODELS[name])
    found, asked = browse(folder, os.path.join(folder, "out.html"))
    must(all(url.startswith(("file:", "chrome:", "data:")) for url in asked), "it asks for", asked)
    page = Page(re.sub(r"<!DOCTYPE html>", "", found)).root
    rows = page.one("table", id="steps").one("tbody").all("tr")
    must(len(rows) == report["steps"] and not any("hidden" in r.attributes for r in rows), len(rows), "rows")
    boxes = page.one("svg", id="map").all("g", cls="buffer")
    must(len(boxes) == sum(not {"in", "region"} & set(b) for b in report["buffers"]), len(boxes), "rectangles")
    must(page.one("output").text() == f"{len(rows)} of {len(rows)} steps", "the script didn't run")
    must("hidden" not in page.one("p", id="search").attributes, "no field to filter with")


def browser_filters(onnx2c, folder):
    report, _, _ = compiled(onnx2c, folder, model_of("digits"))
    found, _ = browse(folder, os.path.join(folder, "out.html"), "#MaxPool%20f.9")
    page = Page(re.sub(r"<!DOCTYPE html>", "", found)).root
    rows = page.one("table", id="steps").one("tbody").all("tr")
    left = [row.all("td")[2].text() for row in rows if "hidden" not in row.attributes]
    must(left == ["/f/f.9/MaxPool"], left)
    must(page.one("output").text() == f"1 of {report['steps']} steps", page.one("output").text())
    bright = [g for g in page.one("svg", id="map").all("g", cls="buffer") if "off" not in g.attributes["class"]]
    must(len(bright) == 1 and "f_f_9_MaxPool" in bright[0].text(), len(bright))


def browser_takes_no_names_for_code(onnx2c, folder):
    compiled(onnx2c, folder, hostile_model(folder), "--dim", EVIL[1] + "=2")
    found, asked = browse(folder, os.path.join(folder, "out.html"))
    must(all(url.startswith(("file:", "chrome:", "data:")) for url in asked), "it asks for", asked)
    must(len(re.findall(r"<script", found)) == 1 and "<img" not in found, "elements of the model's")
    must(re.search(r"(\d+) of \1 steps", found), "the script didn't run")


# -- profile ---------------------------------------------------------------------------------------------------------


def profile_has_times(onnx2c, folder):
    paths = [os.path.join(folder, f"p.{end}") for end in ("html", "json")]
    done = subprocess.run(
        [onnx2c, "profile", model_of("digits"), "--report", paths[0], "--report", paths[1]],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    must(done.returncode == 0, done.stderr)
    page = Page(open(paths[0], encoding="utf-8").read()).root
    with open(paths[1], encoding="utf-8") as f:
        times = [1e3 * n["seconds"] for n in json.load(f)["nodes"]]
    printed = [float(line.split()[1]) for line in done.stdout.splitlines()[1:-1]]
    cells = [float(row.all("td")[4].text()) for row in page.one("table", id="steps").one("tbody").all("tr")]
    must(len(printed) == len(cells) == len(times) == 8 and printed == cells, printed, cells)
    must(all(abs(a - b) < 1e-4 for a, b in zip(printed, times)), printed, times)
    must("--weights" not in page.one("header").text(), "the form of weights that verify stands for")


if __name__ == "__main__":
    sys.exit(main(
        of_each(json_is_right, *MODELS),
        of_each(page_is_right, *MODELS),
        of_each(browser_shows_it, "srcnn", "bert_tiny"),
        regions_have_maps,
        tiles_are_no_nodes,
        largest_live_is_the_bound,
        page_asks_nobody,
        the_same_everywhere,
        report_without_c,
        names_are_only_text,
        browser_filters,
        browser_takes_no_names_for_code,
        profile_has_times,
    ))
