#!/bin/sh
# Stands in for dnnview: asks for another learning rate and a checkpoint, and ends.
printf 'rate 0.5\ncheckpoint\n' >&3
