# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shared by the tests on real stubs: running gdbregs-cli, compiling, counting checks."""
import json
import os
import shutil
import subprocess
import sys

import qemu  # noqa: F401: the path of tool
from tool import (BAD_STUB, CLI, DEADLINE_S, DIFFERENT, DONE, NO_CONNECTION,  # noqa: F401
                  NO_OUTPUT, NO_REGISTER, ROOT, USAGE, Result, die_with_parent, poll, run, skip,
                  start)

checks = 0
failures = 0
SHOWN_PER_PLACE = 5
shown = {}


def say(text):
    print(text, flush=True)


def check(condition, place, text=""):
    """Count one check; `place` names it, at most a few of one place are printed."""
    global checks, failures
    checks += 1
    if not condition:
        failures += 1
        shown[place] = shown.get(place, 0) + 1
        if shown[place] <= SHOWN_PER_PLACE:
            say(f"FAILED {place}: {text}")
        elif shown[place] == SHOWN_PER_PLACE + 1:
            say(f"FAILED {place}: … and more")
    return bool(condition)


def equal(got, expected, place):
    return check(got == expected, place, f"got {brief(got)}, expected {brief(expected)}")


def brief(value):
    text = repr(value)
    return text if len(text) < 200 else text[:200] + "…"


def finish(name):
    """Print the sum and end with the test's status."""
    say(f"{name}: {checks} checks, {failures} failed")
    sys.exit(1 if failures or not checks else 0)


def give_up(reason):
    """End with a failure after which nothing can be compared."""
    say(f"FAILED {reason}")
    sys.exit(1)


def need(*binaries):
    for binary in (CLI, *binaries):
        if not shutil.which(binary):
            skip(f"{binary} is not there")


def compile_c(directory, source, *flags):
    """Compile a C file, or the text of one, with the library. Returns the program's path."""
    path = source
    if not source.endswith(".c"):
        path = os.path.join(directory, "program.c")
        with open(path, "w") as file:
            file.write(source)
    program = os.path.join(directory, os.path.basename(path)[:-2])
    library = os.path.dirname(CLI)
    packages = subprocess.check_output(["pkg-config", "--cflags", "--libs", "libuv"], text=True)
    subprocess.run([*os.environ.get("CC", "cc").split(), "-std=c11", "-Wall", "-Wextra", "-Werror",
                    *flags, "-I", os.path.join(ROOT, "include"), "-o", program, path,
                    os.path.join(library, "libgdbregs.so.0"), "-Wl,-rpath," + library,
                    *packages.split()], check=True)
    return program


def selected(names):
    """The names on the command line, or all."""
    return sys.argv[1:] or names


def started(machine, *args, **more):
    """The tool at work on a machine; finish() waits for its end."""
    return start(*args, "-t", machine.address, preexec_fn=die_with_parent, **more)


def run_json(*args, timeout=DEADLINE_S):
    """Run the tool with --format json. Returns its data, or None after a counted failure."""
    result = run(*args, "-f", "json", timeout=timeout)
    place = "gdbregs-cli " + args[0]
    if not check(result.status == DONE, place, result):
        return None
    try:
        return json.loads(result.out)
    except ValueError as error:
        check(False, place, f"no JSON: {error}: {brief(result.out)}")
        return None


def json_lines(result):
    """The objects of JSON lines."""
    return [json.loads(line) for line in result.out.splitlines()]


def absent(row):
    """Returns true, after saying why, if a row of a table (a target, a stub) cannot be tried."""
    reason = row.missing()
    if reason:
        say(f"{row.name}: not tried: {reason}")
    return bool(reason)


def runs_again(machine, after):
    """Check by QMP that the guest runs again soon. If it does not, resume it.

    A session that has failed does not wait for the replies to its last packets: QEMU may
    read them after the tool has ended.
    """
    ok = check(poll(machine.running, DEADLINE_S), "runs again",
               f"after {after}: QMP says {machine.status()}")
    if not ok:
        machine.cont()


def one_message(result, place):
    """Check that there is a message, and that each line begins with the program's name."""
    lines = result.err.splitlines()
    check(lines and all(line.startswith("gdbregs-cli: ") for line in lines), place,
          f"messages: {brief(result.err)}")
