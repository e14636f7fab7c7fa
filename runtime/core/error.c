/* error.c: formatting of failures into a caller-owned buffer. */
#include "core/error.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

dnn_status dnn_fail(dnn_error *err, dnn_status status, const char *format, ...) {
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
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
