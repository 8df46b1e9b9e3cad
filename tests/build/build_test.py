#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Makefile: rebuilding, out-of-tree builds, installing.

    build_test.py [TestCase.method...]

All tests use copies of the source in a temporary directory.
"""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCES = ("Makefile", "README.md", "include", "lib", "cli", "xml", "man", "tests")
PRODUCTS = ("libgdbregs.a", "libgdbregs.so.0", "gdbregs-cli")
QUICK = "CFLAGS=-O0 -g"

UV_PROGRAM = """
#include <gdbregs_uv.h>
#include <string.h>

int main(void)
{
	uv_loop_t loop;

	uv_loop_init(&loop);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	return strcmp(gdbregs_version(), GDBREGS_VERSION) != 0;
}
"""


def run(words, **more):
    env = {name: value for name, value in os.environ.items()
           if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "BUILD", "CFLAGS", "DESTDIR")}
    env.update(more.pop("env", {}))
    done = subprocess.run(words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=280, check=False, **more)
    if done.returncode:
        raise AssertionError(f"{words} ends with {done.returncode}\n{done.stdout}")
    return done.stdout


def make(directory, *words):
    return run(["make", *words], cwd=directory)


def copy_source(directory):
    for name in SOURCES:
        source, target = os.path.join(ROOT, name), os.path.join(directory, name)
        if os.path.isdir(source):
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "seeds"))
        else:
            os.makedirs(directory, exist_ok=True)
            shutil.copy2(source, target)
    return directory


def compiled(output):
    """Returns the sources that were compiled, from the output of make."""
    return sorted(re.findall(r" -c (\S+)", output))


def files_under(directory):
    return sorted(os.path.join(place, name) for place, _, names in os.walk(directory)
                  for name in names)


def read(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


class Build(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="gdbregs-build.")
        cls.source = copy_source(os.path.join(cls.top, "source"))
        cls.first = make(cls.source, QUICK)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.top)

    def scratch(self, name):
        path = os.path.join(self.top, name)
        os.makedirs(path)
        return path

    def built(self, name):
        """Returns a build directory that is up to date."""
        path = os.path.join(self.top, name)
        shutil.copytree(os.path.join(self.source, "build"), path)
        return path

    # ------------------------------------------------------------ rebuilding

    def test_nothing_is_built_twice(self):
        self.assertNotEqual(compiled(self.first), [])
        self.assertEqual(compiled(make(self.source, QUICK)), [])

    def test_flags(self):
        build = self.scratch("flags")
        objects = [os.path.join(build, name) for name in ["lib/util/hex.o", "cli/base/text.o"]]
        for words, count in [([], 2), ([], 0), (["CFLAGS=-O1"], 2), (["CPPFLAGS=-DX"], 2), ([], 2)]:
            output = make(self.source, f"BUILD={build}", *objects, *words)
            self.assertEqual(len(compiled(output)), count, words)
            for word in words:
                self.assertEqual(output.count(word.split("=")[1]), count)

    def test_deleted_source(self):
        build = self.built("deleted")
        make(self.source, f"BUILD={build}", QUICK)
        extra = os.path.join(self.source, "lib", "util", "zzz.c")
        for members in [1, 0]:
            if members:
                with open(extra, "w", encoding="utf-8") as file:
                    file.write("int gdbregs__zzz;\n")
            else:
                os.remove(extra)
            make(self.source, f"BUILD={build}", QUICK)
            found = run(["ar", "t", os.path.join(build, "libgdbregs.a")]).split()
            self.assertEqual(found.count("zzz.o"), members)
            self.assertEqual(b"gdbregs__zzz" in read(build, "libgdbregs.so.0"), bool(members))

    def test_clean_first(self):
        build = self.scratch("clean")
        target = os.path.join(build, "lib", "util", "hex.o")
        for _ in range(3):
            make(self.source, f"BUILD={build}", "-j4", "clean", target)
            self.assertTrue(os.path.exists(target))

    # ---------------------------------------------------------------- tests

    def test_one_test(self):
        build = self.built("one")
        for name, runs in [("unit/util/hex", "tests/unit/util/hex_test"),
                           ("lint/layers", "tests/lint/layers")]:
            output = make(self.source, f"BUILD={build}", QUICK, "check", f"T={name}")
            self.assertRegex(output, rf"passed +[0-9.]+ s +[0-9.]+ s +{runs}\n")
            self.assertIn("\n1 passed, 0 failed, 0 skipped\n", output)
        with self.assertRaisesRegex(AssertionError, "no test is called unit/nothing"):
            make(self.source, f"BUILD={build}", QUICK, "check", "T=unit/nothing")

    def test_new_test(self):
        """A C test needs no list: the file is enough for `make check` to run it."""
        path = os.path.join(self.source, "tests", "unit", "util", "new_test.c")
        with open(path, "w", encoding="utf-8") as file:
            file.write('#include "suite.h"\n\nTEST(finds_this)\n{\n\tck_abort();\n}\n')
        try:
            with self.assertRaisesRegex(AssertionError, "new_test.c:5:F:finds_this"):
                make(self.source, f"BUILD={self.top}/new", QUICK, "check", "T=unit/util/new")
        finally:
            os.remove(path)

    # ---------------------------------------------------------- out of tree

    def test_other_directory(self):
        """A build in another directory, of a source in another directory, has the same bytes."""
        other = copy_source(os.path.join(self.top, "a-directory-with-a-longer-name"))
        place = self.scratch("elsewhere")
        before = files_under(other)
        makefile = f"../{os.path.basename(other)}/Makefile"
        make(place, "-f", makefile, QUICK)
        self.assertEqual(files_under(other), before)
        for name in PRODUCTS:
            self.assertEqual(read(self.source, "build", name) == read(place, "build", name), True,
                             f"{name} depends on where it was built")
        shutil.copytree(os.path.join(place, "build"), os.path.join(place, "here"))
        self.assertEqual(compiled(make(place, "-f", makefile, QUICK, "BUILD=here")), [])
        make(place, "-f", makefile, QUICK, "install", f"DESTDIR={place}/root")
        self.assertTrue(os.path.exists(os.path.join(place, "root/usr/local/bin/gdbregs-cli")))

    # ----------------------------------------------------------- installing

    def test_prefix_of_install(self):
        """The prefix of `make install` counts, not that of the build."""
        root = self.scratch("prefix")
        build = self.built("prefix-build")
        output = make(self.source, f"BUILD={build}", QUICK, "install", "PREFIX=/opt/gr",
                      f"DESTDIR={root}")
        users = run(["grep", "-rl", "GDBREGS_XML_DIR", "lib", "cli", "--include=*.c"],
                    cwd=self.source).split()
        self.assertEqual(compiled(output), sorted(users))
        installed = os.path.join(root, "opt", "gr")
        for name in ["lib/libgdbregs.so.0", "lib/libgdbregs.a", "bin/gdbregs-cli"]:
            self.assertIn(b"/opt/gr/share/gdbregs", read(installed, name), name)
            self.assertNotIn(b"/usr/local", read(installed, name), name)
        self.assertIn(b"prefix=/opt/gr\n", read(installed, "lib/pkgconfig/libgdbregs.pc"))

    def test_directories(self):
        root = self.scratch("directories")
        words = ["PREFIX=/p", "BINDIR=/b", "LIBDIR=/l/x86_64-linux-gnu", "INCLUDEDIR=/i",
                 "DATADIR=/d", "MANDIR=/m", f"DESTDIR={root}", QUICK,
                 f"BUILD={self.built('directories-build')}"]
        make(self.source, "install", *words)
        found = [path[len(root):] for path in files_under(root)]
        for path in ["/b/gdbregs-cli", "/l/x86_64-linux-gnu/libgdbregs.so.0", "/i/gdbregs.h",
                     "/l/x86_64-linux-gnu/pkgconfig/libgdbregs.pc", "/d/gdbregs/mips.xml",
                     "/m/man1/gdbregs-cli.1", "/m/man3/gdbregs_step.3"]:
            self.assertIn(path, found)
        self.assertEqual({path.split("/")[1] for path in found}, set("blidm"))
        make(self.source, "uninstall", *words)
        self.assertEqual(files_under(root), [])

    def test_linker_flags(self):
        build = self.built("linker")
        make(self.source, f"BUILD={build}", QUICK, "LDFLAGS=-Wl,--build-id=0x1122334455667788")
        for name in PRODUCTS[1:]:
            self.assertIn("1122334455667788", run(["readelf", "-n", os.path.join(build, name)]))

    def test_programs(self):
        """Programs can be linked with the flags of pkg-config, also with -static."""
        prefix = os.path.join(self.top, "usr")
        make(self.source, QUICK, "install", f"PREFIX={prefix}",
             f"BUILD={self.built('programs')}")
        env = {"PKG_CONFIG_PATH": os.path.join(prefix, "lib", "pkgconfig"),
               "LD_LIBRARY_PATH": os.path.join(prefix, "lib")}
        program = os.path.join(self.top, "program.c")
        with open(program, "w", encoding="utf-8") as file:
            file.write(UV_PROGRAM)
        for static in ["", "-static"]:
            run(["sh", "-ec", f"{os.environ.get('CC', 'cc')} {static} -o program program.c "
                 f"$(pkg-config {static and '--static'} --cflags --libs libgdbregs)"],
                cwd=self.top, env=env)
            run([os.path.join(self.top, "program")], env=env)
            kind = run(["readelf", "-d", os.path.join(self.top, "program")])
            self.assertEqual("libgdbregs.so.0" in kind, not static)


if __name__ == "__main__":
    unittest.main()
