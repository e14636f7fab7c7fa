# Completion of dnnlua's command line for fish; installed as share/fish/vendor_completions.d/dnnlua.fish.

# The scripts that were installed with the program.
function __dnnlua_scripts
    set -l program (realpath (command -s dnnlua)) || return
    for script in (dirname (dirname $program))/share/dnnlua/scripts/*.lua
        basename $script
    end
end

complete -c dnnlua -s e -x -d 'Run a statement'
complete -c dnnlua -s l -x -d 'Require a module'
complete -c dnnlua -s i -d 'start the prompt after the script'
complete -c dnnlua -s v -d 'print the version and continue'
complete -c dnnlua -s E -d 'Ignore LUA_INIT, LUA_PATH and LUA_CPATH'
complete -c dnnlua -s W -d 'Turn warnings on'
complete -c dnnlua -l seed -x -d 'seed the random streams'
complete -c dnnlua -l threads -x -d 'use N threads'
complete -c dnnlua -l safe -d 'Run a script that you do not trust'
complete -c dnnlua -l memory -x -d 'With --safe: at most N MiB'
complete -c dnnlua -l time -x -d 'With --safe: at most N seconds'
complete -c dnnlua -l profile -d 'print where the time goes, layer by layer'
complete -c dnnlua -l view -d 'open a window for each run that a script logs'
complete -c dnnlua -l traceback -d 'Show the module\'s own functions in tracebacks too'
complete -c dnnlua -l version -d 'Print the version'
complete -c dnnlua -s h -l help -d 'Print a summary of the options'
complete -c dnnlua -n __fish_is_first_token -a '(__dnnlua_scripts)' -d 'Installed script'
