#!/bin/sh
# with_wayland.sh COMMAND...: runs the command on a Wayland desktop whose scale is 2, inside the virtual display
# that with_display.sh gives. Status 77, which the tests count as skipped, where weston is not installed.
set -eu

command -v weston >/dev/null || {
    echo "SKIPPED: weston is not installed"
    exit 77
}

XDG_RUNTIME_DIR=$(mktemp -d)
export XDG_RUNTIME_DIR
weston --backend=x11-backend.so --use-pixman --width=900 --height=600 --scale=2 --socket=desktop --no-config \
    >"$XDG_RUNTIME_DIR/weston.log" 2>&1 &
server=$!
finish() {
    kill $server 2>/dev/null && wait $server || :
    rm -rf "$XDG_RUNTIME_DIR"
}
trap finish EXIT

while [ ! -S "$XDG_RUNTIME_DIR/desktop" ]; do
    kill -0 $server 2>/dev/null || {
        echo "SKIPPED: weston does not start here:"
        cat "$XDG_RUNTIME_DIR/weston.log"
        exit 77
    }
    sleep 0.1
done
WAYLAND_DISPLAY=desktop SDL_VIDEODRIVER=wayland "$@"
