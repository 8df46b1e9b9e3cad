#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A board for OpenOCD: a RISC-V hart of 32 bits behind a JTAG port that is simulated.

	riscv_board.py COMMAND...	runs the command with %PORT% replaced

OpenOCD's remote_bitbang driver connects to the port and sets the pins of JTAG, one
character at a time. Implemented is what the RISC-V Debug Specification 0.13.2 asks of
the simplest debug module: a TAP with IDCODE, dtmcs and dmi (chapter 6); dmcontrol,
dmstatus, abstractcs, command and data0 (chapter 3), with the abstract command "access
register" and without a program buffer; dcsr and dpc (chapter 4). Of the instruction set
there are addi and jal, which are all that the program has.
"""
import socket
import subprocess
import sys

IDCODE = 0x10E31913
# li a4,0x12; li a5,0x34; then addi a0,a0,1; mv a1,a0; j back
PROGRAM = (0x01200713, 0x03400793, 0x00150513, 0x00050593, 0xFF9FF06F)
BASE = 0x80000000
MISA, DCSR, DPC, MHARTID = 0x301, 0x7B0, 0x7B1, 0xF14
STEP, CAUSE_HALT, CAUSE_STEP = 4, 3 << 6, 4 << 6


class Hart:
    def __init__(self):
        self.x = [0] * 32
        self.csr = {MISA: 0x40000100, DCSR: 0x40000143, DPC: BASE, MHARTID: 0}
        self.halted = True

    def execute(self):
        """Execute an addi or a jal."""
        pc = self.csr[DPC]
        word = PROGRAM[(pc - BASE) // 4]
        rd, imm = word >> 7 & 31, (word >> 20) - (word >> 31 << 12)
        if word & 127 == 0x13:
            value, after = self.x[word >> 15 & 31] + imm, pc + 4
        else:
            off = (word >> 21 & 0x3FF) << 1 | (word >> 20 & 1) << 11 | word & 0xFF000
            value, after = pc + 4, pc + off - (word >> 31 << 20)
        if rd:
            self.x[rd] = value & 0xFFFFFFFF
        self.csr[DPC] = after

    def halt(self, cause):
        self.halted = True
        self.csr[DCSR] = self.csr[DCSR] & ~0x1C0 | cause

    def resume(self):
        if self.csr[DCSR] & STEP:
            self.execute()
            self.halt(CAUSE_STEP)
        else:
            self.halted = False


class DebugModule:
    """Its registers by address, as the debug module interface has them."""

    def __init__(self):
        self.hart = Hart()
        self.data0 = self.control = self.error = 0
        self.resume_ack = self.have_reset = False

    def read(self, address):
        if not self.hart.halted:
            self.hart.execute()
        if address == 0x04:
            return self.data0
        if address == 0x10:
            return self.control
        if address == 0x11:
            state = 0x300 if self.hart.halted else 0xC00
            return state | 0x82 | self.resume_ack * 0x30000 | self.have_reset * 0xC0000
        if address == 0x16:
            return self.error << 8 | 1
        return 0

    def write(self, address, value):
        if address == 0x04:
            self.data0 = value
        elif address == 0x10:
            self.write_control(value)
        elif address == 0x16:
            self.error &= ~(value >> 8 & 7)
        elif address == 0x17 and not self.error:
            self.error = self.command(value)

    def write_control(self, value):
        self.control = value & 1
        if value & 1 << 31 and not self.hart.halted:
            self.hart.halt(CAUSE_HALT)
        elif value & 1 << 30 and self.hart.halted:
            self.hart.resume()
            self.resume_ack = True
        if value & 1 << 28:
            self.have_reset = False

    def command(self, value):
        """Returns cmderr: 0, 2 for what there is not, 3 for a CSR that there is not, 4 for a
        hart that runs."""
        number, write = value & 0xFFFF, value >> 16 & 1
        if value >> 24 or value >> 18 & 1 or value >> 20 & 7 != 2:
            return 2
        if not value >> 17 & 1:
            return 0
        if not self.hart.halted:
            return 4
        if 0x1000 <= number < 0x1020:
            place, number = self.hart.x, number - 0x1000
        elif number in self.hart.csr:
            place = self.hart.csr
        else:
            return 3 if number < 0x1000 else 2
        if not write:
            self.data0 = place[number]
        elif number or place is not self.hart.x:
            place[number] = self.data0
        return 0


# The states of a TAP: (with TMS 0, with TMS 1).
NEXT = {"reset": ("idle", "reset"), "idle": ("idle", "dr"),
        "dr": ("dr-capture", "ir"), "dr-capture": ("dr-shift", "dr-exit"),
        "dr-shift": ("dr-shift", "dr-exit"), "dr-exit": ("dr-pause", "dr-update"),
        "dr-pause": ("dr-pause", "dr-exit2"), "dr-exit2": ("dr-shift", "dr-update"),
        "dr-update": ("idle", "dr"),
        "ir": ("ir-capture", "reset"), "ir-capture": ("ir-shift", "ir-exit"),
        "ir-shift": ("ir-shift", "ir-exit"), "ir-exit": ("ir-pause", "ir-update"),
        "ir-pause": ("ir-pause", "ir-exit2"), "ir-exit2": ("ir-shift", "ir-update"),
        "ir-update": ("idle", "dr")}
BYPASS, DTMCS, DMI = 0x1F, 0x10, 0x11


class Tap:
    def __init__(self):
        self.module = DebugModule()
        self.state, self.instruction = "reset", 1
        self.shift, self.size = 0, 1
        self.address = self.result = 0

    def capture(self):
        self.shift, self.size = {
            1: (IDCODE, 32),
            DTMCS: (0x71, 32),  # version 0.13, addresses of 7 bits
            DMI: (self.address << 34 | self.result << 2, 41),
        }.get(self.instruction, (0, 1))

    def update(self):
        if self.instruction != DMI:
            return
        op, data = self.shift & 3, self.shift >> 2 & 0xFFFFFFFF
        if op:
            self.address = self.shift >> 34
        if op == 1:
            self.result = self.module.read(self.address)
        elif op == 2:
            self.module.write(self.address, data)
            self.result = 0

    def clock(self, tms, tdi):
        """A rising edge of TCK."""
        if self.state in ("dr-shift", "ir-shift"):
            self.shift = self.shift >> 1 | tdi << self.size - 1
        self.state = NEXT[self.state][tms]
        if self.state == "reset":
            self.instruction = 1
        elif self.state == "dr-capture":
            self.capture()
        elif self.state == "dr-update":
            self.update()
        elif self.state == "ir-capture":
            self.shift, self.size = 1, 5
        elif self.state == "ir-update":
            self.instruction = self.shift


def serve(connection):
    """Until OpenOCD quits. A digit sets TCK, TMS and TDI; R reads TDO."""
    tap, tck = Tap(), 0
    while data := connection.recv(65536):
        answer = bytearray()
        for byte in data:
            if 0x30 <= byte <= 0x37:
                if byte & 4 and not tck:
                    tap.clock(byte >> 1 & 1, byte & 1)
                tck = byte & 4
            elif byte == 0x52:
                answer.append(0x30 + (tap.shift & 1))
        if answer:
            connection.sendall(answer)


def main():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        command = [word.replace("%PORT%", port) for word in sys.argv[1:]]
        with subprocess.Popen(command) as process:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            serve(connection)
            sys.exit(process.wait())


main()
