# SPDX-License-Identifier: LGPL-2.1-or-later
"""Instructions of the library for a register read, counted by callgrind.

The program `ours` contains the library's code; libuv and libc are shared objects.
callgrind counts while bench_measured() runs. Own instructions are those at source
lines of lib/. Those of libuv (polling, read, write) and libc (memchr, malloc, ...) are
counted separately, and so are those of lib/uv/spin.c, which waits for the stub. (The
clock that it reads is libuv's.)
"""
import os
import re
import subprocess
import tempfile

import libbench


def costs(path):
    """Returns the own cost by (object, source file, function) in a callgrind output file."""
    names, result = {}, {}
    here = {"ob": "", "fl": "", "fn": ""}
    inclusive = False
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            found = re.match(r"(c?)(ob|fl|fi|fe|fn|fl)=(?:\((\d+)\))?\s*(.*)", line)
            if found:
                called, kind, number, name = found.groups()
                space = "file" if kind[0] == "f" and kind != "fn" else kind
                name = names.setdefault((space, number), name) if number else name
                if not called:
                    here["fl" if space == "file" else kind] = name
            elif line.startswith("calls="):
                inclusive = True
            elif re.match(r"[+\-*\d]", line):
                if not inclusive:
                    key = (here["ob"], here["fl"], here["fn"])
                    result[key] = result.get(key, 0) + int(line.split()[-1])
                inclusive = False
    return result


def count(address, workload, rounds):
    """Returns instructions per register: own, waiting, libuv, libc; and those of each function."""
    with tempfile.TemporaryDirectory(prefix="gdbregs-bench.") as directory:
        out = os.path.join(directory, "callgrind.out")
        argv = ["valgrind", "-q", "--tool=callgrind", "--toggle-collect=bench_measured*",
                f"--callgrind-out-file={out}", libbench.program("ours"), address, workload,
                str(rounds)]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr.strip()[-300:])
        reads = rounds * libbench.fields(done.stdout)["registers"]
        table = costs(out)
    library = sum(n for (_, file, _), n in table.items() if in_library(file))
    waiting = sum(n for (_, file, _), n in table.items() if waits(file))
    libuv = sum(n for (ob, _, _), n in table.items() if "libuv" in ob)
    rest = sum(n for (ob, file, _), n in table.items()
               if "libuv" not in ob and not in_library(file)
               and not waits(file) and "tests/bench" not in file)
    return library / reads, waiting / reads, libuv / reads, rest / reads, by_function(table, reads)


def in_library(file):
    folder = os.path.basename(os.path.dirname(os.path.dirname(file)))
    return folder == "lib" and "/usr/" not in file and not waits(file)


def waits(file):
    return os.path.basename(file) == "spin.c"


def by_function(table, reads):
    functions = {}
    for (_, file, function), n in table.items():
        if in_library(file):
            functions[function] = functions.get(function, 0) + n / reads
    return sorted(functions.items(), key=lambda item: -item[1])
