/* csv.h: tables of numbers and texts: CSV files and their kin, plain or gzipped, as matrices.
 *
 * A row is an example and becomes a column. A column of the file holds numbers, or texts where its
 * first value is not a number: texts are classes, numbered from 1 in the order of their bytes. */
#ifndef DNN_DATA_CSV_H
#define DNN_DATA_CSV_H

#include <stdbool.h>

#include "math/matrix.h"

typedef enum dnn_csv_missing {
    DNN_CSV_REFUSE, /* a value that is missing is an error */
    DNN_CSV_VALUE,  /* a number stands for it */
    DNN_CSV_MEAN,   /* the mean of its column does */
    DNN_CSV_SKIP    /* its row is passed over */
} dnn_csv_missing;

typedef struct dnn_csv_options {
    char delimiter; /* ' ' stands for any blanks; 0: found from the first rows */
    char decimal;   /* '.' or ','; 0: found */
    int header;     /* 1: the first row holds names; 0: it does not; -1: found */
    dnn_csv_missing missing;
    double value;       /* for DNN_CSV_VALUE */
    dnn_dtype dtype;    /* of the matrices: float32 or float64 */
    uint64_t max_bytes; /* that a packed file may become (data/source.h); 0: the usual limit */
} dnn_csv_options;

typedef struct dnn_csv dnn_csv;

/* Opens a file and looks at its first rows. DNN_ERROR_FORMAT where it is something else. */
dnn_status dnn_csv_open(dnn_csv **out, const char *path, const dnn_csv_options *options,
                        dnn_error *err);
void dnn_csv_close(dnn_csv *csv); /* NULL is allowed */

/* Its columns: how many, their names ("" without a header), whether they hold texts. */
size_t dnn_csv_column_count(const dnn_csv *csv);
const char *dnn_csv_column_name(const dnn_csv *csv, size_t column);
bool dnn_csv_column_is_text(const dnn_csv *csv, size_t column);

/* Reads all rows and keeps these columns, counted from 0, each at most once. DNN_ERROR_FORMAT names
 * line and column of what is wrong. Once: DNN_ERROR_STATE after that. */
dnn_status dnn_csv_read(dnn_csv *csv, const size_t *columns, size_t count, dnn_error *err);

/* Rows that were read. */
size_t dnn_csv_row_count(const dnn_csv *csv);

/* The kept columns `first` .. first + out->rows - 1, in the order in which they were asked for,
 * into `out`, dnn_csv_row_count columns of the options' type. */
dnn_status dnn_csv_take(const dnn_csv *csv, size_t first, dnn_matrix *out, dnn_error *err);

/* The texts of a column of the file, in their order. */
size_t dnn_csv_class_count(const dnn_csv *csv, size_t column);
const char *dnn_csv_class(const dnn_csv *csv, size_t column, size_t k);

/* What is written: row j has the elements of column j of each matrix in turn. */
typedef struct dnn_csv_part {
    const dnn_matrix *matrix;
    const char *const *names;   /* of its rows; NULL: no header is written for any */
    const char *const *classes; /* of a matrix of one row: the texts for 1, 2, ...; or NULL */
    size_t class_count;
} dnn_csv_part;

/* Writes a table in place of the file at `path`, so that reading it gives the same numbers.
 * DNN_ERROR_SHAPE unless the matrices have as many columns, and class numbers one row;
 * DNN_ERROR_ARGUMENT for a class that has no text. */
dnn_status dnn_csv_write(const char *path, const dnn_csv_part *parts, size_t count, char delimiter,
                         dnn_error *err);

#endif
