"""What must come of a model, whatever it is: C that compiles without a warning, or a message that names the file."""

import hashlib
import os
import re
import resource
import subprocess
import tempfile

from mutate import open_sizes

SECONDS = 5  # of the processor's time
MEGABYTES = 1024
REPORT = re.compile(r"AddressSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|: runtime error: |internal error")
SANITIZERS = {
    "ASAN_OPTIONS": f"hard_rss_limit_mb={MEGABYTES}:quarantine_size_mb=4:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
}


class Checker:
    """every: of the C files, how many are built with optimisation, too: flow is what many warnings need."""

    def __init__(self, onnx2c, cc, every=20):
        self.onnx2c, self.cc, self.every = os.path.abspath(onnx2c), cc, every
        self.seen = set()

    def failure(self, data):
        """What is wrong, in words that are the same for the same fault; None if nothing is."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "m.onnx")
            with open(path, "wb") as f:
                f.write(data)
            return self.failure_in(folder, open_sizes(data))

    def failure_in(self, folder, options):
        command = [self.onnx2c, "m.onnx", "-o", "out.c", "--header", "out.h", *options]
        if any("\0" in word for word in command):
            return None
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, **SANITIZERS},
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS)),
                timeout=60 * SECONDS,
            )
        except subprocess.TimeoutExpired:
            return "hangs, and not for want of a processor"
        err = done.stderr.decode(errors="replace")
        return fault_of(done.returncode, err) or self.fault_of_files(folder, done.returncode)

    def fault_of_files(self, folder, status):
        out = os.path.join(folder, "out.c")
        if status == 1:
            left = sorted(set(os.listdir(folder)) - {"m.onnx"})
            return f"files are left: {left}" if left else None
        with open(out, "rb") as f:
            text = f.read()
        # Below the title, which has the options and the model's hash.
        code = hashlib.sha256(text[text.find(b"#include") :]).digest()
        if code in self.seen:
            return None
        self.seen.add(code)
        how = ["-O2", "-c", "-o", "/dev/null"] if code[0] * 256 + code[1] < 65536 // self.every else ["-fsyntax-only"]
        command = [*self.cc, "-std=c99", "-Wall", "-Wextra", "-Werror", *how, "out.c"]
        built = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = re.search(r"(error|warning): .*", built.stdout.decode(errors="replace"))
        return f"C that doesn't compile clean: {said[0] if said else built.returncode}" if built.returncode else None


def fault_of(status, err):
    """By its exit status and its words."""
    lines = err.splitlines()
    if "hard rss limit exhausted" in err:
        return f"more than {MEGABYTES} MB"
    report = next((line for line in lines if REPORT.search(line)), None)
    if report:
        frame = re.search(r"#\d+ 0x\w+ in (\w+) .*compiler/", err)
        words = re.sub(r"0x\w+|==\d+==|\d+", "", report.split("runtime error:")[-1])
        return f"{words.strip()}" + (f" in {frame[1]}" if frame else "")
    if status in (-24, -9):
        return f"more than {SECONDS} s"
    if status not in (0, 1):
        return f"exit status {status}"
    return fault_of_messages(status, lines)


def fault_of_messages(status, lines):
    errors = [line for line in lines if line.startswith("onnx2c: error: ")]
    strange = [line for line in lines if not line.startswith(("onnx2c: error: ", "onnx2c: warning: "))]
    if strange:
        return f"a line that is no message: {strange[0]}"
    if status == 0 and errors:
        return f"an error, but exit status 0: {errors[0]}"
    if status == 1 and not errors:
        return "exit status 1 without a reason"
    nameless = [line for line in errors if "m.onnx" not in line]
    return f"a message that doesn't name the file: {nameless[0]}" if nameless else None
