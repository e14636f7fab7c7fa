/* describe.h: what the tables of a network share: a text of unknown length. Internal to this
 * folder. */
#ifndef DNN_NN_NETWORK_DESCRIBE_H
#define DNN_NN_NETWORK_DESCRIBE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Never writes past its end but knows how long it would be. */
typedef struct dnn_text {
    char *start;
    size_t size, length;
} dnn_text;

__attribute__((format(printf, 2, 3))) static inline void dnn_text_add(dnn_text *t,
                                                                      const char *format, ...) {
    va_list args;
    va_start(args, format);
    bool room = t->length < t->size;
    int n =
        vsnprintf(room ? t->start + t->length : NULL, room ? t->size - t->length : 0, format, args);
    va_end(args);
    t->length += n > 0 ? (size_t)n : 0;
}

/* The width of a column that holds the word, too. */
static inline int dnn_widest(int width, const char *word) {
    return (int)strlen(word) > width ? (int)strlen(word) : width;
}

#endif
