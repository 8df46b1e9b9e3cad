# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads gdb's listings of registers, `maint print raw-registers` and `remote-registers`.

gdb's Python interface (13 to 18) gives neither the stub's numbers of registers nor the
values of those that gdb hides. Up to gdb 15 a row begins with a blank. From gdb 16 on
it does not, the columns are as wide as their contents, and blanks or the column
"Expedited" follow.
"""
import re

# Name, Nr, Rel, Offset, Size, Type. The type's name may hold blanks. An empty register
# name is written ''.
START = r" ?(?P<name>\S+) +(?P<nr>\d+) +-?\d+ +\d+ +\d+ +(?:.*?\s)??"
RAW = re.compile(START + r"(?P<value>0x[0-9a-f]+|<unavailable>|<invalid>)\s*")
REMOTE = re.compile(START + r"(?P<remote>\d+) +(?P<offset>\d+)(?: +yes)?\s*")


def raw_row(line):
    """(name, gdb's number, value as gdb writes it or None where it has none); None if
    `line` is no such row."""
    row = RAW.fullmatch(line)
    if not row:
        return None
    value = row["value"]
    return row["name"], row["nr"], value if value.startswith("0x") else None


def remote_row(line):
    """(name, gdb's number, the stub's number); None if `line` is not a row of a register
    that the stub has."""
    row = REMOTE.fullmatch(line)
    return row and (row["name"], row["nr"], row["remote"])


def read(row_of, listing):
    """All rows of a listing. Raises ValueError if the layout of the listing is not known."""
    found = list(filter(None, map(row_of, listing.splitlines())))
    if not found:
        raise ValueError("gdb lists registers in an unknown layout:\n"
                         + "\n".join(listing.splitlines()[:3]))
    return found
