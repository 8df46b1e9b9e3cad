# SPDX-License-Identifier: LGPL-2.1-or-later
# libgdbregs: library, command line tool, tests. See README.md.

CC ?= cc
AR ?= ar
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
DESTDIR ?=
BUILD ?= build

VERSION := 0.2.0
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	    -Wwrite-strings -Wvla
PKGS := libuv expat
BASE_CFLAGS = -std=c11 -D_GNU_SOURCE -DGDBREGS_XML_DIR=\"$(PREFIX)/share/gdbregs\" $(WARNINGS) -Iinclude -fvisibility=hidden -fPIC -MMD -MP
LIB_CFLAGS = $(BASE_CFLAGS) $(shell $(PKG_CONFIG) --cflags $(PKGS))
LIB_LIBS = $(shell $(PKG_CONFIG) --libs $(PKGS)) -lpthread

LIB_SRC := $(sort $(wildcard lib/*/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_SRC := $(sort $(wildcard cli/*/*.c)) cli/main.c
CLI_OBJ := $(CLI_SRC:%.c=$(BUILD)/%.o)

STATIC := $(BUILD)/libgdbregs.a
SHARED := $(BUILD)/libgdbregs.so.0
CLI := $(BUILD)/gdbregs-cli

.PHONY: all
all: $(STATIC) $(SHARED) $(CLI)

$(BUILD)/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(CC) $(LIB_CFLAGS) -iquote lib $(CFLAGS) -c $< -o $@

$(BUILD)/cli/%.o: cli/%.c
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) -iquote cli $(shell $(PKG_CONFIG) --cflags libuv jansson) $(CFLAGS) -c $< -o $@

$(STATIC): $(LIB_OBJ)
	rm -f $@
	$(AR) rcs $@ $^

$(SHARED): $(LIB_OBJ) lib/libgdbregs.map
	$(CC) -shared -Wl,-soname,libgdbregs.so.0 -Wl,-z,nodelete -Wl,--version-script=lib/libgdbregs.map \
		$(CFLAGS) $(LDFLAGS) -o $@ $(LIB_OBJ) $(LIB_LIBS)
	ln -sf libgdbregs.so.0 $(BUILD)/libgdbregs.so

$(CLI): $(CLI_OBJ) $(STATIC)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJ) $(STATIC) $(LIB_LIBS) \
		$(shell $(PKG_CONFIG) --libs libuv jansson)

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d)

include tests/tests.mk

.PHONY: clean
clean:
	rm -rf $(BUILD)
