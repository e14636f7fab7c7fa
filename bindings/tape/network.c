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
    dnn_recorded_side side;
    int network;
    int owner; /* what results keep alive: the network, with what came beside X */
    int buffers; /* a table: the matrices by the numbers of their buffers */
} steps;

/* Raises unless what a module has returned, on top of the stack, is what the next step expects. */
static void check_output(lua_State *L, const dnn_network *network, size_t step, size_t examples) {
    const dnn_matrix *A = dnnlua_test_matrix(L, -1);
    dnn_shape shape = dnn_network_output_shape(network, step);
    char name[160];

    if (A != NULL && A->rows == dnn_shape_count(&shape) && A->cols == examples)
        return;
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

/* (layer, X, out): out = forward(layer, X, out) of a layer written in Lua. */
static int run_external(lua_State *L) {
    dnn_matrix *out = (dnn_matrix *)dnnlua_test_matrix(L, 3);

    lua_getiuservalue(L, 1, LAYER_DEFINITION);
    lua_getfield(L, -1, "forward");
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    lua_call(L, 3, 1);
    dnnlua_take_result(L, "forward", "", out);
    return 0;
}

/* A layer written in Lua runs its forward on X without a gradient; the node has its backward. */
static void record_external(lua_State *L, const steps *all, size_t s) {
    const dnnlua_network *self = all->self;
    dnn_shape *in = dnnlua_new_block(L, sizeof *in);
    int top = lua_gettop(L);
    dnn_node_call call;

    dnnlua_network_require_open(L, self);
    dnn_network *network = self->network;
    const dnn_step *step = dnn_network_step(network, s);
    dnn_network_record_step(network, &self->network, s, all->examples, all->key, &call, in);
    lua_rawgeti(L, all->buffers, (lua_Integer)step->input[0]);
    lua_pushcfunction(L, run_external);
    lua_getiuservalue(L, all->network, NETWORK_LAYERS);
    lua_rawgetp(L, -1, step->layer);
    lua_replace(L, -2);
    dnnlua_push_view(L, dnnlua_check_matrix(L, top + 1), top + 1);
    dnnlua_new_matrix(L, call.dtype, dnn_shape_count(&call.out), all->examples);
    lua_pushvalue(L, -1);
    lua_insert(L, top + 2);
    if (lua_pcall(L, 3, 0, 0) != LUA_OK)
        dnnlua_network_raise_step(L, self, s);
    dnnlua_network_require_open(L, self);
    step = dnn_network_step(self->network, s);
    dnn_node node = {.layer = step->layer, .call = &call};
    dnnlua_record_made(L, &node, top + 1, top + 1, all->network);
    lua_rawseti(L, all->buffers, (lua_Integer)step->output);
    lua_settop(L, top - 1);
}

/* Pushes what the result of a step keeps alive. Where the layer carries a state, that is with it, as
 * the next forward has another one. */
static void push_owner(lua_State *L, const steps *all, size_t s, dnn_node_call *call) {
    const dnn_network *network = all->self->network;
    bool carried, training = dnn_network_training(network);
    size_t rows = dnn_network_state_rows(network, s, &carried);
    dnn_dtype dtype = dnn_network_dtype(network);
    size_t bytes = rows * all->examples * dnn_dtype_info(dtype)->size;
    dnn_matrix now;
    dnn_error err;

    lua_pushvalue(L, all->owner);
    if (!carried)
        return;
    if (dnnlua_tape(L)->repeats || dnnlua_tape(L)->again) {
        luaL_error(L, "checkpoint_call: a layer that carries its state from call to call cannot be "
                      "called twice for one forward");
    }
    lua_createtable(L, 2, 0);
    lua_insert(L, -2);
    lua_rawseti(L, -2, 1);
    char *memory = dnnlua_new_block(L, 2 * bytes);
    lua_rawseti(L, -2, 2);
    dnnlua_network_require_open(L, all->self);
    if (dnn_network_state(network, training, s, &now)) {
        call->state = dnn_matrix_of(dtype, rows, all->examples, memory);
        dnnlua_network_check(L, dnn_network_check_state(network, s, all->examples, &err), &err);
        dnnlua_network_check(L, dnn_matrix_copy(&call->state, &now, &err), &err);
    }
    call->next_state = dnn_matrix_of(dtype, rows, all->examples, memory + bytes);
}

static void keep_state(lua_State *L, const dnnlua_network *self, size_t s,
                       const dnn_node_call *call) {
    dnn_error err;

    if (call->next_state.data != NULL) {
        dnnlua_network_require_open(L, self);
        dnnlua_network_check(L,
                             dnn_network_set_state(self->network,
                                                   dnn_network_training(self->network), s,
                                                   &call->next_state, &err),
                             &err);
    }
}

/* Raises what a layer says, with the name of the step. */
static void record_step(lua_State *L, const steps *all, size_t s) {
    const dnnlua_network *self = all->self;
    dnnlua_network_require_open(L, self);
    const dnn_step *step = dnn_network_step(self->network, s);
    const dnnlua_layer *external = dnn_layer_external_user(step->layer);
    size_t inputs = step->inputs, output = step->output;
    dnn_node_call call;
    int bottom = lua_gettop(L);

    luaL_checkstack(L, (int)inputs + 12, "too many inputs");
    if (external != NULL && external->module) {
        call_module(L, all, s);
        return;
    }
    if (external != NULL) {
        record_external(L, all, s);
        return;
    }
    dnn_shape *in = dnnlua_new_block(L, inputs * sizeof *in);
    dnnlua_network_require_open(L, self);
    dnn_network_record_step(self->network, &self->network, s, all->examples, all->key, &call, in);
    dnn_network_give_side(self->network, s, &all->side, &call);
    push_owner(L, all, s, &call);
    for (size_t i = 0; i < inputs; i++)
        lua_rawgeti(L, all->buffers, (lua_Integer)dnn_network_step(self->network, s)->input[i]);
    dnnlua_record_step(L, dnn_network_step(self->network, s)->layer, &call, bottom + 3,
                       bottom + 2 + (int)inputs, bottom + 2);
    lua_rawseti(L, all->buffers, (lua_Integer)output);
    keep_state(L, self, s, &call);
    lua_settop(L, bottom);
}

/* Records all of them, from the matrix at `input` for buffer number X, and pushes the output. */
static int record_steps(lua_State *L, steps *all, int input, size_t X) {
    lua_newtable(L);
    all->buffers = lua_gettop(L);
    lua_pushvalue(L, input);
    lua_rawseti(L, all->buffers, (lua_Integer)X);
    for (size_t s = all->first; s < all->first + all->count; s++)
        record_step(L, all, s);
    dnnlua_network_require_open(L, all->self);
    const dnn_step *last = dnn_network_step(all->self->network, all->first + all->count - 1);
    lua_rawgeti(L, all->buffers, (lua_Integer)last->output);
    return 1;
}

/* Copies the side inputs into memory that results keep alive with the network. */
static void take_side(lua_State *L, steps *all, const dnn_side_inputs *side) {
    dnn_error err;

    lua_createtable(L, 2, 0);
    all->owner = lua_gettop(L);
    lua_pushvalue(L, all->network);
    lua_rawseti(L, all->owner, 1);
    void *memory = dnnlua_new_block(L, dnn_network_side_bytes(side, all->examples));
    lua_rawseti(L, all->owner, 2);
    dnnlua_network_require_open(L, all->self);
    dnnlua_network_check(L,
                         dnn_network_record_side(all->self->network, side, all->examples, memory,
                                                 &all->side, &err),
                         &err);
}

int dnnlua_record_network(lua_State *L, int index, int input, const dnn_side_inputs *side) {
    const dnnlua_network *self = lua_touserdata(L, index);
    dnn_error err;

    dnnlua_network_require_open(L, self);
    dnnlua_network_require_idle(L, self);
    const dnn_matrix *X = dnnlua_check_matrix(L, input);
    steps all = {.self = self, .examples = X->cols, .network = index, .owner = index};
    all.key = dnnlua_network_key(L, dnn_network_draws(self->network));
    dnnlua_network_check(L, dnn_network_record(self->network, X, &err), &err);
    if (side->lengths != NULL || side->mask != NULL || side->cache != NULL)
        take_side(L, &all, side);
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

    if (layer->module)
        return dnnlua_module_call(L);
    const dnn_matrix *X = dnnlua_check_matrix_named(L, 2, layer->layer->kind->name, "X");
    const dnnlua_network *self = dnnlua_push_network(L, 1);
    steps all = {.self = self, .examples = X->cols, .network = lua_gettop(L)};
    all.owner = all.network;
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

    if (s->layer->frozen || dnnlua_tape(L)->paused)
        return;
    dnn_network_record_value(self->network, &self->network, step, which, &node, &call);
    int value = lua_gettop(L);
    dnnlua_record_made(L, &node, value + 1, value, index);
}
