# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of gdbregs-cli for bash. The tool itself knows the words.

_gdbregs_cli() {
	local line=${COMP_LINE:0:COMP_POINT} word candidates
	local -a words
	# Bash splits words at ':' and '=', which are parts of ours.
	read -r -a words <<<"$line"
	[[ $line == *[[:space:]] ]] && words+=("")
	word=${words[-1]}
	COMPREPLY=()
	while IFS= read -r candidates; do
		case $candidates in
		:files) compopt -o default 2>/dev/null
			COMPREPLY+=($(compgen -f -- "$word")) ;;
		:commands) COMPREPLY+=($(compgen -c -- "$word")) ;;
		*) COMPREPLY+=("$candidates") ;;
		esac
	done < <("${words[0]}" __complete "${words[@]:1}" 2>/dev/null)
	[[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
	# Bash replaces only the text after the last separator.
	local shared=${word%"${word##*[:=]}"} i
	for i in "${!COMPREPLY[@]}"; do
		COMPREPLY[i]=${COMPREPLY[i]#"$shared"}
	done
}
complete -F _gdbregs_cli gdbregs-cli
