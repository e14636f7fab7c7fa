/* field.c: checking settings against their table, with messages that list what there is. */
#include "core/field.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

size_t dnn_field_count(const dnn_field *fields) {
    size_t n = 0;
    while (fields != NULL && fields[n].name != NULL)
        n++;
    return n;
}

void dnn_field_defaults(const dnn_field *fields, double *values) {
    for (size_t i = 0; i < dnn_field_count(fields); i++)
        values[i] = fields[i].required ? NAN : fields[i].initial;
}

int dnn_field_find(const dnn_field *fields, const char *name) {
    for (size_t i = 0; i < dnn_field_count(fields); i++)
        if (strcmp(fields[i].name, name) == 0)
            return (int)i;
    return -1;
}

/* Appends ", "-separated text, cut at size. */
static void append(char *text, size_t size, const char *part) {
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", used == 0 ? "" : ", ", part);
}

static dnn_status fail_unknown(const char *owner, const dnn_field *fields, const char *name,
                               dnn_error *err) {
    char known[256] = "";
    for (size_t i = 0; i < dnn_field_count(fields); i++)
        append(known, sizeof known, fields[i].name);
    return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: unknown option '%s'; known: %s", owner, name,
                    known[0] == '\0' ? "none" : known);
}

static dnn_status check_value(const char *owner, const dnn_field *f, double value, dnn_error *err) {
    switch (f->kind) {
    case DNN_FIELD_COUNT:
        if (!(value >= 1 && value <= 2147483647.0 && value == floor(value)))
            return dnn_fail(err, DNN_ERROR_ARGUMENT,
                            "%s: %s must be a whole number of at least 1, got %.14g", owner,
                            f->name, dnn_shown(value));
        break;
    case DNN_FIELD_REAL:
        if (!isfinite(value) || value < f->low || value > f->high)
            return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: %s must be in %g..%g, got %.14g", owner,
                            f->name, f->low, f->high, dnn_shown(value));
        break;
    case DNN_FIELD_FLAG:
        if (value != 0 && value != 1)
            return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: %s must be true or false, got %.14g",
                            owner, f->name, dnn_shown(value));
        break;
    case DNN_FIELD_CHOICE: {
        size_t n = 0;
        while (f->choices[n] != NULL)
            n++;
        if (!(value >= 0 && value < (double)n && value == floor(value)))
            return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: %s has no choice number %.14g", owner,
                            f->name, value);
        break;
    }
    }
    return DNN_OK;
}

dnn_status dnn_field_set(const char *owner, const dnn_field *fields, double *values,
                         const char *name, double value, dnn_error *err) {
    int i = dnn_field_find(fields, name);
    if (i < 0)
        return fail_unknown(owner, fields, name, err);
    dnn_status status = check_value(owner, &fields[i], value, err);
    if (status == DNN_OK)
        values[i] = value;
    return status;
}

dnn_status dnn_field_set_choice(const char *owner, const dnn_field *fields, double *values,
                                const char *name, const char *choice, dnn_error *err) {
    int i = dnn_field_find(fields, name);
    if (i < 0)
        return fail_unknown(owner, fields, name, err);
    if (fields[i].kind != DNN_FIELD_CHOICE)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: %s must be %s, got the text '%s'", owner,
                        name, fields[i].kind == DNN_FIELD_FLAG ? "true or false" : "a number",
                        choice);
    char known[256] = "";
    for (size_t c = 0; fields[i].choices[c] != NULL; c++) {
        if (strcmp(fields[i].choices[c], choice) == 0) {
            values[i] = (double)c;
            return DNN_OK;
        }
        append(known, sizeof known, fields[i].choices[c]);
    }
    return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: %s must be one of %s, got '%s'", owner, name,
                    known, choice);
}

dnn_status dnn_field_complete(const char *owner, const dnn_field *fields, const double *values,
                              dnn_error *err) {
    for (size_t i = 0; i < dnn_field_count(fields); i++)
        if (fields[i].required && isnan(values[i]))
            return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: %s is missing (%s)", owner,
                            fields[i].name, fields[i].doc);
    return DNN_OK;
}
