/* text.c: text that grows, and the way between its bytes and the wide characters that are edited.
 *
 * A byte that is not UTF-8 becomes the character 0xDC00 + byte, which no UTF-8 gives, and comes
 * back as that byte: what was typed or pasted is what Lua gets. */
#include <stdlib.h>
#include <string.h>

#include "bindings/prompt/parts.h"
#include "core/grow.h"
#include "core/memory.h"
#include "core/utf8.h"

enum { STRAY_BYTE = 0xDC00 };

void add_bytes(text *t, const char *bytes, size_t count) {
    if (dnn_grow(&t->bytes, &t->capacity, t->length, count + 1)) {
        if (count > 0)
            memcpy(t->bytes + t->length, bytes, count);
        t->length += count;
        t->bytes[t->length] = '\0';
    }
}

void add_string(text *t, const char *string) {
    add_bytes(t, string, strlen(string));
}

/* A character that stands for a byte which is not UTF-8. */
static bool is_stray_byte(wchar_t wide) {
    return wide >= STRAY_BYTE + 0x80 && wide <= STRAY_BYTE + 0xFF;
}

void add_character(text *t, wchar_t wide) {
    char bytes[DNN_UTF8_MAX] = {(char)(wide - STRAY_BYTE)};
    size_t count = is_stray_byte(wide) ? 1 : dnn_utf8_put((uint32_t)wide, bytes);
    add_bytes(t, bytes, count);
}

void add_wide(text *t, const wchar_t *characters, size_t count) {
    for (size_t i = 0; i < count; i++)
        add_character(t, characters[i]);
}

void clear_text(text *t) {
    t->length = 0;
    if (t->bytes != NULL)
        t->bytes[0] = '\0';
}

const char *string_of(const text *t) {
    return t->bytes != NULL ? t->bytes : "";
}

void free_text(text *t) {
    dnn_free(t->bytes);
    *t = (text){0};
}

wchar_t decode_character(const char *bytes, size_t available, size_t *used) {
    uint32_t wide;
    size_t length = dnn_utf8_decode(bytes, available, &wide);
    *used = length > 0 ? length : 1;
    return length > 0 ? (wchar_t)wide : STRAY_BYTE + (unsigned char)bytes[0];
}

wchar_t *widen(const char *bytes, size_t length) {
    wchar_t *wide = malloc((length + 1) * sizeof *wide);
    size_t count = 0;
    if (wide == NULL)
        return NULL;
    for (size_t i = 0, used; i < length; i += used)
        wide[count++] = decode_character(bytes + i, length - i, &used);
    wide[count] = L'\0';
    return wide;
}
