# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs inside gdb-multiarch, started by stubs.py: connects to a stub, reads all raw
registers of its first thread, steps, and prints both as JSON.

GDBNAMES in the environment is JSON: {"address", "order", "architecture" or null,
"description" or null, "steps"}. Printed: {"registers": {name: bytes in target order, or
null}, "steps": [pc after each step]}.
"""
import json
import os
import sys

import gdb

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import liblisting


def quiet(command):
    return gdb.execute(command, to_string=True)


def target_bytes(text, order):
    if text is None:
        return None
    raw = bytes.fromhex(text[2:])
    return (raw[::-1] if order == "little" else raw).hex()


def pc():
    return int(gdb.parse_and_eval("(unsigned long long)$pc"))


def main():
    question = json.loads(os.environ["GDBNAMES"])
    for command in ("set pagination off", "set confirm off", "set width 0",
                    "set auto-load off", "set sysroot /nowhere",
                    "set remotetimeout 20", "set endian " + question["order"]):
        quiet(command)
    if question["architecture"]:
        quiet("set architecture " + question["architecture"])
    if question["description"]:
        quiet("set tdesc filename " + question["description"])
    quiet("target remote " + question["address"])
    rows = liblisting.read(liblisting.raw_row, quiet("maint print raw-registers"))
    answer = {"registers": {name: target_bytes(value, question["order"])
                            for name, _, value in rows if name != "''"}, "steps": []}
    for _ in range(question["steps"]):
        quiet("stepi")
        answer["steps"].append(pc())
    print("ANSWER " + json.dumps(answer), flush=True)


try:
    main()
    status = 0
except Exception as error:  # whatever it was, the test says it
    print("gdb:", error, flush=True)
    status = 1
# No detaching: some stubs let the program run, others end.
os._exit(status)
