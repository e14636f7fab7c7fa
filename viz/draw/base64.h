/* base64.h: bytes as text (RFC 4648). */
#ifndef DNN_VIZ_BASE64_H
#define DNN_VIZ_BASE64_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Up to three bytes, of which `left` are there, as four characters. */
static inline void base64_group(const uint8_t *bytes, size_t left, char four[4]) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned three = (unsigned)bytes[0] << 16 | (left > 1 ? (unsigned)bytes[1] << 8 : 0) |
                     (left > 2 ? bytes[2] : 0);
    four[0] = digits[three >> 18];
    four[1] = digits[three >> 12 & 63];
    four[2] = left > 1 ? digits[three >> 6 & 63] : '=';
    four[3] = left > 2 ? digits[three & 63] : '=';
}

static inline void base64_put(const uint8_t *bytes, size_t count, FILE *out) {
    for (size_t i = 0; i < count; i += 3) {
        char four[4];
        base64_group(bytes + i, count - i, four);
        fwrite(four, 1, sizeof four, out);
    }
}

#endif
