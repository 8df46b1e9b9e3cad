# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shared by all tests in Python: where things are, the tool run to its end, waiting.

tests/testcase.py adds tests that stop at their first failure, tests/stubs/libtest.py
adds checks that are counted.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CLI = os.environ.get("GDBREGS_CLI") or os.path.join(ROOT, "build", "gdbregs-cli")
FAKE = os.environ.get("GDBREGS_FAKESTUB") or os.path.join(
    os.path.dirname(CLI), "tests", "fakestub", "fakestub")
WRAPPER = os.environ.get("GDBREGS_CLI_WRAPPER", "").split()

# The time limit of everything that is fast on an idle machine.
DEADLINE_S = 60

# Exit statuses of gdbregs-cli, see gdbregs-cli(1).
DONE, DIFFERENT, USAGE, NO_CONNECTION, BAD_STUB, NO_REGISTER, NO_OUTPUT = range(7)

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1


def die_with_parent():
    """In the child, before exec: the kernel kills it when its parent ends."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def skip(reason):
    """End the test: it cannot run here."""
    print(f"skipped: {reason}", flush=True)
    sys.exit(77)


def command(*args):
    """The command line of the tool."""
    return WRAPPER + [CLI] + [str(arg) for arg in args]


class Result:
    """How a run of the tool ended. A status of None means that it was killed."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def __repr__(self):
        return f"status {self.status}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


def finish(process, timeout=DEADLINE_S):
    """Wait until the process has ended, or kill it."""
    try:
        out, err = process.communicate(timeout=timeout)
        return Result(process.returncode, out or "", err)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return Result(None, "", f"no end after {timeout} s")


def start(*args, **more):
    """Start the tool, with pipes for its output."""
    more.setdefault("stdin", subprocess.DEVNULL)
    more.setdefault("stdout", subprocess.PIPE)
    return subprocess.Popen(command(*args), stderr=subprocess.PIPE, errors="replace", **more)


def run(*args, timeout=2 * DEADLINE_S, env=None, **more):
    """Run the tool to its end."""
    environment = dict(os.environ, TERM="xterm", **(env or {}))
    more.setdefault("preexec_fn", die_with_parent)
    return finish(start(*args, env=environment, **more), timeout)


def poll(condition, timeout_s):
    """Call condition() until it is true, or the time is over. Returns its last value."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return value
