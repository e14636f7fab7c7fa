#!/bin/sh
# report_test.sh: makes runs and their report page, and lets a browser drive it (report_test.js). Status 77, which
# the tests count as skipped, where chromium is not installed.
set -eu

browser=$(command -v chromium || command -v chromium-browser || :)
[ -n "$browser" ] || {
    echo "SKIPPED: chromium is not installed"
    exit 77
}
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME="$folder"

"$DNNLUA" "$here/report_runs.lua" runs
"$DNNVIEW" runs --html report.html
"$DNNVIEW" runs --csv values.csv
size=$(cat "$here"/../../viz/report/script/*.js "$here"/../../viz/report/report.css | wc -c)
[ "$size" -lt 200000 ] || { echo "FAILED: the page's own script and style have $size bytes"; exit 1; }
if grep -Eo '(src|href)="[^"]*"|https?://[^"]*' report.html | grep -v '="data:'; then
    echo "FAILED: the page names something outside of it"
    exit 1
fi
{
    # Without </body> and </html>. A browser without a screen draws frames when it likes.
    sed -e '$d' -e 's|^<body>|&<script>window.requestAnimationFrame = (f) => setTimeout(f, 0);</script>|' report.html |
        sed '$d'
    printf '<script>const CSV = `'
    cat values.csv | sed 's/[\\`$]/\\&/g; s/</\\x3c/g'
    printf '`;\nconst KINDS = ['
    # all kinds of panels that the page knows
    sed -n '/kinds\[PANEL_KIND_COUNT\]/,/};/p' "$here"/../../viz/report/report_data.c | grep -o '"[a-z]*"' | tr '\n' ','
    printf '];\n'
    cat "$here/report_test.js"
    printf '</script>\n</body>\n</html>\n'
} >test.html
# No network: any name or address that the page asked for would fail, and be seen by the script.
"$browser" --headless=new --no-sandbox --disable-gpu --user-data-dir="$folder/profile" --no-first-run \
    --host-resolver-rules='MAP * ~NOTFOUND' --window-size=1280,1000 --virtual-time-budget=20000 --dump-dom \
    "file://$folder/test.html" >dom.html 2>browser.log || { cat browser.log; exit 1; }
sed -n 's/.*<body[^>]*>\(.*\)/\1/p' dom.html | head -c 3000
grep -q '<body>passed' dom.html || { echo; echo "FAILED"; tail -5 browser.log; exit 1; }
