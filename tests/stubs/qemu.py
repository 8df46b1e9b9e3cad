# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real QEMU machines for the tests: their command lines, QMP, and their end.

Every machine dies with its test: on leaving `with`, on SIGTERM and SIGINT of
the test (atexit), and by the kernel's parent death signal when the test itself
is killed.
"""
import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path += [TESTS, os.path.join(TESTS, "cli")]

from clitest import free_port
from tool import DEADLINE_S, LIBC, die_with_parent  # noqa: F401

UBOOT = "/usr/lib/u-boot/"


def find(*names):
    """The first of these files that is there, else None."""
    return next((name for name in names if os.path.exists(name)), None)


# ------------------------------------------------------------- guest programs
# For machines without firmware in Debian: endless loops that keep several
# registers changing, so that a mixed-up register or byte would show.

def avr_program(path):
    """ldi r16,0x5a; 1: inc r17; mov r0,r17; rjmp 1b"""
    write_bytes(path, bytes.fromhex("0ae5" "1395" "012e" "fdcf"))
    return ["-bios", path]


def m68k_program(path):
    """moveq #17,d1; 1: addq.l #1,d0; move.l d0,a1; bra.s 1b"""
    write_bytes(path, bytes.fromhex("7211" "5280" "2240" "60fa"))
    return ["-kernel", path]


def loongarch_program(path):
    """ori r13,r0,0x5a5; 1: addi.d r12,r12,1; b 1b"""
    words = (0x03800000 | 0x5A5 << 10 | 13, 0x02C0058C, 0x53FFFFFF)
    write_bytes(path, b"".join(word.to_bytes(4, "little") for word in words))
    return ["-bios", path]


def write_bytes(path, data):
    with open(path, "wb") as file:
        file.write(data)


# -------------------------------------------------------------------- targets

class Target:
    """A machine to boot, and the known contents of its description.

    volatile   registers that may change while the machine is stopped, with the
               reason: compared for presence only
    """

    def __init__(self, name, binary, args, *, firmware=None, program=None, vcpus=1,
                 volatile=None, seconds=3.0):
        self.name = name
        self.binary = binary
        self.args = args
        self.firmware = firmware
        self.program = program
        self.vcpus = vcpus
        self.volatile = volatile or {}
        self.seconds = seconds

    def missing(self):
        """Why it cannot be booted here, or None."""
        if not shutil.which(self.binary):
            return f"{self.binary} is not installed"
        if self.firmware and not find(*self.firmware[1]):
            return f"no firmware: {' or '.join(self.firmware[1])}"
        return None

    def command(self, directory):
        argv = [self.binary, *self.args, "-smp", str(self.vcpus)]
        if self.firmware:
            argv += [self.firmware[0], find(*self.firmware[1])]
        if self.program:
            argv += self.program(os.path.join(directory, "program.bin"))
        return argv


COUNTER = "advances although the vCPU is stopped"
RISCV_VOLATILE = {name: COUNTER for name in
                  ("cycle", "time", "instret", "mcycle", "minstret")}
# QEMU 7.2: reading it sets bits in it, the second read differs from the first.
RISCV_VOLATILE["mideleg"] = "reading it changes it"

TARGETS = [
    # SeaBIOS
    Target("x86_64", "qemu-system-x86_64", [], vcpus=2),
    Target("i386", "qemu-system-i386", [], vcpus=2),
    Target("aarch64", "qemu-system-aarch64", ["-M", "virt", "-cpu", "max"], vcpus=2,
           firmware=("-bios", [UBOOT + "qemu_arm64/u-boot.bin"])),
    Target("arm", "qemu-system-arm", ["-M", "virt", "-cpu", "cortex-a15"], vcpus=2,
           firmware=("-bios", [UBOOT + "qemu_arm/u-boot.bin"])),
    # OpenSBI, QEMU's own, starts u-boot in supervisor mode
    Target("riscv64", "qemu-system-riscv64", ["-M", "virt"], vcpus=2, volatile=RISCV_VOLATILE,
           firmware=("-kernel", [UBOOT + "qemu-riscv64_smode/u-boot.bin"])),
    # OpenBIOS
    Target("ppc", "qemu-system-ppc", ["-M", "g3beige"]),
    # SLOF
    Target("ppc64", "qemu-system-ppc64", ["-M", "pseries"], vcpus=2),
    # The firmware that ships with QEMU; with no disk to boot from it ends in a
    # disabled wait, which QEMU calls a panic and must not act upon.
    Target("s390x", "qemu-system-s390x", ["-M", "s390-ccw-virtio", "-action", "panic=none"],
           vcpus=2),
    Target("m68k", "qemu-system-m68k", ["-M", "mcf5208evb"],
           program=m68k_program, seconds=0.5),
    Target("avr", "qemu-system-avr", ["-M", "mega2560"],
           program=avr_program, seconds=0.5),
    Target("loongarch64", "qemu-system-loongarch64", ["-M", "virt"],
           program=loongarch_program, seconds=0.5),
]

# Machines with several clusters: one gdb process each.
CLUSTERS = [
    Target("xlnx-zcu102", "qemu-system-aarch64", ["-M", "xlnx-zcu102"], vcpus=6),
    Target("sifive_u", "qemu-system-riscv64", ["-M", "sifive_u"], vcpus=5,
           volatile=RISCV_VOLATILE),
]


def target(name):
    return next(t for t in TARGETS + CLUSTERS if t.name == name)


# ------------------------------------------------------------------- machines

class Qmp:
    """A QMP connection, which does not depend on the gdbstub.

    `events` are the names of all events that QEMU has reported before its last reply.
    """

    def __init__(self, path, timeout_s=DEADLINE_S):
        self.events = []
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(timeout_s)
        self.sock.connect(path)
        self.file = self.sock.makefile("rw", encoding="utf-8")
        self.file.readline()
        self.execute("qmp_capabilities")

    def execute(self, command, **arguments):
        request = {"execute": command}
        if arguments:
            request["arguments"] = arguments
        self.file.write(json.dumps(request) + "\n")
        self.file.flush()
        while True:
            line = self.file.readline()
            if not line:
                raise RuntimeError(f"QMP closed during {command}: QEMU has ended")
            reply = json.loads(line)
            if "return" in reply:
                return reply["return"]
            if "event" in reply:
                self.events.append(reply["event"])
            if "error" in reply:
                raise RuntimeError(f"{command}: {reply['error']['desc']}")

    def close(self):
        # It writes again what it could not write to a QEMU that has ended.
        with contextlib.suppress(OSError):
            self.file.close()
        self.sock.close()


class Machine:
    """A running QEMU with a gdbstub on TCP ("tcp", "tcp6") or a unix socket ("unix").

    `address` is what gdbregs-cli takes, `gdb_address` what gdb takes.
    """

    alive = set()

    def __init__(self, target, *, halted=True, stub="unix", extra=()):
        self.target = target
        self.dir = tempfile.mkdtemp(prefix="gdbregs-real.")
        self.process = None
        self.qmp = None
        self.connection = None
        Machine.alive.add(self)
        for attempt in range(5):
            try:
                self.start(halted, stub, extra)
                return
            except OSError:
                # Another process may have taken the port.
                self.kill()
                if attempt == 4:
                    raise

    def start(self, halted, stub, extra):
        gdb = self.choose_stub(stub)
        qmp = os.path.join(self.dir, "qmp")
        self.log = open(os.path.join(self.dir, "log"), "wb")
        argv = self.target.command(self.dir) + [
            "-display", "none", "-monitor", "none", "-serial", "null", "-nic", "none",
            "-qmp", f"unix:{qmp},server=on,wait=off", *gdb, *extra]
        if halted:
            argv.append("-S")
        self.argv = argv
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log, preexec_fn=die_with_parent)
        self.qmp = self.wait_for_qmp(qmp)

    def choose_stub(self, stub):
        """Choose the stub's address. Returns QEMU's arguments."""
        if stub == "unix":
            path = os.path.join(self.dir, "gdb")
            self.address = "unix:" + path
            self.gdb_address = self.socket_address = path
            return ["-gdb", f"unix:{path},server=on,wait=off"]
        host = "::1" if stub == "tcp6" else "127.0.0.1"
        self.port = free_port(host)
        self.socket_address = (host, self.port)
        self.address = self.gdb_address = f"[{host}]:{self.port}" if ":" in host \
            else f"{host}:{self.port}"
        if stub == "tcp6":
            # `-gdb tcp:[::1]:PORT` fails in QEMU 7.2: it looks up the brackets too.
            return ["-chardev", f"socket,id=stub,host={host},port={self.port},server=on,"
                    "wait=off,nodelay=on", "-gdb", "chardev:stub"]
        return ["-gdb", f"tcp:{self.address}"]

    def wait_for_qmp(self, path, timeout_s=DEADLINE_S):
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise OSError(f"QEMU did not start: {self.output().strip()}")
            try:
                return Qmp(path)
            except (FileNotFoundError, ConnectionError):
                time.sleep(0.01)
        raise RuntimeError("QEMU opened no QMP socket")

    def output(self):
        with open(os.path.join(self.dir, "log"), errors="replace") as file:
            return file.read()

    def monitor(self, command="info registers", **arguments):
        """Run a command of QEMU's monitor. Returns its output."""
        return self.qmp.execute("human-monitor-command", **{"command-line": command, **arguments})

    def version(self):
        """(major, minor)"""
        qemu = self.qmp.execute("query-version")["qemu"]
        return qemu["major"], qemu["minor"]

    def release(self):
        return ".".join(map(str, self.version()))

    def status(self):
        """The machine's state: running, prelaunch, paused, debug, …"""
        return self.qmp.execute("query-status")["status"]

    def running(self):
        return self.qmp.execute("query-status")["running"]

    def stop(self):
        self.qmp.execute("stop")

    def cont(self):
        self.qmp.execute("cont")

    def run_for(self, seconds):
        """Let the guest run for a while, then stop it by QMP."""
        self.cont()
        time.sleep(seconds)
        self.stop()

    def dead(self):
        return self.process is None or self.process.poll() is not None

    def kill(self):
        if self.qmp:
            self.qmp.close()
            self.qmp = None
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None
            self.log.close()

    def close(self):
        self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)
        Machine.alive.discard(self)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def close_all():
    for machine in list(Machine.alive):
        machine.close()


atexit.register(close_all)
for number in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda *_: sys.exit(1))
