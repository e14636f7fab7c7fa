/* error.h: how the runtime reports failure.
 *
 * A function that can fail returns a dnn_status and takes a caller-owned `dnn_error *` last; when
 * it fails it fills the text in there (the object, what was expected, what came, the likely fix)
 * and leaves its outputs unspecified but valid. NULL is allowed for a caller who only wants the
 * status. The runtime never prints, exits or jumps. */
#ifndef DNN_CORE_ERROR_H
#define DNN_CORE_ERROR_H

#include <math.h>

typedef enum dnn_status {
    DNN_OK = 0,
    DNN_ERROR_SHAPE,       /* dimensions do not fit */
    DNN_ERROR_TYPE,        /* element types do not fit */
    DNN_ERROR_ARGUMENT,    /* a value outside its allowed range, an unknown name */
    DNN_ERROR_STATE,       /* calls in the wrong order, a closed object */
    DNN_ERROR_NUMERIC,     /* singular, not converging, not finite */
    DNN_ERROR_MEMORY,      /* out of memory */
    DNN_ERROR_FILE,        /* the operating system refused a file */
    DNN_ERROR_FORMAT,      /* a file's bytes are not what they claim to be */
    DNN_ERROR_CALLBACK,    /* a function supplied by the caller failed; the caller knows why */
    DNN_ERROR_INTERRUPTED, /* the host has asked to stop: core/interrupt.h */
    DNN_STATUS_COUNT
} dnn_status;

typedef struct dnn_error {
    dnn_status status;
    char text[512];
} dnn_error;

/* Fills `err` (which may be NULL) with the formatted text, cut at its size, and returns `status`.
 */
dnn_status dnn_fail(dnn_error *err, dnn_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts the formatted text before what `err` already says ("layer 3 Linear: ..."); returns its
 * status. */
dnn_status dnn_fail_context(dnn_error *err, dnn_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* x as a message shows it: printf would give a NaN a sign, which means nothing. */
static inline double dnn_shown(double x) {
    return isnan(x) ? NAN : x;
}

/* A short name for a status: "shape", "type", ... */
const char *dnn_status_name(dnn_status status);

#endif
