/* run_log.h: writing a run: what a training script says, into TensorBoard's event files.
 *
 * A call copies into a buffer and returns; a thread of the log's own writes the buffer every 100
 * ms, so a killed process loses at most that and training never waits for a disk. When writing
 * fails (a full disk) the calls go on, the data are kept in memory up to a bound and tried again,
 * and dnn_run_log_problem says what happened. The
 * record that failed is the only one that is tried again. Calls for one log may come from any
 * thread.
 * Everything is written at close and at exit. */
#ifndef DNN_STORE_RUN_LOG_H
#define DNN_STORE_RUN_LOG_H

#include "core/error.h"
#include "log/event.h"

typedef struct dnn_run_log dnn_run_log;

/* Makes the folder (with its parents) and opens a new file in it,
 * events.out.tfevents.<seconds>.<host>.<pid>.<n>, so a resumed run continues beside its older
 * files: its name comes after theirs, whatever the clock says. DNN_ERROR_FILE names the folder and
 * the reason. */
dnn_status dnn_run_log_open(dnn_run_log **out, const char *folder, dnn_error *err);

/* Writes what is left and that the run is closed, and closes; NULL is allowed. */
void dnn_run_log_close(dnn_run_log *log);

/* What has been logged so far only says what the run is (its settings, its network): a log that is
 * closed without more, as when a finished script is run again, is removed if the folder has others.
 */
void dnn_run_log_introduced(dnn_run_log *log);

/* Path of the event file. */
const char *dnn_run_log_path(const dnn_run_log *log);

/* Logs one value of `tag` at `step`; wall time is now. A value that is not finite is logged as it
 * is. */
void dnn_run_log_scalar(dnn_run_log *log, int64_t step, const char *tag, double value);

/* Logs a histogram, image or text; wall time 0 becomes now. */
void dnn_run_log_event(dnn_run_log *log, const dnn_event *event);

/* Name of an event file in the same folder that another process was writing when this log was
 * opened, NULL when there was none: two trainings in one folder are hardly meant. */
const char *dnn_run_log_other(const dnn_run_log *log);

/* Hands the buffer to the system now: it survives the end of this process, though not of the
 * machine. A failure is dnn_run_log_problem's. */
void dnn_run_log_write(dnn_run_log *log);

/* Writes the buffer now and waits until it is on disk (fsync), folder included; DNN_ERROR_FILE when
 * it cannot, or when the file has been removed, and once where what had been logged before found no
 * room and is lost. `err` may be NULL, and then does not hear of that. */
dnn_status dnn_run_log_flush(dnn_run_log *log, dnn_error *err);

/* True, once, after writing has first failed: `err` says why and that the log is incomplete. */
bool dnn_run_log_problem(dnn_run_log *log, dnn_error *err);

#endif
