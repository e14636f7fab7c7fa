/* profile.c: net:profile(): where the time of a training step goes. */
#include <string.h>

#include "bindings/nn/network.h"
#include "core/threads.h"
#include "math/elementwise.h"
#include "math/peak.h"
#include "nn/network/profile.h"

enum { NET = 1, X, OPTIONS, TWIN, TIMES }; /* places on the stack */

static lua_Integer passes_of(lua_State *L, const char *function) {
    double passes = dnnlua_option_number(L, OPTIONS, function, "passes", 10);

    if (!(passes >= 1 && passes <= 1e6) || passes != (double)(lua_Integer)passes) {
        luaL_error(L, "%s: passes must be a whole number from 1 to 1000000, got %f", function,
                   passes);
    }
    return (lua_Integer)passes;
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

/* Pushes the table of times as text. */
static void push_table(lua_State *L, dnn_network *network, const dnn_step_times *times) {
    luaL_Buffer buffer;
    double peak = dnn_peak_flops(dnn_network_dtype(network));
    size_t size = dnn_network_describe_times(network, times, peak, NULL, 0);
    char *space = luaL_buffinitsize(L, &buffer, size + 1);

    dnn_network_describe_times(network, times, peak, space, size + 1);
    luaL_pushresultsize(&buffer, size - 1);
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
    const dnnlua_layer *twin = lua_touserdata(L, TWIN);
    dnn_network *network = twin->network->network;
    size_t bytes = dnn_network_step_count(network) * sizeof(dnn_step_times);
    dnn_step_times *times = lua_newuserdatauv(L, bytes, 0);
    memset(times, 0, bytes);
    dnn_network_set_times(network, times);
    for (lua_Integer pass = 0; pass < passes; pass++) {
        run_pass(L, backward);
    }
    *random = before; /* masks were drawn from it */
    lua_getglobal(L, "print");
    push_table(L, network, times);
    lua_call(L, 1, 0);
    return 0;
}
