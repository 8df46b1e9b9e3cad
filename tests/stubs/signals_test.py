#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The names of signals are those of gdb's `info signals`."""
import ctypes
import os
import re
import sys

sys.dont_write_bytecode = True

import libjudge
import libtest
from libtest import equal

# Numbers without a place in gdb's list: "unknown" and "default".
UNLISTED = (143, 144)
LAST = 151  # of gdb 13


def main():
    library = ctypes.CDLL(os.path.join(os.path.dirname(libtest.CLI), "libgdbregs.so.0"))
    library.gdbregs_signal_name.restype = ctypes.c_char_p
    listing = libjudge.gdb("info signals").stdout
    names = re.findall(r"^([A-Z]\w+)\s+(?:Yes|No)\s", listing, re.M)
    numbers = [number for number in range(1, LAST + 1) if number not in UNLISTED]
    equal(len(names) >= len(numbers), True, "gdb's list is as long")
    for number, name in zip(numbers, names):
        equal(library.gdbregs_signal_name(number), name.encode(), f"signal {number}")
    for number in (-1, 0, *UNLISTED, LAST + 1, 2**31 - 1):
        equal(library.gdbregs_signal_name(number), None, f"signal {number}")
    libtest.finish("signals")


main()
