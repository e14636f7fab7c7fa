/* field.c: checking settings against their table, with messages that list what there is. */
#include "core/field.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_COUNT 2147483647.0

size_t dnn_field_count(const dnn_field *fields) {
    size_t n = 0;
    while (fields != NULL && fields[n].name != NULL)
        n++;
    return n;
}

size_t dnn_field_numbers(dnn_field_kind kind) {
    bool pair = kind == DNN_FIELD_PAIR || kind == DNN_FIELD_ENDS || kind == DNN_FIELD_FACTORS;
    return pair ? 2 : kind == DNN_FIELD_SIDES ? 4 : 1;
}

const char *dnn_field_word(const dnn_field *field, const dnn_setting *value) {
    bool has = field->kind != DNN_FIELD_CHOICE && field->choices != NULL && value->number < 0;
    return has ? field->choices[(size_t)(-value->number - 1)] : NULL;
}

/* The same number throughout. */
static dnn_setting numbers_of(double number) {
    dnn_setting value;
    for (size_t k = 0; k < DNN_FIELD_NUMBERS; k++)
        value.numbers[k] = number;
    return value;
}

static dnn_setting initial_of(const dnn_field *f) {
    if (f->kind == DNN_FIELD_TEXT)
        return (dnn_setting){.text = NULL};
    return numbers_of(f->required ? (double)NAN : f->optional ? -1 : f->initial);
}

void dnn_field_defaults(const dnn_field *fields, dnn_setting *values) {
    for (size_t i = 0; i < dnn_field_count(fields); i++)
        values[i] = initial_of(&fields[i]);
}

int dnn_field_find(const dnn_field *fields, const char *name) {
    for (size_t i = 0; i < dnn_field_count(fields); i++)
        if (strcmp(fields[i].name, name) == 0)
            return (int)i;
    return -1;
}

/* --- messages --- */

/* Appends ", "-separated text, cut at size. */
static void append(char *text, size_t size, const char *part) {
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", used == 0 ? "" : ", ", part);
}

static dnn_status fail_unknown(const char *owner, const dnn_field *fields, const char *name,
                               dnn_error *err) {
    char known[400] = "";
    for (size_t i = 0; i < dnn_field_count(fields); i++)
        append(known, sizeof known, fields[i].name);
    return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: unknown option '%s'; known: %s", owner, name,
                    known[0] == '\0' ? "none" : known);
}

/* Appends "a, b", and where it is not all there is, ", or 'a', or 'b'". */
static void append_choices(const dnn_field *f, char *text, size_t size) {
    const char *form = f->kind == DNN_FIELD_CHOICE ? "%s%s" : "%s'%s'";
    const char *between = f->kind == DNN_FIELD_CHOICE ? ", " : ", or ";
    for (size_t c = 0; f->choices != NULL && f->choices[c] != NULL; c++) {
        size_t used = strlen(text);
        bool first = c == 0 && f->kind == DNN_FIELD_CHOICE;
        snprintf(text + used, size - used, form, first ? "" : between, f->choices[c]);
    }
}

/* What a value of this kind must be: "true or false". */
static void expected(const dnn_field *f, char *text, size_t size) {
    switch (f->kind) {
    case DNN_FIELD_COUNT:
        snprintf(text, size, "a whole number of at least %g", f->low);
        break;
    case DNN_FIELD_REAL:
        snprintf(text, size, "in %g..%g", f->low, f->high);
        break;
    case DNN_FIELD_FLAG:
        snprintf(text, size, "true or false");
        break;
    case DNN_FIELD_PAIR:
        snprintf(text, size, "a whole number of at least %g, or a pair of them, {height, width}",
                 f->low);
        break;
    case DNN_FIELD_ENDS:
        snprintf(text, size, "a whole number of at least %g, or a pair of them, {left, right}",
                 f->low);
        break;
    case DNN_FIELD_FACTORS:
        snprintf(text, size, "in %g..%g, or a pair of such numbers, {height, width}", f->low,
                 f->high);
        break;
    case DNN_FIELD_SIDES:
        snprintf(text, size,
                 "a whole number of at least %g, or four of them, {left, right, top, bottom}",
                 f->low);
        break;
    case DNN_FIELD_CHOICE:
        snprintf(text, size, "one of ");
        break;
    case DNN_FIELD_TEXT:
        snprintf(text, size, "a string");
        break;
    }
    append_choices(f, text, size);
}

/* `number`: what came is one. */
static dnn_status fail_value(const char *owner, const dnn_field *f, bool number, const char *got,
                             dnn_error *err) {
    char wanted[256] = "a number";
    if (number || f->kind != DNN_FIELD_REAL)
        expected(f, wanted, sizeof wanted);
    return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: %s must be %s, got %s", owner, f->name, wanted,
                    got);
}

/* --- setting one --- */

static bool is_count(double value, double low) {
    return value >= low && value <= LARGEST_COUNT && value == floor(value);
}

static bool is_choice(const dnn_field *f, double value) {
    size_t n = 0;
    while (f->choices[n] != NULL)
        n++;
    return value >= 0 && value < (double)n && value == floor(value);
}

static bool fits(const dnn_field *f, double value) {
    switch (f->kind) {
    case DNN_FIELD_COUNT:
    case DNN_FIELD_PAIR:
    case DNN_FIELD_ENDS:
    case DNN_FIELD_SIDES:
        return is_count(value, f->low);
    case DNN_FIELD_REAL:
    case DNN_FIELD_FACTORS:
        return isfinite(value) && value >= f->low && value <= f->high;
    case DNN_FIELD_FLAG:
        return value == 0 || value == 1;
    case DNN_FIELD_CHOICE:
        return is_choice(f, value);
    case DNN_FIELD_TEXT:
        break;
    }
    return false;
}

dnn_status dnn_field_set(const char *owner, const dnn_field *fields, dnn_setting *values,
                         const char *name, double value, dnn_error *err) {
    int i = dnn_field_find(fields, name);
    if (i < 0)
        return fail_unknown(owner, fields, name, err);
    if (!fits(&fields[i], value)) {
        char got[40];
        snprintf(got, sizeof got, "%.14g", dnn_shown(value));
        return fail_value(owner, &fields[i], true, got, err);
    }
    values[i] = numbers_of(value);
    return DNN_OK;
}

/* "{1, 2}", cut at size. */
static void list_text(const double *numbers, size_t count, char *text, size_t size) {
    text[0] = '\0';
    for (size_t k = 0; k < count; k++) {
        char number[40];
        snprintf(number, sizeof number, "%s%.14g", k == 0 ? "{" : "", dnn_shown(numbers[k]));
        append(text, size, number);
    }
    size_t used = strlen(text);
    snprintf(text + used, size - used, "}");
}

dnn_status dnn_field_set_numbers(const char *owner, const dnn_field *fields, dnn_setting *values,
                                 const char *name, const double *numbers, size_t count,
                                 dnn_error *err) {
    int i = dnn_field_find(fields, name);
    if (i < 0)
        return fail_unknown(owner, fields, name, err);
    bool good = count > 1 && count == dnn_field_numbers(fields[i].kind);
    for (size_t k = 0; k < count && good; k++)
        good = fits(&fields[i], numbers[k]);
    if (!good) {
        char got[200];
        list_text(numbers, count, got, sizeof got);
        return fail_value(owner, &fields[i], false, got, err);
    }
    memcpy(values[i].numbers, numbers, count * sizeof *numbers);
    return DNN_OK;
}

dnn_status dnn_field_set_text(const char *owner, const dnn_field *fields, dnn_setting *values,
                              const char *name, const char *text, dnn_error *err) {
    int i = dnn_field_find(fields, name);
    if (i < 0)
        return fail_unknown(owner, fields, name, err);
    const dnn_field *f = &fields[i];
    if (f->kind == DNN_FIELD_TEXT) {
        values[i] = (dnn_setting){.text = text};
        return DNN_OK;
    }
    for (size_t c = 0; f->choices != NULL && f->choices[c] != NULL; c++) {
        if (strcmp(f->choices[c], text) == 0) {
            values[i] = f->kind == DNN_FIELD_CHOICE ? (dnn_setting){.number = (double)c}
                                                    : numbers_of(-1 - (double)c);
            return DNN_OK;
        }
    }
    char got[200];
    snprintf(got, sizeof got, f->choices != NULL ? "'%s'" : "the text '%s'", text);
    return fail_value(owner, f, false, got, err);
}

/* --- a line of settings --- */

/* Sets a number, "3,2" or "1,2,3,4". */
static dnn_status set_numbers(const char *owner, const dnn_field *fields, dnn_setting *values,
                              const char *name, const char *text, dnn_error *err) {
    double numbers[DNN_FIELD_NUMBERS];
    size_t count = 0;
    const char *at = text;
    char *end = NULL;
    do {
        numbers[count++] = strtod(at, &end);
        if (end == at || (*end != '\0' && *end != ','))
            return dnn_field_set_text(owner, fields, values, name, text, err);
        at = end + 1;
    } while (*end == ',' && count < DNN_FIELD_NUMBERS);
    if (*end == ',')
        return dnn_field_set_text(owner, fields, values, name, text, err);
    return count == 1
               ? dnn_field_set(owner, fields, values, name, numbers[0], err)
               : dnn_field_set_numbers(owner, fields, values, name, numbers, count, err);
}

static dnn_status set_word(const char *owner, const dnn_field *fields, dnn_setting *values,
                           const char *name, const char *text, dnn_error *err) {
    int i = dnn_field_find(fields, name);
    if (i < 0)
        return fail_unknown(owner, fields, name, err);
    if (fields[i].kind == DNN_FIELD_TEXT) /* nothing would keep it alive */
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: %s cannot be given in a line of settings",
                        owner, name);
    if (fields[i].kind == DNN_FIELD_CHOICE)
        return dnn_field_set_text(owner, fields, values, name, text, err);
    if (fields[i].kind == DNN_FIELD_FLAG && strcmp(text, "true") == 0)
        return dnn_field_set(owner, fields, values, name, 1, err);
    if (fields[i].kind == DNN_FIELD_FLAG && strcmp(text, "false") == 0)
        return dnn_field_set(owner, fields, values, name, 0, err);
    return set_numbers(owner, fields, values, name, text, err);
}

dnn_status dnn_field_parse(const char *owner, const dnn_field *fields, dnn_setting *values,
                           const char *line, dnn_error *err) {
    dnn_status status = DNN_OK;
    while (status == DNN_OK && line != NULL) {
        line += strspn(line, " \t\n");
        size_t length = strcspn(line, " \t\n");
        if (length == 0)
            break;
        char word[128];
        snprintf(word, sizeof word, "%.*s", (int)(length < sizeof word ? length : sizeof word),
                 line);
        char *equals = strchr(word, '=');
        if (equals == NULL || length >= sizeof word)
            return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: expected name=value, got '%s'", owner,
                            word);
        *equals = '\0';
        status = set_word(owner, fields, values, word, equals + 1, err);
        line += length;
    }
    return status;
}

/* --- asking --- */

static bool is_missing(const dnn_field *f, const dnn_setting *value) {
    return f->kind == DNN_FIELD_TEXT ? value->text == NULL : isnan(value->number);
}

dnn_status dnn_field_complete(const char *owner, const dnn_field *fields, const dnn_setting *values,
                              dnn_error *err) {
    for (size_t i = 0; i < dnn_field_count(fields); i++)
        if (fields[i].required && is_missing(&fields[i], &values[i]))
            return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: %s is missing (%s)", owner,
                            fields[i].name, fields[i].doc);
    return DNN_OK;
}

static size_t written(int length) {
    return length < 0 ? 0 : (size_t)length;
}

size_t dnn_field_text(const dnn_field *field, const dnn_setting *value, char *text, size_t size) {
    if (field->kind != DNN_FIELD_TEXT && field->optional && value->number < 0)
        return written(snprintf(text, size, "none"));
    if (dnn_field_word(field, value) != NULL)
        return written(snprintf(text, size, "%s", dnn_field_word(field, value)));
    switch (field->kind) {
    case DNN_FIELD_FLAG:
        return written(snprintf(text, size, "%s", value->number != 0 ? "true" : "false"));
    case DNN_FIELD_CHOICE:
        return written(snprintf(text, size, "%s", field->choices[(size_t)value->number]));
    case DNN_FIELD_TEXT:
        return written(snprintf(text, size, "%s", value->text != NULL ? value->text : "none"));
    case DNN_FIELD_ENDS:
        return written(snprintf(text, size, "{%.14g, %.14g}", dnn_shown(value->pair[0]),
                                dnn_shown(value->pair[1])));
    case DNN_FIELD_PAIR:
    case DNN_FIELD_FACTORS:
        return written(snprintf(text, size, "%.14g x %.14g", dnn_shown(value->pair[0]),
                                dnn_shown(value->pair[1])));
    case DNN_FIELD_SIDES:
        return written(snprintf(text, size, "{%.14g, %.14g, %.14g, %.14g}",
                                dnn_shown(value->sides[0]), dnn_shown(value->sides[1]),
                                dnn_shown(value->sides[2]), dnn_shown(value->sides[3])));
    case DNN_FIELD_COUNT:
    case DNN_FIELD_REAL:
        break;
    }
    return written(snprintf(text, size, "%.14g", dnn_shown(value->number)));
}

bool dnn_field_is_default(const dnn_field *field, const dnn_setting *value) {
    dnn_setting initial = initial_of(field);
    if (field->kind == DNN_FIELD_TEXT)
        return !field->required && value->text == NULL;
    for (size_t k = 0; k < dnn_field_numbers(field->kind); k++)
        if (value->numbers[k] != initial.numbers[k])
            return false;
    return true;
}
