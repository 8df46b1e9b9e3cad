# SPDX-License-Identifier: LGPL-2.1-or-later
# libgdbregs: library and command line tool. See README.md. Installing is in
# lib/install.mk, tests and what they need in tests/tests.mk.
#
#	make [BUILD=DIRECTORY]		build in DIRECTORY, by default ./build
#	make -f SOURCE/Makefile		build in ./build from any other directory

SOURCE := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
BUILD ?= build

# Use all processors unless the user gives -j.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif

ifneq ($(SOURCE),.)
# Out of tree: the rules below run in the source directory.
.PHONY: $(or $(MAKECMDGOALS),all) in-source
$(or $(MAKECMDGOALS),all): in-source ;
in-source:
	+@$(MAKE) --no-print-directory -C $(SOURCE) BUILD='$(abspath $(BUILD))' $(MAKECMDGOALS)
else

AR ?= ar
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g

# CC, CPPFLAGS, CFLAGS and LDFLAGS are the user's. They come last, so that they win.
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
XMLDIR = $(DATADIR)/gdbregs

VERSION := $(shell sed -n 's/^.define GDBREGS_VERSION "\(.*\)"/\1/p' include/gdbregs.h)
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	    -Wwrite-strings -Wvla

# $(call once,NAME,TEXT): the value of NAME, computed when it is first used. What runs the
# compiler or pkg-config must wait until `make deps` has installed them.
once = $(eval $1 := $2)$($1)

# Reproducible builds: the objects do not contain the path of the source directory.
PREFIX_MAP = $(call once,PREFIX_MAP,$(shell $(CC) -ffile-prefix-map=a=b -E -x c /dev/null \
	>/dev/null 2>&1 && echo -ffile-prefix-map='$(CURDIR)'=.))
UV_CFLAGS = $(call once,UV_CFLAGS,$(shell $(PKG_CONFIG) --cflags libuv))
LIB_PC_CFLAGS = $(call once,LIB_PC_CFLAGS,$(shell $(PKG_CONFIG) --cflags libuv expat))
CLI_PC_CFLAGS = $(call once,CLI_PC_CFLAGS,$(shell $(PKG_CONFIG) --cflags libuv jansson))
LIB_LIBS = $(call once,LIB_LIBS,$(shell $(PKG_CONFIG) --libs libuv expat) -lpthread)
CLI_LIBS = $(call once,CLI_LIBS,$(shell $(PKG_CONFIG) --libs libuv jansson))

# 32-bit systems need _FILE_OFFSET_BITS for large files and large inode numbers.
BASE_CFLAGS = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 $(WARNINGS) -Iinclude \
	-fvisibility=hidden -fPIC -MMD -MP $(PREFIX_MAP)
USER_CFLAGS = $(CPPFLAGS) $(CFLAGS)
LIB_CFLAGS = $(BASE_CFLAGS) -iquote lib $(LIB_PC_CFLAGS)
CLI_CFLAGS = $(BASE_CFLAGS) -iquote cli $(CLI_PC_CFLAGS)

LIB_SRC := $(sort $(wildcard lib/*/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_SRC := $(sort $(wildcard cli/*/*.c)) cli/main.c
CLI_OBJ := $(CLI_SRC:%.c=$(BUILD)/%.o)

STATIC := $(BUILD)/libgdbregs.a
SHARED := $(BUILD)/libgdbregs.so.0
CLI := $(BUILD)/gdbregs-cli

.PHONY: all
all: $(STATIC) $(SHARED) $(CLI)

# ----------------------------------------------------------------- stamps --

# A stamp is a file that holds the flags or the file names of a build step. It is rewritten
# only if they change; then everything that depends on it is rebuilt.
STAMP := $(BUILD)/stamp
WORDS_compile = $(CC) $(BASE_CFLAGS) $(USER_CFLAGS) $(LIB_PC_CFLAGS) $(CLI_PC_CFLAGS)
WORDS_link = $(CC) $(AR) $(CFLAGS) $(LDFLAGS) $(LIB_LIBS) $(CLI_LIBS)
WORDS_lib = $(LIB_OBJ)
WORDS_cli = $(CLI_OBJ)
WORDS_xmldir = $(XMLDIR)

# Goals that must finish before all others, even with -j.
FIRST := $(filter clean deps deps-build deps-test deps-cross deps-lint,$(MAKECMDGOALS))

$(STAMP)/%: export WORDS = $(WORDS_$*)
$(STAMP)/%: always | $(FIRST)
	@mkdir -p $(@D)
	@printf '%s\n' "$$WORDS" | cmp -s - $@ || printf '%s\n' "$$WORDS" >$@

.PHONY: always
always:

# ------------------------------------------------------------------ rules --

$(LIB_OBJ): $(BUILD)/%.o: %.c $(STAMP)/compile
	@mkdir -p $(@D)
	$(CC) $(LIB_CFLAGS) $(DEFINES) $(USER_CFLAGS) -c $< -o $@

$(CLI_OBJ): $(BUILD)/%.o: %.c $(STAMP)/compile
	@mkdir -p $(@D)
	$(CC) $(CLI_CFLAGS) $(DEFINES) $(USER_CFLAGS) -c $< -o $@

# Only these files contain the directory of the installed descriptions.
XMLDIR_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(shell grep -l GDBREGS_XML_DIR $(LIB_SRC) $(CLI_SRC)))
$(XMLDIR_OBJ): $(STAMP)/xmldir
$(XMLDIR_OBJ): DEFINES = -DGDBREGS_XML_DIR='"$(XMLDIR)"'

$(STATIC): $(LIB_OBJ) $(STAMP)/lib
	rm -f $@
	$(AR) rcsD $@ $(LIB_OBJ)

$(SHARED): $(LIB_OBJ) lib/libgdbregs.map $(STAMP)/lib $(STAMP)/link
	$(CC) -shared -Wl,-soname,libgdbregs.so.0 -Wl,-z,nodelete \
		-Wl,--version-script=lib/libgdbregs.map $(CFLAGS) $(LDFLAGS) -o $@ $(LIB_OBJ) $(LIB_LIBS)
	ln -sf libgdbregs.so.0 $(BUILD)/libgdbregs.so

$(CLI): $(CLI_OBJ) $(STATIC) $(STAMP)/cli $(STAMP)/link
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJ) $(STATIC) $(LIB_LIBS) $(CLI_LIBS)

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d)

include lib/install.mk
include tests/tests.mk

.PHONY: clean
clean:
	rm -rf $(BUILD)

endif
