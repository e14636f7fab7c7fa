#!/bin/sh
# Stands in for the window of dnnview: asks for another learning rate and a checkpoint, leaves a file that says so, and
# ends.
[ "$1" = --control ] || exec "$DNN_BUILD/bin/dnnview" "$@"
printf 'rate 0.5\ncheckpoint\n' >&3
: >"$3.asked"
