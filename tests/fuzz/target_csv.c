/* target_csv.c: a CSV file. The first two bytes of an input choose the options, the rest is the
 * file. */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "data/csv.h"
#include "memory_file.h"
#include "target.h"

#define COLUMNS 64 /* that are read at most */

static dnn_csv_options options_from(const uint8_t *bytes) {
    static const char delimiters[] = {0, ',', ';', '\t', ' ', '|', 'x', '\0'};
    static const char decimals[] = {0, '.', ','};
    return (dnn_csv_options){.delimiter = delimiters[bytes[0] & 7],
                             .decimal = decimals[(bytes[0] >> 3) % 3],
                             .header = (bytes[0] >> 6) % 3 - 1,
                             .missing = bytes[1] & 3,
                             .value = -1,
                             .dtype = bytes[1] & 4 ? DNN_FLOAT64 : DNN_FLOAT32};
}

/* Texts are sorted and differ; their numbers are from 1 to how many there are. */
static void check_texts(const dnn_csv *csv, size_t column, const dnn_matrix *m, size_t row) {
    size_t count = dnn_csv_class_count(csv, column);
    for (size_t k = 1; k < count; k++)
        must_hold(strcmp(dnn_csv_class(csv, column, k - 1), dnn_csv_class(csv, column, k)) < 0);
    for (size_t j = 0; j < m->cols; j++) {
        double x = dnn_matrix_get(m, row, j);
        must_hold(x >= 1 && x <= (double)count && x == floor(x));
    }
}

/* `size` bounds the bytes of the table: gzip makes at most 1032 of one. */
static void read_table(dnn_csv *csv, const dnn_csv_options *options, size_t size) {
    dnn_error err = {0};
    size_t columns[COLUMNS], count = dnn_csv_column_count(csv);
    dnn_matrix m;
    must_hold(count >= 1 && count <= size + 1);
    count = count < COLUMNS ? count : COLUMNS;
    for (size_t c = 0; c < count; c++)
        columns[c] = count - 1 - c;
    dnn_status status = dnn_csv_read(csv, columns, count, &err);
    must_explain(status, &err);
    if (status != DNN_OK)
        return;
    must_hold(dnn_csv_row_count(csv) >= 1 && dnn_csv_row_count(csv) <= size);
    must_hold(dnn_matrix_create(&m, options->dtype, count, dnn_csv_row_count(csv), NULL) == DNN_OK);
    must_explain(dnn_csv_take(csv, 0, &m, &err), &err);
    for (size_t c = 0; c < count; c++)
        if (dnn_csv_column_is_text(csv, columns[c]))
            check_texts(csv, columns[c], &m, c);
    for (size_t k = 0; k < dnn_matrix_count(&m) && options->missing != DNN_CSV_VALUE; k++)
        must_hold(!isnan(dnn_matrix_get(&m, k % count, k / count)));
    dnn_matrix_free(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 3)
        return 0;
    dnn_csv_options options = options_from(data);
    memory_file file = memory_file_open(data + 2, size - 2);
    uint64_t live = dnn_allocations_live();
    dnn_error err = {0};
    dnn_csv *csv;
    dnn_status status = dnn_csv_open(&csv, file.path, &options, &err);
    must_explain(status, &err);
    must_hold((status == DNN_OK) == (csv != NULL));
    if (status == DNN_OK)
        read_table(csv, &options, data[2] == 0x1f ? 1032 * size : size);
    dnn_csv_close(csv);
    must_hold(dnn_allocations_live() == live);
    memory_file_close(&file);
    return 0;
}
