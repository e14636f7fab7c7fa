/* states.c: what recurrent layers carry from one forward to the next, as Lua reads and sets it. */
#include <string.h>

#include "bindings/nn/network.h"

/* "train/0.1": the mode, and the layer as files name it. */
static void push_name(lua_State *L, const dnn_network *network, bool training, size_t step) {
    lua_pushfstring(L, "%s/%s", training ? "train" : "eval",
                    dnn_network_step(network, step)->path);
}

/* Pushes a copy of the state of a step in that mode, or nil. */
static void push_state(lua_State *L, const dnnlua_network *self, bool training, size_t step) {
    dnn_matrix state;
    dnn_error err;

    if (!dnn_network_state(self->network, training, step, &state)) {
        lua_pushnil(L);
        return;
    }
    dnn_matrix *copy = dnnlua_new_matrix(L, state.dtype, state.rows, state.cols);
    dnnlua_network_require_open(L, self);
    if (dnn_network_state(self->network, training, step, &state))
        dnnlua_network_check(L, dnn_matrix_copy(copy, &state, &err), &err);
}

void dnnlua_layer_push_state(lua_State *L, const dnnlua_layer *self) {
    if (self->network == NULL) {
        lua_pushnil(L);
        return;
    }
    const dnnlua_network *network = dnnlua_push_network(L, 1);
    push_state(L, network, dnn_network_training(network->network), dnnlua_layer_step(self));
}

void dnnlua_layer_assign_state(lua_State *L, const dnnlua_layer *self) {
    dnn_error err;

    if (!lua_isnil(L, 3))
        dnnlua_check_matrix_named(L, 3, self->layer->kind->name, "state");
    dnnlua_network *network = dnnlua_push_network(L, 1);
    dnnlua_network_require_idle(L, network);
    dnnlua_network_check(L,
                         dnn_network_set_state(network->network,
                                               dnn_network_training(network->network),
                                               dnnlua_layer_step(self), dnnlua_test_matrix(L, 3),
                                               &err),
                         &err);
}

int dnnlua_layer_reset_state(lua_State *L) {
    dnnlua_check_layer(L, 1);
    dnnlua_network *network = dnnlua_push_network(L, 1);
    dnnlua_network_require_idle(L, network);
    dnn_network_reset_states(network->network);
    lua_settop(L, 1);
    return 1;
}

/* The network of the root at 1, pushed. */
static dnnlua_network *push_whole(lua_State *L, const char *method) {
    const dnnlua_layer *self = dnnlua_check_layer(L, 1);
    dnnlua_network *network = dnnlua_push_network(L, 1);

    if (!self->root) {
        luaL_error(L, "%s: %s is a method of the whole network", dnnlua_layer_title(L, self),
                   method);
    }
    dnnlua_network_require_idle(L, network);
    return network;
}

int dnnlua_layer_states(lua_State *L) {
    bool carried;

    const dnnlua_network *self = push_whole(L, "states");
    dnnlua_rest_collector(L);
    lua_newtable(L);
    for (size_t s = 0; s < dnn_network_all_steps(self->network); s++) {
        dnn_network_state_rows(self->network, s, &carried);
        for (int training = 0; carried && training <= 1; training++) {
            push_name(L, self->network, training, s);
            push_state(L, self, training, s);
            lua_rawset(L, 4);
        }
    }
    dnnlua_wake_collector(L);
    return 1;
}

/* The matrix for a step in that mode in the table at 2, NULL where it has none; left on the stack. */
static const dnn_matrix *state_in(lua_State *L, const dnn_network *network, bool training,
                                  size_t step) {
    push_name(L, network, training, step);
    lua_pushvalue(L, -1);
    const char *name = lua_tostring(L, -1);
    return lua_rawget(L, 2) == LUA_TNIL
               ? NULL
               : dnnlua_check_matrix_named(L, -1, "network: load_states", name);
}

/* Raises unless every key of the table at 2 names a state of the network. */
static void check_names(lua_State *L, const dnn_network *network) {
    bool carried;

    for (lua_pushnil(L); lua_next(L, 2) != 0; lua_pop(L, 1)) {
        bool known = false;
        for (size_t s = 0; s < dnn_network_all_steps(network) && !known; s++) {
            dnn_network_state_rows(network, s, &carried);
            for (int training = 0; carried && training <= 1 && !known; training++) {
                push_name(L, network, training, s);
                known = lua_rawequal(L, -1, -3);
                lua_pop(L, 1);
            }
        }
        if (!known) {
            luaL_error(L, "network: load_states: no layer carries a state '%s'",
                       dnnlua_field_name(L, -2));
        }
    }
}

int dnnlua_layer_load_states(lua_State *L) {
    dnn_error err;
    bool carried;

    if (!lua_istable(L, 2))
        dnnlua_wrong_argument(L, 2, "a table of states");
    dnnlua_network *self = push_whole(L, "load_states");
    dnnlua_rest_collector(L);
    check_names(L, self->network);
    for (size_t s = 0; s < dnn_network_all_steps(self->network); s++) {
        dnn_network_state_rows(self->network, s, &carried);
        for (int training = 0; carried && training <= 1; training++) {
            const dnn_matrix *state = state_in(L, self->network, training, s);
            dnnlua_network_check(
                L, dnn_network_set_state(self->network, training, s, state, &err), &err);
            lua_settop(L, 4);
        }
    }
    dnnlua_wake_collector(L);
    return 0;
}
