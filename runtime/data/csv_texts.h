/* csv_texts.h: the different texts of a column, numbered as they come. Internal to this folder. */
#ifndef DNN_DATA_CSV_TEXTS_H
#define DNN_DATA_CSV_TEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/csv_rows.h"

typedef struct dnn_csv_texts {
    char **texts;
    size_t count, room;
    uint32_t *slots; /* hash table of numbers + 1; 0 is free */
    size_t slot_count;
    uint64_t seed; /* so that nobody can choose texts that collide */
    char *scratch; /* a field without its doubled quotes */
    size_t scratch_room;
} dnn_csv_texts;

#define DNN_CSV_NO_TEXT UINT32_MAX

/* The number, from 0, of the field's text, which is added when it is new; DNN_CSV_NO_TEXT when
 * there is no memory for it. */
uint32_t dnn_csv_texts_number(dnn_csv_texts *texts, const dnn_csv_field *field);

/* Sorts the texts by their bytes. `places`, of count entries, becomes the new number of each. False
 * when there is no memory for that. No text may be added then. */
bool dnn_csv_texts_sort(dnn_csv_texts *texts, uint32_t *places);

void dnn_csv_texts_free(dnn_csv_texts *texts);

/* A copy of the field's text with a single quote for each doubled one, and a zero byte; NULL when
 * there is no memory. */
char *dnn_csv_field_copy(const dnn_csv_field *field);

#endif
