#!/bin/sh
# Installs a build into a temporary prefix and uses it as strangers do: a C program through pkg-config, the
# stock Lua through require, the program by the bare name of a script, from another directory; then again
# after the whole tree has been moved. test_install.sh BUILD_FOLDER LUA
set -eu

build=$1
lua=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset LUA_PATH LUA_CPATH LUA_INIT LD_LIBRARY_PATH || :

fail() {
    echo "test_install: $*" >&2
    exit 1
}

# use PREFIX: everything that was installed works from there.
use() {
    PKG_CONFIG_PATH=$(dirname "$(find "$1" -name dnn.pc)")
    export PKG_CONFIG_PATH
    flags=$(pkg-config --cflags --libs dnn) || fail "pkg-config does not find dnn"
    # pkg-config quotes its words for a shell.
    eval "cc -Wall -Werror '$here/installed.c' -o installed $flags"
    LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH") ./installed || fail "the C program fails"

    # The program of the manual, as C and as C++.
    sed -n '/^```c$/,/^```$/{/^```/d;p}' "$1/share/doc/dnnlua/c.md" >train.c
    cp train.c train.cc
    eval "cc -std=c11 -Wall -Werror train.c -o train_c $flags -lm"
    eval "c++ -std=c++17 -Wall -Werror train.cc -o train_cc $flags"
    for program in train_c train_cc; do
        rm -rf "run of $program"
        LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH") "./$program" "run of $program" >cost || fail "$program fails"
        "$1/bin/dnnview" --csv costs.csv "run of $program" >/dev/null || fail "dnnview cannot read the run of $program"
        [ "$(grep -c ',cost,' costs.csv)" -eq 2000 ] || fail "the run of $program lacks costs"
    done
    "$1/bin/dnnlua" -e 'local net = dnn.Sequential{dnn.Linear(2, 8), dnn.Tanh(), dnn.Linear(8, 1)}
        assert(net:load "run of train_c/net.safetensors")' || fail "Lua cannot load what C has saved"

    LUA_PATH="$1/share/lua/5.4/?.lua;$1/share/lua/5.4/?/init.lua;;" LUA_CPATH="$1/lib/lua/5.4/?.so;;" \
        "$lua" -e 'local dnn = require "dnn"; assert((dnn.eye(2) * dnn.ones(2, 1)):sum() == 2)' ||
        fail "the stock Lua cannot use the module"

    "$1/bin/dnnlua" -e 'assert((dnn.eye(2) * dnn.ones(2, 1)):sum() == 2)' ||
        fail "dnnlua cannot use the module"
    "$1/bin/dnnlua" -e 'dnn.help "dnn.eye"' | grep -q '^dnn.eye(n' || fail "dnnlua shows no help"
    "$1/bin/dnnlua" -e "print(select(2, pcall(dnn.data.hdf5, 'absent.h5')))" >hdf5.out ||
        fail "dnnlua cannot load the module for HDF5"
    "$1/bin/dnnlua" train_cats.lua --help >help || fail "dnnlua does not find train_cats.lua"
    grep -qi usage help || fail "train_cats.lua --help does not say how it is used"
}

cmake --install "$build" --prefix "$work/first place" >install.log || fail "$(cat install.log)"
use "$work/first place"
[ -e "$work/first place/share/doc/dnnlua/LICENSE" ] || fail "the licence is not installed"
for file in man/man1/dnnlua.1 man/man1/dnnview.1 bash-completion/completions/dnnlua zsh/site-functions/_dnnlua \
    fish/vendor_completions.d/dnnlua.fish; do
    [ -e "$work/first place/share/$file" ] || fail "share/$file is not installed"
done
mv "$work/first place" "$work/second"
use "$work/second"
