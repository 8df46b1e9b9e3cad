# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests as functions. A test stops at its first failure, and the others run nevertheless.

    @test
    def name(directory):        # an empty directory of its own

    main()                      # names as arguments run only these

tests/stubs/libtest.py counts checks instead, because they depend on what a stub can do.
"""
import os
import shutil
import sys
import tempfile
import traceback

from tool import skip

tests = []


def test(function):
    """main() runs every function with this mark, in a directory of its own."""
    tests.append(function)
    return function


def equal(found, expected, what=""):
    assert found == expected, f"{what}\nfound    {found!r}\nexpected {expected!r}"


def contains(text, part):
    assert part in text, f"{part!r} is not in\n{text}"


def fails(function, *arguments, says=""):
    """Require that the call fails an assertion with such a message."""
    try:
        function(*arguments)
    except AssertionError as error:
        contains(str(error), says)
        return
    raise AssertionError(f"{function.__name__}{arguments} does not fail")


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def run_one(function):
    directory = tempfile.mkdtemp(prefix="gdbregs-test-")
    try:
        function(directory)
        print(f"ok   {function.__name__}")
        return True
    except Exception:  # pylint: disable=broad-except
        print(f"FAIL {function.__name__}")
        traceback.print_exc(file=sys.stdout)
        return False
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def main(*programs):
    """Run the tests, or skip them if one of the programs was not built."""
    # Keep the output in order with that of other processes.
    sys.stdout.reconfigure(line_buffering=True)
    for program in programs:
        if not os.access(program, os.X_OK):
            skip(f"needs {program}: make builds it")
    wanted = sys.argv[1:]
    chosen = [t for t in tests if not wanted or t.__name__ in wanted]
    failed = [t.__name__ for t in chosen if not run_one(t)]
    print(f"{len(chosen) - len(failed)} of {len(chosen)} passed")
    sys.exit(1 if failed or not chosen else 0)
