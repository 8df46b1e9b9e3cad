#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lists of threads and stop replies that break the rules, as gdb and gdbregs-cli read them."""
import json
import os
import re
import sys

sys.dont_write_bytecode = True

import libjudge
import libtest
from libtest import BAD_STUB, DONE, check, equal, run, say
from rsp import canonical

sys.path.append(os.path.join(libtest.ROOT, "tests", "cli"))
import scriptstub

# The registers that gdb needs on riscv, in gdb's order.
NAMES = ("zero ra sp gp tp t0 t1 t2 fp s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 "
         "t3 t4 t5 t6 pc").split()
DESCRIPTION = scriptstub.TARGET.format("".join(map(scriptstub.register_text, NAMES)))
STOP = "T05thread:1;"
# The reply to qfThreadInfo, the stop reply, the threads of gdb, and those of gdbregs-cli where
# they are not gdb's; None if the reply is refused.
REPLIES = [
    ("m1,2", STOP, "1 2"), ("m1,2,", STOP, "1 2"), ("m1;2", STOP, "1"), ("m1,2:", STOP, "1 2"),
    ("m1:2", STOP, "1"), ("m1,,2", STOP, "1 2"), ("m-1", STOP, "1"), ("m", STOP, "1"),
    ("m00000000000000000002,1", STOP, "1 2"),
    ("m1,2", "T0501;thread:1;", "1 2"), ("m1,2", "T05;thread:2;", "1 2"),
    ("m1,2", "T05thread:;", "1 2"), ("m1,2", "S05;", "1 2"),
    # gdb ends the list at a blank.
    ("m 1,2", STOP, "1", "1 2"), ("m1, 2", STOP, "1", "1 2"), ("m1 ,2", STOP, "1", "1 2"),
    # gdb takes the low digits, or ends the list.
    ("m10000000000000002,1", STOP, "1 2", None), ("m1,x", STOP, "1", None),
    ("m1,-1", STOP, "1", None),
    ("m1,2", "T05thread:2;01;", None, None), ("m1,2", "T05thread:x;", None, None),
    ("m1,2", "T05thread:2 ;", None, None),
]


def by_gdb(stub):
    out = libjudge.gdb(*libjudge.connect(stub.target, "little"), "info threads").stdout
    return re.findall(r"^[* ] +\d+ +Thread (\S+)", out, re.M)


def ours(stub):
    result = run("dump", "ra", "-t", stub.target, "-f", "json")
    if not check(result.status in (DONE, BAD_STUB), "dump", result) or result.status == BAD_STUB:
        return []
    vcpus = {canonical(vcpu["thread"]): vcpu["registers"][0]["bytes"]
             for vcpu in json.loads(result.out)["targets"][0]["vcpus"]}
    equal(vcpus, {thread: stub.values[thread][1].hex() for thread in vcpus}, "values")
    return list(vcpus)


def main():
    libtest.need(libjudge.GDB or "gdb-multiarch")
    scriptstub.NAMES = NAMES
    for threads, stop, gdbs, *others in REPLIES:
        place = f"{threads} {stop}"
        with scriptstub.ScriptStub({"qfThreadInfo": threads}, stop=stop, threads=("1", "2"),
                                   description=DESCRIPTION) as stub:
            equal(sorted(by_gdb(stub)), (gdbs or "").split(), f"{place}: gdb")
            equal(sorted(ours(stub)), ((others or [gdbs])[0] or "").split(), place)
    say(f"{len(REPLIES)} replies")
    libtest.finish("replies")


main()
