# Completion of dnnlua's command line for bash; installed as share/bash-completion/completions/dnnlua.

# The scripts that were installed with the program.
_dnnlua_scripts() {
    local program
    program=$(readlink -f "$(type -P "$1")") || return
    ls "${program%/bin/*}/share/dnnlua/scripts" 2>/dev/null | grep '\.lua$'
}

_dnnlua() {
    local current=${COMP_WORDS[COMP_CWORD]} i word
    # The first word that is neither an option nor an option's value is the script; files follow.
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
        -e | -l | --seed | --threads | --memory | --time)
            if ((++i == COMP_CWORD)); then
                return
            fi
            if [[ ${COMP_WORDS[i]} == = ]]; then
                ((++i))
            fi
            ;;
        -- | - | [!-]*) break ;;
        esac
    done
    if ((i >= COMP_CWORD)) && [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '-e -l -i -v -E -W -h --seed --threads --profile --view --safe --memory --time --traceback
            --version --help --' -- "$current")
        return
    fi
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    if ((i >= COMP_CWORD)); then
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(_dnnlua_scripts "$1")" -- "$current")
    fi
}

complete -F _dnnlua dnnlua
