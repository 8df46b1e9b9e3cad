#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# timeout: 300
"""The fields of registers that QEMU describes as plain integers (xml/types-*.xml).

Fields that QEMU's monitor decodes have to be the same here. Other fields have to be what the
architecture requires after the firmware has run. Names of targets as arguments run only
these.
"""
import os
import re
import sys

sys.dont_write_bytecode = True

import libtest
import qemu
from libtest import check, equal, run_json, say


def parts(register):
    """`[ EL=1 SP ]` as {"EL": "1", "SP": True}."""
    words = (register.get("text") or "").strip("[] ").split()
    return {name: value or True for name, _, value in (word.partition("=") for word in words)}


def letters(text, names):
    """`N--V`: which of the names are set."""
    return {name for name, letter in zip(names, text) if letter != "-"}


def flags(fields, names):
    return {name for name in names if name in fields}


def by_aarch64(text, registers):
    state, mode, bt = re.search(r"PSTATE=[0-9a-f]+ ([N-][Z-][C-][V-]) (EL\d[th]).*BTYPE=(\d)",
                                text).groups()
    cpsr = parts(registers["cpsr"])
    equal(flags(cpsr, "NZCV"), letters(state, "NZCV"), "aarch64 NZCV")
    equal((cpsr.get("M", mode), cpsr["EL"], "SP" in cpsr, cpsr["BTYPE"], "nRW" in cpsr),
          (mode, mode[2], mode[3] == "h", bt, False), "aarch64 mode")


def by_arm(text, registers):
    state, thumb, mode = re.search(r"PSR=[0-9a-f]+ ([N-][Z-][C-][V-]) ([AT]) (\w+)32",
                                   text).groups()
    cpsr = parts(registers["cpsr"])
    equal(flags(cpsr, "NZCV"), letters(state, "NZCV"), "arm NZCV")
    equal(("T" in cpsr, cpsr["M"]), (thumb == "T", mode), "arm mode")


def by_m_profile(text, registers):
    state, thumb = re.search(r"XPSR=[0-9a-f]+ ([N-][Z-][C-][V-]) ([AT]) ", text).groups()
    xpsr = parts(registers["xpsr"])
    equal(flags(xpsr, "NZCV"), letters(state, "NZCV"), "arm:m NZCV")
    equal("T" in xpsr, thumb == "T", "arm:m T")
    equal(xpsr["Exception"], "Thread", "arm:m exception")


def by_riscv64(text, registers):
    """OpenSBI has gone to S mode by MRET, which sets MPIE and leaves MPP at U."""
    mstatus, sstatus = parts(registers["mstatus"]), parts(registers["sstatus"])
    equal((mstatus["MPP"], "MPIE" in mstatus), ("U", True), "riscv64 MRET")
    for name, fields in (("mstatus", mstatus), ("sstatus", sstatus)):
        equal((fields["FS"], "SD" in fields, fields["UXL"]), ("Dirty", True, "RV64"),
              f"riscv64 {name}")
    equal((mstatus["SXL"], "MPP" in sstatus), ("RV64", False), "riscv64 SXL")
    equal(parts(registers["satp"]), {"MODE": "Bare", "ASID": "0", "PPN": "0"}, "riscv64 satp")
    number = int(re.search(r"mcause +([0-9a-f]+)", text).group(1), 16)
    cause = parts(registers["mcause"])
    equal((int(cause["Code"], 0), "Interrupt" in cause), (number & ~(1 << 63), number >> 63 == 1),
          "riscv64 mcause")


def by_powerpc(target, text, registers):
    shown = re.search(r"^CR [0-9a-f]+  \[(.*?)\]", text, re.M).group(1).split()
    names = {"L": "LT", "G": "GT", "E": "EQ", "O": "SO"}
    expected = {f"cr{n}_{names[letter]}" for n, field in enumerate(shown)
                for letter in field.replace("-", "")}
    equal(set(parts(registers["cr"])), expected, f"{target} cr")
    return parts(registers["msr"])


def by_ppc(text, registers):
    """OpenBIOS runs with address translation and floats."""
    msr = by_powerpc("ppc", text, registers)
    check({"IR", "DR", "FP"} <= set(msr) and "PR" not in msr, "ppc msr", msr)


def by_ppc64(text, registers):
    """SLOF runs in 64-bit mode, big endian, in real mode."""
    msr = by_powerpc("ppc64", text, registers)
    check("SF" in msr and not {"LE", "PR", "IR"} & set(msr), "ppc64 msr", msr)


def by_s390x(text, registers):
    """The firmware has ended in a disabled wait, in 64-bit mode."""
    pswm = parts(registers["pswm"])
    equal(int(pswm["CC"]), int(re.search(r"cc 0(\d)", text).group(1)), "s390x CC")
    equal((flags(pswm, ("EA", "BA", "W", "P", "IO", "EX")), pswm["AS"], pswm["Key"]),
          ({"EA", "BA", "W"}, "primary", "0"), "s390x wait")


def by_m68k(text, registers):
    level, mode, codes = re.search(r"SR = .* I:(\d) ([SU])\w ([X-][N-][Z-][V-][C-])",
                                   text).groups()
    status = parts(registers["ps"])
    equal((status["I"], "S" in status, flags(status, "XNZVC")),
          (level, mode == "S", letters(codes, "XNZVC")), "m68k ps")


# It is not run: without a program it would lock up, and QEMU would abort.
M_PROFILE = qemu.Target("arm:m", "qemu-system-arm", ["-M", "mps2-an385"], seconds=0)
CASES = {
    "aarch64": (by_aarch64, ["cpsr"], "little"),
    "arm": (by_arm, ["cpsr"], "little"),
    "arm:m": (by_m_profile, ["xpsr"], "little"),
    "riscv64": (by_riscv64, ["mstatus", "sstatus", "satp", "mcause"], "little"),
    "ppc": (by_ppc, ["msr", "cr"], "big"),
    "ppc64": (by_ppc64, ["msr", "cr"], "big"),
    "s390x": (by_s390x, ["pswm"], "big"),
    "m68k": (by_m68k, ["ps"], "big"),
}


def read(machine, names, order):
    data = run_json("read", *names, "-t", machine.address, "--on-exit", "halt", "--endian", order)
    return {register["name"]: register for register in data or ()}


def marked(registers, names, place):
    for name in names:
        if check(name in registers, place, f"no {name}"):
            equal(registers[name].get("type_from"), origin(registers[name]),
                  f"{place} {name} type_from")


def origin(register):
    """"shipped" if the stub describes no type. QEMU 11.1 has one for aarch64's cpsr, and a
    described type wins."""
    return None if register["type"] == "cpsr_flags" else "shipped"


def run_firmware(machine, names, order):
    """Let the guest run, on a busy machine longer. Returns its registers."""
    for _ in range(10):
        if machine.target.seconds:
            machine.run_for(machine.target.seconds)
        registers = read(machine, names, order)
        if "mstatus" not in registers or "SD" in parts(registers["mstatus"]):
            break
    return registers


def run_case(name):
    compare, names, order = CASES[name]
    target = M_PROFILE if name == "arm:m" else qemu.target(name)
    if libtest.absent(target):
        return
    with qemu.Machine(target) as machine:
        marked(read(machine, names, order), names, f"{name} at reset")
        registers = run_firmware(machine, names, order)
        text = machine.monitor()
        marked(registers, names, name)
        compare(text, registers)
        if name == "aarch64":
            without_files(machine)
            listed = run_json("list", "-t", machine.address, "--on-exit", "halt", "cpsr", "pc")
            equal([(r["name"], r["type"], r.get("type_from")) for r in listed[0]["registers"]],
                  [("pc", "code_ptr", None),
                   ("cpsr", registers["cpsr"]["type"], origin(registers["cpsr"]))], "list")
    say(f"{name:8} " + ", ".join(f"{n} {registers[n].get('text')}" for n in names))


def without_files(machine):
    """Without the shipped files, registers have no fields."""
    os.environ["GDBREGS_XML_DIR"] = "/nowhere"
    cpsr = read(machine, ["cpsr"], "little")["cpsr"]
    del os.environ["GDBREGS_XML_DIR"]
    equal((cpsr.get("type_from"), "text" in cpsr, "value" in cpsr),
          (None, origin(cpsr) is None, True), "without files")


def main():
    libtest.need()
    for name in libtest.selected(list(CASES)):
        run_case(name)
    libtest.finish("shipped types")


main()
