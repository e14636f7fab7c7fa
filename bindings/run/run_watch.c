/* run_watch.c: what is logged of a watched network: at a short interval gradient norms, sizes of
 * updates, dead units, learning rate and pace; at a long one histograms and images of weights.
 *
 * Unless the script sets an interval, it is at least REST times as long as the last look took, for
 * each run of the process that watches a network: together they take an eighth of a per cent of the
 * time, however large the networks are and however many train side by side. */
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "bindings/run/run.h"
#include "core/clock.h"
#include "nn/network/watch.h"

#define REST 1600.0

/* The step after a look notes what it changed, which takes half as long again. */
#define LOOK_AND_STEP 1.5

/* The long interval grows by this factor each time, so that a day's images still fit on a disk:
 * 75 in the first hour, 140 in the first day. */
#define SLOWER 1.05

typedef struct look {
    lua_State *L;
    dnnlua_run *self;
    dnn_network *network;
    int run, values; /* indices */
    lua_Integer step;
} look;

static atomic_size_t watching; /* runs of this process */

/* --- whom to watch --- */

dnn_network *dnnlua_run_network(const dnnlua_run *self) {
    bool idle = self->network != NULL && self->network->L == NULL;
    return idle ? self->network->network : NULL;
}

dnn_optimiser *dnnlua_run_optimiser(const dnnlua_run *self) {
    return self->optimiser != NULL ? *self->optimiser->made : NULL;
}

void dnnlua_run_unwatch(lua_State *L, int run) {
    dnnlua_run *self = lua_touserdata(L, run);

    if (self->network == NULL)
        return;
    if (self->network->network != NULL) {
        dnn_parameters *p = dnn_network_parameters(self->network->network);
        p->change = NULL;
        p->change_wanted = false;
    }
    lua_getiuservalue(L, run, RUN_MEMORY);
    lua_pushnil(L);
    lua_setiuservalue(L, -2, NETWORK_RUN);
    lua_pop(L, 1);
    self->network = NULL;
    watching--;
    self->optimiser = NULL;
    self->change_asked = false;
    self->graph_logged = false;
    for (int value = RUN_NETWORK; value <= RUN_CHANGE; value++) {
        lua_pushnil(L);
        lua_setiuservalue(L, run, value);
    }
}

/* Logs what tostring says of the network at index. */
static void describe_network(lua_State *L, const dnnlua_run *self, int index) {
    size_t size;
    const char *text = luaL_tolstring(L, index, &size);

    dnnlua_run_log_text(self, self->step < 0 ? 0 : self->step, "network", text, size);
    lua_pop(L, 1);
}

/* The optimiser's kind and settings, as lines like those of the run's settings. */
static void describe_optimiser(lua_State *L, const dnnlua_run *self, const dnn_optimiser *o) {
    const dnn_field *fields = dnn_optimiser_kind(o)->fields;
    size_t size;
    luaL_Buffer text;

    luaL_buffinit(L, &text);
    luaL_addstring(&text, "method = ");
    luaL_addstring(&text, dnn_optimiser_kind(o)->name);
    for (size_t i = 0; i < dnn_field_count(fields); i++) {
        luaL_addstring(&text, "  \n");
        luaL_addstring(&text, fields[i].name);
        luaL_addstring(&text, " = ");
        dnnlua_push_setting(L, &fields[i], &dnn_optimiser_settings(o)[i]);
        luaL_tolstring(L, -1, NULL);
        lua_remove(L, -2);
        luaL_addvalue(&text);
    }
    luaL_pushresult(&text);
    const char *lines = lua_tolstring(L, -1, &size);
    dnnlua_run_log_text(self, self->step < 0 ? 0 : self->step, "optimiser", lines, size);
    lua_pop(L, 1);
}

/* The optimiser at index or NULL; raises when it is something else or another network's. */
static dnn_optimiser *check_optimiser(lua_State *L, int index, dnn_network *network) {
    if (lua_isnil(L, index))
        return NULL;
    dnn_optimiser *optimiser = dnnlua_test_optimiser(L, index);
    if (optimiser == NULL) {
        luaL_error(L, "Run: watch: expected an optimiser such as dnn.optim.SGD, got %s",
                   dnnlua_got_usage(L, index));
    } else if (!dnn_optimiser_has(optimiser, dnn_network_parameters(network))) {
        luaL_error(L, "Run: watch: this %s steps another network",
                   dnn_optimiser_kind(optimiser)->name);
    }
    return optimiser;
}

void dnnlua_run_watch(lua_State *L, int run, int network, int optimiser) {
    dnnlua_run *self = lua_touserdata(L, run);
    const dnnlua_layer *layer = luaL_testudata(L, network, DNNLUA_LAYER);

    if (layer == NULL) {
        luaL_error(L, "Run: watch: expected a network, got %s", dnnlua_got_usage(L, network));
        return;
    }
    dnnlua_network *watched = dnnlua_push_network(L, network);
    int memory = lua_gettop(L);
    if (!layer->root) {
        luaL_error(L, "Run: watch: this %s is a part of a network; watch the whole",
                   layer->layer->kind->name);
    }
    void *change = dnnlua_new_block(L, dnn_network_value_bytes(watched->network));
    dnnlua_network_require_open(L, watched);
    dnn_optimiser *steps = check_optimiser(L, optimiser, watched->network);
    lua_settop(L, memory + 1);
    if (lua_getiuservalue(L, memory, NETWORK_RUN) != LUA_TNIL)
        dnnlua_run_unwatch(L, lua_gettop(L)); /* one run watches a network */
    lua_pop(L, 1);
    dnnlua_run_unwatch(L, run);
    lua_setiuservalue(L, run, RUN_CHANGE);
    lua_pushvalue(L, network);
    lua_setiuservalue(L, run, RUN_NETWORK);
    lua_pushvalue(L, memory);
    lua_setiuservalue(L, run, RUN_MEMORY);
    lua_pushvalue(L, optimiser);
    lua_setiuservalue(L, run, RUN_OPTIMISER);
    lua_pushvalue(L, run);
    lua_setiuservalue(L, memory, NETWORK_RUN);
    lua_settop(L, memory - 1);
    dnn_parameters *p = dnn_network_parameters(watched->network);
    p->change = change;
    p->change_wanted = self->change_asked = true;
    self->network = watched;
    watching++;
    self->optimiser = steps != NULL ? lua_touserdata(L, optimiser) : NULL;
    describe_network(L, self, network);
    if (steps != NULL)
        describe_optimiser(L, self, steps);
}

/* --- the intervals --- */

/* `took` is in processor time: while other programs have the core a look costs nothing. The first
 * look takes longer than those after it. */
static void rest(dnnlua_interval *interval, double now, double took) {
    double pause = REST * took * (double)watching;
    bool first = interval->next == 0;
    interval->next =
        now + (first || interval->exact ? interval->every : fmax(interval->every, pause));
}

void dnnlua_run_set_pace(dnnlua_run *self) {
    self->paced_at = dnn_clock_seconds();
    self->paced_step = self->step;
}

/* True unless the script logs a group of this name itself. */
static bool is_ours(const look *l, const char *group) {
    lua_pushstring(l->L, group);
    bool ours = lua_rawget(l->L, l->values) == LUA_TNIL;
    lua_pop(l->L, 1);
    return ours;
}

static void log_number(const look *l, const char *group, const char *name, double value) {
    dnnlua_run_log_number(l->self, l->step, dnnlua_run_tag(l->L, l->run, group, name), value);
}

static bool learns(const look *l, size_t step) {
    const dnn_step *s = dnn_network_step(l->network, step);
    return s->learnt > 0 && !s->again;
}

static double grad_norm(const look *l, size_t step) {
    return learns(l, step) ? dnn_network_grad_norm(l->network, step) : NAN;
}

static double update_ratio(const look *l, size_t step) {
    return dnn_watch_update_ratio(l->network, step);
}

static double dead_units(const look *l, size_t step) {
    return dnn_watch_dead_units(l->network, step);
}

static double output_mean(const look *l, size_t step) {
    return dnn_watch_output(l->network, step).mean;
}

static double output_deviation(const look *l, size_t step) {
    return dnn_watch_output(l->network, step).deviation;
}

static double saturated(const look *l, size_t step) {
    return dnn_watch_output(l->network, step).saturated;
}

/* Logs one quantity of each layer that has it; NaN says that a layer has none. A gradient norm that
 * is NaN is worth a point. */
static void log_layers(const look *l, const char *group, double (*quantity)(const look *, size_t)) {
    char name[64];

    if (!is_ours(l, group))
        return;
    for (size_t step = 0; step < dnn_network_all_steps(l->network); step++) {
        double value = quantity(l, step);
        if (!isnan(value) || (quantity == grad_norm && learns(l, step))) {
            dnnlua_run_layer_name(name, l->network, step);
            log_number(l, group, name, value);
        }
    }
}

/* Seconds per step since the last look. */
static void log_pace(const look *l) {
    dnnlua_run *self = l->self;
    double now = dnn_clock_seconds();

    lua_Integer steps = self->paced_step < 0 ? 0 : l->step - self->paced_step;
    if (steps > 0 && is_ours(l, "seconds_per_step"))
        log_number(l, "seconds_per_step", NULL, (now - self->paced_at) / (double)steps);
    self->paced_at = now;
    self->paced_step = l->step;
}

/* Whether a backward has run since the last step or before it. */
static bool has_gradients(const look *l) {
    return dnn_network_has_gradients(l->network);
}

static void log_network(const look *l) {
    dnn_parameters *p = dnn_network_parameters(l->network);

    if (has_gradients(l))
        log_layers(l, "grad_norm", grad_norm);
    log_layers(l, "output_mean", output_mean);
    log_layers(l, "output_deviation", output_deviation);
    log_layers(l, "saturated", saturated);
    log_layers(l, "dead_units", dead_units);
    if (l->self->change_asked && !p->change_wanted)
        log_layers(l, "update_ratio", update_ratio);
    dnn_optimiser *optimiser = dnnlua_run_optimiser(l->self);
    if (optimiser != NULL && is_ours(l, "learning_rate"))
        log_number(l, "learning_rate", NULL, dnn_optimiser_settings(optimiser)[0].number);
    p->change_wanted = l->self->change_asked = true;
}

/* --- the long interval --- */

/* How the layers hang together, once their shapes are known. */
static void log_graph(const look *l) {
    size_t size = dnn_network_graph(l->network, NULL, 0);
    char *text = dnnlua_new_block(l->L, size + 1);

    dnn_network_graph(l->network, text, size + 1);
    dnnlua_run_log_text(l->self, l->step, "graph", text, size);
    lua_pop(l->L, 1);
    l->self->graph_logged = true;
}

static void log_histogram(const look *l, size_t segment, bool gradient) {
    char group[96], name[64];
    const dnn_parameters *p = dnn_network_parameters(l->network);
    const dnn_segment *s = &p->segments[segment];
    dnn_matrix m = gradient ? dnn_segment_gradients(p, segment) : dnn_segment_values(p, segment);

    snprintf(group, sizeof group, "%s%s", s->value.name, gradient ? "_grad" : "");
    if (is_ours(l, group)) {
        dnnlua_run_layer_name(name, l->network, s->step);
        dnnlua_run_log_histogram(l->self, l->step, dnnlua_run_tag(l->L, l->run, group, name), &m);
    }
}

static void log_distributions(const look *l) {
    const dnn_parameters *p = dnn_network_parameters(l->network);

    for (size_t s = 0; s < p->learnt_count; s++) {
        log_histogram(l, s, false);
        if (has_gradients(l) && !p->segments[s].frozen)
            log_histogram(l, s, true);
    }
    if (!l->self->graph_logged)
        log_graph(l);
    if (is_ours(l, "filters"))
        dnnlua_run_log_weight_images(l->L, l->run, l->network, l->step);
}

/* The collector rests: a finaliser could close the network that is looked at. */
void dnnlua_run_look(lua_State *L, int run, int values, lua_Integer step) {
    int top = lua_gettop(L);
    dnnlua_run *self = lua_touserdata(L, run);
    dnnlua_rest_collector(L);
    look l = {L, self, dnnlua_run_network(self), run, values, step};
    double now = dnn_clock_coarse(), start = dnn_clock_processor();

    log_pace(&l);
    if (l.network != NULL && self->log != NULL)
        log_network(&l);
    double looked = dnn_clock_processor();
    rest(&self->look, now, LOOK_AND_STEP * (looked - start));
    if (l.network != NULL && self->log != NULL && now >= self->histograms.next) {
        log_distributions(&l);
        rest(&self->histograms, now, dnn_clock_processor() - looked);
        self->histograms.every *= self->histograms.exact ? 1 : SLOWER;
    }
    dnnlua_wake_collector(L);
    lua_settop(L, top);
}

/* --- a step that was refused --- */

void dnnlua_run_not_finite(lua_State *L, int network, const dnn_error *err) {
    int top = lua_gettop(L);

    if (lua_getiuservalue(L, network, NETWORK_RUN) != LUA_TNIL) {
        dnnlua_run *self = lua_touserdata(L, -1);
        lua_newtable(L); /* the script logs nothing of this step */
        dnnlua_rest_collector(L);
        look l = {L, self, dnnlua_run_network(self), top + 1, top + 2, self->step + 1};
        if (self->log != NULL && l.network != NULL) {
            log_layers(&l, "grad_norm", grad_norm);
            dnnlua_run_log_text(self, l.step, "not_finite", err->text, strlen(err->text));
            dnn_run_log_flush(self->log, NULL);
        }
        dnnlua_wake_collector(L);
    }
    lua_settop(L, top);
}
