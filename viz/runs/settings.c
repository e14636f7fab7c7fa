/* settings.c: taking lines of settings apart. */
#include "viz/runs/settings.h"

#include <stdio.h>
#include <string.h>

#include "viz/draw/text_fit.h"

static piece trimmed(const char *start, const char *end) {
    while (start < end && strchr(" \t\r*`", *start) != NULL) /* with Markdown's marks */
        start++;
    while (end > start && strchr(" \t\r*`", end[-1]) != NULL)
        end--;
    return (piece){start, (size_t)(end - start)};
}

void copy_piece(char *out, size_t size, piece p) {
    text_copy(p.start, p.size, out, size);
}

bool same_piece(piece a, piece b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.start, b.start, a.size) == 0);
}

/* The first such character that is not inside parentheses; NULL without one. */
static const char *find_outside(piece line, char wanted) {
    int depth = 0;
    for (const char *c = line.start; c < line.start + line.size; c++) {
        if (*c == wanted && depth == 0)
            return c;
        depth += (*c == '(') - (*c == ')');
    }
    return NULL;
}

/* "key = value", "key: value" or "| key | value |". */
static bool split_line(const char *start, const char *end, bool colons, setting *out) {
    piece line = trimmed(start, end);
    const char *stop = line.start + line.size;
    if (line.size > 2 && *line.start == '|') {
        const char *bar = memchr(line.start + 1, '|', line.size - 1);
        if (bar == NULL)
            return false;
        const char *last = stop[-1] == '|' && stop - 1 > bar ? stop - 1 : stop;
        *out = (setting){trimmed(line.start + 1, bar), trimmed(bar + 1, last)};
        return true;
    }
    const char *sign = find_outside(line, '=');
    if (sign == NULL && colons)
        sign = find_outside(line, ':');
    if (sign == NULL || sign == line.start)
        return false;
    if (*sign == ':' && sign + 1 < stop && sign[1] != ' ' && sign[1] != '\t')
        return false; /* "run:watch(net) names the layer", an address */
    *out = (setting){trimmed(line.start, sign), trimmed(sign + 1, stop)};
    return out->key.size <= 60;
}

static bool is_rule(const setting *s) { /* |---|---| under a table's head */
    return s->key.size > 0 && strspn(s->key.start, "-:") >= s->key.size;
}

static size_t parse(const char *text, bool colons, setting *out, size_t most) {
    size_t n = 0;
    while (*text != '\0' && n < most) {
        const char *end = text + strcspn(text, "\n");
        if (trimmed(text, end).size > 0) {
            if (!split_line(text, end, colons, &out[n]))
                return 0;
            if (n > 0 && is_rule(&out[n])) /* what stands above it is the head */
                n--;
            else
                n++;
        }
        text = *end == '\0' ? end : end + 1;
    }
    return n;
}

size_t parse_settings(const char *text, setting *out, size_t most) {
    return parse(text, true, out, most);
}

size_t settings_of(const run_tag *tag, setting *out, size_t most) {
    return tag->text == NULL ? 0 : parse(tag->text, tag->earlier_count == 0, out, most);
}
