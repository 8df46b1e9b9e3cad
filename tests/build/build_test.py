#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Makefile: rebuilding, out-of-tree builds, installing.

    build_test.py [NAME...]

All tests use copies of the source in a temporary directory.
"""

import atexit
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from testcase import contains, equal, fails, main, test, write  # noqa: E402
from tool import ROOT  # noqa: E402

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


@functools.cache
def built_source():
    """Copy the source and build it, once. Returns the copy and the output of make."""
    top = tempfile.mkdtemp(prefix="gdbregs-build.")
    atexit.register(shutil.rmtree, top)
    copy = copy_source(os.path.join(top, "source"))
    return copy, make(copy, QUICK)


def source():
    return built_source()[0]


def scratch(directory, name):
    path = os.path.join(directory, name)
    os.makedirs(path)
    return path


def built(directory, name):
    """Returns a build directory that is up to date."""
    path = os.path.join(directory, name)
    shutil.copytree(os.path.join(source(), "build"), path)
    return path


# ------------------------------------------------------------ rebuilding


@test
def nothing_is_built_twice(_):
    assert compiled(built_source()[1]) != []
    equal(compiled(make(source(), QUICK)), [])


@test
def flags(directory):
    build = scratch(directory, "flags")
    objects = [os.path.join(build, name) for name in ["lib/util/hex.o", "cli/base/text.o"]]
    for words, count in [([], 2), ([], 0), (["CFLAGS=-O1"], 2), (["CPPFLAGS=-DX"], 2), ([], 2)]:
        output = make(source(), f"BUILD={build}", *objects, *words)
        equal(len(compiled(output)), count, words)
        for word in words:
            equal(output.count(word.split("=")[1]), count)


@test
def deleted_source(directory):
    build = built(directory, "deleted")
    make(source(), f"BUILD={build}", QUICK)
    extra = os.path.join(source(), "lib", "util", "zzz.c")
    for members in [1, 0]:
        if members:
            write(extra, "int gdbregs__zzz;\n")
        else:
            os.remove(extra)
        make(source(), f"BUILD={build}", QUICK)
        found = run(["ar", "t", os.path.join(build, "libgdbregs.a")]).split()
        equal(found.count("zzz.o"), members)
        equal(b"gdbregs__zzz" in read(build, "libgdbregs.so.0"), bool(members))


@test
def clean_first(directory):
    build = scratch(directory, "clean")
    target = os.path.join(build, "lib", "util", "hex.o")
    for _ in range(3):
        make(source(), f"BUILD={build}", "-j4", "clean", target)
        assert os.path.exists(target)


# ---------------------------------------------------------------- tests


@test
def one_test(directory):
    build = built(directory, "one")
    for name, runs in [("unit/util/hex", "tests/unit/util/hex_test"),
                       ("lint/layers", "tests/lint/layers")]:
        output = make(source(), f"BUILD={build}", QUICK, "check", f"T={name}")
        assert re.search(rf"passed +[0-9.]+ s +[0-9.]+ s +{runs}\n", output), output
        contains(output, "\n1 passed, 0 failed, 0 skipped\n")
    fails(make, source(), f"BUILD={build}", QUICK, "check", "T=unit/nothing",
          says="no test is called unit/nothing")


@test
def new_test(directory):
    """A C test needs no list: the file is enough for `make check` to run it."""
    path = os.path.join(source(), "tests", "unit", "util", "new_test.c")
    write(path, '#include "suite.h"\n\nTEST(finds_this)\n{\n\tck_abort();\n}\n')
    try:
        fails(make, source(), f"BUILD={directory}", QUICK, "check", "T=unit/util/new",
              says="new_test.c:5:F:finds_this")
    finally:
        os.remove(path)


# ---------------------------------------------------------- out of tree


@test
def other_directory(directory):
    """A build in another directory, of a source in another directory, has the same bytes."""
    other = copy_source(os.path.join(directory, "a-directory-with-a-longer-name"))
    place = scratch(directory, "elsewhere")
    before = files_under(other)
    makefile = f"../{os.path.basename(other)}/Makefile"
    make(place, "-f", makefile, QUICK)
    equal(files_under(other), before)
    for name in PRODUCTS:
        assert read(source(), "build", name) == read(place, "build", name), \
            f"{name} depends on where it was built"
    shutil.copytree(os.path.join(place, "build"), os.path.join(place, "here"))
    equal(compiled(make(place, "-f", makefile, QUICK, "BUILD=here")), [])
    make(place, "-f", makefile, QUICK, "install", f"DESTDIR={place}/root")
    assert os.path.exists(os.path.join(place, "root/usr/local/bin/gdbregs-cli"))


# ----------------------------------------------------------- installing


@test
def prefix_of_install(directory):
    """The prefix of `make install` counts, not that of the build."""
    root = scratch(directory, "prefix")
    build = built(directory, "prefix-build")
    output = make(source(), f"BUILD={build}", QUICK, "install", "PREFIX=/opt/gr",
                  f"DESTDIR={root}")
    users = run(["grep", "-rl", "GDBREGS_XML_DIR", "lib", "cli", "--include=*.c"],
                cwd=source()).split()
    equal(compiled(output), sorted(users))
    installed = os.path.join(root, "opt", "gr")
    for name in ["lib/libgdbregs.so.0", "lib/libgdbregs.a", "bin/gdbregs-cli"]:
        assert b"/opt/gr/share/gdbregs" in read(installed, name), name
        assert b"/usr/local" not in read(installed, name), name
    assert b"prefix=/opt/gr\n" in read(installed, "lib/pkgconfig/libgdbregs.pc")


@test
def directories(directory):
    root = scratch(directory, "directories")
    words = ["PREFIX=/p", "BINDIR=/b", "LIBDIR=/l/x86_64-linux-gnu", "INCLUDEDIR=/i",
             "DATADIR=/d", "MANDIR=/m", f"DESTDIR={root}", QUICK,
             f"BUILD={built(directory, 'directories-build')}"]
    make(source(), "install", *words)
    found = [path[len(root):] for path in files_under(root)]
    for path in ["/b/gdbregs-cli", "/l/x86_64-linux-gnu/libgdbregs.so.0", "/i/gdbregs.h",
                 "/l/x86_64-linux-gnu/pkgconfig/libgdbregs.pc", "/d/gdbregs/mips.xml",
                 "/m/man1/gdbregs-cli.1", "/m/man3/gdbregs_step.3"]:
        contains(found, path)
    equal({path.split("/")[1] for path in found}, set("blidm"))
    make(source(), "uninstall", *words)
    equal(files_under(root), [])


@test
def linker_flags(directory):
    build = built(directory, "linker")
    make(source(), f"BUILD={build}", QUICK, "LDFLAGS=-Wl,--build-id=0x1122334455667788")
    for name in PRODUCTS[1:]:
        contains(run(["readelf", "-n", os.path.join(build, name)]), "1122334455667788")


@test
def programs(directory):
    """Programs can be linked with the flags of pkg-config, also with -static."""
    prefix = os.path.join(directory, "usr")
    make(source(), QUICK, "install", f"PREFIX={prefix}",
         f"BUILD={built(directory, 'programs')}")
    env = {"PKG_CONFIG_PATH": os.path.join(prefix, "lib", "pkgconfig"),
           "LD_LIBRARY_PATH": os.path.join(prefix, "lib")}
    program = os.path.join(directory, "program.c")
    write(program, UV_PROGRAM)
    for static in ["", "-static"]:
        run(["sh", "-ec", f"{os.environ.get('CC', 'cc')} {static} -o program program.c "
             f"$(pkg-config {static and '--static'} --cflags --libs libgdbregs)"],
            cwd=directory, env=env)
        run([os.path.join(directory, "program")], env=env)
        kind = run(["readelf", "-d", os.path.join(directory, "program")])
        equal("libgdbregs.so.0" in kind, not static)


main()
