# SPDX-License-Identifier: LGPL-2.1-or-later
"""Target descriptions read by Python's own XML parser: an independent source
for names, features, sizes, order and register numbers."""
import collections
import re
import xml.etree.ElementTree as ElementTree

Register = collections.namedtuple("Register", "number name feature bits type group")

INCLUDE = re.compile(r'<xi:include\s+href="([^"]+)"\s*/>')
PROLOGUE = re.compile(r"<\?xml.*?\?>|<!DOCTYPE[^>\[]*>", re.S)


def expand(documents, fetch, name="target.xml"):
    """One text with every include replaced by what it names.

    documents: filled with what fetch(name) returned, by name.
    """
    if name not in documents:
        documents[name] = fetch(name).decode("utf-8")
    text = PROLOGUE.sub("", documents[name])
    # Comments first: an include in one does not count.
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    return INCLUDE.sub(lambda match: expand(documents, fetch, match.group(1)), text)


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
                        reg.get("type", "int"), reg.get("group")))
                number += 1

    def duplicates(self):
        names = collections.Counter(reg.name for reg in self.registers)
        return {name for name, count in names.items() if count > 1}


def read(rsp):
    """The description of the vCPU that the client has selected."""
    return Description(expand({}, rsp.document))
