/* checkpoint.c: dnn.checkpoint_call(f, ...): a call whose graph is not kept, but made again when
 * backward comes to it (Chen et al. 2016). The result's node has the arguments as inputs; in a
 * table beside them are the function, its arguments and the stream of random numbers as it was. */
#include "bindings/tape/tape.h"
#include "core/random.h"

/* Registry: the results of such calls by their nodes; values are weak. */
static const char calls_key = 0;

/* Only what it is called and that backward needs the inputs as they were; `again` does the rest. */
static const dnn_layer_class call_class = {.name = "checkpoint_call",
                                           .flags = DNN_SHARES | DNN_READS_X};
static const dnn_layer call_layer = {.kind = &call_class};

/* Pushes the table of the call that made the node; false, and nil, in a finaliser of a script's that
 * is all that still holds its result. */
static bool push_call(lua_State *L, const dnn_node *node) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &calls_key);
    if (lua_rawgetp(L, -1, node) == LUA_TUSERDATA)
        lua_getiuservalue(L, -1, MATRIX_INPUTS + (int)node->inputs);
    else
        lua_pushnil(L);
    lua_replace(L, -3);
    lua_pop(L, 1);
    return lua_istable(L, -1);
}

static void note_call(lua_State *L, int result) {
    dnnlua_push_weak_table(L, &calls_key, "v");
    const dnn_node *node = dnnlua_matrix_of(dnnlua_test_matrix(L, result))->node;
    lua_pushvalue(L, result);
    lua_rawsetp(L, -2, node);
    lua_pop(L, 1);
}

/* The global stream of random numbers. */
static dnn_random *stream(lua_State *L) {
    lua_pushnil(L);
    dnn_random *random = dnnlua_opt_random(L, lua_gettop(L));
    lua_pop(L, 1);
    return random;
}

/* --- again --- */

/* Calls the function of the node at 1, a light userdata, and gives the new node to that at 2. */
static int repeat(lua_State *L) {
    const dnn_node *node = lua_touserdata(L, 1);
    dnn_node **root = lua_touserdata(L, 2);

    if (!push_call(L, node))
        return luaL_error(L, "checkpoint_call: the result of the call has been collected");
    int call = lua_gettop(L);
    lua_getfield(L, call, "count");
    int count = (int)lua_tointeger(L, -1);
    luaL_checkstack(L, count + 8, "too many arguments");
    lua_getfield(L, call, "stream");
    dnn_random *now = stream(L), before = *now;
    *now = *dnnlua_opt_random(L, -1);
    for (int i = 1; i <= count; i++)
        lua_rawgeti(L, call, i);
    int status = lua_pcall(L, count - 1, 1, 0);
    *stream(L) = before;
    if (status != LUA_OK)
        return lua_error(L);
    const dnn_matrix *A = dnnlua_test_matrix(L, -1);
    if (A == NULL || A->rows != node->A.rows || A->cols != node->A.cols ||
        A->dtype != node->A.dtype || dnnlua_matrix_of(A)->node == NULL) {
        return luaL_error(L, "checkpoint_call: called again for backward, the function returned "
                             "something different from the first time");
    }
    *root = dnnlua_matrix_of(A)->node;
    lua_setfield(L, call, "result");
    return 0;
}

/* Lets go of what the call has given. */
static void forget(lua_State *L, const dnn_node *node) {
    if (push_call(L, node)) {
        lua_pushnil(L);
        lua_setfield(L, -2, "result");
    }
    lua_pop(L, 1);
}

static dnn_status again(dnn_node *node, dnn_node **root, dnn_error *err) {
    dnn_tape *tape = node->tape, before = *tape;
    lua_State *L = tape->host;

    if (!lua_checkstack(L, 8))
        return dnn_fail(err, DNN_ERROR_MEMORY, "no room left on Lua's stack");
    if (root == NULL) {
        forget(L, node);
        return DNN_OK;
    }
    tape->paused = tape->dropping = false;
    tape->again = true;
    lua_pushcfunction(L, repeat);
    lua_pushlightuserdata(L, node);
    lua_pushlightuserdata(L, root);
    int status = lua_pcall(L, 2, 0, 0);
    tape->paused = before.paused;
    tape->dropping = before.dropping;
    tape->again = before.again;
    return status == LUA_OK ? DNN_OK
                            : dnn_fail(err, DNN_ERROR_CALLBACK, "a Lua function raised an error");
}

/* --- the first time --- */

/* Pushes {f, ..., count = n, stream = S} for the n values from 1. */
static void push_new_call(lua_State *L, int count) {
    lua_createtable(L, count, 3);
    for (int i = 1; i <= count; i++) {
        lua_pushvalue(L, i);
        lua_rawseti(L, -2, i);
    }
    lua_pushinteger(L, count);
    lua_setfield(L, -2, "count");
    dnnlua_push_random(L, *stream(L));
    lua_setfield(L, -2, "stream");
}

/* Pushes the results of the call at index: the operators on the way keep nothing. */
static void call_once(lua_State *L, dnn_tape *tape, int call, int count) {
    bool dropping = tape->dropping, repeats = tape->repeats;

    for (int i = 1; i <= count; i++)
        lua_rawgeti(L, call, i);
    tape->dropping = tape->repeats = true;
    int status = lua_pcall(L, count - 1, LUA_MULTRET, 0);
    tape->dropping = dropping;
    tape->repeats = repeats;
    if (status != LUA_OK)
        lua_error(L);
    if (lua_gettop(L) != call + 1 || dnnlua_test_matrix(L, call + 1) == NULL) {
        luaL_error(L, "checkpoint_call: the function must return one Matrix, it returned %s",
                   lua_gettop(L) == call + 1 ? dnnlua_got(L, call + 1)
                   : lua_gettop(L) == call   ? "nothing"
                                             : "several values");
    }
}

/* dnn.checkpoint_call(f, ...) */
int dnnlua_checkpoint_call(lua_State *L) {
    dnn_tape *tape = dnnlua_tape(L);
    int count = lua_gettop(L), call = count + 1, matrices = 0;

    if (lua_type(L, 1) != LUA_TFUNCTION && luaL_getmetafield(L, 1, "__call") == LUA_TNIL)
        return dnnlua_wrong_argument(L, 1, "a function");
    lua_settop(L, count);
    luaL_checkstack(L, 2 * count + 10, "too many arguments");
    if (tape->paused) {
        lua_call(L, count - 1, LUA_MULTRET);
        return lua_gettop(L);
    }
    push_new_call(L, count);
    call_once(L, tape, call, count);
    if (!dnnlua_is_recorded(dnnlua_test_matrix(L, call + 1)) || tape->dropping)
        return 1;
    for (int i = 2; i <= count; i++) {
        if (dnnlua_test_matrix(L, i) != NULL) {
            lua_pushvalue(L, i);
            matrices++;
        }
    }
    lua_pushvalue(L, call + 1);
    dnn_node node = {.layer = &call_layer, .again = again};
    dnnlua_record_made(L, &node, call + 2, call + 1 + matrices, call);
    note_call(L, lua_gettop(L));
    return 1;
}
