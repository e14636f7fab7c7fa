/* error.c: formatting of failures into a caller-owned buffer. */
#include "core/error.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"

/* Names and texts in a message may come from a file: they must not steer the terminal that shows
 * it, nor end in half a character. */
static void tidy(dnn_error *err) {
    dnn_utf8_disarm(err->text);
    size_t length = strlen(err->text);
    if (length == sizeof err->text - 1) {
        while (length > 0 && dnn_utf8_continues(err->text[length - 1]))
            length--;
        if (length > 0 && dnn_utf8_length(err->text[length - 1]) != 1)
            length--;
        err->text[length] = '\0';
    }
}

dnn_status dnn_fail(dnn_error *err, dnn_status status, const char *format, ...) {
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        tidy(err);
        err->status = status;
    }
    return status;
}

dnn_status dnn_fail_context(dnn_error *err, dnn_status status, const char *format, ...) {
    if (err != NULL) {
        char old[sizeof err->text];
        memcpy(old, err->text, sizeof old);
        va_list args;
        va_start(args, format);
        int n = vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        if (n >= 0 && (size_t)n < sizeof err->text)
            snprintf(err->text + n, sizeof err->text - (size_t)n, "%s", old);
        tidy(err);
    }
    return status;
}

const char *dnn_status_name(dnn_status status) {
    static const char *const names[] = {"ok",     "shape",    "type",       "argument",
                                        "state",  "numeric",  "memory",     "file",
                                        "format", "callback", "interrupted"};
    static_assert(sizeof names / sizeof *names == DNN_STATUS_COUNT, "one name per status");
    return (unsigned)status < DNN_STATUS_COUNT ? names[status] : "unknown";
}
