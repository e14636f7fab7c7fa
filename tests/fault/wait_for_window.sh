#!/bin/sh
# wait_for_window.sh FILE: waits until FILE is there, which window.sh leaves, or the process that started this has no
# other child, since the window could not be started; 5 s at most.
i=0
until [ -e "$1" ] || [ "$children" = $$ ] || [ $i -gt 500 ]; do
    sleep 0.01
    i=$((i + 1))
    read -r children <"/proc/$PPID/task/$PPID/children"
done
