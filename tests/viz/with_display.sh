#!/bin/sh
# with_display.sh COMMAND...: runs the command on a virtual display of its own, whose pixels are in the file
# that VIRTUAL_SCREEN names. Status 77, which the tests count as skipped, where Xvfb or xdotool is not
# installed.
set -eu

for tool in Xvfb xdotool; do
    command -v $tool >/dev/null || {
        echo "SKIPPED: $tool is not installed (Debian: xvfb, xdotool)"
        exit 77
    }
done

folder=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || :
    rm -rf "$folder"
}
trap finish EXIT

mkfifo "$folder/number"
# -r: a key that is held down is not repeated, so that no window gets a key meant for the one before it.
# -noreset: the server goes on when its last client leaves, or the next one may find it restarting.
Xvfb -r -noreset -displayfd 3 -screen 0 2560x1440x24 -nolisten tcp -fbdir "$folder" 3>"$folder/number" >/dev/null 2>&1 &
server=$!
read -r number <"$folder/number"
DISPLAY=:$number SDL_VIDEODRIVER=x11 VIRTUAL_SCREEN=$folder/Xvfb_screen0 "$@"
