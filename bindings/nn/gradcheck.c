/* gradcheck.c: dnn.gradcheck, the check of gradients for networks of the user's, layers written in
 * Lua included. */
#include "nn/network/gradcheck.h"

#include "bindings/lua_half.h"
#include "bindings/nn/network.h"

/* Pushes where the largest difference is: "layer 1, Linear(3 -> 4): weight(2, 3)", or "X(1, 4)". */
static void push_place(lua_State *L, const dnn_network *network,
                       const dnn_gradcheck_result *result) {
    char name[160];

    if (result->worst_step == SIZE_MAX) {
        lua_pushstring(L, result->worst_name);
        return;
    }
    dnn_network_name_step(network, result->worst_step, name, sizeof name);
    lua_pushfstring(L, "%s: %s", name, result->worst_name);
}

/* (network, X): what dnnlua_network_prepare does. */
static int prepare(lua_State *L) {
    dnnlua_network_prepare(L, lua_touserdata(L, 1), 1, 2);
    return 0;
}

/* Makes the network at index ready for X at 3 with all buffers kept; raises with them as before. */
static const dnn_matrix *prepare_keeping(lua_State *L, int index, dnn_keep keep) {
    dnnlua_network *self = lua_touserdata(L, index);

    dnn_network_set_keep(self->network, DNN_KEEP_ALL);
    lua_pushcfunction(L, prepare);
    lua_pushvalue(L, index);
    lua_pushvalue(L, 3);
    if (lua_pcall(L, 2, 0, 0) != LUA_OK) {
        if (self->network != NULL)
            dnn_network_set_keep(self->network, keep);
        lua_error(L);
    }
    return dnnlua_check_matrix(L, 3);
}

/* dnn.gradcheck(f, {A, B}, {eps = , tolerance = }): the Lua half calls f. */
static int check_function(lua_State *L) {
    dnnlua_push_half(L, "gradcheck");
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

/* dnn.gradcheck(net, loss, X, Y, {eps = , tolerance = }) */
int dnnlua_gradcheck(lua_State *L) {
    static const char *const known[] = {"eps", "tolerance", NULL};
    if (lua_type(L, 1) == LUA_TFUNCTION)
        return check_function(L);
    const dnnlua_layer *layer =
        dnnlua_check_userdata(L, 1, DNNLUA_LAYER, "a network, a layer or a function");
    const dnnlua_loss *loss = dnnlua_check_userdata(L, 2, DNNLUA_LOSS, "a loss");
    const dnn_matrix *Y = dnnlua_check_matrix(L, 4);
    dnn_gradcheck_result result;
    dnn_error err;

    lua_settop(L, 5);
    dnnlua_check_options(L, 5, "gradcheck", known);
    double eps = dnnlua_option_number(L, 5, "gradcheck", "eps", 1e-6);
    double tolerance = dnnlua_option_number(L, 5, "gradcheck", "tolerance", 1e-6);
    dnnlua_network *self = dnnlua_push_network(L, 1);
    if (!layer->root)
        return luaL_error(L, "gradcheck: this layer is part of a network; check the network");
    if (loss->kind->inputs > 1) {
        return luaL_error(L, "gradcheck: %s takes several outputs, and a network has one",
                          loss->kind->name);
    }
    dnn_loss_call call = {.settings = loss->settings, .Y = Y, .vector = loss->vector};
    dnn_keep keep = dnn_network_keep(self->network);
    const dnn_matrix *X = prepare_keeping(L, 6, keep);
    uint64_t key = dnnlua_network_key(L, dnn_network_draws(self->network));
    dnn_network *network = dnnlua_network_begin(L, self, 6);
    dnn_status status = dnn_gradcheck(network, loss->kind, &call, X, eps, key, &result, &err);
    dnn_network_set_keep(network, keep);
    dnnlua_network_end(L, self, status, &err);

    bool right = result.difference <= tolerance && result.fault[0] == '\0';
    lua_pushboolean(L, right);
    lua_pushnumber(L, result.difference);
    if (right)
        return 2;
    if (result.fault[0] != '\0')
        lua_pushstring(L, result.fault);
    else
        push_place(L, network, &result);
    return 3;
}
