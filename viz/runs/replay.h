/* replay.h: a finished run once more: runs whose data end at a moving time.
 *
 * The copy that is shown has the tags of the original, its curves filled up to the position. */
#ifndef DNN_VIZ_REPLAY_H
#define DNN_VIZ_REPLAY_H

#include "viz/runs/runs.h"

typedef struct replay {
    bool on, paused;
    double position, duration; /* seconds since the start of each run */
    double speed;              /* 1: as fast as it was */
    runs shown;
} replay;

/* Starts at the beginning, at a speed that takes 20 s for the whole. The runs must not be polled
 * until replay_stop. False when there is nothing to replay or no memory. */
bool replay_start(replay *r, const runs *all);
void replay_stop(replay *r);

/* Shows what had come `position` seconds after the start, held within 0..duration. */
bool replay_seek(replay *r, const runs *all, double position);

#endif
