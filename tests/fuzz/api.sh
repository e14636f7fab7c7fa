#!/bin/sh
# Runs api.lua in a folder of its own, without a display, with bounded memory: api.sh DNNLUA SECONDS [SEED]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dnnlua=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset DISPLAY WAYLAND_DISPLAY || :
DNNVIEW=/bin/true
export DNNVIEW
[ -z "${DNN_FUZZ_MEMORY:-}" ] || ulimit -v "$DNN_FUZZ_MEMORY"
status=0
"$dnnlua" "$here/api.lua" "$@" || status=$?
[ "$status" -eq 0 ] || echo "status $status after $(cat last_call)" >&2
exit "$status"
