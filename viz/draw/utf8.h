/* utf8.h: reading UTF-8 that may be malformed. */
#ifndef DNN_VIZ_UTF8_H
#define DNN_VIZ_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_MAX_BYTES 4

/* The next character and the place after it; 0 at the end, where the place stays. Each byte that
 * begins no valid sequence (RFC 3629: no overlong forms, no surrogates) counts as U+FFFD. */
uint32_t utf8_next(const char **text);

/* Writes a character's bytes (at most UTF8_MAX_BYTES, no NUL after them); returns how many. */
size_t utf8_put(uint32_t character, char *out);

#endif
