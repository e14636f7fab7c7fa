/* run.c: forward, backward and predict. */
#include "bindings/nn/network.h"
#include "bindings/tape/tape.h"

static uint64_t passes; /* forwards of all networks so far: each has a number of its own */

uint64_t dnnlua_network_key(lua_State *L, bool draws) {
    if (!draws)
        return 0;
    lua_pushnil(L);
    uint64_t key = dnn_random_u64(dnnlua_opt_random(L, lua_gettop(L)));
    lua_pop(L, 1);
    return key;
}

/* The network of the root at 1, pushed as a method needs it: the layers of a network run as a
 * whole. */
static dnnlua_network *push_root(lua_State *L) {
    const dnnlua_layer *self = lua_touserdata(L, 1);
    dnnlua_network *network = dnnlua_push_network(L, 1);

    if (!self->root) {
        size_t step = dnnlua_layer_step(self);
        const char *place =
            step == SIZE_MAX ? "a part" : dnn_network_step(network->network, step)->place;
        luaL_error(L,
                   "%s: this is %s%s of a network, which runs as a whole; call the method of the "
                   "network, as in net:forward(X)",
                   dnnlua_layer_title(L, self), step == SIZE_MAX ? "" : "layer ", place);
    }
    return network;
}

/* The side inputs in the table of options at index, whose matrices stay on the stack. */
static dnn_side_inputs side_inputs(lua_State *L, int index, const char *function) {
    static const char *const known[] = {"lengths", "mask", "cache", NULL};
    dnn_side_inputs side = {NULL, NULL, NULL};

    if (lua_isnil(L, index))
        return side;
    dnnlua_check_options(L, index, function, known);
    if (lua_getfield(L, index, "lengths") != LUA_TNIL)
        side.lengths = dnnlua_check_matrix_named(L, -1, function, "lengths");
    if (lua_getfield(L, index, "mask") != LUA_TNIL)
        side.mask = dnnlua_check_matrix_named(L, -1, function, "mask");
    if (lua_getfield(L, index, "cache") != LUA_TNIL)
        side.cache = dnnlua_check_cache(L, -1, function);
    return side;
}

/* Runs forward of the network at index on the matrix at `input` and those beside it. */
static void forward(lua_State *L, dnnlua_network *self, int index, int input,
                    const dnn_side_inputs *side) {
    const dnn_matrix *X = dnnlua_network_prepare(L, self, index, input);
    uint64_t key = dnnlua_network_key(L, dnn_network_draws(self->network));
    dnn_network *network = dnnlua_network_begin(L, self, index);
    dnn_error err;

    self->pass[dnnlua_network_mode(self)] = ++passes;
    dnnlua_network_end(L, self, dnn_network_forward_with(network, X, side, key, &err), &err);
}

/* Input number i, from 1, of the list at 2; numbers are of the network's type, ids of any. */
static const dnn_matrix *listed_input(lua_State *L, dnn_dtype dtype, int i) {
    lua_rawgeti(L, 2, i);
    const dnn_matrix *m = dnnlua_test_matrix(L, -1);

    if (m == NULL)
        luaL_error(L, "network: forward: input %d must be a Matrix, got %s", i, dnnlua_got(L, -1));
    if (dnnlua_is_recorded(m)) {
        luaL_error(L,
                   "network: forward: input %d requires a gradient; give one matrix, made by "
                   "dnn.cat",
                   i);
    }
    if (dnn_dtype_info(m->dtype)->is_real && m->dtype != dtype) {
        luaL_error(L, "network: forward: input %d is %s, the network %s; convert it with :%s()", i,
                   dnn_dtype_info(m->dtype)->name, dnn_dtype_info(dtype)->name,
                   dtype == DNN_FLOAT32 ? "float" : "double");
    }
    lua_pop(L, 1); /* the list keeps it */
    return m;
}

/* Whether the value at 2 is a list of matrices, by its first; other tables are no inputs at all. */
static bool is_list_of_inputs(lua_State *L) {
    if (!lua_istable(L, 2))
        return false;
    lua_rawgeti(L, 2, 1);
    bool is_list = dnnlua_test_matrix(L, -1) != NULL;
    lua_pop(L, 1);
    return is_list;
}

/* Puts one matrix in the place of a list of them at 2: the parts of each example one after the
 * other. */
static void join_inputs(lua_State *L, dnn_dtype dtype) {
    int count = is_list_of_inputs(L) ? (int)dnnlua_list_length(L, 2, "network", "X") : 0;
    size_t rows = 0, cols = 0, at = 0;
    dnn_error err;

    for (int i = 1; i <= count; i++) {
        const dnn_matrix *m = listed_input(L, dtype, i);
        if (i > 1 && m->cols != cols) {
            luaL_error(L,
                       "network: forward: input %d has %d columns, and input 1 %d; they need a "
                       "column for each example",
                       i, (int)m->cols, (int)cols);
        }
        rows += m->rows;
        cols = m->cols;
    }
    if (count == 0)
        return;
    dnn_matrix *all = dnnlua_new_matrix(L, dtype, rows, cols);
    for (int i = 1; i <= count; i++) {
        const dnn_matrix *m = listed_input(L, dtype, i);
        dnn_matrix part;
        dnnlua_check(L, dnn_matrix_block(&part, all, at, 0, m->rows, cols, &err), &err);
        dnnlua_check(L, dnn_matrix_copy(&part, m, &err), &err);
        at += m->rows;
    }
    lua_replace(L, 2);
}

/* net:forward(X, {lengths = }); X may be a list of matrices */
int dnnlua_layer_forward(lua_State *L) {
    const dnnlua_layer *layer = dnnlua_check_layer(L, 1);
    lua_settop(L, 3);
    if (dnnlua_layer_is_called(layer))
        return dnnlua_record_called(L);
    dnnlua_network *self = push_root(L);
    join_inputs(L, dnn_network_dtype(self->network));
    dnn_side_inputs side = side_inputs(L, 3, "network: forward");
    const dnn_matrix *X = dnnlua_test_matrix(L, 2);
    if (X != NULL && dnnlua_is_recorded(X))
        return dnnlua_record_network(L, 4, 2, &side);
    forward(L, self, 4, 2, &side);
    dnnlua_network_push_result(L, self, 4);
    return 1;
}

/* net:predict(X, {lengths = }): forward in evaluation, whatever the mode is; a matrix of its own.
 */
int dnnlua_layer_predict(lua_State *L) {
    dnn_error err;

    dnnlua_check_layer(L, 1);
    lua_settop(L, 3);
    dnnlua_network *self = push_root(L);
    side_inputs(L, 3, "network: predict");
    dnnlua_network_require_open(L, self); /* reading the options may have closed it */
    bool training = dnn_network_training(self->network);
    dnnlua_network_require_idle(L, self);
    dnn_network_set_training(self->network, false);
    lua_pushcfunction(L, dnnlua_layer_forward);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    int status = lua_pcall(L, 3, 1, 0);
    if (self->network != NULL)
        dnn_network_set_training(self->network, training);
    if (status != LUA_OK)
        return lua_error(L);
    const dnn_matrix *A = dnnlua_check_matrix(L, -1);
    dnn_matrix *copy = dnnlua_new_matrix(L, A->dtype, A->rows, A->cols);
    dnnlua_check(L, dnn_matrix_copy(copy, A, &err), &err);
    return 1;
}

/* --- backward --- */

/* The matrix for dX in the network at index: the last one where the shape is the same and the
 * script has not made it X. */
static dnn_matrix *input_gradient(lua_State *L, int index) {
    const dnnlua_network *self = lua_touserdata(L, index);
    int mode = dnnlua_network_mode(self);

    lua_getiuservalue(L, index, NETWORK_INPUT + mode);
    const dnn_matrix *X = dnnlua_test_matrix(L, -1);
    if (X == NULL)
        return NULL;
    lua_getiuservalue(L, index, NETWORK_INPUT_GRADIENT + mode);
    dnn_matrix *dX = dnnlua_test_matrix(L, -1);
    if (dX == NULL || dX->rows != X->rows || dX->cols != X->cols || dnn_matrix_overlap(dX, X)) {
        dX = dnnlua_new_matrix(L, dnn_network_dtype(self->network), X->rows, X->cols);
        lua_setiuservalue(L, index, NETWORK_INPUT_GRADIENT + mode);
    }
    return dX;
}

/* A gradient that a loss made of another forward's output is never used. */
static void check_pass(lua_State *L, const dnnlua_network *self, uint64_t pass) {
    uint64_t last = self->pass[dnnlua_network_mode(self)];

    if (pass == 0 || pass == last)
        return;
    if (pass == self->pass[!dnnlua_network_mode(self)]) {
        luaL_error(
            L,
            "network: dA belongs to a forward in %s mode, and the network is in %s mode now; "
            "run forward, loss and backward in one mode",
            dnn_network_training(self->network) ? "evaluation" : "training",
            dnn_network_training(self->network) ? "training" : "evaluation");
    }
    luaL_error(L,
               "network: dA belongs to an earlier forward (or to another network's), and what it "
               "kept is overwritten; run forward, loss and backward in this order, and validate "
               "with net:predict(X)");
}

/* net:backward(dA, {input_gradient = true}) */
int dnnlua_layer_backward(lua_State *L) {
    static const char *const known[] = {"input_gradient", NULL};
    dnn_error err;

    dnnlua_check_layer(L, 1);
    const dnn_matrix *dA = dnnlua_check_matrix_named(L, 2, "network", "dA");
    lua_settop(L, 3);
    bool wanted = false;
    if (!lua_isnil(L, 3)) {
        dnnlua_check_options(L, 3, "network: backward", known);
        wanted = dnnlua_option_flag(L, 3, "network: backward", "input_gradient", false);
    }
    dnnlua_network *self = push_root(L);
    int mode = dnnlua_network_mode(self);
    dnnlua_network_require_idle(L, self);
    dnn_matrix *dX = wanted ? input_gradient(L, 4) : NULL;
    dnnlua_network_require_open(L, self);
    check_pass(L, self, dnnlua_matrix_of(dA)->pass);
    dnn_network *network = dnnlua_network_begin(L, self, 4);
    self->input_gradient[mode] = wanted;
    dnnlua_network_end(L, self, dnn_network_backward(network, dA, dX, &err), &err);
    if (wanted)
        lua_getiuservalue(L, 4, NETWORK_INPUT_GRADIENT + mode);
    return wanted;
}
