# SPDX-License-Identifier: LGPL-2.1-or-later
"""Everything that the tests expect only of some versions of QEMU.

Each entry has the first version that it holds from, and holds until the next one. There is
no entry for the contents of a description (registers, their number, names that occur
twice) or for registers without a value: these are compared as they are served.
"""
import functools
import re
import shutil
import subprocess

SINCE = {
    # How many registers of the shipped description the monitor prints
    ("monitor", "hppa"): {(7, 2): 43, (10, 0): 120},
    # Targets that are gone
    ("gone", "nios2"): {(9, 1): "QEMU has no nios2 since 9.1"},
    ("gone", "cris"): {(9, 2): "QEMU has no cris since 9.2"},
    ("gone", "microblazeel"): {(11, 1): "QEMU has no microblazeel since 11.1; the stub of "
                                        "microblaze is big-endian, the machine's "
                                        "endianness=little or not"},
}


def expected(what, name, version, default=None):
    """The newest entry that is not newer than `version`, (major, minor) or None."""
    table = SINCE.get((what, name), {})
    held = [since for since in table if version and since <= version]
    return table[max(held)] if held else default


@functools.lru_cache(maxsize=None)
def installed(binary="qemu-system-x86_64"):
    """(major, minor) of a QEMU; None where it is not installed."""
    if not shutil.which(binary):
        return None
    text = subprocess.run([binary, "--version"], capture_output=True, text=True,
                          check=True).stdout
    return tuple(map(int, re.search(r"version (\d+)\.(\d+)", text).groups()))
