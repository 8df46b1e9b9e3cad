# SPDX-License-Identifier: LGPL-2.1-or-later
"""A terminal for tests: runs the tool on a pty and keeps the contents of its screen.

It understands the codes that the tool sends, and fails at any other code.
"""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from clitest import DEADLINE_S, command, equal

CODE = re.compile("\x1b\\[([0-9;?]*)([a-zA-Z])")


class Screen:
    """The contents of a terminal: two screens, a cursor, and attributes of each character."""

    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.main, self.other = self.blank(), self.blank()
        self.alternate = self.hidden = False
        self.row = self.column = 0
        self.saved = (0, 0)
        self.style = self.cut = ""
        self.wrap = True

    def blank(self):
        return [[(" ", "")] * self.columns for _ in range(self.rows)]

    @property
    def cells(self):
        return self.other if self.alternate else self.main

    def lines(self):
        """Returns the rows of the screen as text, without empty rows at the end."""
        shown = ["".join(c for c, _ in row).rstrip() for row in self.cells]
        while shown and not shown[-1]:
            shown.pop()
        return shown

    def styled(self, style):
        """Returns the runs of characters with that attribute."""
        return [part for row in self.cells
                for part in re.findall("[^\0]+", "".join(c if style in s.split(",") else "\0" for c, s in row))]

    def resize(self, rows, columns):
        self.__init__(rows, columns)
        self.alternate = self.hidden = True

    def feed(self, text):
        text, self.cut = self.cut + text, ""
        at = 0
        while at < len(text):
            if re.fullmatch("\x1b(\\[[0-9;?]*)?", text[at:]):
                self.cut = text[at:]  # the rest comes with the next input
                return
            found = CODE.match(text, at)
            if found:
                self.control(found[1], found[2])
                at = found.end()
                continue
            self.put(text[at])
            at += 1

    def control(self, arguments, letter):
        if letter == "h" or letter == "l":
            self.mode(arguments, letter == "h")
        elif letter == "m":
            self.style = self.style + arguments + "," if arguments != "0" else ""
        elif letter == "H":
            place = [int(n) - 1 for n in arguments.split(";")] if arguments else [0, 0]
            self.row, self.column = place
            assert self.row < self.rows, f"row {self.row} of {self.rows}"
        elif letter == "J" and arguments == "2":
            self.cells[:] = self.blank()
        elif letter == "J" and not arguments:
            self.cells[self.row:] = self.blank()[self.row:]
        elif letter == "K" and not arguments:
            self.cells[self.row][self.column:] = [(" ", "")] * (self.columns - self.column)
        else:
            raise AssertionError(f"unknown code {arguments}{letter}")

    def mode(self, which, on):
        if which == "?1049" and on != self.alternate:
            self.row, self.column, self.saved = *self.saved, (self.row, self.column)
            self.alternate = on
        elif which == "?1049":
            assert on, "the alternate screen is left twice"
        elif which == "?25":
            self.hidden = not on
        elif which == "?7":
            self.wrap = on
        else:
            raise AssertionError(f"unknown mode {which}")

    def put(self, character):
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self.row += 1
            if self.row == self.rows:
                self.cells[:] = self.cells[1:] + [self.blank()[0]]
                self.row -= 1
        else:
            assert character >= " ", repr(character)
            assert self.column < self.columns or self.wrap, "a line is wider than the terminal"
            if self.column == self.columns:
                self.put("\r")
                self.put("\n")
            self.cells[self.row][self.column] = (character, self.style)
            self.column += 1


class Terminal:
    """Runs the tool with a terminal as stdin, stdout and controlling terminal."""

    def __init__(self, *args, rows=24, columns=80, env=None, prefix=()):
        self.screen = Screen(rows, columns)
        self.master, slave = pty.openpty()
        self.size(rows, columns)
        self.modes = termios.tcgetattr(slave)
        self.slave = slave
        environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        environment.update({"TERM": "xterm", **(env or {})})
        self.process = subprocess.Popen(
            [*prefix, *command(*args)], stdin=slave, stdout=slave, stderr=subprocess.PIPE,
            env=environment, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.shown = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()
        for fd in (self.master, self.slave):
            os.close(fd)

    def size(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows, columns):
        self.screen.resize(rows, columns)
        self.size(rows, columns)

    def type(self, keys):
        os.write(self.master, keys.encode())

    def read(self, seconds):
        """Process what has arrived. Returns False if there was nothing."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        data = os.read(self.master, 65536).decode()
        self.shown += data
        self.screen.feed(data)
        return True

    def until(self, condition, what):
        deadline = time.monotonic() + DEADLINE_S
        while not condition(self.screen):
            assert time.monotonic() < deadline, f"not shown: {what}\n" + "\n".join(self.screen.lines())
            self.read(0.05)

    def until_shown(self, text):
        self.until(lambda screen: text in "\n".join(screen.lines()), text)
        while self.read(0.02):  # the rest of the frame
            pass

    def end(self, status=0):
        """Wait until the tool has ended. The terminal must be as before. Returns its stderr."""
        deadline = time.monotonic() + DEADLINE_S
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it does not end: {self.state()}"
            self.read(0.05)
        while self.read(0):
            pass
        equal(self.process.returncode, status)
        self.is_given_back()
        return self.process.stderr.read().decode()

    def state(self):
        """Returns the state of the process and its screen, for a message."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            lines = [line for line in file if re.match("State|Sig|Shd", line)]
        with open(f"/proc/{self.process.pid}/wchan", encoding="ascii") as file:
            return f"{file.read()}\n{''.join(lines)}" + "\n".join(self.screen.lines())

    def is_given_back(self):
        equal((self.screen.alternate, self.screen.hidden, self.screen.wrap), (False, False, True))
        equal(termios.tcgetattr(self.slave)[3], self.modes[3], "modes of the keyboard")
