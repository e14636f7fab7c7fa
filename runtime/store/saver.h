/* saver.h: a safetensors file written by a thread of its own, with a checksum.
 *
 * The training hands over a snapshot and goes on; the disk delays nothing. A file with a value
 * that is not finite is never written: it could not be trained on from. */
#ifndef DNN_STORE_SAVER_H
#define DNN_STORE_SAVER_H

#include "store/safetensors.h"

typedef struct dnn_saver dnn_saver;

/* Begins to write what dnn_safetensors_write writes, and the checksum. Names and texts are copied;
 * the numbers must stay as they are until the saver has finished. Where no thread can be started
 * the file is written at once. */
dnn_status dnn_saver_start(dnn_saver **out, const char *path, const dnn_tensor *tensors,
                           size_t tensor_count, const dnn_note *notes, size_t note_count,
                           dnn_error *err);

/* Whether it has finished, so that dnn_saver_finish will not wait. */
bool dnn_saver_done(const dnn_saver *saver);

/* Waits until the file is on disk or could not be written, and ends the saver: the errors of
 * dnn_safetensors_write, and DNN_ERROR_NUMERIC naming what is not finite. At exit all are waited
 * for. */
dnn_status dnn_saver_finish(dnn_saver *saver, dnn_error *err);

#endif
