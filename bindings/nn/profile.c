/* profile.c: net:profile(): where the time of a training step goes; and dnnlua --profile: where
 * that of a whole script goes. */
#include <stdio.h>
#include <string.h>

#include "bindings/handle.h"
#include "bindings/host.h"
#include "bindings/nn/network.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/threads.h"
#include "math/elementwise.h"
#include "math/peak.h"
#include "nn/network/profile.h"

enum { NET = 1, X, OPTIONS, TWIN, TIMES }; /* places on the stack */

static lua_Integer passes_of(lua_State *L, const char *function) {
    double passes = dnnlua_option_number(L, OPTIONS, function, "passes", 10);

    if (!(passes >= 1 && passes <= 1e6) || passes != (double)(lua_Integer)passes) {
        luaL_error(L, "%s: passes must be a whole number from 1 to 1000000, got %f", function,
                   dnn_shown(passes));
    }
    return (lua_Integer)passes;
}

/* The twin's network; raises where a module in Lua has closed it meanwhile. */
static dnnlua_network *twin_of(lua_State *L) {
    dnnlua_network *twin = dnnlua_push_network(L, TWIN);

    lua_pop(L, 1);
    return twin;
}

/* One pass of the twin, by its own methods: forward, and backward of a gradient of ones. */
static void run_pass(lua_State *L, bool backward) {
    dnn_error err;

    lua_pushcfunction(L, dnnlua_layer_forward);
    lua_pushvalue(L, TWIN);
    lua_pushvalue(L, X);
    lua_call(L, 2, 1);
    if (backward) {
        const dnn_matrix *A = dnnlua_check_matrix(L, -1);
        lua_pushcfunction(L, dnnlua_layer_backward);
        lua_pushvalue(L, TWIN);
        dnn_matrix *dA = dnnlua_new_matrix(L, A->dtype, A->rows, A->cols);
        dnnlua_check(L, dnn_fill(dA, 1, &err), &err);
        lua_call(L, 2, 0);
    }
    lua_settop(L, TIMES);
}

/* The machine's peak for a type, measured when it is first wanted: that takes all threads for a
 * moment. */
static double peak_of(dnn_dtype dtype) {
    static double known[2];
    double *peak = &known[dtype == DNN_FLOAT64];

    if (*peak == 0)
        *peak = dnn_peak_flops(dtype);
    return *peak;
}

/* Pushes the rows of the table of times as text. */
static double push_rows(lua_State *L, const dnn_network *network, const dnn_step_times *times,
                        bool all) {
    luaL_Buffer buffer;
    double peak = peak_of(dnn_network_dtype(network));
    size_t size = dnn_network_describe_times(network, times, peak, all, NULL, 0);
    char *space = luaL_buffinitsize(L, &buffer, size + 1);

    dnn_network_describe_times(network, times, peak, all, space, size + 1);
    luaL_pushresultsize(&buffer, size - 1);
    return peak;
}

/* Pushes the table of times as text. */
static void push_table(lua_State *L, const dnn_network *network, const dnn_step_times *times) {
    double peak = push_rows(L, network, times, false);

    lua_pushfstring(L, "%s, %d examples, %d thread%s; the machine's peak is %d GFLOP/s\n",
                    dnn_dtype_info(dnn_network_dtype(network))->name,
                    (int)dnnlua_check_matrix(L, X)->cols, (int)dnn_threads(),
                    dnn_threads() == 1 ? "" : "s", (int)(peak / 1e9 + 0.5));
    lua_insert(L, -2);
    lua_concat(L, 2);
}

/* net:profile(X, {passes =, backward =}): works on a copy, so that the network stays as it is, and
 * prints. */
int dnnlua_layer_profile(lua_State *L) {
    static const char *const name = "network: profile";
    static const char *const known[] = {"passes", "backward", NULL};

    dnnlua_check_layer(L, NET);
    dnnlua_check_matrix_named(L, X, name, "X");
    lua_settop(L, OPTIONS);
    dnnlua_check_options(L, OPTIONS, name, known);
    lua_Integer passes = passes_of(L, name);
    const dnnlua_network *self = dnnlua_push_network(L, NET);
    bool backward =
        dnnlua_option_flag(L, OPTIONS, name, "backward", dnn_network_training(self->network));
    lua_settop(L, OPTIONS);
    lua_pushcfunction(L, dnnlua_layer_copy);
    lua_pushvalue(L, NET);
    lua_call(L, 1, 1);
    lua_pushnil(L);
    dnn_random *random = dnnlua_opt_random(L, TIMES), before = *random;
    run_pass(L, backward); /* buffers are made, caches filled */
    lua_settop(L, TWIN);
    dnnlua_network *twin = twin_of(L);
    dnn_free(twin->times); /* what it does here is not the script's */
    twin->times = NULL;
    size_t bytes = dnn_network_step_count(twin->network) * sizeof(dnn_step_times);
    dnn_step_times *times = lua_newuserdatauv(L, bytes, 0);
    memset(times, 0, bytes);
    dnn_network_set_times(twin->network, times);
    for (lua_Integer pass = 0; pass < passes; pass++)
        run_pass(L, backward);
    *random = before; /* masks were drawn from it */
    lua_getglobal(L, "print");
    if (twin_of(L) != twin)
        return luaL_error(L, "%s: the copy became a part of another network meanwhile", name);
    push_table(L, twin->network, times);
    lua_call(L, 1, 0);
    return 0;
}

/* --- dnnlua --profile --- */

#define PROFILED "profiled network" /* never handed out */

/* Registry: a table of the profiled networks in the order in which they were made, weakly; of those
 * that have been closed, their tables as text. */
static const char networks_key = 0;

static double begun;         /* when the module was loaded, on the clock */
static lua_Integer networks; /* that were made so far */
static double spent;         /* seconds of all passes of the tables that were pushed */

/* Pushes the table of the network at index with a title. */
static void push_profile(lua_State *L, int index) {
    const dnnlua_network *self = lua_touserdata(L, index);
    const dnn_network *network = self->network;

    for (size_t s = 0; s < dnn_network_step_count(network); s++)
        spent += self->times[s].forward.total + self->times[s].backward.total;
    double peak = push_rows(L, network, self->times, true);
    lua_pushfstring(L,
                    "profile of a network of %d layer%s, %s, %d thread%s; the machine's peak is "
                    "%d GFLOP/s\n",
                    (int)dnn_network_step_count(network),
                    dnn_network_step_count(network) == 1 ? "" : "s",
                    dnn_dtype_info(dnn_network_dtype(network))->name, (int)dnn_threads(),
                    dnn_threads() == 1 ? "" : "s", (int)(peak / 1e9 + 0.5));
    lua_insert(L, -2);
    lua_concat(L, 2);
}

static bool has_run(const dnnlua_network *self) {
    bool has = false;

    for (size_t s = 0; s < dnn_network_step_count(self->network) && !has; s++)
        has = self->times[s].forward.count > 0;
    return has;
}

/* Pushes the list of networks, or nil where they are not profiled. */
static bool push_networks(lua_State *L) {
    return lua_rawgetp(L, LUA_REGISTRYINDEX, &networks_key) == LUA_TTABLE;
}

void dnnlua_profile_begin(lua_State *L, int index) {
    dnnlua_network *self = lua_touserdata(L, index);

    if (push_networks(L)) {
        self->times = dnn_calloc(dnn_network_step_count(self->network), sizeof *self->times);
        if (self->times == NULL)
            luaL_error(L, "network: not enough memory for its profile");
        dnn_network_set_times(self->network, self->times);
        self->number = ++networks;
        lua_pushvalue(L, index);
        luaL_setmetatable(L, PROFILED);
        lua_rawseti(L, -2, self->number);
    }
    lua_pop(L, 1);
}

void dnnlua_profile_end(lua_State *L, int index) {
    dnnlua_network *self = lua_touserdata(L, index);

    if (self->times == NULL)
        return;
    if (push_networks(L) && has_run(self)) {
        push_profile(L, index);
        lua_rawseti(L, -2, self->number);
    }
    lua_pop(L, 1);
    dnn_network_set_times(self->network, NULL);
    dnn_free(self->times);
    self->times = NULL;
}

/* The finaliser of a network that is profiled. */
static int collect(lua_State *L) {
    dnnlua_profile_end(L, 1);
    return 0;
}

/* Prints the tables of all networks that have run. */
static int report(lua_State *L) {
    lua_settop(L, 0);
    push_networks(L);
    double wall = dnn_clock_seconds() - begun;

    for (lua_Integer i = 1; i <= networks; i++) {
        const dnnlua_network *network =
            lua_rawgeti(L, 1, i) == LUA_TUSERDATA ? lua_touserdata(L, 2) : NULL;
        if (network != NULL && network->times != NULL && has_run(network))
            push_profile(L, 2);
        if (lua_type(L, -1) == LUA_TSTRING)
            fprintf(stderr, "%s\n", lua_tostring(L, -1));
        lua_settop(L, 1);
    }
    if (spent > 0) {
        fprintf(stderr,
                "%.3f s of %.3f s in all; the rest is losses, optimisers, data and the script\n",
                spent, wall);
    }
    lua_pushnil(L); /* what is closed from now on is not shown */
    lua_rawsetp(L, LUA_REGISTRYINDEX, &networks_key);
    return 0;
}

void dnnlua_open_profile(lua_State *L) {
    lua_getfield(L, LUA_REGISTRYINDEX, DNNLUA_PROFILE);
    if (lua_toboolean(L, -1)) {
        dnnlua_push_weak_table(L, &networks_key, "v");
        lua_pop(L, 1);
        dnnlua_define_handle(L, PROFILED, collect, NULL);
        lua_pushcfunction(L, report);
        lua_setfield(L, LUA_REGISTRYINDEX, DNNLUA_PROFILE);
        begun = dnn_clock_seconds();
    }
    lua_pop(L, 1);
}
