/* run_reader.h: reading runs, also while they are being written. */
#ifndef DNN_STORE_RUN_READER_H
#define DNN_STORE_RUN_READER_H

#include "core/error.h"
#include "log/event.h"

typedef struct dnn_run_reader dnn_run_reader;

/* Opens a run: a folder with events.out.tfevents.* files, or one such file. DNN_ERROR_FILE when it
 * cannot be read, DNN_ERROR_FORMAT when it is not a run, saying what was found. */
dnn_status dnn_run_reader_open(dnn_run_reader **out, const char *path, dnn_error *err);
void dnn_run_reader_close(dnn_run_reader *reader);

/* Visits what has come since the last call, file by file in the order of their names, and files
 * that are new. A torn tail is waited for; a damaged record is skipped; after a damaged length the
 * rest of that file is given up. Returns the number of values visited. */
size_t dnn_run_reader_poll(dnn_run_reader *reader, dnn_event_visit *visit, void *context);

/* While a value is visited: the number of the file that it is from. Another process, such as one that
 * resumes, has a file of its own. */
size_t dnn_run_reader_file(const dnn_run_reader *reader);

/* Damage met so far, in words for a person ("runs/cats: 2 damaged records were skipped"), or why
 * the last poll could not read all ("runs/cats: cannot be read: Too many open files"), or that two
 * processes wrote at once, or "". */
const char *dnn_run_reader_damage(const dnn_run_reader *reader);

/* Whether the last poll could not read all there was. */
bool dnn_run_reader_failed(const dnn_run_reader *reader);

/* Bytes at the ends of its files that are not a whole record: more may come, or their writer was
 * killed. */
size_t dnn_run_reader_torn(const dnn_run_reader *reader);

/* Whether the writer has closed its log, and nothing has come since. */
bool dnn_run_reader_closed(const dnn_run_reader *reader);

#endif
