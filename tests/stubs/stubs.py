# SPDX-License-Identifier: LGPL-2.1-or-later
"""The stubs that are not QEMU's system emulation: how each is started, and what it can do.

STUBS is the table of them. A row has the programs that it needs, how to start the stub on a
port or a socket, what gdb and gdbregs-cli cannot learn from the stub, and what the stub
cannot do, with the reason. stubs_test.py tries everything on every row.

All rows were tried on Debian 12: gdbserver 13.1, lldb-server 14.0, valgrind 3.19, OpenOCD
0.12.0, simavr 1.6, mspdebug 0.22, Wine 8.0, mGBA 0.10.1, DeSmuME 0.9.11, BlastEm 0.6.3,
MAME 0.251 and qemu-user 7.2. Hatari 2.4 and FS-UAE 3.1 have no stub; DOSBox-X is not in
Debian.
"""
import copy
import glob
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile

import qemu
from tool import poll

START_S = 60
BASE = 0x100000  # where the programs made here are loaded
ENTRY = BASE + 0x1000
STEPS = 20


# ------------------------------------------------------------------ programs to debug

def elf(path, machine, bits, order, code, flags=0):
    """The smallest static program of any architecture: one segment, at BASE."""
    mark = "<" if order == "little" else ">"
    ident = b"\x7fELF" + bytes([bits // 32, 1 if order == "little" else 2, 1]) + bytes(9)
    size = ENTRY - BASE + len(code)
    if bits == 64:
        head = ident + struct.pack(mark + "HHIQQQIHHHHHH", 2, machine, 1, ENTRY, 64, 0, flags,
                                   64, 56, 1, 0, 0, 0)
        head += struct.pack(mark + "IIQQQQQQ", 1, 7, 0, BASE, BASE, size, 0x20000, 0x1000)
    else:
        head = ident + struct.pack(mark + "HHIIIIIHHHHHH", 2, machine, 1, ENTRY, 52, 0, flags,
                                   52, 32, 1, 0, 0, 0)
        head += struct.pack(mark + "IIIIIIII", 1, 0, BASE, BASE, size, 0x20000, 7, 0x1000)
    with open(path, "wb") as file:
        file.write(head.ljust(ENTRY - BASE, b"\0") + code)
    os.chmod(path, 0o755)
    return path


# inc rbx; mov rcx, rbx; jmp back
X86_64_LOOP = bytes.fromhex("48ffc3" "4889d9" "ebf8")
X86_64_PLACES = [ENTRY + off for off in (0, 3, 6)]


def x86_64_program(directory):
    return elf(os.path.join(directory, "loop"), 62, 64, "little", X86_64_LOOP)


def intel_hex(path, pieces):
    """pieces: (address, bytes)."""
    with open(path, "w") as file:
        for address, data in pieces:
            record = bytes([len(data), address >> 8, address & 255, 0]) + data
            file.write(":" + (record + bytes([-sum(record) & 255])).hex().upper() + "\n")
        file.write(":00000001FF\n")
    return path


def avr_program(directory):
    """ldi r16,0x12; ldi r17,0x34; ldi r18,0; then inc r18; rjmp back."""
    words = (0xE102, 0xE314, 0xE020, 0x9523, 0xCFFE)
    return intel_hex(os.path.join(directory, "avr.hex"), [(0, struct.pack("<5H", *words))])


def msp430_program(directory):
    """mov #0x1234,r5; mov #0,r6; then add #1,r6; jmp back. The vector of a reset follows."""
    return intel_hex(os.path.join(directory, "msp430.hex"),
                     [(0x8000, struct.pack("<5H", 0x4035, 0x1234, 0x4306, 0x5316, 0x3FFE)),
                      (0xFFFE, struct.pack("<H", 0x8000))])


def write_file(directory, name, data):
    path = os.path.join(directory, name)
    with open(path, "wb") as file:
        file.write(data)
    return path


def loop_places(start, places, count):
    """The pc at the start and after each step: `start` once, then `places` in a circle."""
    return (list(start) + list(places) * count)[:count + 1]


# -------------------------------------------------------------------------- the rows

class Server:
    """A stub under way: its process, its address, its output."""

    def __init__(self, stub):
        self.stub = stub
        self.directory = tempfile.mkdtemp(prefix="gdbregs-stub.")
        self.port = stub.port or qemu.free_port()
        self.path = os.path.join(self.directory, "stub")
        self.address = f"unix:{self.path}" if stub.unix else f"127.0.0.1:{self.port}"
        self.output = tempfile.TemporaryFile()
        argv = stub.command(self)
        environment = dict(os.environ, HOME=self.directory, **stub.environment)
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=self.output,
                                        stderr=self.output, cwd=self.directory, env=environment,
                                        start_new_session=True,
                                        preexec_fn=qemu.die_with_parent)
        if not poll(self.listens, START_S):
            text = self.text()
            self.close()
            raise RuntimeError(f"{stub.name} does not listen: {text[-400:]}")

    def listens(self):
        """Look without connecting, because many stubs serve one client only."""
        if self.process.poll() is not None:
            return True  # the next request fails and says why
        if self.stub.unix:
            with open("/proc/net/unix") as file:
                rows = [line.split() for line in file]
            return any(row[-1] == self.path and row[3] == "00010000" for row in rows)
        wanted = f":{self.port:04X}"
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            with open(table) as file:
                rows = [line.split() for line in file.readlines()[1:]]
            if any(row[1].endswith(wanted) and row[3] == "0A" for row in rows):
                return True
        return False

    def choose_another_port(self):
        """Choose a port for a stub that cannot use a port that free_port() holds."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"

    def ends(self):
        """Returns true once the stub has ended by itself."""
        return poll(lambda: self.process.poll() is not None, START_S)

    def connection(self):
        """The address for rsp.py and socket.create_connection()."""
        return self.path if self.stub.unix else ("127.0.0.1", self.port)

    def gdb_address(self):
        return self.path if self.stub.unix else f"localhost:{self.port}"

    def text(self):
        self.output.seek(0)
        return self.output.read().decode("utf-8", "replace")

    def kill(self):
        """Kill the stub and all that it has started."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.kill_programs()

    def kill_programs(self):
        """Kill the program of a gdbserver, which is in a process group of its own."""
        for path in glob.glob("/proc/[0-9]*/exe"):
            try:
                if os.readlink(path).startswith(self.directory + "/"):
                    os.kill(int(path.split("/")[2]), signal.SIGKILL)
            except OSError:
                pass  # it has ended, or is not ours to see

    def close(self):
        self.kill()
        self.stub.after(self)
        self.output.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


class Stub:
    """A row. Subclass or fill in:

    programs   what has to be on PATH; the first is named where one is missing
    pc         how the stub's description calls the program counter
    places     where the pc is at first and after each step; None: only gdb knows
    write      (register, value) to write, or None
    tdesc      a file for a stub that serves no description; arch: the same, by name
    cannot     {behaviour: reason}
    facts      {register: value after STEPS steps}
    moving     a pattern of registers that gdb and we cannot both know
    early      what the tool says where the stub listened before it was ready
    """

    name = ""
    programs = ()
    unix = False
    port = None
    order = "little"
    architecture = None  # for gdb
    arch = None
    tdesc = None
    pc = "pc"
    places = None
    write = None
    facts = {}
    timeout = None
    moving = ""
    early = None
    environment = {}
    cannot = {}
    has_program = True
    least = 8  # values that have to be comparable with gdb's; it names none of mips' registers

    def missing(self):
        for program in self.programs:
            if not shutil.which(program) and not os.path.exists(program):
                return f"{os.path.basename(program)} is not installed"
        return None

    def port_missing(self):
        """Returns why a stub whose port cannot be chosen cannot start, or None."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("0.0.0.0", self.port))
            except OSError:
                return f"its only port, {self.port}, is taken"
        return None

    def command(self, server):
        raise NotImplementedError

    def after(self, server):
        """Clean up what the process has left."""

    def start(self):
        return Server(self)

    def options(self, server):
        """The options of gdbregs-cli for this stub."""
        found = ["-t", server.address, "--endian", self.order]
        if self.timeout:
            found += ["--timeout", str(self.timeout)]
        if self.arch:
            found += ["--arch", self.arch]
        if self.tdesc:
            path = os.path.join(server.directory, "tdesc.xml")
            with open(path, "w") as file:
                file.write(self.tdesc)
            found += ["--tdesc", path]
        return found


class X86Stub(Stub):
    """It runs x86_64_program()."""

    pc = "rip"
    write = ("r12", 0x1122334455667788)
    places = loop_places((), X86_64_PLACES, STEPS)
    facts = {"rbx": 7, "rcx": 7}


class Command(X86Stub):
    """A command whose words may have {port} and {program} in them."""

    def __init__(self, name, command, **facts):
        self.name = name
        self.words = command.split()
        self.programs = (self.words[2], "setarch")
        for fact, value in facts.items():
            setattr(self, fact, value)

    def command(self, server):
        program = x86_64_program(server.directory)
        return [word.format(port=server.port, program=program) for word in self.words]


class ForPrograms(Stub):
    """A stub for a program of x86-64 that a test has: one that it starts, or one that runs.
    `started` and `attached` make the stub's arguments of a port and the program's words, or
    its process id."""

    def __init__(self, name, program, started, attached=None):
        self.name, self.programs = name, (program,)
        self.started, self.attached = started, attached

    def on(self, arguments, program):
        """A stub under way."""
        row = copy.copy(self)
        row.command = lambda server: [*self.programs, *arguments(server.port, program)]
        return Server(row)


def lldb_server():
    """Debian's names end in the version."""
    found = [path for directory in os.get_exec_path()
             for path in glob.glob(os.path.join(directory, "lldb-server*"))]
    return max(found, key=lambda path: [int(n) for n in re.findall(r"\d+", path)],
               default="lldb-server")


GDBSERVER = Command("gdbserver", "setarch -R gdbserver --once 127.0.0.1:{port} {program}",
                    moving="fs_base|gs_base",
                    cannot={"killed": "it holds the program, and accepts nobody"})
GDBSERVER_MULTI = Command("gdbserver --multi",
                          "setarch -R gdbserver --multi 127.0.0.1:{port} {program}",
                          moving="fs_base|gs_base",
                          cannot={"killed": "it listens again only when its program stops"})
LLDB_SERVER = Command("lldb-server",
                      f"setarch -R {lldb_server()} gdbserver 127.0.0.1:{{port}} -- {{program}}",
                      cannot={"killed": "it ends with its client"})
# It waits for a client to start a program or attach to one.
LLDB_SERVER_MULTI = Command("lldb-server --multi",
                            f"setarch -R {lldb_server()} gdbserver 127.0.0.1:{{port}}",
                            has_program=False)
FOR_PROGRAMS = {row.name: row for row in (
    ForPrograms("gdbserver", "gdbserver",
                lambda port, words: [f"127.0.0.1:{port}", *words],
                lambda port, pid: ["--attach", f"127.0.0.1:{port}", str(pid)]),
    ForPrograms("lldb-server", lldb_server(),
                lambda port, words: ["gdbserver", f"127.0.0.1:{port}", "--", *words],
                lambda port, pid: ["gdbserver", f"127.0.0.1:{port}", "--attach", str(pid)]),
    ForPrograms("qemu-user", "qemu-x86_64", lambda port, words: ["-g", str(port), *words]),
)}


class Valgrind(X86Stub):
    """Its stub speaks through vgdb, which waits until valgrind is there. `sh` is one process
    group with both."""
    name = "valgrind"
    programs = ("valgrind", "vgdb", "setarch")
    cannot = {"killed": "vgdb ends with its client"}

    def command(self, server):
        server.choose_another_port()
        prefix = os.path.join(server.directory, "vgdb")
        program = x86_64_program(server.directory)
        return ["sh", "-c", f"setarch -R valgrind -q --tool=none --vgdb=full --vgdb-error=0 "
                f"--vgdb-prefix={prefix} {program} & "
                f"exec vgdb --wait=30 --vgdb-prefix={prefix} --port={server.port}"]


class OpenOcd(Stub):
    """It debugs the board of riscv_board.py, whose JTAG port is a socket. Registers that the
    board does not have are read as 0: OpenOCD keeps such errors to itself."""

    name = "OpenOCD"
    programs = ("openocd",)
    write = ("a3", 0x11223344)
    places = loop_places((0x80000000, 0x80000004), (0x80000008, 0x8000000C, 0x80000010), STEPS)
    facts = {"a0": 6, "a1": 6, "a4": 0x12, "a5": 0x34}
    timeout = 30  # it reads four hundred registers through the pins of JTAG

    def command(self, server):
        settings = ("adapter driver remote_bitbang", "remote_bitbang host 127.0.0.1",
                    "remote_bitbang port %PORT%", "transport select jtag",
                    "jtag newtap board cpu -irlen 5 -expected-id 0x10e31913",
                    "target create board.cpu riscv -chain-position board.cpu",
                    f"gdb_port {server.port}", "tcl_port disabled", "telnet_port disabled")
        board = os.path.join(os.path.dirname(os.path.abspath(__file__)), "riscv_board.py")
        return [sys.executable, board, "openocd",
                *(word for setting in settings for word in ("-c", setting))]


class SimAvr(Stub):
    """Its port cannot be chosen."""

    name = "simavr"
    programs = ("simavr",)
    port = 1234
    write = ("r20", 0x5A)
    architecture = "avr"
    places = loop_places((0, 2, 4), (6, 8), STEPS)
    facts = {"r16": 0x12, "r17": 0x34, "r18": 9}
    tdesc = ('<?xml version="1.0"?><target><architecture>avr</architecture>'
             '<feature name="org.gnu.gdb.avr.cpu">'
             + "".join(f'<reg name="r{n}" bitsize="8"/>' for n in range(32))
             + '<reg name="sreg" bitsize="8"/><reg name="sp" bitsize="16" type="data_ptr"/>'
               '<reg name="pc" bitsize="32" type="code_ptr"/></feature></target>')

    def missing(self):
        return super().missing() or self.port_missing()

    def command(self, server):
        return ["simavr", "-m", "atmega328p", "-f", "1000000", "-g",
                avr_program(server.directory)]


class MspDebug(Stub):
    name = "mspdebug"
    programs = ("mspdebug",)
    architecture = "msp430"
    write = ("r10", 0x5AA5)
    places = loop_places((0x8000, 0x8004), (0x8006, 0x8008), STEPS)
    facts = {"r5": 0x1234, "r6": 9}
    tdesc = ('<?xml version="1.0"?><target><feature name="msp430">'
             + "".join(f'<reg name="{name}" bitsize="16"/>'
                       for name in ("pc", "sp", "sr", "cg", *(f"r{n}" for n in range(4, 16))))
             + '</feature></target>')
    cannot = {"killed": "it ends with its client"}

    def command(self, server):
        return ["mspdebug", "-q", "sim", f"load {msp430_program(server.directory)}", "reset",
                f"gdb {server.port}"]


class WineDbg(Stub):
    """Wine's debugger as a proxy. The prefix is made once for all."""

    name = "winedbg"
    wine = "/usr/lib/wine/wine64"
    system = "/usr/lib/x86_64-linux-gnu/wine/x86_64-windows"
    programs = (wine, system + "/winedbg.exe", system + "/notepad.exe")
    pc = "rip"
    write = ("r12", 0x1122334455667788)
    least = 20
    moving = "xmm[0-9]+"  # addresses that are chosen at each start
    timeout = 30  # it answers when its own start is over
    cannot = {"watch": "its program ends, for want of a display",
              "second": "the test's client does not send the first packet again",
              "killed": "it ends with its client"}
    prefix = None

    def make_prefix(self):
        """Make the prefix, which takes some seconds. Without the overrides Wine asks whether to
        fetch more of itself."""
        WineDbg.prefix = tempfile.TemporaryDirectory(prefix="gdbregs-wine.")
        WineDbg.environment = {"WINEPREFIX": self.prefix.name, "WINEDEBUG": "-all", "DISPLAY": "",
                               "WINEDLLOVERRIDES": "mscoree,mshtml="}
        subprocess.run([self.wine, "wineboot", "-i"], env=dict(os.environ, **self.environment),
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=300, check=False)

    def command(self, server):
        if not self.prefix:
            self.make_prefix()
        return [self.wine, "winedbg", "--gdb", "--no-start", "--port", str(server.port),
                self.programs[2]]

    def after(self, server):
        server_of = os.path.join(os.path.dirname(self.wine), "wineserver")
        subprocess.run([server_of, "-k"], env=dict(os.environ, **self.environment),
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def game(name):
    """Debian's place for emulators is on the PATH of users, and not on that of others."""
    return shutil.which(name) or "/usr/games/" + name


# mov r0,#0; mov r4,#0x12; mov r5,#0x34; then add r0,r0,#1; mov r1,r0; b back
ARM_LOOP = struct.pack("<6I", 0xE3A00000, 0xE3A04012, 0xE3A05034, 0xE2800001, 0xE1A01000,
                       0xEAFFFFFC)


class Emulator(Stub):
    """An emulator of a games console, without a screen."""

    environment = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}


class Mgba(Emulator):
    """Its port cannot be chosen. The program is judged by gdb: it begins in mGBA's own BIOS."""

    name = "mGBA"
    programs = (game("mgba"),)
    port = 2345
    architecture = "arm"
    write = ("r7", 0x11223344)
    facts = {"r0": 4, "r1": 3, "r4": 0x12, "r5": 0x34}
    cannot = {"killed": "SIGPIPE may end it when its client is killed"}

    def missing(self):
        return super().missing() or self.port_missing()

    def rom(self, directory):
        """b 0xc0; the rest of the header is 0 but for a mark and the sum over it."""
        data = bytearray(struct.pack("<I", 0xEA00002E).ljust(0xC0, b"\0")) + ARM_LOOP
        data[0xB2] = 0x96
        data[0xBD] = -(sum(data[0xA0:0xBD]) + 0x19) & 255
        return write_file(directory, "loop.gba", data.ljust(0x400, b"\0"))

    def command(self, server):
        return [self.programs[0], "-g", self.rom(server.directory)]


class DeSmuMe(Emulator):
    """The first of its two processors, which has neither a description nor p."""

    name = "DeSmuME"
    programs = (game("desmume-cli"),)
    arch = architecture = "arm"
    write = ("r7", 0x11223344)
    places = loop_places((0x2000000, 0x2000004, 0x2000008), (0x200000C, 0x2000010, 0x2000014),
                         STEPS)
    facts = {"r0": 6, "r1": 6, "r4": 0x12, "r5": 0x34}
    # Seen once in some hundred starts, on a busy machine.
    early = "refused a packet as damaged"
    cannot = {"killed": "it refuses the packets of a new client while its program runs"}

    def rom(self, directory):
        """A header with the place of a program for either processor; the second has `b .`"""
        data = bytearray(0x200)
        data[:18] = b"GDBREGS\0\0\0\0\0####00"
        struct.pack_into("<4I", data, 0x20, 0x200, 0x2000000, 0x2000000, 0x200)
        struct.pack_into("<4I", data, 0x30, 0x400, 0x2380000, 0x2380000, 0x200)
        struct.pack_into("<2I", data, 0x80, 0x600, 0x200)
        data += ARM_LOOP.ljust(0x200, b"\0") + struct.pack("<I", 0xEAFFFFFE).ljust(0x200, b"\0")
        return write_file(directory, "loop.nds", data)

    def command(self, server):
        server.choose_another_port()
        return [self.programs[0], f"--arm9gdb={server.port}", "--cpu-mode=0", "--disable-sound",
                "--nojoy=1", self.rom(server.directory)]


class MegaDrive(Emulator):
    """A console with a 68000, which starts without a ROM of its own."""

    order = "big"
    architecture = "m68k"
    write = ("d7", 0x11223344)
    places = loop_places((0x200, 0x202, 0x204), (0x206, 0x208, 0x20A), STEPS)
    facts = {"d0": 6, "d1": 6, "d4": 0x12, "d5": 0x34}

    def rom(self, directory):
        """The first stack pointer and pc, the other vectors, a name; moveq #0x12,d4;
        moveq #0,d0; moveq #0x34,d5; then addq.l #1,d0; move.l d0,d1; bra back"""
        data = bytearray(struct.pack(">64I", 0xFF8000, 0x200, *[0x20A] * 62))
        data += b"SEGA GENESIS".ljust(0x100)
        data += struct.pack(">6H", 0x7812, 0x7000, 0x7A34, 0x5280, 0x2200, 0x60FA)
        return write_file(directory, "loop.md", data.ljust(0x400, b"\0"))


class Mame(MegaDrive):
    name = "MAME"
    programs = (game("mame"),)
    environment = {**Emulator.environment, "QT_QPA_PLATFORM": "offscreen"}
    cannot = {"killed": "it accepts one client"}

    def command(self, server):
        return [self.programs[0], "genesis", "-cart", self.rom(server.directory), "-debug",
                "-debugger", "gdbstub", "-debugger_port", str(server.port), "-video", "none",
                "-sound", "none"]


class BlastEm(MegaDrive):
    """It speaks on its standard input and output, and ends at each packet it does not know.
    The X server is for its window; what takes the connection becomes BlastEm."""

    name = "BlastEm"
    programs = (game("blastem"), "Xvfb", "xvfb-run")
    environment = {"SDL_AUDIODRIVER": "dummy"}
    arch = "m68k"
    cannot = {"watch": "it does not see 0x03 while its program runs",
              "second": "it has no port of its own", "killed": "it ends with its client"}

    def command(self, server):
        serve = ("import os, socket, sys\n"
                 "with socket.create_server(('127.0.0.1', int(sys.argv[1]))) as listener:\n"
                 "    client = listener.accept()[0].detach()\n"
                 "os.dup2(client, 0)\n"
                 "os.dup2(client, 1)\n"
                 "os.execv(sys.argv[2], sys.argv[2:])")
        return ["xvfb-run", "-a", sys.executable, "-c", serve, str(server.port),
                self.programs[0], "-g", "-D", self.rom(server.directory)]


class QemuUser(Stub):
    """A target of qemu-user with a program of instructions that do nothing."""

    unix = True
    cannot = {"watch": "qemu-user does not see 0x03 while its program computes",
              "second": "its socket accepts and never answers",
              "killed": "its program runs on, and it accepts nobody"}

    def __init__(self, name, machine, bits, order, nop, flags=0, **facts):
        self.name = "qemu-" + name
        self.programs = (self.name,)
        self.machine, self.bits, self.order, self.flags = machine, bits, order, flags
        self.nop = bytes.fromhex(nop)
        self.places = [ENTRY + i * len(self.nop) for i in range(STEPS + 1)]
        for fact, value in facts.items():
            setattr(self, fact, value)

    def command(self, server):
        program = elf(os.path.join(server.directory, "nops"), self.machine, self.bits, self.order,
                      self.nop * 200, self.flags)
        return [self.name, "-seed", "1", "-g", server.path, program]


# gdb 13 shows what lay in its buffer behind predicates that are shorter than described.
PREDICATES = "p[0-9]+|ffr"
COUNTERS = "(cycle|time|instret)h?"

QEMU_USER = (
    QemuUser("aarch64", 183, 64, "little", "1f2003d5", write=("x7", 0x1122334455667788),
             moving=PREDICATES),
    QemuUser("aarch64_be", 183, 64, "big", "1f2003d5", write=("x7", 0x1122334455667788),
             moving=PREDICATES),
    QemuUser("alpha", 0x9026, 64, "little", "1f04ff47", arch="alpha"),
    QemuUser("arm", 40, 32, "little", "0000a0e1", 0x5000000, write=("r7", 0x11223344)),
    QemuUser("armeb", 40, 32, "big", "e1a00000", 0x5000000, write=("r7", 0x11223344)),
    QemuUser("cris", 76, 32, "little", "b005", arch="cris"),
    QemuUser("hppa", 15, 32, "big", "08000240", pc="pcoqh", arch="hppa"),
    QemuUser("i386", 3, 32, "little", "90", pc="eip", write=("esi", 0x11223344)),
    QemuUser("m68k", 4, 32, "big", "4e71", write=("d3", 0x11223344), architecture="m68k"),
    QemuUser("microblaze", 189, 32, "big", "80000000", pc="rpc", arch="microblaze"),
    QemuUser("microblazeel", 189, 32, "little", "00000080", pc="rpc", arch="microblazeel"),
    QemuUser("mips", 8, 32, "big", "00000000", 0x50001000, arch="mips", architecture="mips",
             least=0),
    QemuUser("mipsel", 8, 32, "little", "00000000", 0x50001000, arch="mipsel",
             architecture="mips", least=0),
    QemuUser("mips64", 8, 64, "big", "00000000", 0x60000000, arch="mips64",
             architecture="mips:isa64r2", least=0),
    QemuUser("mips64el", 8, 64, "little", "00000000", 0x60000000, arch="mips64el",
             architecture="mips:isa64r2", least=0),
    QemuUser("nios2", 113, 32, "little", "3a880100", arch="nios2", architecture="nios2"),
    QemuUser("or1k", 92, 32, "big", "15000000", pc="npc", arch="or1k"),
    QemuUser("ppc", 20, 32, "big", "60000000", write=("r7", 0x11223344)),
    QemuUser("ppc64", 21, 64, "big", "60000000", 2, write=("r7", 0x1122334455667788)),
    QemuUser("ppc64le", 21, 64, "little", "00000060", 2, write=("r7", 0x1122334455667788)),
    QemuUser("riscv32", 243, 32, "little", "13000000", write=("a3", 0x11223344), moving=COUNTERS),
    QemuUser("riscv64", 243, 64, "little", "13000000", write=("a3", 0x1122334455667788),
             moving=COUNTERS),
    QemuUser("s390x", 22, 64, "big", "0707", pc="pswa", write=("r7", 0x1122334455667788)),
    QemuUser("sh4", 42, 32, "little", "0900", arch="sh4", architecture="sh4"),
    QemuUser("sh4eb", 42, 32, "big", "0009", arch="sh4eb", architecture="sh4"),
    QemuUser("sparc", 2, 32, "big", "01000000", arch="sparc", architecture="sparc"),
    QemuUser("sparc64", 43, 64, "big", "01000000", arch="sparc64", architecture="sparc:v9"),
    QemuUser("x86_64", 62, 64, "little", "90", pc="rip", write=("r12", 0x1122334455667788)),
)

STUBS = (GDBSERVER, GDBSERVER_MULTI, LLDB_SERVER, LLDB_SERVER_MULTI, Valgrind(), OpenOcd(),
         SimAvr(), MspDebug(),
         WineDbg(), Mgba(), DeSmuMe(), BlastEm(), Mame(),
         *QEMU_USER)
