/* text.c: text that grows, and the way between its bytes and the wide characters that are edited.
 *
 * A byte that is no UTF-8 becomes the character 0xDC00 + byte, which no UTF-8 gives, and comes back
 * as that byte: what was typed or pasted is what Lua gets. */
#include <stdlib.h>
#include <string.h>

#include "bindings/prompt/parts.h"

enum { STRAY_BYTE = 0xDC00 };

/* Room for `more` bytes and a zero behind the text; false when there is no memory. */
static bool reserve(text *t, size_t more) {
    if (t->length + more < t->capacity) {
        return true;
    }
    size_t capacity = 2 * (t->length + more) + 64;
    char *bytes = realloc(t->bytes, capacity);
    if (bytes == NULL) {
        return false;
    }
    t->bytes = bytes;
    t->capacity = capacity;
    return true;
}

void add_bytes(text *t, const char *bytes, size_t count) {
    if (reserve(t, count)) {
        if (count > 0) {
            memcpy(t->bytes + t->length, bytes, count);
        }
        t->length += count;
        t->bytes[t->length] = '\0';
    }
}

void add_string(text *t, const char *string) {
    add_bytes(t, string, strlen(string));
}

void add_character(text *t, wchar_t wide) {
    unsigned c = (unsigned)wide;
    char bytes[4];
    size_t count;
    if (c < 0x80) {
        bytes[0] = (char)c;
        count = 1;
    } else if (is_stray_byte(wide)) {
        bytes[0] = (char)(c - STRAY_BYTE);
        count = 1;
    } else {
        count = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        for (size_t i = count - 1; i > 0; i--, c >>= 6) {
            bytes[i] = (char)(0x80 | (c & 0x3F));
        }
        bytes[0] = (char)((0xF00 >> count) | c); /* 0xC0, 0xE0 or 0xF0 in its low byte */
    }
    add_bytes(t, bytes, count);
}

void add_wide(text *t, const wchar_t *characters, size_t count) {
    for (size_t i = 0; i < count; i++) {
        add_character(t, characters[i]);
    }
}

void clear_text(text *t) {
    t->length = 0;
    if (t->bytes != NULL) {
        t->bytes[0] = '\0';
    }
}

const char *string_of(const text *t) {
    return t->bytes != NULL ? t->bytes : "";
}

void free_text(text *t) {
    free(t->bytes);
    *t = (text){0};
}

bool is_stray_byte(wchar_t wide) {
    return wide >= STRAY_BYTE + 0x80 && wide <= STRAY_BYTE + 0xFF;
}

size_t sequence_length(unsigned char first) {
    return first < 0x80                    ? 1
           : first >= 0xC2 && first < 0xE0 ? 2
           : first >= 0xE0 && first < 0xF0 ? 3
           : first >= 0xF0 && first < 0xF5 ? 4
                                           : 0;
}

wchar_t decode_character(const char *bytes, size_t available, size_t *used) {
    static const wchar_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)bytes[0];
    size_t length = sequence_length(first);
    wchar_t wide = length < 2 ? first : first & (0x7F >> length);
    bool valid = length > 0 && length <= available;
    for (size_t i = 1; valid && i < length; i++) {
        valid = ((unsigned char)bytes[i] & 0xC0) == 0x80;
        wide = wide << 6 | ((unsigned char)bytes[i] & 0x3F);
    }
    valid = valid && wide >= least[length] && wide <= 0x10FFFF && (wide < 0xD800 || wide > 0xDFFF);
    *used = valid ? length : 1;
    return valid ? wide : STRAY_BYTE + first;
}

wchar_t *widen(const char *bytes, size_t length) {
    wchar_t *wide = malloc((length + 1) * sizeof *wide);
    size_t count = 0;
    if (wide == NULL) {
        return NULL;
    }
    for (size_t i = 0, used; i < length; i += used) {
        wide[count++] = decode_character(bytes + i, length - i, &used);
    }
    wide[count] = L'\0';
    return wide;
}
