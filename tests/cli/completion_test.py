#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Completion in bash, zsh and fish: each shell is asked what it offers."""

import os
import pty
import re
import select
import shutil
import subprocess
import time

from clitest import CLI, ROOT, equal, main, read, test, wait_until, write

HERE = os.path.join(ROOT, "cli", "completion")
ENVIRONMENT = {"PATH": os.path.dirname(CLI) + ":" + os.environ["PATH"], "HOME": "/nonexistent",
               "TERM": "dumb", "LC_ALL": "C", "GDBREGS_XML_DIR": os.path.join(ROOT, "xml")}
TDESC = """<target><feature name="org.example.one"><enum id="modes" size="4"><evalue name="user" value="0"/>
<evalue name="usage" value="1"/><evalue name="kernel" value="2"/></enum><flags id="parts" size="4">
<field name="first" start="0" end="0"/><field name="fourth" start="4" end="4"/>
<field name="mode" start="5" end="6" type="modes"/></flags>
<reg name="alpha" bitsize="32"/><reg name="alpine" bitsize="32"/><reg name="beta" bitsize="32" type="parts"/>
</feature></target>"""
SNAPSHOT = """{"format":"gdbregs-snapshot","version":1,"targets":[{"target":"a","vcpus":[
{"vcpu":0,"thread":null,"name":null,"architecture":null,"byte_order":null,"registers":[
{"name":"gamma","feature":null,"bits":8,"type":"int","bytes":"00"}]}]}]}"""

# A line up to the cursor, and the words offered for its last word. DIR contains the files above.
CASES = [
    ("gdbregs-cli du", {"dump"}),
    ("gdbregs-cli dump --on-e", {"--on-exit"}),
    ("gdbregs-cli dump --on-exit r", {"restore", "resume"}),
    ("gdbregs-cli list --arch nio", {"nios2"}),
    ("gdbregs-cli list --tdesc DIR/t.xml al", {"alpha", "alpine"}),
    ("gdbregs-cli write --tdesc DIR/t.xml be", {"beta="}),
    ("gdbregs-cli write --tdesc DIR/t.xml beta.fir", {"beta.first="}),
    ("gdbregs-cli read --tdesc DIR/t.xml beta.f", {"beta.first", "beta.fourth"}),
    ("gdbregs-cli read --as flo", {"float"}),
    ("gdbregs-cli trace --gtk", {"--gtkw"}),
    ("gdbregs-cli trace --tdesc DIR/t.xml --until beta.fi", {"beta.first="}),
    ("gdbregs-cli trace --tdesc DIR/t.xml --if=beta.fou", {"--if=beta.fourth="}),
    ("gdbregs-cli expect --tdesc DIR/t.xml beta.f", {"beta.first=", "beta.fourth="}),
    ("gdbregs-cli expect --tdesc DIR/t.xml alpha=1,beta.mo", {"alpha=1,beta.mode="}),
    ("gdbregs-cli expect --tdesc DIR/t.xml beta.mode=us", {"beta.mode=user", "beta.mode=usage"}),
    ("gdbregs-cli trace --arch x86-64 --until eflags.I", {"eflags.ID=", "eflags.IF=", "eflags.IOPL="}),
    ("gdbregs-cli trace -f v", {"vcd"}),
    ("gdbregs-cli dump -f v", set()),
    ("gdbregs-cli trace --break 0x", set()),
    ("gdbregs-cli diff DIR/snap.json DIR/snap.json ga", {"gamma"}),
    ("gdbregs-cli list --tdesc DIR/t.x", {"DIR/t.xml"}),
    ("gdbregs-cli vcpus --stri", set()),
    ("gdbregs-cli read -t 127.0.0.1:1 r", set()),
]


def run(argv, text=None):
    done = subprocess.run(argv, input=text, env=ENVIRONMENT, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout


def bash_offers(line):
    script = f"source {HERE}/gdbregs-cli.bash\nCOMP_LINE=$1 COMP_POINT=${{#1}}\n" \
             "_gdbregs_cli\nprintf '%s\\n' \"${COMPREPLY[@]}\""
    return {word for word in run(["bash", "-c", script, "bash", line]).split("\n") if word}


def fish_offers(line):
    script = f"source {HERE}/gdbregs-cli.fish\ncomplete -C '{line}'"
    return {word.split("\t")[0] for word in run(["fish", "-c", script]).split("\n") if word}


def read_until(terminal, pattern, limit_s=30):
    text, end = "", time.monotonic() + limit_s
    while not re.search(pattern, text) and time.monotonic() < end:
        if select.select([terminal], [], [], 0.5)[0]:
            text += os.read(terminal, 65536).decode(errors="replace")
    assert re.search(pattern, text), text
    return text


class Zsh:
    """A zsh on a terminal. A key lists the words that are offered, between two marks."""

    def __init__(self):
        self.marks = 0
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.execvpe("zsh", ["zsh", "-f", "-i"], ENVIRONMENT)
        self.send(f"PS1='READY> '; fpath=({HERE} $fpath); autoload -Uz compinit; compinit -u -D\n"
                  "zstyle ':completion:*' list-colors\n"
                  "compadd() { local -a found; builtin compadd -O found \"$@\"\n"
                  "print -l -- '<<<' $found '>>>' >>$OUT; builtin compadd \"$@\"; }\n"
                  "unsetopt prompt_cr prompt_sp; echo DO''NE\n")
        read_until(self.terminal, "DONE")

    def is_idle(self):
        """A completion that takes long offers nothing."""
        quiet = 0
        while quiet < 4 and not select.select([self.terminal], [], [], 0.5)[0]:
            quiet += 1
        if quiet < 4:
            os.read(self.terminal, 65536)
        return quiet == 4

    def send(self, text):
        os.write(self.terminal, text.encode())

    def offers(self, line, out):
        self.marks += 1
        self.send(f"OUT={out}; : >$OUT; echo SE''T-{self.marks}\n")
        read_until(self.terminal, f"SET-{self.marks}\\s")
        # zsh stops a completion if keys are typed ahead of it.
        self.send(line + "\t")
        wait_until(lambda: read(out).count("<<<") > 0 or self.is_idle(), "zsh completes")
        self.send(f"\x15echo FINI''SHED-{self.marks}\n")
        read_until(self.terminal, f"FINISHED-{self.marks}\\s")
        with open(out, encoding="utf-8") as file:
            return {word for word in file.read().split("\n") if word not in ("", "<<<", ">>>")}

    def end(self):
        os.close(self.terminal)
        os.waitpid(self.process, 0)


def each(directory, offers, shell):
    write(os.path.join(directory, "t.xml"), TDESC)
    write(os.path.join(directory, "snap.json"), SNAPSHOT)
    for line, expected in CASES:
        found = offers(line.replace("DIR", directory))
        expected = {word.replace("DIR", directory) for word in expected}
        if shell == "zsh":
            # zsh offers a file by its name, and the folders above it one by one.
            found = {os.path.basename(word) for word in found} - set(directory.split("/"))
            expected = {os.path.basename(word) for word in expected}
        if shell == "bash":
            # zsh replaces the text after the last separator.
            shared = len(re.match(r"(.*[:=])?", line.replace("DIR", directory).split(" ")[-1])[0])
            expected = {word[shared:] for word in expected}
        equal(found, expected, f"{shell}: {line}")


def needs(shell):
    if shutil.which(shell):
        return True
    print(f"{shell} is not installed: its completion was not tried")
    return False


@test
def bash(directory):
    each(directory, bash_offers, "bash")


@test
def fish(directory):
    if needs("fish"):
        each(directory, fish_offers, "fish")


@test
def zsh(directory):
    if not needs("zsh"):
        return
    shell = Zsh()
    try:
        each(directory, lambda line: shell.offers(line, os.path.join(directory, "out")), "zsh")
    finally:
        shell.end()


if __name__ == "__main__":
    main()
