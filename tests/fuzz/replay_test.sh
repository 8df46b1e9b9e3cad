#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The fuzz targets over their seeds and over every input that once broke one.
set -eu

cd "$(dirname "$0")"
for replay in "${BUILD:-../../build}"/tests/fuzz/*_replay; do
	target=$(basename "$replay" _replay)
	set --
	for inputs in "seeds/$target" "regressions/$target"; do
		if [ -d "$inputs" ]; then set -- "$@" "$inputs"; fi
	done
	if ! "$replay" "$@" >"${TMPDIR:-/tmp}/replay.$$" 2>&1; then
		echo "$target:"
		tail -n 5 "${TMPDIR:-/tmp}/replay.$$"
		rm -f "${TMPDIR:-/tmp}/replay.$$"
		exit 1
	fi
	echo "$target: $(tail -n 1 "${TMPDIR:-/tmp}/replay.$$")"
	rm -f "${TMPDIR:-/tmp}/replay.$$"
done
