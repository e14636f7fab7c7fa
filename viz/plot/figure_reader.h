/* figure_reader.h: what the files that read a figure share: figure_words.c its lines, figure.c the
 * numbers behind them. */
#ifndef DNN_VIZ_FIGURE_READER_H
#define DNN_VIZ_FIGURE_READER_H

#include "viz/plot/figure.h"

#define FIGURE_FIRST_LINE "dnnview figure 1"

/* Where the reader is. */
typedef struct figure_reader {
    figure *first, *figure; /* of a grid; the one that is read */
    size_t figures;         /* how many there are so far */
    const char *name;
    const uint8_t *bytes;
    size_t size, at, line, capacity, note_capacity;
    dnn_error *err;
} figure_reader;

/* Reads the lines up to the empty one: what the figure is, and which items have how many numbers.
 */
dnn_status figure_read_words(figure_reader *r);

#endif
