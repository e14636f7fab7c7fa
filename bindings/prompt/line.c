/* line.c: what libedit holds as text of several lines. */
#include <stdlib.h>

#include "bindings/prompt/parts.h"

size_t take_text(EditLine *el, text *typed) {
    const LineInfoW *info = el_wline(el);
    clear_text(typed);
    add_wide(typed, info->buffer, (size_t)(info->cursor - info->buffer));
    size_t before = typed->length;
    add_wide(typed, info->cursor, (size_t)(info->lastchar - info->cursor));
    return before;
}

void insert_text(EditLine *el, const char *bytes, size_t length) {
    wchar_t *wide = length > 0 ? widen(bytes, length) : NULL;
    if (wide != NULL) {
        el_winsertstr(el, wide);
    }
    free(wide);
}

void set_text(EditLine *el, const char *bytes, size_t length) {
    const LineInfoW *info = el_wline(el);
    move_to(el, info->lastchar);
    el_deletestr(el, (int)(info->lastchar - info->buffer));
    insert_text(el, bytes, length);
}

void move_to(EditLine *el, const wchar_t *place) {
    el_cursor(el, (int)(place - el_wline(el)->cursor));
}

const wchar_t *line_start(const LineInfoW *info, const wchar_t *place) {
    while (place > info->buffer && place[-1] != L'\n') {
        place--;
    }
    return place;
}

const wchar_t *line_end(const LineInfoW *info, const wchar_t *place) {
    while (place < info->lastchar && *place != L'\n') {
        place++;
    }
    return place;
}
