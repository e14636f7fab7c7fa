/* csv_table.h: what the files about reading CSV share. Internal to this folder. */
#ifndef DNN_DATA_CSV_TABLE_H
#define DNN_DATA_CSV_TABLE_H

#include "data/csv.h"
#include "data/csv_rows.h"
#include "data/csv_texts.h"

#define DNN_CSV_MAX_COLUMNS ((size_t)1 << 20)

typedef struct dnn_csv_column {
    char *name; /* NULL: there is no header */
    bool is_text;
    bool is_wanted;
    size_t place; /* among the wanted ones */
    dnn_csv_texts texts;
    double sum; /* of the values that are there, for their mean */
    uint64_t known;
} dnn_csv_column;

struct dnn_csv {
    dnn_source *source;
    dnn_csv_options options;
    dnn_csv_rows rows;
    char delimiter, decimal;
    bool has_header;
    dnn_csv_column *columns;
    size_t column_count;
    bool is_read;  /* or has failed to be */
    size_t width;  /* wanted columns */
    void **chunks; /* rows of `width` values of options.dtype, chunk_rows in each */
    size_t chunk_rows, chunk_count, chunk_room;
    size_t row_count;
    bool has_unknown; /* NaN stands for values whose column's mean is to come */
};

/* Finds delimiter, decimal sign and header, the columns, their names and kinds. Leaves rows at the
 * first one that holds values. */
dnn_status dnn_csv_look(dnn_csv *csv, dnn_error *err);

/* A field of the row that was given last is not what it should be. */
dnn_status dnn_csv_fail_value(const dnn_csv *csv, size_t column, const dnn_csv_field *field,
                              const char *why, dnn_error *err);

/* A field has to end with its closing quote, where it has one. */
dnn_status dnn_csv_check_quotes(const dnn_csv *csv, size_t column, const dnn_csv_field *field,
                                dnn_error *err);

/* The row that was given last has `count` fields, and the first row another number. */
dnn_status dnn_csv_fail_count(const dnn_csv *csv, size_t count, dnn_error *err);

#endif
