/* csv.c: reading the rows: numbers straight from the buffer, the rest field by field. */
#include "data/csv.h"

#include <math.h>
#include <string.h>

#include "core/grow.h"
#include "core/memory.h"
#include "data/csv_table.h"

#define CHUNK_BYTES ((size_t)1 << 16)

/* --- opening --- */

dnn_status dnn_csv_open(dnn_csv **out, const char *path, const dnn_csv_options *options,
                        dnn_error *err) {
    *out = NULL;
    dnn_csv *csv = dnn_calloc(1, sizeof *csv);
    if (csv == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to open it", path);
    csv->options = *options;
    dnn_status status = dnn_source_open(&csv->source, path, err);
    if (status == DNN_OK) {
        dnn_source_allow(csv->source, options->max_bytes);
        status = dnn_csv_look(csv, err);
    }
    if (status == DNN_OK)
        *out = csv;
    else
        dnn_csv_close(csv);
    return status;
}

static void free_chunks(dnn_csv *csv) {
    for (size_t k = 0; k < csv->chunk_count; k++)
        dnn_free(csv->chunks[k]);
    dnn_free(csv->chunks);
    csv->chunks = NULL;
    csv->chunk_count = csv->chunk_room = 0;
}

void dnn_csv_close(dnn_csv *csv) {
    if (csv == NULL)
        return;
    for (size_t c = 0; c < csv->column_count && csv->columns != NULL; c++) {
        dnn_free(csv->columns[c].name);
        dnn_csv_texts_free(&csv->columns[c].texts);
    }
    free_chunks(csv);
    dnn_free(csv->columns);
    dnn_csv_rows_free(&csv->rows);
    dnn_source_close(csv->source);
    dnn_free(csv);
}

size_t dnn_csv_column_count(const dnn_csv *csv) {
    return csv->column_count;
}

const char *dnn_csv_column_name(const dnn_csv *csv, size_t column) {
    return csv->columns[column].name != NULL ? csv->columns[column].name : "";
}

bool dnn_csv_column_is_text(const dnn_csv *csv, size_t column) {
    return csv->columns[column].is_text;
}

size_t dnn_csv_row_count(const dnn_csv *csv) {
    return csv->row_count;
}

size_t dnn_csv_class_count(const dnn_csv *csv, size_t column) {
    return csv->columns[column].texts.count;
}

const char *dnn_csv_class(const dnn_csv *csv, size_t column, size_t k) {
    return csv->columns[column].texts.texts[k];
}

/* --- where rows go --- */

static size_t value_size(const dnn_csv *csv) {
    return dnn_dtype_info(csv->options.dtype)->size;
}

/* Room for the next row; NULL when there is no memory. */
static void *next_row(dnn_csv *csv) {
    size_t row_bytes = csv->width * value_size(csv);
    size_t place = csv->row_count % csv->chunk_rows;
    if (place == 0 && csv->row_count == csv->chunk_count * csv->chunk_rows) {
        if (!dnn_grow(&csv->chunks, &csv->chunk_room, csv->chunk_count, 1))
            return NULL;
        void *chunk = dnn_alloc(csv->chunk_rows * row_bytes);
        if (chunk == NULL)
            return NULL;
        csv->chunks[csv->chunk_count++] = chunk;
    }
    return (char *)csv->chunks[csv->row_count / csv->chunk_rows] + place * row_bytes;
}

static void *row_at(const dnn_csv *csv, size_t row) {
    return (char *)csv->chunks[row / csv->chunk_rows] +
           row % csv->chunk_rows * csv->width * value_size(csv);
}

static double get_value(const dnn_csv *csv, const void *row, size_t place) {
    return csv->options.dtype == DNN_FLOAT32 ? ((const float *)row)[place]
                                             : ((const double *)row)[place];
}

static void set_value(const dnn_csv *csv, void *row, size_t place, double value) {
    if (csv->options.dtype == DNN_FLOAT32)
        ((float *)row)[place] = (float)value;
    else
        ((double *)row)[place] = value;
}

/* --- what is wrong with a value --- */

dnn_status dnn_csv_fail_value(const dnn_csv *csv, size_t column, const dnn_csv_field *field,
                              const char *why, dnn_error *err) {
    const char *name = dnn_csv_column_name(csv, column);
    int size = field->size < 40 ? (int)field->size : 40;
    return dnn_source_fail(csv->source, DNN_ERROR_FORMAT, err,
                           "line %llu, column %zu%s%.60s%s: '%.*s' %s",
                           (unsigned long long)csv->rows.line, column + 1, name[0] ? " (" : "",
                           name, name[0] ? ")" : "", size, field->text, why);
}

dnn_status dnn_csv_check_quotes(const dnn_csv *csv, size_t column, const dnn_csv_field *field,
                                dnn_error *err) {
    return !field->runs_on ? DNN_OK
                           : dnn_csv_fail_value(csv, column, field,
                                                "has text after its closing quote; expected the "
                                                "delimiter there (a quote in quotes is doubled)",
                                                err);
}

/* --- one row --- */

typedef enum outcome { KEPT, SKIPPED, FAILED } outcome;

static outcome store_text(dnn_csv *csv, size_t column, const dnn_csv_field *field, void *out,
                          dnn_error *err) {
    dnn_csv_column *c = &csv->columns[column];
    if (csv->options.missing == DNN_CSV_SKIP && dnn_csv_is_missing(field->text, field->size))
        return SKIPPED;
    uint32_t number = dnn_csv_texts_number(&c->texts, field);
    if (number == DNN_CSV_NO_TEXT) {
        dnn_source_fail(csv->source, DNN_ERROR_MEMORY, err, "not enough memory for its texts");
        return FAILED;
    }
    if (csv->options.dtype == DNN_FLOAT32 && number >= 1u << 24) {
        dnn_csv_fail_value(
            csv, column, field,
            "is in a column of more texts than float32 can number; read it as float64", err);
        return FAILED;
    }
    set_value(csv, out, c->place, number + 1.0);
    return KEPT;
}

static outcome store_missing(dnn_csv *csv, size_t column, const dnn_csv_field *field, void *out,
                             dnn_error *err) {
    switch (csv->options.missing) {
    case DNN_CSV_SKIP:
        return SKIPPED;
    case DNN_CSV_VALUE:
        set_value(csv, out, csv->columns[column].place, csv->options.value);
        return KEPT;
    case DNN_CSV_MEAN:
        set_value(csv, out, csv->columns[column].place, NAN);
        csv->has_unknown = true;
        return KEPT;
    default:
        dnn_csv_fail_value(csv, column, field,
                           "is a missing value; set missing to a number, 'mean' or "
                           "'skip'",
                           err);
        return FAILED;
    }
}

/* Whether the matrix holds x as a finite number. */
static bool fits(const dnn_csv *csv, double x) {
    return csv->options.dtype == DNN_FLOAT32 ? isfinite((float)x) : isfinite(x);
}

/* A number by its text that the matrix would hold as infinite, and the text does not say so. */
static bool is_too_large(const dnn_csv *csv, const dnn_csv_field *field, double x) {
    const char *at = field->text + (field->text[0] == '-' || field->text[0] == '+');
    return !fits(csv, x) && (*at | 0x20) != 'i';
}

/* What a text in a column of numbers is. */
static const char *fault_of(const dnn_csv_field *field) {
    const char *at = field->text;
    size_t sign = field->size > 0 && (at[0] == '-' || at[0] == '+') ? 1 : 0;
    bool is_hexadecimal = field->size > sign + 2 && at[sign] == '0' && (at[sign + 1] | 0x20) == 'x';

    return is_hexadecimal ? "is not a decimal number, and hexadecimal ones are not read"
                          : "is not a number";
}

/* A field of a column that is wanted, by its text. */
static outcome store_field(dnn_csv *csv, size_t column, const dnn_csv_field *field, void *out,
                           dnn_error *err) {
    double x;
    dnn_csv_column *c = &csv->columns[column];
    if (c->is_text)
        return store_text(csv, column, field, out, err);
    const char *end = field->text + field->size;
    if (dnn_csv_is_missing(field->text, field->size))
        return store_missing(csv, column, field, out, err);
    if (dnn_csv_number(field->text, end, csv->decimal, &x) != end) {
        dnn_csv_fail_value(csv, column, field, fault_of(field), err);
        return FAILED;
    }
    if (is_too_large(csv, field, x)) {
        dnn_csv_fail_value(csv, column, field,
                           isfinite(x) ? "is too large for float32; set dtype to 'float64'"
                                       : "is too large for a float64",
                           err);
        return FAILED;
    }
    set_value(csv, out, c->place, x);
    c->sum += x;
    c->known++;
    return KEPT;
}

/* A number that is at row->at and is followed by the delimiter or the row's end: the usual
 * case, without looking for the field's end first. */
static bool store_number(dnn_csv *csv, dnn_csv_column *c, dnn_csv_row *row, void *out) {
    double x;
    const char *at = row->at, *end = row->end;
    if (csv->delimiter == ' ')
        return false;
    at = dnn_csv_skip_blanks(at, end, csv->delimiter);
    at = dnn_csv_number(at, end, csv->decimal, &x);
    if (at == NULL || !fits(csv, x))
        return false;
    at = dnn_csv_skip_blanks(at, end, csv->delimiter);
    if (at < end && *at != csv->delimiter)
        return false;
    row->at = at == end ? NULL : at + 1;
    set_value(csv, out, c->place, x);
    c->sum += x;
    c->known++;
    return true;
}

static outcome store_row(dnn_csv *csv, dnn_csv_row *row, void *out, dnn_error *err) {
    size_t column = 0;
    dnn_csv_field field;
    outcome all = KEPT;
    for (; row->at != NULL; column++) {
        dnn_csv_column *c = column < csv->column_count ? &csv->columns[column] : NULL;
        if (c != NULL && c->is_wanted && !c->is_text && store_number(csv, c, row, out))
            continue;
        dnn_csv_next_field(row, csv->delimiter, &field);
        if (c == NULL)
            continue;
        if (dnn_csv_check_quotes(csv, column, &field, err) != DNN_OK)
            return FAILED;
        if (!c->is_wanted)
            continue;
        outcome one = store_field(csv, column, &field, out, err);
        if (one == FAILED)
            return FAILED;
        all = one == SKIPPED ? SKIPPED : all;
    }
    if (column == csv->column_count)
        return all;
    dnn_csv_fail_count(csv, column, err);
    return FAILED;
}

/* --- all rows --- */

static dnn_status choose_columns(dnn_csv *csv, const size_t *columns, size_t count,
                                 dnn_error *err) {
    for (size_t k = 0; k < count; k++) {
        if (columns[k] >= csv->column_count || csv->columns[columns[k]].is_wanted)
            return dnn_source_fail(csv->source, DNN_ERROR_ARGUMENT, err,
                                   "column %zu %s; there are %zu", columns[k] + 1,
                                   columns[k] >= csv->column_count ? "does not exist"
                                                                   : "is given twice",
                                   csv->column_count);
        csv->columns[columns[k]].is_wanted = true;
        csv->columns[columns[k]].place = k;
    }
    csv->width = count;
    size_t row_bytes = count * value_size(csv);
    csv->chunk_rows = row_bytes == 0            ? SIZE_MAX
                      : row_bytes < CHUNK_BYTES ? CHUNK_BYTES / row_bytes
                                                : 1;
    return DNN_OK;
}

static dnn_status read_rows(dnn_csv *csv, dnn_error *err) {
    dnn_csv_row row;
    for (bool more = true;;) {
        dnn_status status = dnn_csv_rows_next(&csv->rows, &row, csv->delimiter, &more, err);
        if (status != DNN_OK || !more)
            return status;
        void *out = next_row(csv);
        if (out == NULL)
            return dnn_source_fail(csv->source, DNN_ERROR_MEMORY, err,
                                   "not enough memory for its rows");
        outcome result = store_row(csv, &row, out, err);
        if (result == FAILED)
            return err != NULL ? err->status : DNN_ERROR_FORMAT;
        csv->row_count += result == KEPT;
    }
}

/* --- what is known only at the end --- */

/* Texts get their numbers by their order. */
static dnn_status sort_texts(dnn_csv *csv, dnn_csv_column *c, dnn_error *err) {
    uint32_t *places = dnn_alloc(c->texts.count * sizeof *places);
    bool sorted = places != NULL && dnn_csv_texts_sort(&c->texts, places);
    for (size_t r = 0; r < csv->row_count && sorted; r++) {
        void *row = row_at(csv, r);
        set_value(csv, row, c->place, places[(size_t)get_value(csv, row, c->place) - 1] + 1.0);
    }
    dnn_free(places);
    return sorted ? DNN_OK
                  : dnn_source_fail(csv->source, DNN_ERROR_MEMORY, err,
                                    "not enough memory for its texts");
}

static dnn_status fill_means(dnn_csv *csv, const dnn_csv_column *c, dnn_error *err) {
    double mean = c->sum / (double)c->known;
    for (size_t r = 0; r < csv->row_count; r++) {
        void *row = row_at(csv, r);
        if (!isnan(get_value(csv, row, c->place)))
            continue;
        if (c->known == 0)
            return dnn_source_fail(csv->source, DNN_ERROR_FORMAT, err,
                                   "column %zu (%s) has no values to take a mean of",
                                   (size_t)(c - csv->columns) + 1, c->name == NULL ? "" : c->name);
        if (!isfinite(mean))
            return dnn_source_fail(csv->source, DNN_ERROR_FORMAT, err,
                                   "column %zu (%s) has no finite mean; set missing to a number or "
                                   "'skip'",
                                   (size_t)(c - csv->columns) + 1, c->name == NULL ? "" : c->name);
        set_value(csv, row, c->place, mean);
    }
    return DNN_OK;
}

dnn_status dnn_csv_read(dnn_csv *csv, const size_t *columns, size_t count, dnn_error *err) {
    if (csv->is_read)
        return dnn_source_fail(csv->source, DNN_ERROR_STATE, err, "has been read already");
    csv->is_read = true;
    dnn_status status = choose_columns(csv, columns, count, err);
    if (status == DNN_OK)
        status = read_rows(csv, err);
    if (status == DNN_OK && csv->row_count == 0)
        status = dnn_source_fail(csv->source, DNN_ERROR_FORMAT, err, "has no rows of values%s",
                                 csv->has_header ? " after its header" : "");
    for (size_t k = 0; k < count && status == DNN_OK; k++) {
        dnn_csv_column *c = &csv->columns[columns[k]];
        if (c->is_text)
            status = sort_texts(csv, c, err);
        else if (csv->has_unknown)
            status = fill_means(csv, c, err);
    }
    return status;
}

dnn_status dnn_csv_take(const dnn_csv *csv, size_t first, dnn_matrix *out, dnn_error *err) {
    size_t size = value_size(csv);
    if (first > csv->width || out->rows > csv->width - first || out->cols != csv->row_count ||
        out->dtype != csv->options.dtype)
        return dnn_source_fail(csv->source, DNN_ERROR_SHAPE, err,
                               "needs a matrix of %zu columns of its type", csv->row_count);
    for (size_t r = 0; r < csv->row_count; r++)
        memcpy(dnn_matrix_at(out, 0, r), (const char *)row_at(csv, r) + first * size,
               out->rows * size);
    return DNN_OK;
}
