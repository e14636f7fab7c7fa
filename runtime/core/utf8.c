/* utf8.c: one decoder for all, so that they agree on malformed text. */
#include "core/utf8.h"

#include <string.h>

size_t dnn_utf8_length(char first) {
    unsigned char byte = (unsigned char)first;
    if (byte < 0x80)
        return 1;
    if (byte < 0xC2 || byte > 0xF4)
        return 0;
    return byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

size_t dnn_utf8_decode(const char *bytes, size_t available, uint32_t *out) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = available > 0 ? dnn_utf8_length(bytes[0]) : 0;
    if (length == 0 || length > available)
        return 0;
    uint32_t c = (unsigned char)bytes[0];
    if (length > 1)
        c &= 0x7Fu >> length;
    for (size_t i = 1; i < length; i++) {
        if (!dnn_utf8_continues(bytes[i]))
            return 0;
        c = c << 6 | ((unsigned char)bytes[i] & 0x3F);
    }
    if (c < least[length] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return 0;
    *out = c;
    return length;
}

uint32_t dnn_utf8_next(const char **text) {
    uint32_t c = 0;
    if (**text == '\0')
        return 0;
    size_t length = dnn_utf8_decode(*text, strnlen(*text, DNN_UTF8_MAX), &c);
    *text += length > 0 ? length : 1;
    return length > 0 ? c : DNN_UTF8_REPLACEMENT;
}

size_t dnn_utf8_count(const char *text) {
    size_t count = 0;
    while (dnn_utf8_next(&text) != 0)
        count++;
    return count;
}

size_t dnn_utf8_put(uint32_t c, char *out) {
    static const uint32_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)(lead[length] | c);
    return length;
}

size_t dnn_utf8_cut(const char *text, size_t size) {
    size_t start = size;
    while (start > 0 && size - start < DNN_UTF8_MAX && dnn_utf8_continues(text[start]))
        start--;
    return dnn_utf8_length(text[start]) > size - start ? start : size;
}

bool dnn_utf8_valid(const char *text, size_t size) {
    uint32_t c;
    for (size_t i = 0, used; i < size; i += used)
        if ((used = dnn_utf8_decode(text + i, size - i, &c)) == 0)
            return false;
    return true;
}

bool dnn_utf8_steers(uint32_t c) {
    return (c > 0 && c < 0x20) || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xAD || c == 0x61C || c == 0xFEFF ||
           (c >= 0x200B && c <= 0x200F && c != 0x200C && c != 0x200D) ||
           (c >= 0x2028 && c <= 0x2029);
}

static void disarm(char *text, bool tabs_and_newlines) {
    for (const char *next = text; *next != '\0';) {
        char *from = text + (next - text);
        uint32_t c = dnn_utf8_next(&next);
        bool undecoded = c == DNN_UTF8_REPLACEMENT && next - from == 1;
        bool spared = !tabs_and_newlines && (c == '\n' || c == '\t');
        if (undecoded || (dnn_utf8_steers(c) && !spared))
            memset(from, '?', (size_t)(next - from));
    }
}

void dnn_utf8_disarm(char *text) {
    disarm(text, false);
}

void dnn_utf8_disarm_line(char *line) {
    disarm(line, true);
}
