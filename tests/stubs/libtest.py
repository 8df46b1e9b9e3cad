# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests share: running gdbregs-cli, counting checks, the exit status."""
import json
import os
import shutil
import subprocess
import sys

import qemu
from qemu import DEADLINE_S
from rsp import wait_until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CLI = os.environ.get("GDBREGS_CLI") or os.path.join(ROOT, "build", "gdbregs-cli")

# Exit statuses of gdbregs-cli
DONE, DIFFERENT, USAGE, NO_CONNECTION, BAD_STUB, NO_REGISTER, NO_OUTPUT = range(7)

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
    """For a failure that leaves nothing to compare with: it is said once."""
    say(f"FAILED {reason}")
    sys.exit(1)


def skip(reason):
    say(f"skipped: {reason}")
    sys.exit(77)


def need(*binaries):
    for binary in (CLI, *binaries):
        if not shutil.which(binary):
            skip(f"{binary} is not there")


def selected(names):
    """The names on the command line, or all."""
    return sys.argv[1:] or names


class Result:
    def __init__(self, status, out, err):
        self.status = status
        self.out = out
        self.err = err

    def __repr__(self):
        return f"status {self.status}, stdout {brief(self.out)}, stderr {brief(self.err)}"


def run(*args, timeout=DEADLINE_S, stdout=subprocess.PIPE):
    """Run gdbregs-cli to its end. One that does not end is killed: status None."""
    process = subprocess.Popen([CLI, *args], stdin=subprocess.DEVNULL, stdout=stdout,
                               stderr=subprocess.PIPE, text=True,
                               preexec_fn=qemu.die_with_parent)
    try:
        out, err = process.communicate(timeout=timeout)
        return Result(process.returncode, out or "", err)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return Result(None, "", f"no end after {timeout} s")


def run_json(*args, timeout=DEADLINE_S):
    """Run it with --format json; its data, or None after a counted failure."""
    result = run(*args, "-f", "json", timeout=timeout)
    place = "gdbregs-cli " + args[0]
    if not check(result.status == DONE, place, result):
        return None
    try:
        return json.loads(result.out)
    except ValueError as error:
        check(False, place, f"no JSON: {error}: {brief(result.out)}")
        return None


def runs_again(machine, after):
    """QMP says the guest runs, soon; otherwise a counted failure, and it is made to.

    Where a session has failed, its last words are not answered: QEMU may take them
    when the tool has long ended.
    """
    ok = check(wait_until(machine.running, DEADLINE_S), "runs again",
               f"after {after}: QMP says {machine.status()}")
    if not ok:
        machine.cont()


def one_message(result, place):
    """Messages are lines that begin with the program's name, and nothing is left unsaid."""
    lines = result.err.splitlines()
    check(lines and all(line.startswith("gdbregs-cli: ") for line in lines), place,
          f"messages: {brief(result.err)}")
