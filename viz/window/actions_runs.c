/* actions_runs.c: keys for the runs: the list, the training, the replay. */
#include <string.h>

#include "viz/window/actions_parts.h"
#include "viz/window/run_groups.h"
#include "viz/window/run_list.h"

/* --- runs --- */

static bool has_runs(view *v) {
    if (v->figure == NULL && view_runs(v)->count > 1)
        return true;
    view_say(v, "there is only one run");
    return false;
}

request act_fold_list(view *v, const char *key) {
    (void)key;
    if (has_runs(v))
        v->list.folded = !v->list.folded;
    view_layout(v);
    return REQUEST_NONE;
}

request act_filter(view *v, const char *key) {
    (void)key;
    if (!has_runs(v))
        return REQUEST_NONE;
    v->list.typing = true;
    v->list.folded = false;
    view_say(v, "a part of the names, or a pattern such as *lr0.0*; Enter keeps it, Esc drops it");
    view_layout(v);
    return REQUEST_NONE;
}

request act_order_runs(view *v, const char *key) {
    (void)key;
    if (has_runs(v))
        run_list_next_order(v);
    return REQUEST_NONE;
}

request act_group_runs(view *v, const char *key) {
    (void)key;
    if (has_runs(v))
        run_groups_next(v);
    return REQUEST_NONE;
}

request act_show_runs(view *v, const char *key) {
    (void)key;
    if (has_runs(v))
        run_list_show_all(v);
    return REQUEST_NONE;
}

request act_far_runs(view *v, const char *key) {
    v->options.whole_range = !v->options.whole_range;
    view_say(v, v->options.whole_range ? "axes hold all runs"
                                       : "axes leave out runs that are far off the others");
    return act_fit_all(v, key);
}

/* --- training --- */

static request to_trainer(view *v, request wanted) {
    if (v->attached)
        return wanted;
    view_say(v, "no training listens: it must have started this window itself");
    return REQUEST_NONE;
}

request act_pause(view *v, const char *key) {
    (void)key;
    if (!v->replay.on)
        return to_trainer(v, v->paused ? REQUEST_RESUME : REQUEST_PAUSE);
    v->replay.paused = !v->replay.paused;
    return REQUEST_NONE;
}

request act_single_step(view *v, const char *key) {
    (void)key;
    return to_trainer(v, REQUEST_STEP);
}

request act_stop(view *v, const char *key) {
    (void)key;
    if (v->attached && !v->stop_asked) {
        v->stop_asked = true;
        view_say(v, "once more to stop the training and keep the result");
        return REQUEST_NONE;
    }
    v->stop_asked = false;
    return to_trainer(v, REQUEST_STOP);
}

request act_checkpoint(view *v, const char *key) {
    (void)key;
    return to_trainer(v, REQUEST_CHECKPOINT);
}

request act_rate(view *v, const char *key) {
    return to_trainer(v, strcmp(key, "Shift+Up") == 0 ? REQUEST_RATE_UP : REQUEST_RATE_DOWN);
}

/* --- replay --- */

request act_replay(view *v, const char *key) {
    (void)key;
    if (v->replay.on)
        replay_stop(&v->replay);
    else if (!replay_start(&v->replay, v->all))
        view_say(v, "nothing to replay yet");
    view_update(v);
    return REQUEST_NONE;
}

request act_speed(view *v, const char *key) {
    v->replay.speed *= *key == '>' ? 2 : 0.5;
    return REQUEST_NONE;
}
