/* derive.c: what the Lua half of autograd (dnn/autograd/derive.lua) needs of a graph: its steps,
 * and the gradients of chosen matrices alone. */
#include <string.h>

#include "bindings/nn/network.h"
#include "bindings/tape/tape.h"
#include "nn/network/record.h"
#include "nn/registry.h"

/* Sets the settings, by name, in the table on top of the stack. */
static void add_settings(lua_State *L, const dnn_field *fields, const dnn_setting *values) {
    for (size_t i = 0; i < dnn_field_count(fields); i++) {
        dnnlua_push_setting(L, &fields[i], &values[i]);
        lua_setfield(L, -2, fields[i].name);
    }
}

/* Sets the name of what made the node, and its settings. */
static void describe_maker(lua_State *L, const dnn_node *node) {
    const dnn_layer *layer = node->layer;

    if (layer->kind == &dnn_operator_loss) {
        const dnn_recorded_loss *loss = layer->user;
        add_settings(L, loss->kind->fields, loss->settings);
        lua_pushboolean(L, loss->vector != NULL);
        lua_setfield(L, -2, "has_vector");
        lua_pushstring(L, loss->kind->name);
    } else {
        add_settings(L, layer->kind->fields, layer->settings);
        if (node->call != NULL) {
            lua_pushinteger(L, (lua_Integer)dnn_shape_channels(&node->call->out));
            lua_setfield(L, -2, "channels");
        }
        bool transposed = node->call != NULL && node->call->transposed > 0;
        lua_pushboolean(L, !transposed && dnn_layer_has(layer, DNN_LINEAR));
        lua_setfield(L, -2, "linear");
        lua_pushfstring(L, transposed ? "the gradient of %s" : "%s",
                        dnn_operator_name(layer->kind));
    }
    lua_setfield(L, -2, "name");
}

/* Pushes input i of the matrix at 1: a matrix, or the number that an elementwise operator took. */
static void push_input(lua_State *L, const dnn_node *node, int i) {
    if (lua_getiuservalue(L, 1, MATRIX_INPUTS + i) == LUA_TUSERDATA)
        return;
    lua_pop(L, 1);
    lua_pushnumber(L, dnn_matrix_get(&node->input[i].X, 0, 0));
}

/* dnn._step_of(A): {name =, arguments = {..}, follow = {..}, settings, inputs...}: how A was
 * computed; follow[i] is whether gradients go on to input i, `channels` those of a layer's output.
 * Nil of a matrix that was not. Raises where what backward needs is not there any more. */
static int step_of(lua_State *L) {
    const dnn_node *node = dnnlua_matrix_of(dnnlua_check_matrix(L, 1))->node;
    dnn_error err;

    if (node == NULL || node->layer == NULL || dnn_node_value_name(node) != NULL)
        return 0;
    if (node->freed) {
        return luaL_error(L, "this Matrix depends on one whose graph a backward has freed already; "
                             "run the forward again, or keep the graph with "
                             "cost:backward(nil, {retain_graph = true})");
    }
    dnnlua_check(L, dnn_node_check(node, &err), &err);
    lua_settop(L, 1);
    lua_createtable(L, (int)node->inputs, 4);
    describe_maker(L, node);
    lua_createtable(L, DNN_ARGUMENTS, 0);
    for (int i = 0; i < DNN_ARGUMENTS; i++) {
        lua_pushnumber(L, node->argument[i]);
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "arguments");
    lua_createtable(L, (int)node->inputs, 0);
    for (int i = 0; i < (int)node->inputs; i++) {
        lua_pushboolean(L, dnn_node_follows(node, (size_t)i));
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "follow");
    for (int i = 0; i < (int)node->inputs; i++) {
        push_input(L, node, i);
        lua_rawseti(L, 2, i + 1);
    }
    return 1;
}

/* The node of the matrix at index, which requires a gradient; a script can call these, too. */
static dnn_node *check_node(lua_State *L, int index) {
    dnn_node *node = dnnlua_matrix_of(dnnlua_check_matrix(L, index))->node;

    if (node == NULL)
        luaL_error(L, "expected a Matrix that requires a gradient");
    return node;
}

/* Pushes a copy of the list at index, whose matrices stay alive with it. */
static size_t push_inputs(lua_State *L, int index) {
    size_t count = dnnlua_list_length(L, index, "grad", "inputs");

    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, index, (lua_Integer)i + 1);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return count;
}

/* dnn._gradients(A, dA or nil, {inputs}): their gradients in a table; each input is named once and
 * requires a gradient. */
static int gradients(lua_State *L) {
    dnn_node *root = check_node(L, 1);
    const dnn_matrix *seed = lua_isnil(L, 2) ? NULL : dnnlua_check_matrix(L, 2);
    dnn_error err;

    lua_settop(L, 3);
    size_t count = push_inputs(L, 3);
    lua_replace(L, 3);
    lua_createtable(L, (int)count, 0);
    dnn_wanted *wanted = dnnlua_new_block(L, count * sizeof *wanted);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, 3, (lua_Integer)i + 1);
        dnn_node *node = check_node(L, -1);
        dnn_matrix *g = dnnlua_new_matrix(L, node->A.dtype, node->A.rows, node->A.cols);
        wanted[i] = (dnn_wanted){.node = node, .gradient = *g};
        lua_rawseti(L, 4, (lua_Integer)i + 1);
        lua_pop(L, 1);
    }
    void *before = root->tape->host;
    root->tape->host = L;
    dnn_status status = dnn_tape_gradients(root->tape, root, seed, wanted, count, &err);
    root->tape->host = before;
    dnnlua_check_backward(L, status, &err);
    lua_settop(L, 4);
    return 1;
}

/* dnn._transposed(A, i, dA): the gradient of input i of the linear layer that made A, recorded. */
static int transposed(lua_State *L) {
    const dnn_node *node = check_node(L, 1);
    const dnn_matrix *dA = dnnlua_check_matrix(L, 3);
    lua_Integer input = luaL_checkinteger(L, 2);
    int inputs = (int)node->inputs;

    if (node->freed || node->layer == NULL || node->call == NULL || dnn_node_is_closed(node) ||
        node->call->transposed > 0 || !dnn_layer_has(node->layer, DNN_LINEAR) || input < 1 ||
        input > inputs || dA->rows != node->A.rows || dA->cols != node->A.cols || dA->dtype != node->A.dtype)
        return luaL_error(L,
                          "expected what a linear layer made, an input and a gradient of its size");
    dnn_node_call call = *node->call;

    lua_settop(L, 3);
    luaL_checkstack(L, inputs + 10, "too many inputs");
    call.transposed = (size_t)input;
    call.in = dnnlua_new_block(L, ((size_t)inputs + 1) * sizeof *call.in);
    if ((int)node->inputs != inputs)
        return luaL_error(L, "a finaliser has freed the graph of this Matrix meanwhile");
    memcpy(call.in, node->call->in, node->inputs * sizeof *call.in);
    call.in[inputs] = call.out;
    int first = lua_gettop(L) + 1;
    for (int i = 0; i < inputs; i++)
        lua_getiuservalue(L, 1, MATRIX_INPUTS + i);
    lua_pushvalue(L, 3);
    lua_getiuservalue(L, 1, MATRIX_INPUTS + inputs); /* the network */
    return dnnlua_record_step(L, node->layer, &call, first, first + inputs, first + inputs + 1);
}

/* dnn._linear_layers(): their names, for tests. */
static int linear_layers(lua_State *L) {
    lua_settop(L, 0);
    lua_newtable(L);
    for (size_t i = 0; dnn_layer_classes[i] != NULL; i++) {
        if ((dnn_layer_classes[i]->flags & DNN_LINEAR) != 0) {
            lua_pushstring(L, dnn_layer_classes[i]->name);
            lua_rawseti(L, 1, luaL_len(L, 1) + 1);
        }
    }
    return 1;
}

void dnnlua_add_derivations(lua_State *L, int module) {
    lua_pushcfunction(L, step_of);
    lua_setfield(L, module, "_step_of");
    lua_pushcfunction(L, linear_layers);
    lua_setfield(L, module, "_linear_layers");
    lua_pushcfunction(L, transposed);
    lua_setfield(L, module, "_transposed");
    lua_pushcfunction(L, gradients);
    lua_setfield(L, module, "_gradients");
}
