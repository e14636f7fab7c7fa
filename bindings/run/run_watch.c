/* run_watch.c: what a watched network tells by itself: at a quick beat gradient norms, sizes of
 * updates, dead units, learning rate and pace; at a slow one histograms and pictures of weights.
 *
 * A beat that is not set by the script comes at least REST times its own duration after the last
 * one, so both together take half a per cent of the time, however large the network is. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bindings/run/run.h"
#include "core/clock.h"
#include "nn/watch.h"
#include "nn/weight_picture.h"

#define REST 400.0

/* The slow beat slows down by this factor each time, so that a day's pictures still fit on a disk:
 * 75 in the first hour, 140 in the first day. */
#define SLOWER 1.05

typedef struct look {
    lua_State *L;
    dnnlua_run *self;
    dnn_network *network;
    int run, values; /* indices */
    lua_Integer step;
} look;

/* --- whom to watch --- */

dnn_network *dnnlua_run_network(const dnnlua_run *self) {
    bool idle = self->network != NULL && self->network->L == NULL;
    return idle ? self->network->network : NULL;
}

void dnnlua_run_unwatch(lua_State *L, int run) {
    dnnlua_run *self = lua_touserdata(L, run);

    if (self->network == NULL) {
        return;
    }
    if (self->network->network != NULL) {
        dnn_parameters *p = dnn_network_parameters(self->network->network);
        p->change = NULL;
        p->change_wanted = false;
    }
    lua_getiuservalue(L, run, RUN_NETWORK);
    lua_pushnil(L);
    lua_setiuservalue(L, -2, NETWORK_RUN);
    lua_pop(L, 1);
    self->network = NULL;
    self->optimiser = NULL;
    self->change_asked = false;
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
    size_t size;
    luaL_Buffer text;

    luaL_buffinit(L, &text);
    luaL_addstring(&text, "method = ");
    luaL_addstring(&text, o->kind->name);
    for (size_t i = 0; i < dnn_field_count(o->kind->fields); i++) {
        luaL_addstring(&text, "  \n");
        luaL_addstring(&text, o->kind->fields[i].name);
        luaL_addstring(&text, " = ");
        dnnlua_push_setting(L, &o->kind->fields[i], o->settings[i]);
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
    if (lua_isnil(L, index)) {
        return NULL;
    }
    dnn_optimiser *optimiser = luaL_testudata(L, index, DNNLUA_OPTIMISER);
    if (optimiser == NULL) {
        luaL_error(L, "Run: watch: expected an optimiser such as dnn.optim.SGD, got %s",
                   dnnlua_got(L, index));
    } else if (optimiser->parameters != dnn_network_parameters(network)) {
        luaL_error(L, "Run: watch: this %s steps another network", optimiser->kind->name);
    }
    return optimiser;
}

void dnnlua_run_watch(lua_State *L, int run, int network, int optimiser) {
    dnnlua_run *self = lua_touserdata(L, run);
    dnnlua_network *watched = luaL_testudata(L, network, DNNLUA_NETWORK);

    if (watched == NULL) {
        luaL_error(L, "Run: watch: expected a dnn.Sequential, got %s", dnnlua_got(L, network));
        return;
    }
    dnnlua_network_require_open(L, watched);
    dnn_optimiser *steps = check_optimiser(L, optimiser, watched->network);
    void *change = dnnlua_new_block(L, dnn_network_parameter_bytes(watched->network));
    if (lua_getiuservalue(L, network, NETWORK_RUN) != LUA_TNIL) {
        dnnlua_run_unwatch(L, lua_gettop(L)); /* one run watches a network */
    }
    lua_pop(L, 1);
    dnnlua_run_unwatch(L, run);
    lua_setiuservalue(L, run, RUN_CHANGE);
    lua_pushvalue(L, network);
    lua_setiuservalue(L, run, RUN_NETWORK);
    lua_pushvalue(L, optimiser);
    lua_setiuservalue(L, run, RUN_OPTIMISER);
    lua_pushvalue(L, run);
    lua_setiuservalue(L, network, NETWORK_RUN);
    dnn_parameters *p = dnn_network_parameters(watched->network);
    p->change = change;
    p->change_wanted = self->change_asked = true;
    self->network = watched;
    self->optimiser = steps;
    describe_network(L, self, network);
    if (steps != NULL) {
        describe_optimiser(L, self, steps);
    }
}

/* --- the beats --- */

static void rest(dnnlua_beat *beat, double now, double took) {
    double pause = REST * took;
    beat->next = now + (beat->exact || pause < beat->every ? beat->every : pause);
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

/* "3 Linear", as in net:grad_norms().names; of layer 1.. */
static void layer_name(char name[64], dnn_network *network, size_t layer) {
    snprintf(name, 64, "%zu %s", layer, dnn_network_layer(network, layer)->kind->name);
}

static double grad_norm(const look *l, size_t layer) {
    bool has = dnn_network_layer(l->network, layer)->parameter_count > 0;
    return has ? dnn_network_grad_norm(l->network, layer) : NAN;
}

static double update_ratio(const look *l, size_t layer) {
    return dnn_watch_update_ratio(l->network, layer);
}

static double dead_units(const look *l, size_t layer) {
    return dnn_watch_dead_units(l->network, layer);
}

/* Logs one quantity of each layer that has it; NaN says that a layer has none. A gradient norm that
 * is NaN is worth a point. */
static void log_layers(const look *l, const char *group, double (*quantity)(const look *, size_t)) {
    char name[64];

    if (!is_ours(l, group)) {
        return;
    }
    for (size_t layer = 1; layer <= dnn_network_layer_count(l->network); layer++) {
        double value = quantity(l, layer);
        if (!isnan(value) ||
            (quantity == grad_norm && dnn_network_layer(l->network, layer)->parameter_count > 0)) {
            layer_name(name, l->network, layer);
            log_number(l, group, name, value);
        }
    }
}

/* Seconds per step since the last look. */
static void log_pace(const look *l) {
    dnnlua_run *self = l->self;
    double now = dnn_clock_seconds();

    lua_Integer steps = self->paced_step < 0 ? 0 : l->step - self->paced_step;
    if (steps > 0 && is_ours(l, "seconds_per_step")) {
        log_number(l, "seconds_per_step", NULL, (now - self->paced_at) / (double)steps);
    }
    self->paced_at = now;
    self->paced_step = l->step;
}

static void log_network(const look *l) {
    dnn_parameters *p = dnn_network_parameters(l->network);

    if (dnn_network_gradient(l->network, dnn_network_layer_count(l->network)) != NULL) {
        log_layers(l, "grad_norm", grad_norm);
    }
    log_layers(l, "dead_units", dead_units);
    if (l->self->change_asked && !p->change_wanted) {
        log_layers(l, "update_ratio", update_ratio);
    }
    if (l->self->optimiser != NULL && is_ours(l, "learning_rate")) {
        log_number(l, "learning_rate", NULL, l->self->optimiser->settings[0]);
    }
    p->change_wanted = l->self->change_asked = true;
}

/* --- the slow beat --- */

static void log_histogram(const look *l, const dnn_segment *s, const char *suffix, void *vector) {
    char group[64], name[64];
    const dnn_parameters *p = dnn_network_parameters(l->network);
    char *first = (char *)vector + s->offset * dnn_dtype_info(p->dtype)->size;
    dnn_matrix m = dnn_matrix_of(p->dtype, s->rows, s->cols, first);

    snprintf(group, sizeof group, "%s%s", s->name, suffix);
    if (is_ours(l, group)) {
        layer_name(name, l->network, s->layer + 1);
        dnnlua_run_log_histogram(l->self, l->step, dnnlua_run_tag(l->L, l->run, group, name), &m);
    }
}

/* What the first layer's units look for, where X is pictures. */
static void log_weight_picture(const look *l) {
    const dnn_layer *first = dnn_network_layer(l->network, 1);
    const dnn_matrix *W = &first->parameters[0];
    dnn_weight_picture picture;
    char name[64];

    if (first->parameter_count == 0 || strcmp(first->shapes[0].name, "weight") != 0 ||
        W->cols != dnn_layer_in_features(first) || !is_ours(l, "picture") ||
        !dnn_weight_picture_plan(&picture, W->rows, W->cols)) {
        return;
    }
    uint8_t *pixels = dnnlua_new_block(l->L, picture.width * picture.height * picture.channels);
    layer_name(name, l->network, 1);
    const char *tag = dnnlua_run_tag(l->L, l->run, "picture", name);
    dnn_weight_picture_draw(&picture, W, pixels);
    dnnlua_run_log_picture(l->self, l->step, tag, pixels, picture.width, picture.height,
                           picture.channels, NULL);
    lua_pop(l->L, 1);
}

static void log_distributions(const look *l) {
    const dnn_parameters *p = dnn_network_parameters(l->network);
    bool gradients = dnn_network_gradient(l->network, dnn_network_layer_count(l->network)) != NULL;

    for (size_t s = 0; s < p->segment_count; s++) {
        log_histogram(l, &p->segments[s], "", p->values);
        if (gradients) {
            log_histogram(l, &p->segments[s], "_grad", p->gradients);
        }
    }
    log_weight_picture(l);
}

void dnnlua_run_look(lua_State *L, int run, int values, lua_Integer step) {
    dnnlua_run *self = lua_touserdata(L, run);
    look l = {L, self, dnnlua_run_network(self), run, values, step};
    double now = dnn_clock_coarse(), start = dnn_clock_seconds();

    log_pace(&l);
    if (l.network != NULL && self->log != NULL) {
        log_network(&l);
    }
    double looked = dnn_clock_seconds();
    rest(&self->look, now, looked - start);
    if (l.network != NULL && self->log != NULL && now >= self->histograms.next) {
        log_distributions(&l);
        rest(&self->histograms, now, dnn_clock_seconds() - looked);
        self->histograms.every *= self->histograms.exact ? 1 : SLOWER;
    }
}

/* --- a step that was refused --- */

void dnnlua_run_not_finite(lua_State *L, int network, const dnn_error *err) {
    int top = lua_gettop(L);

    if (lua_getiuservalue(L, network, NETWORK_RUN) != LUA_TNIL) {
        dnnlua_run *self = lua_touserdata(L, -1);
        lua_newtable(L); /* the script logs nothing of this step */
        look l = {L, self, dnnlua_run_network(self), top + 1, top + 2, self->step + 1};
        if (self->log != NULL && l.network != NULL) {
            log_layers(&l, "grad_norm", grad_norm);
            dnnlua_run_log_text(self, l.step, "not_finite", err->text, strlen(err->text));
            dnn_run_log_flush(self->log, NULL);
        }
    }
    lua_settop(L, top);
}
