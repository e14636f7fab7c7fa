/* line.c: what libedit holds as text of several lines. */
#include <stdlib.h>

#include "bindings/prompt/parts.h"

size_t take_text(EditLine *el, text *typed) {
    const LineInfoW *info = libedit.wline(el);
    clear_text(typed);
    add_wide(typed, info->buffer, (size_t)(info->cursor - info->buffer));
    size_t before = typed->length;
    add_wide(typed, info->cursor, (size_t)(info->lastchar - info->cursor));
    return before;
}

void insert_text(EditLine *el, const char *bytes, size_t length) {
    wchar_t *wide = length > 0 ? widen(bytes, length) : NULL;
    if (wide != NULL)
        libedit.winsertstr(el, wide);
    free(wide);
}

void set_text(EditLine *el, const char *bytes, size_t length) {
    const LineInfoW *info = libedit.wline(el);
    move_to(el, info->lastchar);
    libedit.deletestr(el, (int)(info->lastchar - info->buffer));
    insert_text(el, bytes, length);
}

void move_to(EditLine *el, const wchar_t *place) {
    libedit.cursor(el, (int)(place - libedit.wline(el)->cursor));
}

const wchar_t *line_start(const LineInfoW *info, const wchar_t *place) {
    while (place > info->buffer && place[-1] != L'\n')
        place--;
    return place;
}

const wchar_t *line_end(const LineInfoW *info, const wchar_t *place) {
    while (place < info->lastchar && *place != L'\n')
        place++;
    return place;
}
