/* run.h: what the files about dnn.Run share.
 *
 * run_new.c makes and opens it; run.c logs and closes; run_values.c turns Lua's values into tags
 * and events, run_settings.c settings into text; run_watch.c looks at a network from time to time;
 * run_images.c draws weights and feature maps; run_window.c starts the window and obeys it;
 * run_keep.c says when checkpoints are due. */
#ifndef DNN_BINDINGS_RUN_H
#define DNN_BINDINGS_RUN_H

#include <sys/types.h>

#include "bindings/host.h"
#include "bindings/nn/network.h"
#include "bindings/nn/optimiser.h"
#include "log/control.h"
#include "log/run_log.h"

#define DNNLUA_RUN       "dnn.Run"
#define DNNLUA_RUN_STEPS "dnn.Run.steps" /* a loop over run:steps */

/* In the registry: the keys of this table are the runs that are in use. */
#define DNNLUA_RUNS_IN_USE "dnn.Run.in_use"

/* When checkpoints are due, and where the training is. */
typedef struct dnnlua_keep {
    bool active, metric;   /* there is a keeper; it looks at a metric of every log */
    bool refused;          /* there is no place for them; one that is there may be resumed from */
    bool started;          /* those of an earlier training are out of the way */
    bool due;              /* as soon as a step is done */
    bool asked;            /* by the window, likewise */
    bool within;           /* a step of run:steps is under way */
    bool left;             /* a loop over run:steps has ended: an earlier step counts otherwise */
    bool ended;            /* by its last step, of which what follows is a part */
    bool whole;            /* all of `step` is done and nothing of the next */
    lua_Integer step;      /* the last that was begun or done, -1 before the first */
    uint64_t begun, moves; /* steps of the kept optimisers when it was begun, and done */
    uint64_t places;       /* of the kept batches in their epochs when it was done, summed */
    int early;             /* what the first log has found; see look_for_early */
    int looks;             /* that the keeper has had at the first 3 logs */
    int waited;            /* steps, one after the other, that moved nothing and left gradients */
    lua_Integer loops;     /* over run:steps: the newest one counts the steps */
    lua_Integer steps;     /* 0: not by steps */
    lua_Integer interval;  /* number of the last that was over; -1: not known yet */
    double seconds, next;  /* 0: not by time */
} dnnlua_keep;

/* An interval: something costly that is done again after `every` seconds or, unless the script has
 * set that itself, later when it takes long. */
typedef struct dnnlua_interval {
    double every, next;
    bool exact;
} dnnlua_interval;

#define DNNLUA_KNOWN_TAGS 8 /* of a run */

/* A training leaves the caches to its own numbers, so a run:log costs what it reads: what each of
 * them needs comes first, side by side. */
typedef struct dnnlua_run {
    const char *type; /* DNNLUA_RUN: see dnnlua_test_object */
    dnn_run_log *log; /* NULL: closed, or without a folder: then nothing is kept */
    lua_Integer step; /* of the last log, -1 before the first */
    double next_poll; /* when to look at what the window, the disk and Ctrl-C say */
    dnnlua_interval look;
    bool closed;
    bool stop_not_finite;
    bool paused, stopped;
    bool stop_known; /* the script has seen that it is to stop */
    bool stop_held;  /* until the step is done; see run_index */
    bool went_back;  /* a step was logged after a later one */
    dnnlua_keep keep;
    const char *known[DNNLUA_KNOWN_TAGS]; /* see run_values.c; NULL ends them */

    dnnlua_network *network;     /* watched, kept alive by a user value; NULL: none */
    dnnlua_optimiser *optimiser; /* likewise; may be collected first */
    dnnlua_interval histograms;
    bool change_asked;
    bool graph_logged;
    lua_Integer paced_step; /* the step and time from which seconds per step are counted */
    double paced_at;

    dnn_control control; /* to the window */
    pid_t window;        /* 0: none */
} dnnlua_run;

enum {                 /* user values of a run */
       RUN_FOLDER = 1, /* string, nil where nothing is kept */
       RUN_WANTED,     /* the folder that was asked for, nil without */
       RUN_TAGS,       /* the root of the tree of tags, see run_values.c */
       RUN_NETWORK,    /* the layer that is watched */
       RUN_MEMORY,     /* its dnnlua_network, which that layer may leave for a larger one */
       RUN_OPTIMISER,
       RUN_CHANGE,     /* block: what a step changes, written by the optimiser when asked */
       RUN_CHECKPOINT, /* function, or a table of what is saved besides network and optimiser */
       RUN_KEEPER,     /* what keeps checkpoints, dnn/keeper.lua */
       RUN_USER_VALUES = RUN_KEEPER
};

/* The open run that a method is called on. */
dnnlua_run *dnnlua_check_run(lua_State *L);

/* --- run_new.c --- */

/* dnn.Run(folder, {view = , net = , ...}): the run, and where nothing can be kept the reason. */
int dnnlua_run_new(lua_State *L);

/* --- run_values.c --- */

/* What was met among the values of one log call. */
typedef struct dnnlua_logged {
    lua_Integer step;
    const char *not_finite; /* tag of the first value that is not finite; NULL: all are */
    double value;           /* that value, */
    size_t elements;        /* or how many elements of a matrix are not; 0: it is a number */
} dnnlua_logged;

/* Logs a table of values. */
void dnnlua_run_log_values(lua_State *L, int run, int values, dnnlua_logged *logged);

/* The tag group/name (name NULL: group), which lives as long as the run. */
const char *dnnlua_run_tag(lua_State *L, int run, const char *group, const char *name);

/* Logs a number, the distribution of a matrix, bytes as an image, text. */
void dnnlua_run_log_number(const dnnlua_run *self, lua_Integer step, const char *tag, double value);
void dnnlua_run_log_histogram(const dnnlua_run *self, lua_Integer step, const char *tag,
                              const dnn_matrix *m);
dnn_status dnnlua_run_log_image(const dnnlua_run *self, lua_Integer step, const char *tag,
                                const uint8_t *pixels, size_t width, size_t height, size_t channels,
                                dnn_error *err);
void dnnlua_run_log_text(const dnnlua_run *self, lua_Integer step, const char *tag,
                         const char *text, size_t size);

/* An event with its tag, which has been checked. */
void dnnlua_run_log_event(const dnnlua_run *self, dnn_event event);

/* Raises an error where a text is not UTF-8 or has control characters; `what` names it. */
void dnnlua_run_check_tag(lua_State *L, const char *what, const char *tag, size_t size);

/* --- run_methods.c: run:histogram, run:matrix, run:pr_curve, run:image, run:text --- */

int dnnlua_run_histogram(lua_State *L);
int dnnlua_run_matrix(lua_State *L);
int dnnlua_run_pr_curve(lua_State *L);
int dnnlua_run_image(lua_State *L);
int dnnlua_run_text(lua_State *L);

/* --- run_images.c --- */

/* "3.2 Conv2d", as in net:grad_norms().names. */
void dnnlua_run_layer_name(char name[64], const dnn_network *network, size_t step);

/* Logs the weights that are images as filters/1 Conv2d: of the first layer with weights, where it
 * works on X, and the kernels of every convolution. */
void dnnlua_run_log_weight_images(lua_State *L, int run, dnn_network *network, lua_Integer step);

/* run:feature_maps(step, net, X, {layers = , tag = }) */
int dnnlua_run_feature_maps(lua_State *L);

/* --- run_settings.c --- */

/* Logs the table of settings at index as text. */
void dnnlua_run_log_settings(lua_State *L, const dnnlua_run *self, int settings);

/* --- run_watch.c --- */

/* Watches the network and the optimiser (or nil) at these indices from now on. */
void dnnlua_run_watch(lua_State *L, int run, int network, int optimiser);

/* Lets go of the watched network. */
void dnnlua_run_unwatch(lua_State *L, int run);

/* The watched network, NULL when there is none or it is closed or running. */
dnn_network *dnnlua_run_network(const dnnlua_run *self);

/* The optimiser that was given with it, NULL when there is none or the collector has taken it. */
dnn_optimiser *dnnlua_run_optimiser(const dnnlua_run *self);

/* Logs the state of the network when it is time to; groups that the table `values` has are left to
 * it. */
void dnnlua_run_look(lua_State *L, int run, int values, lua_Integer step);

/* Called when a step of the network at index was refused: what its run logs about it. */
void dnnlua_run_not_finite(lua_State *L, int network, const dnn_error *err);

/* Begins to count seconds per step from here. */
void dnnlua_run_set_pace(dnnlua_run *self);

/* --- run_window.c --- */

/* Starts dnnview beside the training, or says on stderr why not. */
void dnnlua_run_open_window(lua_State *L, int run);

/* Does what the window has said since the last time; waits while it wants a pause. */
void dnnlua_run_obey(lua_State *L, int run);

/* Saves a checkpoint: by the script's function, else the watched network and its optimiser in the
 * run's folder. Pushes the result of the function, a path, or what went wrong. */
typedef enum dnnlua_saving {
    DNNLUA_SAVED,
    DNNLUA_NOT_SAVED, /* it failed */
    DNNLUA_NO_WAY,    /* no function, no network, or the middle of a step; nothing is pushed */
} dnnlua_saving;

dnnlua_saving dnnlua_run_checkpoint(lua_State *L, int run);

/* Saves one for the window, and tells it. */
void dnnlua_run_save_asked(lua_State *L, int run);

/* Hangs up; the window stays open. */
void dnnlua_run_leave_window(dnnlua_run *self);

/* --- run_moves.c --- */

/* Calls the keeper's method with the step and one value more; a failure is reported, and training
 * goes on. Leaves its first result on the stack, nil after a failure; or without a value and
 * without a result. */
void dnnlua_run_call_keeper(lua_State *L, int run, const char *method, lua_Integer step, int value);
void dnnlua_run_tell_keeper(lua_State *L, int run, const char *method, lua_Integer step);

/* Steps that the kept optimisers have made; notes that, and the places of the kept batches. */
uint64_t dnnlua_run_moves(lua_State *L, int run);
void dnnlua_run_note_moves(lua_State *L, int run);

/* Whether gradients wait for a kept optimiser's step. */
bool dnnlua_run_gradients_wait(lua_State *L, int run);

/* Whether another step has begun since they were noted. */
bool dnnlua_run_has_moved(lua_State *L, int run);

/* --- run_keep.c --- */

/* Before a step: moves the checkpoints of an earlier training that is not continued out of the way,
 * once. Raises where they cannot be moved. */
void dnnlua_run_keep_start(lua_State *L, int run);

/* The step of a loop over run:steps begins; it is done, and what is due is saved, of the loop's
 * last one later; the loop is left before its end, perhaps by an error. */
void dnnlua_run_keep_begin(lua_State *L, int run, lua_Integer step);
void dnnlua_run_keep_end(lua_State *L, int run, bool last);
void dnnlua_run_keep_leave(dnnlua_run *self, bool failed);

/* After a log of these values: notes what is due, and does it unless a step of run:steps is under
 * way. */
void dnnlua_run_keep_logged(lua_State *L, int run, int values, lua_Integer step);

/* Does what is due, at the end of a step. */
void dnnlua_run_keep(lua_State *L, int run);

/* The script is to stop, and a log has ended a step of a loop of its own: saves that. */
void dnnlua_run_keep_stop(lua_State *L, int run);

/* Whether to leave a loop of the script's own here would split a step, so that it could not be
 * saved. */
bool dnnlua_run_keep_splits(lua_State *L, int run);

/* Saves now, because the window or a stop asks for it, as dnnlua_run_checkpoint; false where no
 * checkpoints are kept. */
bool dnnlua_run_keep_now(lua_State *L, int run, dnnlua_saving *saving);

/* Saves what came after the last checkpoint, unless the script has failed or is in the middle of a
 * step, and waits for the disk. */
void dnnlua_run_keep_close(lua_State *L, int run, bool failed);

/* Methods: run:checkpoint, run:resume; _keep_last_step, _take_back_step. */
int dnnlua_run_checkpoint_method(lua_State *L);
int dnnlua_run_resume(lua_State *L);
int dnnlua_run_keep_last_step(lua_State *L);
int dnnlua_run_take_back_step(lua_State *L);

#endif
