# SPDX-License-Identifier: LGPL-2.1-or-later
"""Target descriptions read by Python's own XML parser: an independent source
for names, features, sizes, order and register numbers."""
import collections
import re
import xml.etree.ElementTree as ElementTree

Register = collections.namedtuple("Register", "number name feature bits type group")

# No register of QEMU's powerpc
UNREAD = 70

INCLUDE = re.compile(r'<xi:include\s+href="([^"]+)"\s*/>')
PROLOGUE = re.compile(r"<\?xml.*?\?>|<!DOCTYPE[^>\[]*>", re.S)


def expand(documents, fetch, name="target.xml"):
    """A text with every include replaced by what it names.

    documents: filled with what fetch(name) returned, by name.
    """
    if name not in documents:
        documents[name] = fetch(name).decode("utf-8")
    text = PROLOGUE.sub("", documents[name])
    # Comments first: an include in one does not count.
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    return INCLUDE.sub(lambda match: expand(documents, fetch, match.group(1)), text)


FLOATS = ("float", "ieee_half", "ieee_single", "ieee_double", "i387_ext", "arm_fpa_ext", "bfloat16")


def group_of(reg, feature):
    """The group as written, else the one that GDB derives from the type."""
    if reg.get("group"):
        return reg.get("group")
    kinds = {kind.get("id"): kind for kind in feature if kind.get("id")}
    kind = kinds.get(reg.get("type"))
    if reg.get("type") in FLOATS:
        return "float"
    if kind is None or kind.tag not in ("vector", "union"):
        return "general"
    return "vector"


class Description:
    def __init__(self, text):
        self.text = text
        root = ElementTree.fromstring(text)
        architecture = root.find("architecture")
        self.architecture = None if architecture is None else architecture.text.strip()
        self.registers = []
        number = 0
        for feature in root.iter("feature"):
            for reg in feature.iter("reg"):
                if "regnum" in reg.attrib:
                    number = int(reg.get("regnum"), 0)
                if reg.get("name"):
                    self.registers.append(Register(
                        number, reg.get("name"), feature.get("name"), int(reg.get("bitsize")),
                        reg.get("type", "int"), group_of(reg, feature)))
                number += 1
        self.renumbered = self.correct_power()

    def correct_power(self):
        """QEMU 11.1's powerpc: the stub's numbers behind the fpu are one less than what is
        described, up to QEMU's own registers. A guest that stores vr1 has shown it.

        The register behind fpscr has none: its number reads fpscr.
        """
        special = next((at for at, reg in enumerate(self.registers)
                        if reg.feature == "org.qemu.power.spr"), 0)
        if not special or self.registers[special].number != self.registers[special - 1].number:
            return False
        floats = [at for at, reg in enumerate(self.registers)
                  if reg.feature in ("org.gnu.gdb.power.fpu", "org.gnu.gdb.power.spe")]
        for at in range(floats[-1] + 1, special):
            self.registers[at] = self.registers[at]._replace(number=self.registers[at].number - 1)
        self.registers[floats[-1] + 1] = self.registers[floats[-1] + 1]._replace(number=UNREAD)
        return True

    def duplicates(self):
        names = collections.Counter(reg.name for reg in self.registers)
        return {name for name, count in names.items() if count > 1}


def read(rsp):
    """The description of the vCPU that the client has selected."""
    return Description(expand({}, rsp.document))
