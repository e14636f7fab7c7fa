/* csv_rows.h: the text of a CSV file as rows, and a row as fields. Internal to this folder.
 *
 * A field may be quoted by "; inside it "" stands for one quote, and delimiters and line ends are
 * text. Lines end with LF, CR LF, or CR alone; blank lines are passed over. A row has at most 32
 * MiB, so that a packed file without an end of a line does not fill the memory. */
#ifndef DNN_DATA_CSV_ROWS_H
#define DNN_DATA_CSV_ROWS_H

#include <stdbool.h>

#include "data/source.h"

typedef struct dnn_csv_rows {
    dnn_source *source; /* the caller's */
    char *buffer;
    size_t room, begin, end; /* of the buffer: bytes not yet consumed are begin .. end */
    bool at_end;             /* of the source */
    bool keeps;              /* everything read stays in the buffer, for rewinding */
    char newline;            /* '\n', or '\r' where lines end with that alone */
    uint64_t line;           /* of the row that was given last, from 1 */
    uint64_t next_line;
} dnn_csv_rows;

/* Begins at the source's first byte, after a byte order mark; everything is kept. */
dnn_status dnn_csv_rows_begin(dnn_csv_rows *rows, dnn_source *source, dnn_error *err);
void dnn_csv_rows_free(dnn_csv_rows *rows);

/* Back to the first row; what is read from then on is kept no longer. */
void dnn_csv_rows_rewind(dnn_csv_rows *rows);

typedef struct dnn_csv_row {
    const char *at, *end; /* without the line's end; valid until the next row is asked for */
    bool quoted;          /* there is a quote in it */
} dnn_csv_row;

/* The next row; `*more` is false at the end. DNN_ERROR_FORMAT where a quote is never closed, or
 * the row is too long. */
dnn_status dnn_csv_rows_next(dnn_csv_rows *rows, dnn_csv_row *row, char delimiter, bool *more,
                             dnn_error *err);

typedef struct dnn_csv_field {
    const char *text; /* without blanks around it, and without its quotes */
    size_t size;
    bool escaped; /* "" in it stands for a quote */
    bool runs_on; /* after its closing quote comes more than blanks, which is not in the text */
} dnn_csv_field;

/* Splits off the field at row->at; false when there are none left. Of a delimiter ' ' any number
 * of blanks and tabs are one. The end of the last field leaves row->at NULL. */
bool dnn_csv_next_field(dnn_csv_row *row, char delimiter, dnn_csv_field *field);

/* Passes over blanks that do not delimit. */
const char *dnn_csv_skip_blanks(const char *at, const char *end, char delimiter);

/* A number that begins at `at`: where it ends, or NULL when there is none. Right to the last bit;
 * knows inf and no locale. */
const char *dnn_csv_number(const char *at, const char *end, char decimal, double *out);

/* Whether a field's text stands for a value that is not known: nothing, NA, NaN, null, None, ?. */
bool dnn_csv_is_missing(const char *text, size_t size);

#endif
