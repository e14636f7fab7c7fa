/* field.h: the settings of a layer, loss or optimiser, as a table.
 *
 * Whoever has settings describes them in a constant array of dnn_field ended by a row without a
 * name, and holds their values as an array of dnn_setting in the order of that array. From the
 * table come the constructor's arguments, their checks and messages, serialisation and
 * documentation. */
#ifndef DNN_CORE_FIELD_H
#define DNN_CORE_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

#define DNN_MAX_FIELDS 24

typedef enum dnn_field_kind {
    DNN_FIELD_COUNT,   /* a whole number >= low, which is 0 or 1 (or more) */
    DNN_FIELD_REAL,    /* a finite number in [low, high] */
    DNN_FIELD_FLAG,    /* 0 or 1 */
    DNN_FIELD_CHOICE,  /* an index into `choices` */
    DNN_FIELD_PAIR,    /* two whole numbers >= low: {height, width} */
    DNN_FIELD_ENDS,    /* two whole numbers >= low: {left, right} */
    DNN_FIELD_FACTORS, /* two finite numbers in [low, high]: {height, width} */
    DNN_FIELD_SIDES,   /* four whole numbers >= low: {left, right, top, bottom} */
    DNN_FIELD_TEXT,    /* a text of the owner's, or NULL */
} dnn_field_kind;

#define DNN_FIELD_NUMBERS 4 /* of one field at most */

/* The value of one field: a number (COUNT, REAL, FLAG, CHOICE), several (PAIR, ENDS, FACTORS,
 * SIDES) or a text. */
typedef union dnn_setting {
    double number;
    double pair[2];
    double sides[4];
    double numbers[DNN_FIELD_NUMBERS];
    const char *text;
} dnn_setting;

typedef struct dnn_field {
    const char *name; /* as users type it: "in_features", "lr" */
    dnn_field_kind kind;
    bool positional; /* an argument in its own right; the others come in the options table */
    bool required;   /* has no default */
    double initial;  /* the default, of each of several numbers */
    double low,
        high; /* range of a REAL or FACTORS, both ends included; low is the least of counts */
    const char *const
        *choices;    /* of a CHOICE, ended by NULL; of whole numbers: words that stand for
                        some, as padding = "same"; word k is then -1 - k throughout */
    bool optional;   /* numbers that may be left out and are then negative: the
                        owner fills it in, as a pool's stride from its kernel */
    double example;  /* of a required field: a value for tests and documentation */
    const char *doc; /* one line: meaning and unit */
} dnn_field;

/* How many numbers a field of that kind has: 4 of SIDES, 2 of those in pairs, else 1. */
size_t dnn_field_numbers(dnn_field_kind kind);

/* The word that was given for whole numbers, or NULL. */
const char *dnn_field_word(const dnn_field *field, const dnn_setting *value);

/* Number of rows before the one without a name; `fields` may be NULL. */
size_t dnn_field_count(const dnn_field *fields);

/* Defaults into values; required ones become NaN, "not given". */
void dnn_field_defaults(const dnn_field *fields, dnn_setting *values);

/* Index of a field by name, or -1. */
int dnn_field_find(const dnn_field *fields, const char *name);

/* Sets one value after checking it against kind and range; one number for several is each of them.
 * `owner` ("Linear") opens the message. An unknown name is DNN_ERROR_ARGUMENT listing the known
 * ones. */
dnn_status dnn_field_set(const char *owner, const dnn_field *fields, dnn_setting *values,
                         const char *name, double value, dnn_error *err);

/* Sets several numbers, `count` of them. */
dnn_status dnn_field_set_numbers(const char *owner, const dnn_field *fields, dnn_setting *values,
                                 const char *name, const double *numbers, size_t count,
                                 dnn_error *err);

/* Sets a CHOICE by its text, whole numbers by a word for them, or a TEXT, which must outlive
 * `values`; an unknown choice is
 * DNN_ERROR_ARGUMENT listing the choices. */
dnn_status dnn_field_set_text(const char *owner, const dnn_field *fields, dnn_setting *values,
                              const char *name, const char *text, dnn_error *err);

/* Sets what a line of "name=value" says, separated by blanks: numbers, "3,2" for several, true and
 * false, choices by their text. Other rows keep their values. */
dnn_status dnn_field_parse(const char *owner, const dnn_field *fields, dnn_setting *values,
                           const char *line, dnn_error *err);

/* Fails with DNN_ERROR_ARGUMENT naming the first required field that was not given. */
dnn_status dnn_field_complete(const char *owner, const dnn_field *fields, const dnn_setting *values,
                              dnn_error *err);

/* A value as a person writes it: "0.5", "true", "he", "3 x 3", "{1, 1, 0, 0}"; as snprintf. */
size_t dnn_field_text(const dnn_field *field, const dnn_setting *value, char *text, size_t size);

/* Whether a value is the field's default. */
bool dnn_field_is_default(const dnn_field *field, const dnn_setting *value);

#endif
