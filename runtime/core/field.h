/* field.h: the settings of a layer, loss or optimiser, as a table.
 *
 * Whoever has settings describes them in a constant array of dnn_field ended by a row without a
 * name, and holds their values as doubles in the order of that array. From the table come the
 * constructor's arguments, their checks and messages, serialisation and documentation. */
#ifndef DNN_CORE_FIELD_H
#define DNN_CORE_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

#define DNN_MAX_FIELDS 8

typedef enum dnn_field_kind {
    DNN_FIELD_COUNT,  /* a whole number >= 1 */
    DNN_FIELD_REAL,   /* a finite number in [low, high] */
    DNN_FIELD_FLAG,   /* 0 or 1 */
    DNN_FIELD_CHOICE, /* an index into `choices` */
} dnn_field_kind;

typedef struct dnn_field {
    const char *name; /* as users type it: "in_features", "lr" */
    dnn_field_kind kind;
    bool positional;  /* an argument in its own right; the others come in the options table */
    bool required;    /* has no default */
    double initial;   /* the default */
    double low, high; /* range of a REAL, both ends included */
    const char *const *choices; /* of a CHOICE, ended by NULL */
    double example;             /* of a required field: a value for tests and documentation */
    const char *doc;            /* one line: meaning and unit */
} dnn_field;

/* Number of rows before the one without a name; `fields` may be NULL. */
size_t dnn_field_count(const dnn_field *fields);

/* Defaults into values; required ones become NaN, "not given". */
void dnn_field_defaults(const dnn_field *fields, double *values);

/* Index of a field by name, or -1. */
int dnn_field_find(const dnn_field *fields, const char *name);

/* Sets one value after checking it against kind and range. `owner` ("Linear") opens the message. An
 * unknown name is DNN_ERROR_ARGUMENT listing the known ones. */
dnn_status dnn_field_set(const char *owner, const dnn_field *fields, double *values,
                         const char *name, double value, dnn_error *err);

/* Sets a CHOICE by its text; an unknown text is DNN_ERROR_ARGUMENT listing the choices. */
dnn_status dnn_field_set_choice(const char *owner, const dnn_field *fields, double *values,
                                const char *name, const char *choice, dnn_error *err);

/* Fails with DNN_ERROR_ARGUMENT naming the first required field that was not given. */
dnn_status dnn_field_complete(const char *owner, const dnn_field *fields, const double *values,
                              dnn_error *err);

#endif
