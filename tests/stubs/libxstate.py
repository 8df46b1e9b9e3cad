# SPDX-License-Identifier: LGPL-2.1-or-later
"""AVX-512 registers that gdbserver reads from memory of its own.

gdbserver 13 expects every component of a thread's XSAVE area where Intel's first
processors with AVX-512 have it. AMD's have no gap for MPX: the area that the kernel
hands over ends 256 bytes earlier there. gdbserver then takes
leftovers in its buffer for the last registers. gdb 14 asks the processor for the places.
"""
import ctypes
import os
import re
import subprocess

import qemu

PTRACE_DETACH, PTRACE_GETREGSET, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4204, 0x4206, 0x4207
NT_X86_XSTATE = 0x202
WALL = 0x40000000
BUFFER_BYTES = 1 << 16

# First version that asks the processor
ASKS = 14
# Pattern of the names, their first number, where gdb 13 expects that register, bytes
# from one register to the next.
PLACES = ((r"k([0-7])", 0, 1088, 8),
          (r"zmm([0-9]|1[0-5])h", 0, 1152, 32),
          (r"(?:xmm(?=\d+$)|[yz]mm(?=\d+h$))(1[6-9]|2\d|3[01])h?", 16, 1664, 64))


class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def ptrace(request, tid, address=0, data=None):
    call = qemu.LIBC.ptrace
    call.restype = ctypes.c_long
    call.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    if call(request, tid, address, data) < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"ptrace: {os.strerror(error)}")


def area_bytes(tid):
    """The size of the thread's XSAVE area as the kernel hands it over.

    The thread is stopped for a moment. Nobody else may trace it.
    """
    buffer = ctypes.create_string_buffer(BUFFER_BYTES)
    vector = Iovec(ctypes.addressof(buffer), BUFFER_BYTES)
    ptrace(PTRACE_SEIZE, tid)
    try:
        ptrace(PTRACE_INTERRUPT, tid)
        os.waitpid(tid, WALL)
        ptrace(PTRACE_GETREGSET, tid, NT_X86_XSTATE, ctypes.addressof(vector))
    finally:
        ptrace(PTRACE_DETACH, tid)
    return vector.length


def place_of(name):
    """Where gdb 13 expects an AVX-512 register in the area; None for other registers."""
    for pattern, first, start, step in PLACES:
        found = re.fullmatch(pattern, name)
        if found:
            return start + (int(found[1]) - first) * step
    return None


def version_of(gdbserver):
    text = subprocess.run([gdbserver, "--version"], capture_output=True, text=True,
                          check=True).stdout
    return int(re.search(r"(\d+)\.\d+", text)[1])


def leftovers(gdbserver, tid):
    """Returns a function of a register's name: whether gdbserver's value of it is not the
    thread's."""
    if version_of(gdbserver) >= ASKS:
        return lambda name: False
    end = area_bytes(tid)
    return lambda name: (place_of(name) or 0) >= end
