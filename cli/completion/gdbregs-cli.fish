# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of gdbregs-cli for fish. The tool itself knows the words.

function __gdbregs_cli_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    for line in ($words[1] __complete $words[2..-1] "$word" 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path "$word"
            case :commands
                __fish_complete_command
            case '*'
                echo $line
        end
    end
end

complete -c gdbregs-cli -f -a '(__gdbregs_cli_complete)'
