# SPDX-License-Identifier: LGPL-2.1-or-later
# make install. Included by the Makefile, which defines the directories.

PC := $(BUILD)/libgdbregs.pc
XML := $(wildcard xml/*.xml)
HEADERS := include/gdbregs.h include/gdbregs_uv.h
INSTALL ?= install
BASH_COMPLETION = $(DATADIR)/bash-completion/completions/gdbregs-cli
ZSH_COMPLETION = $(DATADIR)/zsh/site-functions/_gdbregs-cli
FISH_COMPLETION = $(DATADIR)/fish/vendor_completions.d/gdbregs-cli.fish

# Pages of section 3 are made from a template in man/ and the comments of the headers.
MAN_MADE := $(patsubst %,$(BUILD)/%,$(wildcard man/*.3))
MAN := $(filter-out %.3,$(wildcard man/*.[1-9])) $(MAN_MADE)

$(MAN_MADE): $(BUILD)/%: % man/reference $(HEADERS) | $(FIRST)
	@mkdir -p $(@D)
	man/reference $(HEADERS) <$< >$@.new
	mv $@.new $@

.PHONY: man
man: $(MAN_MADE)
all: man

# The functions that a page describes. A function that no page is named after gets a page
# that refers to its page.
MAN_NAMES = sed -n '/^\.Sh NAME/,/^\.Nd/s/^\.Nm \(gdbregs_[a-z0-9_]*\).*/\1/p'

# A link with -static needs what `pkg-config --static` adds. Debian's static libuv is called
# libuv_a.a, so that -luv finds nothing: a linker script of that name refers to it.
UV_ARCHIVE = $(call once,UV_ARCHIVE,$(shell $(PKG_CONFIG) --libs-only-l libuv-static 2>/dev/null | \
	tr ' ' '\n' | grep '^-luv_'))

WORDS_pc = $(PREFIX) $(LIBDIR) $(INCLUDEDIR) $(XMLDIR) $(VERSION) $(UV_ARCHIVE)
$(PC): $(STAMP)/pc lib/install.mk
	@printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR)' 'includedir=$(INCLUDEDIR)' \
		'datadir=$(XMLDIR)' '' 'Name: libgdbregs' \
		'Description: Registers of a running guest, read from its gdbstub' \
		'Version: $(VERSION)' 'Requires: libuv' 'Requires.private: expat' \
		'Libs: -L$${libdir} -lgdbregs' \
		'Libs.private: $(if $(UV_ARCHIVE),-L$${libdir}/gdbregs )-lpthread' \
		'Cflags: -I$${includedir}' >$@

.PHONY: install install-library install-tool install-man uninstall
install: install-library install-tool install-man

install-library: $(STATIC) $(SHARED) $(PC)
	$(INSTALL) -d $(DESTDIR)$(INCLUDEDIR) $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(XMLDIR)
	$(INSTALL) -m 644 $(HEADERS) $(DESTDIR)$(INCLUDEDIR)
	$(INSTALL) -m 644 $(STATIC) $(DESTDIR)$(LIBDIR)
	$(INSTALL) -m 755 $(SHARED) $(DESTDIR)$(LIBDIR)
	ln -sf libgdbregs.so.0 $(DESTDIR)$(LIBDIR)/libgdbregs.so
	$(INSTALL) -m 644 $(PC) $(DESTDIR)$(LIBDIR)/pkgconfig
	$(INSTALL) -m 644 $(XML) $(DESTDIR)$(XMLDIR)
	$(if $(UV_ARCHIVE),$(INSTALL) -d $(DESTDIR)$(LIBDIR)/gdbregs)
	$(if $(UV_ARCHIVE),echo 'INPUT($(UV_ARCHIVE))' >$(DESTDIR)$(LIBDIR)/gdbregs/libuv.a)

install-tool: $(CLI)
	$(INSTALL) -d $(DESTDIR)$(BINDIR)
	$(INSTALL) -m 755 $(CLI) $(DESTDIR)$(BINDIR)
	$(INSTALL) -D -m 644 cli/completion/gdbregs-cli.bash $(DESTDIR)$(BASH_COMPLETION)
	$(INSTALL) -D -m 644 cli/completion/_gdbregs-cli $(DESTDIR)$(ZSH_COMPLETION)
	$(INSTALL) -D -m 644 cli/completion/gdbregs-cli.fish $(DESTDIR)$(FISH_COMPLETION)

install-man: man
	for page in $(MAN); do \
		$(INSTALL) -D -m 644 $$page \
			$(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/} || exit 1; \
	done
	for page in $(filter %.3,$(MAN)); do \
		for name in $$($(MAN_NAMES) $$page); do \
			[ $(BUILD)/man/$$name.3 = $$page ] || echo ".so man3/$${page##*/}" \
				>$(DESTDIR)$(MANDIR)/man3/$$name.3 || exit 1; \
		done; \
	done

uninstall: man
	rm -f $(addprefix $(DESTDIR)$(INCLUDEDIR)/,$(notdir $(HEADERS))) \
		$(addprefix $(DESTDIR)$(LIBDIR)/,libgdbregs.a libgdbregs.so.0 libgdbregs.so \
			gdbregs/libuv.a pkgconfig/libgdbregs.pc) \
		$(DESTDIR)$(BINDIR)/gdbregs-cli $(addprefix $(DESTDIR)$(XMLDIR)/,$(notdir $(XML))) \
		$(addprefix $(DESTDIR),$(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION))
	rm -f $(foreach page,$(MAN),$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(notdir $(page)))
	for name in $$($(MAN_NAMES) $(filter %.3,$(MAN))); do \
		rm -f $(DESTDIR)$(MANDIR)/man3/$$name.3; \
	done
	-rmdir $(DESTDIR)$(XMLDIR) $(DESTDIR)$(LIBDIR)/gdbregs 2>/dev/null
