/* text_fit.c: looking for the longest cut that fits, character by character. */
#include "viz/draw/text_fit.h"

#include <stdio.h>
#include <string.h>

#include "core/utf8.h"
#include "viz/draw/font.h"

#define ELLIPSIS "…"

/* Bytes of the longest start of a text that are at most `most` and end at a character's end. */
static size_t whole_characters(const char *text, size_t most) {
    while (most > 0 && dnn_utf8_continues(text[most]))
        most--;
    return most;
}

/* The text with all but its first `head` and last `tail` bytes left out. */
static void cut(const char *text, size_t head, size_t tail, char *out, size_t room) {
    snprintf(out, room, "%.*s" ELLIPSIS "%s", (int)head, text, text + strlen(text) - tail);
}

static bool copy_if_fits(const char *text, float width, float size, font_style style, char *out,
                         size_t room) {
    if (strlen(text) >= room || text_width(text, size, style) > width)
        return false;
    strcpy(out, text);
    return true;
}

void text_fit_end(const char *text, float width, float size, font_style style, char *out,
                  size_t room) {
    size_t head = strlen(text), most = room - sizeof ELLIPSIS;
    if (copy_if_fits(text, width, size, style, out, room))
        return;
    for (head = head < most ? head : most; head > 0;) {
        head = whole_characters(text, head - 1);
        cut(text, head, 0, out, room);
        if (head > 0 && text_width(out, size, style) <= width)
            return;
    }
    out[0] = '\0'; /* rather than scraps */
}

void text_fit_middle(const char *text, float width, float size, font_style style, char *out,
                     size_t room) {
    size_t length = strlen(text), kept = room - sizeof ELLIPSIS;
    if (copy_if_fits(text, width, size, style, out, room))
        return;
    for (kept = kept < length ? kept : length; kept > 1; kept--) {
        size_t head = whole_characters(text, kept / 2), tail = kept - kept / 2;
        while (tail > 0 && dnn_utf8_continues(text[length - tail]))
            tail--;
        cut(text, head, tail, out, room);
        if (text_width(out, size, style) <= width)
            return;
    }
    out[0] = '\0';
}

void text_copy(const char *text, size_t length, char *out, size_t room) {
    size_t size = length == 0 ? 0 : strnlen(text, length < room ? length : room - 1);
    if (size > 0)
        memcpy(out, text, size);
    out[size] = '\0';
}
