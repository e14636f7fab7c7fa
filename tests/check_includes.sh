#!/bin/sh
# Checks who includes whom: in runtime/ a folder includes only itself and the folders before it, and
# neither Lua nor SDL; viz/ includes of the runtime only core/ and log/, and its wings too stand in an order; bindings/ knows nothing of viz/, and
# the program, a host like any other, nothing of matrices. Prints each offending line.
set -eu
cd "$(dirname "$0")/.."

failed=0

# forbid FOLDER PATTERN REASON: no #include in the folder's C files matches the extended expression.
forbid() {
    [ -d "$1" ] || return 0
    if found=$(grep -rnE --include='*.c' --include='*.h' --include='*.inc' \
        "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($2)" "$1"); then
        printf '%s\n    %s\n' "$found" "$3" >&2
        failed=1
    fi
}

forbid runtime/core '(log|math|nn|data|store)/' 'core/ includes no other folder'
forbid runtime/log '(math|nn|data|store)/' 'log/ includes only core/'
forbid runtime/math '(log|nn|data|store)/' 'math/ includes only core/'
forbid runtime/nn '(log|data|store)/' 'nn/ includes only core/ and math/'
forbid runtime/data '(log|store)/' 'data/ includes only core/, math/ and nn/'
forbid runtime/store '(log|data)/' 'store/ includes only core/, math/ and nn/'
forbid runtime '(\.\./|lua|lauxlib|SDL)' 'runtime/ knows neither Lua nor SDL, and includes from runtime/ on'
forbid viz '(math|nn|data|store)/|lua|lauxlib|lualib' 'viz/ includes of the runtime only core/ and log/'
forbid viz/draw 'viz/(runs|plot|report|window|terminal)/' 'draw/ knows no other wing of viz/'
forbid viz/runs 'viz/(plot|report|window|terminal)/' 'runs/ includes of viz/ only draw/'
forbid viz/plot 'viz/(report|window|terminal)/' 'plot/ includes of viz/ only draw/ and runs/'
forbid viz/report 'viz/(window|terminal)/' 'report/ includes of viz/ only draw/, runs/ and plot/'
forbid viz/window 'viz/terminal/' 'window/ knows no terminal'
forbid bindings '(viz/|SDL)' 'bindings/ knows nothing of viz/'
for part in program prompt; do
    forbid bindings/$part '(math|nn|data|store|log)/|bindings/((matrix|nn|data|run)/|dnnlua\.h)' \
        'the program knows the module only through require, and of the runtime only core/'
done
forbid bindings/program 'bindings/prompt/parts\.h' 'the program sees of the prompt only prompt.h'
if found=$(grep -l '^#include "bindings/prompt/' bindings/program/*.[ch] | grep -v '/main\.c$'); then
    printf '%s\n    %s\n' "$found" 'of the program only main.c knows the prompt' >&2
    failed=1
fi

exit $failed
