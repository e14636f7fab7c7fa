/* utf8.c: one decoder for all players, so that they agree on malformed text. */
#include "viz/draw/utf8.h"

#define REPLACEMENT 0xFFFD

uint32_t utf8_next(const char **text) {
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *s = (const unsigned char *)*text;
    if (*s == 0)
        return 0;
    (*text)++;
    if (*s < 0x80)
        return *s;
    int more = *s >= 0xF0 ? 3 : *s >= 0xE0 ? 2 : 1;
    if (*s < 0xC2 || *s > 0xF4)
        return REPLACEMENT;
    uint32_t c = *s & (0x3Fu >> more);
    for (int i = 1; i <= more; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return REPLACEMENT;
        c = c << 6 | (s[i] & 0x3F);
    }
    if (c < least[more] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return REPLACEMENT;
    *text += more;
    return c;
}

size_t utf8_put(uint32_t c, char *out) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    static const uint32_t lead[] = {0, 0xC0, 0xE0, 0xF0};
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    out[0] = (char)(lead[more] | c >> (6 * more));
    for (int i = 1; i <= more; i++)
        out[i] = (char)(0x80 | (c >> (6 * (more - i)) & 0x3F));
    return (size_t)more + 1;
}
