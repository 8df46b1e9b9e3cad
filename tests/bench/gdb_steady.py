# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs in gdb's Python: reads all registers of all threads repeatedly.

    gdb-multiarch -nx -batch -x gdb_steady.py

with the environment GDB_STEADY_TARGET=ADDRESS and GDB_STEADY_ROUNDS=N; with
GDB_STEADY_STEP=1 each round steps the first thread and reads it alone. It
prints a line "median_ns=N min_ns=N registers=N" and closes without detaching.
"""
import os
import time

import gdb


def raw_registers(frame):
    """Returns the registers that gdb reads from the stub, without its pseudo registers."""
    listed = gdb.execute("maint print raw-registers", to_string=True).splitlines()[1:]
    raw = {line.split()[0] for line in listed if line.split() and line.split()[0] != "''"}
    return [reg for reg in frame.architecture().registers() if reg.name in raw]


def read_all(threads, registers):
    gdb.execute("maint flush register-cache", to_string=True)
    count = 0
    for thread in threads:
        thread.switch()
        frame = gdb.newest_frame()
        for register in registers:
            try:
                frame.read_register(register).fetch_lazy()
            except gdb.error:
                pass  # unavailable
            count += 1
    return count


def main():
    gdb.execute("set confirm off")
    gdb.execute("target remote " + os.environ["GDB_STEADY_TARGET"], to_string=True)
    threads = gdb.selected_inferior().threads()
    registers = raw_registers(gdb.newest_frame())
    step = "GDB_STEADY_STEP" in os.environ
    if step:
        threads = gdb.selected_inferior().threads()[-1:]
        threads[0].switch()
    read_all(threads, registers)
    took_ns = []
    for _ in range(int(os.environ["GDB_STEADY_ROUNDS"])):
        start_ns = time.monotonic_ns()
        if step:
            gdb.execute("stepi", to_string=True)
        count = read_all(threads, registers)
        took_ns.append(time.monotonic_ns() - start_ns)
    took_ns.sort()
    print(f"median_ns={took_ns[len(took_ns) // 2]} min_ns={took_ns[0]} registers={count}")
    gdb.execute("disconnect", to_string=True)


main()
