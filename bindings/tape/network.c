/* network.c: a network called on a matrix that requires a gradient, and a layer that a module calls:
 * each step of it becomes a node. */
#include "bindings/nn/network.h"
#include "bindings/tape/tape.h"
#include "nn/network/record.h"

/* A list of steps that is recorded; the others are places on the stack. */
typedef struct steps {
    const dnnlua_network *self;
    size_t first, count, examples;
    uint64_t key;
    int network;
    int buffers; /* a table: the matrices by the numbers of their buffers */
} steps;

/* Layers written in Lua work with a network's own buffers. */
static void refuse_external(lua_State *L, const dnn_network *network, size_t step) {
    char name[160];

    dnn_network_name_step(network, step, name, sizeof name);
    luaL_error(L,
               "network: %s: a layer written in Lua is not recorded; X requires a gradient, and this "
               "network has a backward of its own: net:forward(X:detach())",
               name);
}

/* Raises unless what a module has returned, on top of the stack, is what the next step expects. */
static void check_output(lua_State *L, const dnn_network *network, size_t step, size_t examples) {
    const dnn_matrix *A = dnnlua_test_matrix(L, -1);
    dnn_shape shape = dnn_network_output_shape(network, step);
    char name[160];

    if (A != NULL && A->rows == dnn_shape_count(&shape) && A->cols == examples) {
        return;
    }
    dnn_network_name_step(network, step, name, sizeof name);
    luaL_error(L, "network: %s: forward must return a Matrix of %I x %I, it returned %s", name,
               (lua_Integer)dnn_shape_count(&shape), (lua_Integer)examples, dnnlua_got(L, -1));
}

/* A module's step is its forward, and not a node. */
static void call_module(lua_State *L, const steps *all, size_t s) {
    const dnn_step *step = dnn_network_step(all->self->network, s);
    size_t output = step->output;

    lua_pushcfunction(L, dnnlua_module_call);
    lua_getiuservalue(L, all->network, NETWORK_LAYERS);
    lua_rawgetp(L, -1, step->layer);
    lua_remove(L, -2);
    lua_rawgeti(L, all->buffers, (lua_Integer)step->input[0]);
    lua_call(L, 2, 1);
    dnnlua_network_require_open(L, all->self);
    check_output(L, all->self->network, s, all->examples);
    lua_rawseti(L, all->buffers, (lua_Integer)output);
}

/* Raises what a layer says, with the name of the step. */
static void record_step(lua_State *L, const steps *all, size_t s) {
    const dnnlua_network *self = all->self;
    dnnlua_network_require_open(L, self);
    const dnn_step *step = dnn_network_step(self->network, s);
    const dnnlua_layer *external = dnn_layer_external_user(step->layer);
    size_t inputs = step->inputs, output = step->output;
    dnn_node_call call;
    int first = lua_gettop(L) + 2;

    luaL_checkstack(L, (int)inputs + 10, "too many inputs");
    if (external != NULL && external->module) {
        call_module(L, all, s);
        return;
    }
    if (external != NULL) {
        refuse_external(L, self->network, s);
    }
    dnn_shape *in = dnnlua_new_block(L, inputs * sizeof *in);
    dnnlua_network_require_open(L, self);
    dnn_network_record_step(self->network, &self->network, s, all->examples, all->key, &call, in);
    for (size_t i = 0; i < inputs; i++) {
        lua_rawgeti(L, all->buffers, (lua_Integer)dnn_network_step(self->network, s)->input[i]);
    }
    dnnlua_record_step(L, dnn_network_step(self->network, s)->layer, &call, first,
                       first + (int)inputs - 1, all->network);
    lua_rawseti(L, all->buffers, (lua_Integer)output);
    lua_settop(L, first - 2);
}

/* Records all of them, from the matrix at `input` for buffer number X, and pushes the output. */
static int record_steps(lua_State *L, steps *all, int input, size_t X) {
    lua_newtable(L);
    all->buffers = lua_gettop(L);
    lua_pushvalue(L, input);
    lua_rawseti(L, all->buffers, (lua_Integer)X);
    for (size_t s = all->first; s < all->first + all->count; s++) {
        record_step(L, all, s);
    }
    dnnlua_network_require_open(L, all->self);
    const dnn_step *last = dnn_network_step(all->self->network, all->first + all->count - 1);
    lua_rawgeti(L, all->buffers, (lua_Integer)last->output);
    return 1;
}

int dnnlua_record_network(lua_State *L, int index, int input) {
    const dnnlua_network *self = lua_touserdata(L, index);
    dnn_error err;

    dnnlua_network_require_open(L, self);
    dnnlua_network_require_idle(L, self);
    const dnn_matrix *X = dnnlua_check_matrix(L, input);
    steps all = {.self = self, .examples = X->cols, .network = index};
    all.key = dnnlua_network_key(L, dnn_network_draws(self->network));
    dnnlua_network_check(L, dnn_network_record(self->network, X, &err), &err);
    all.count = dnn_network_step_count(self->network);
    return record_steps(L, &all, input, 0);
}

/* --- in a module --- */

bool dnnlua_layer_is_called(const dnnlua_layer *layer) {
    bool draws;

    return !layer->root && layer->network != NULL && layer->network->network != NULL &&
           dnn_network_is_called(layer->network->network, layer->layer, &draws);
}

int dnnlua_record_called(lua_State *L) {
    const dnnlua_layer *layer = lua_touserdata(L, 1);
    size_t buffer;
    bool draws;
    dnn_error err;

    if (layer->module) {
        return dnnlua_module_call(L);
    }
    const dnn_matrix *X = dnnlua_check_matrix_named(L, 2, layer->layer->kind->name, "X");
    const dnnlua_network *self = dnnlua_push_network(L, 1);
    steps all = {.self = self, .examples = X->cols, .network = lua_gettop(L)};
    dnn_network_is_called(self->network, layer->layer, &draws);
    all.key = dnnlua_network_key(L, draws);
    dnnlua_network_require_open(L, self);
    dnnlua_network_check(L,
                         dnn_network_record_called(self->network, layer->layer, X, &all.first,
                                                   &all.count, &buffer, &err),
                         &err);
    return record_steps(L, &all, 2, buffer);
}

void dnnlua_record_value(lua_State *L, int index, size_t step, size_t which) {
    const dnnlua_network *self = lua_touserdata(L, index);
    const dnn_step *s = dnn_network_step(self->network, step);
    dnn_node_call call;
    dnn_node node = {.layer = NULL};

    if (s->layer->frozen || dnnlua_tape(L)->paused) {
        return;
    }
    dnn_network_record_value(self->network, &self->network, step, which, &node, &call);
    dnnlua_record_view(L, &node, index);
}
