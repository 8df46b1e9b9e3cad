#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 600
"""Stubs that stay within every default limit and use each up: whatever the command,
the tool takes at most 256 MiB, all in all."""
from hostile import Run, Stub, main, test

MOST_MIB = 256

COMMANDS = (
    "vcpus", "list", "list -f csv", "list -j", "read", "dump", "dump -j", "dump -f csv", "xml",
    "watch -n 1", "watch -n 1 -f jsonl", "watch -n 1 -f csv", "trace -n 1", "trace -n 1 -f vcd",
    "trace -n 1 -f jsonl", "where", "write r1=1", "monitor help", "packet g")


def try_commands(commands, answers, documents):
    """The largest of the commands, in MiB."""
    most = 0
    for command in commands:
        with Stub(answers, documents) as stub, open("/dev/null", "wb") as nowhere:
            result = Run(*command.split(), "--timeout", 60, "-t", stub.target, stdout=nowhere, limit_s=200)
        print(f"  {command}: status {result.status}, {result.cpu_seconds:.1f} s, {result.rss_mib:.0f} MiB")
        assert result.status >= 0, result
        assert result.rss_mib < MOST_MIB, result
        most = max(most, result.rss_mib)
    print(f"  at most {most:.0f} MiB")


@test
def long_names(_):
    """The most registers, in a feature with the longest name."""
    registers = "".join(f"<reg name='r{n}' bitsize='8'/>" for n in range(131_072))
    text = f"<target><feature name='{'f' * 1024}'>{registers}</feature></target>"
    try_commands(COMMANDS, {"p": "E01", "vCont": "T05thread:p01.01;"}, {"target.xml": text.encode()})


if __name__ == "__main__":
    main()
