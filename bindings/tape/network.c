/* network.c: a network called on a matrix that requires a gradient: each step of it becomes a node. */
#include "bindings/nn/network.h"
#include "bindings/tape/tape.h"
#include "nn/network/record.h"

/* Layers written in Lua work with a network's own buffers. */
static void refuse_external(lua_State *L, const dnn_network *network, size_t step) {
    char name[160];

    if (dnn_layer_external_user(dnn_network_step(network, step)->layer) == NULL) {
        return;
    }
    dnn_network_name_step(network, step, name, sizeof name);
    luaL_error(L,
               "network: %s: a layer written in Lua is not recorded; X requires a gradient, and this "
               "network has a backward of its own: net:forward(X:detach())",
               name);
}

/* Raises what a layer says, with the name of the step. */
static void record_step(lua_State *L, const dnnlua_network *self, size_t s, uint64_t key, int index,
                        int buffers, size_t examples) {
    const dnn_step *step = dnn_network_step(self->network, s);
    size_t inputs = step->inputs, output = step->output;
    dnn_node_call call;
    int first = lua_gettop(L) + 2;

    luaL_checkstack(L, (int)inputs + 10, "too many inputs");
    dnn_shape *in = dnnlua_new_block(L, inputs * sizeof *in);
    dnnlua_network_require_open(L, self);
    dnn_network_record_step(self->network, &self->network, s, examples, key, &call,
                            in);
    for (size_t i = 0; i < inputs; i++) {
        lua_rawgeti(L, buffers, (lua_Integer)dnn_network_step(self->network, s)->input[i]);
    }
    dnnlua_record_step(L, dnn_network_step(self->network, s)->layer, &call, first,
                       first + (int)inputs - 1, index);
    lua_rawseti(L, buffers, (lua_Integer)output);
    lua_settop(L, first - 2);
}

int dnnlua_record_network(lua_State *L, int index, int input) {
    const dnnlua_network *self = lua_touserdata(L, index);
    dnn_error err;

    dnnlua_network_require_open(L, self);
    dnnlua_network_require_idle(L, self);
    uint64_t key = dnnlua_network_key(L, self->network);
    const dnn_matrix *X = dnnlua_check_matrix(L, input);
    dnnlua_network_check(L, dnn_network_record(self->network, X, &err), &err);
    lua_newtable(L);
    int buffers = lua_gettop(L);
    lua_pushvalue(L, input);
    lua_rawseti(L, buffers, 0);
    size_t steps = dnn_network_step_count(self->network);
    for (size_t s = 0; s < steps; s++) {
        refuse_external(L, self->network, s);
        record_step(L, self, s, key, index, buffers, X->cols);
    }
    lua_rawgeti(L, buffers, (lua_Integer)dnn_network_step(self->network, steps - 1)->output);
    return 1;
}
