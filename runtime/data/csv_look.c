/* csv_look.c: what kind of table a file holds, from its first rows. */
#include <string.h>

#include "core/file_kind.h"
#include "core/memory.h"
#include "data/csv_table.h"

#define SAMPLE_ROWS  32 /* that are looked at, and kept for that: */
#define SAMPLE_BYTES ((size_t)1 << 24)

static void begin_sample(dnn_csv *csv) {
    dnn_csv_rows_rewind(&csv->rows);
    csv->rows.keeps = true;
}

/* Row k of those that are looked at, at least one; `*more` is false after the last. */
static dnn_status next_sample(dnn_csv *csv, size_t k, dnn_csv_row *row, char delimiter, bool *more,
                              dnn_error *err) {
    *more = k == 0 || (k < SAMPLE_ROWS && csv->rows.begin < SAMPLE_BYTES);
    return *more ? dnn_csv_rows_next(&csv->rows, row, delimiter, more, err) : DNN_OK;
}

/* --- delimiter --- */

/* Fields in each of the first rows by this delimiter: as many in all of them, and none that runs on
 * after its quotes (`*same`), and how many in the first, counted up to one too many. */
static dnn_status count_fields(dnn_csv *csv, char delimiter, size_t *count, bool *same,
                               dnn_error *err) {
    dnn_csv_row row;
    dnn_csv_field field;
    bool more = true;
    *count = 0;
    *same = true;
    begin_sample(csv);
    for (size_t k = 0;; k++) {
        size_t n = 0;
        dnn_status status = next_sample(csv, k, &row, delimiter, &more, err);
        if (status != DNN_OK || !more)
            return status;
        for (; n <= DNN_CSV_MAX_COLUMNS && dnn_csv_next_field(&row, delimiter, &field); n++)
            *same = *same && !field.runs_on;
        *count = k == 0 ? n : *count;
        *same = *same && n == *count;
    }
    return DNN_OK;
}

/* The first that cuts all rows into as many fields; else the one that cuts the first row most; a
 * file of one column has none of them. */
static dnn_status find_delimiter(dnn_csv *csv, dnn_error *err) {
    static const char candidates[] = {'\t', ';', '|', ',', ' '};
    size_t most = 1;
    csv->delimiter = ',';
    for (size_t i = 0; i < sizeof candidates; i++) {
        size_t count;
        bool same;
        dnn_error why;
        dnn_status status = count_fields(csv, candidates[i], &count, &same, &why);
        if (status == DNN_ERROR_FORMAT) /* by this one there are quotes that do not close */
            continue;
        if (status != DNN_OK)
            return dnn_fail(err, status, "%s", why.text);
        if (same && count > 1) {
            csv->delimiter = candidates[i];
            return DNN_OK;
        }
        if (count > most && candidates[i] != ' ') {
            most = count;
            csv->delimiter = candidates[i];
        }
    }
    return DNN_OK;
}

/* --- decimal sign and header --- */

static bool is_number(const dnn_csv_field *f, char decimal) {
    double x;
    const char *end = f->text + f->size;
    return dnn_csv_number(f->text, end, decimal, &x) == end && f->size > 0;
}

/* Calls `visit` with each field of the first rows, and its row and column. */
typedef void visit_field(dnn_csv *csv, size_t row, size_t column, const dnn_csv_field *field);

static dnn_status visit_fields(dnn_csv *csv, visit_field *visit, dnn_error *err) {
    dnn_csv_row row;
    dnn_csv_field field;
    bool more = true;
    begin_sample(csv);
    for (size_t k = 0;; k++) {
        dnn_status status = next_sample(csv, k, &row, csv->delimiter, &more, err);
        if (status != DNN_OK || !more)
            return status;
        for (size_t c = 0;
             c <= DNN_CSV_MAX_COLUMNS && dnn_csv_next_field(&row, csv->delimiter, &field); c++)
            visit(csv, k, c, &field);
    }
    return DNN_OK;
}

/* 1,5 is a number only with a decimal comma, 1.5 only with a point. */
static void visit_decimal(dnn_csv *csv, size_t row, size_t column, const dnn_csv_field *f) {
    (void)row, (void)column;
    if (memchr(f->text, '.', f->size) != NULL && is_number(f, '.'))
        csv->decimal = '.';
    else if (csv->decimal == 0 && memchr(f->text, ',', f->size) != NULL && is_number(f, ','))
        csv->decimal = ',';
}

/* No field of a header is a number, and one at least has a name. */
static void visit_header(dnn_csv *csv, size_t row, size_t column, const dnn_csv_field *f) {
    (void)column;
    if (row == 0 && is_number(f, csv->decimal))
        csv->has_header = false;
}

/* --- columns --- */

dnn_status dnn_csv_fail_count(const dnn_csv *csv, size_t count, dnn_error *err) {
    const char other[2] = {csv->delimiter};
    return dnn_source_fail(csv->source, DNN_ERROR_FORMAT, err,
                           "line %llu has %zu field%s; expected %zu as in the first row (delimiter "
                           "'%s'; fields that hold it need quotes)",
                           (unsigned long long)csv->rows.line, count, count == 1 ? "" : "s",
                           csv->column_count, csv->delimiter == '\t' ? "\\t" : other);
}

/* The first rows have as many fields each, before memory is taken for so many columns. */
static dnn_status count_columns(dnn_csv *csv, dnn_error *err) {
    dnn_csv_row row;
    dnn_csv_field field;
    bool more = true;
    begin_sample(csv);
    for (size_t k = 0;; k++) {
        size_t n = 0;
        dnn_status status = next_sample(csv, k, &row, csv->delimiter, &more, err);
        if (status != DNN_OK || !more)
            return status;
        while (n <= DNN_CSV_MAX_COLUMNS && dnn_csv_next_field(&row, csv->delimiter, &field))
            n++;
        if (n > DNN_CSV_MAX_COLUMNS)
            return dnn_source_fail(csv->source, DNN_ERROR_FORMAT, err,
                                   "line %llu has more than %zu columns, the most that are read",
                                   (unsigned long long)csv->rows.line, DNN_CSV_MAX_COLUMNS);
        csv->column_count = k == 0 ? n : csv->column_count;
        if (n != csv->column_count)
            return dnn_csv_fail_count(csv, n, err);
    }
}

/* A column is what its first value is that is known. */
static void visit_kind(dnn_csv *csv, size_t row, size_t column, const dnn_csv_field *f) {
    if (column >= csv->column_count)
        return;
    dnn_csv_column *c = &csv->columns[column];
    if ((row == 0 && csv->has_header) || c->known > 0 || dnn_csv_is_missing(f->text, f->size))
        return;
    c->is_text = !is_number(f, csv->decimal);
    c->known = 1;
}

static dnn_status name_columns(dnn_csv *csv, dnn_error *err) {
    dnn_csv_row row;
    dnn_csv_field field;
    bool more = true;
    dnn_csv_rows_rewind(&csv->rows);
    if (!csv->has_header)
        return DNN_OK;
    dnn_status status = dnn_csv_rows_next(&csv->rows, &row, csv->delimiter, &more, err);
    for (size_t c = 0; status == DNN_OK && c < csv->column_count; c++) {
        dnn_csv_next_field(&row, csv->delimiter, &field); /* as many as were counted */
        status = dnn_csv_check_quotes(csv, c, &field, err);
        if (status == DNN_OK && (csv->columns[c].name = dnn_csv_field_copy(&field)) == NULL)
            status = dnn_source_fail(csv->source, DNN_ERROR_MEMORY, err,
                                     "not enough memory for its header");
    }
    return status;
}

static dnn_status find_columns(dnn_csv *csv, dnn_error *err) {
    dnn_status status = count_columns(csv, err);
    if (status != DNN_OK)
        return status;
    if (csv->column_count == 0)
        return dnn_source_fail(csv->source, DNN_ERROR_FORMAT, err, "has no rows");
    csv->columns = dnn_calloc(csv->column_count, sizeof *csv->columns);
    if (csv->columns == NULL)
        return dnn_source_fail(csv->source, DNN_ERROR_MEMORY, err,
                               "not enough memory for its columns");
    status = visit_fields(csv, visit_kind, err);
    for (size_t c = 0; c < csv->column_count; c++)
        csv->columns[c].known = 0;
    return status == DNN_OK ? name_columns(csv, err) : status;
}

/* --- all of it --- */

/* Text has no zero bytes, and other kinds of files are known by their first bytes. */
static dnn_status check_text(dnn_csv *csv, dnn_error *err) {
    const unsigned char *first;
    size_t size;
    dnn_status status = dnn_source_peek(csv->source, &first, &size, err);
    if (status == DNN_OK &&
        (size == 0 || dnn_file_kind_of(first, size) != NULL || memchr(first, '\0', size) != NULL))
        return dnn_source_fail_kind(csv->source, "a CSV file", err);
    return status;
}

dnn_status dnn_csv_look(dnn_csv *csv, dnn_error *err) {
    const dnn_csv_options *o = &csv->options;
    dnn_status status = check_text(csv, err);
    if (status == DNN_OK)
        status = dnn_csv_rows_begin(&csv->rows, csv->source, err);
    csv->delimiter = o->delimiter;
    if (status == DNN_OK && csv->delimiter == 0)
        status = find_delimiter(csv, err);
    csv->decimal = csv->delimiter == ',' ? '.' : o->decimal;
    if (o->decimal != 0)
        csv->decimal = o->decimal;
    if (status == DNN_OK && csv->decimal == 0)
        status = visit_fields(csv, visit_decimal, err);
    if (csv->decimal == 0)
        csv->decimal = '.';
    csv->has_header = o->header != 0;
    if (status == DNN_OK && o->header < 0)
        status = visit_fields(csv, visit_header, err);
    return status == DNN_OK ? find_columns(csv, err) : status;
}
