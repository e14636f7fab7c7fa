/* utf8.h: UTF-8 that may be malformed.
 *
 * Valid is what RFC 3629 allows: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef DNN_CORE_UTF8_H
#define DNN_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNN_UTF8_MAX 4 /* bytes of a character */

#define DNN_UTF8_REPLACEMENT 0xFFFDu

/* True for a byte that continues a character. */
static inline bool dnn_utf8_continues(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* Bytes of a character that begins with this one; 0: none does. */
size_t dnn_utf8_length(char first);

/* The character at `bytes`, of which `available` are there, into *out; returns its bytes, 0 where
 * no valid character begins. */
size_t dnn_utf8_decode(const char *bytes, size_t available, uint32_t *out);

/* The next character of a text that ends with NUL, and the place after it; 0 at the end, where the
 * place stays. Each byte that begins no valid character counts as U+FFFD. */
uint32_t dnn_utf8_next(const char **text);

/* How many characters that is. */
size_t dnn_utf8_count(const char *text);

/* Writes a character's bytes (at most DNN_UTF8_MAX, no NUL after them); returns how many. */
size_t dnn_utf8_put(uint32_t character, char *out);

/* The largest size up to `size` that does not cut a character of `text` in two; text[size] must be
 * readable. */
size_t dnn_utf8_cut(const char *text, size_t size);

/* True when all `size` bytes are valid UTF-8. */
bool dnn_utf8_valid(const char *text, size_t size);

/* Whether a terminal would obey a character instead of showing it: U+0001 to U+001F, U+007F to
 * U+009F, those that turn the direction of writing, U+061C, U+200E, U+200F, U+202A to U+202E and
 * U+2066 to U+2069, and those that are not seen or end a line: U+00AD, U+200B, U+2028, U+2029 and
 * U+FEFF. */
bool dnn_utf8_steers(uint32_t character);

/* Replaces the bytes of such characters, tabs and newlines excepted, and all that are not UTF-8, by
 * question marks, in place: text from a file must not steer a terminal, and a terminal of eight
 * bits obeys the byte 9B, too. */
void dnn_utf8_disarm(char *text);

/* Tabs and newlines likewise: a name in a line of text must not make it two. */
void dnn_utf8_disarm_line(char *line);

#endif
