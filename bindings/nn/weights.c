/* weights.c: a network's parameters by name: in a file, and in a table. */
#include "store/weights.h"

#include <string.h>

#include "bindings/nn/network.h"
#include "bindings/data/store.h"

/* The parameters of the network at index, which no layer of its own may change under way. */
static dnn_parameters *check_idle(lua_State *L, int index) {
    const dnnlua_network *self = dnnlua_check_network(L, index);

    dnnlua_network_require_idle(L, self);
    return dnn_network_parameters(self->network);
}

/* What comes of a file: true, or nil and a message. A name or text of the script's that no file can
 * hold is raised. */
static int answer(lua_State *L, dnn_status status, const dnn_error *err) {
    if (status == DNN_ERROR_ARGUMENT) {
        dnnlua_raise(L, err);
    }
    if (status != DNN_OK) {
        return dnnlua_fail(L, err);
    }
    lua_pushboolean(L, true);
    return 1;
}

/* net:save(path [, {metadata = {...}}]) */
int dnnlua_network_save(lua_State *L) {
    static const char *const name = "Sequential: save";
    size_t count;
    dnn_error err;

    dnnlua_check_network(L, 1);
    lua_settop(L, 3);
    const char *path = dnnlua_check_path(L, 2, name);
    const dnn_note *notes = dnnlua_push_notes(L, 3, name, &count);
    const dnn_parameters *p = dnn_network_parameters(dnnlua_check_network(L, 1)->network);
    return answer(L, dnn_weights_save(p, path, notes, count, &err), &err);
}

/* net:load(path) */
int dnnlua_network_load(lua_State *L) {
    dnn_error err;

    dnnlua_check_network(L, 1);
    const char *path = dnnlua_check_path(L, 2, "Sequential: load");
    return answer(L, dnn_weights_load(check_idle(L, 1), path, &err), &err);
}

/* net:state_dict(): copies of all parameters by name. */
int dnnlua_network_state_dict(lua_State *L) {
    const dnn_parameters *p = dnn_network_parameters(dnnlua_check_network(L, 1)->network);
    char name[DNN_WEIGHTS_NAME];
    dnn_error err;

    lua_createtable(L, 0, (int)p->segment_count);
    for (size_t i = 0; i < p->segment_count; i++) {
        const dnn_segment *s = &p->segments[i];
        dnn_weights_name(s, name);
        lua_pushstring(L, name);
        dnn_matrix *copy = dnnlua_new_matrix(L, p->dtype, s->rows, s->cols);
        p = dnn_network_parameters(dnnlua_check_network(L, 1)->network);
        dnn_matrix values = dnn_weights_matrix(p, i);
        dnnlua_check(L, dnn_matrix_copy(copy, &values, &err), &err);
        lua_rawset(L, -3);
    }
    return 1;
}

/* net:load_state_dict(t): takes over all, or raises and changes nothing: values are copied first to
 * where nobody looks. */
int dnnlua_network_load_state_dict(lua_State *L) {
    static const char *const name = "Sequential: load_state_dict";
    size_t count;
    dnn_error err;

    dnnlua_check_network(L, 1);
    const dnn_tensor *tensors = dnnlua_push_tensors(L, 2, name, &count);
    dnn_parameters *p = check_idle(L, 1);
    size_t segments = p->segment_count, bytes = p->count * dnn_dtype_info(p->dtype)->size;
    size_t *order = dnnlua_new_block(L, segments * sizeof *order);
    void *values = dnnlua_new_block(L, bytes);
    p = check_idle(L, 1);
    dnn_status status = dnn_weights_match(p, tensors, count, "in the state", order, &err);
    if (status != DNN_OK) {
        dnn_fail_context(&err, status, "%s: ", name);
        dnnlua_raise(L, &err);
    }
    dnn_parameters copy = *p;
    copy.values = values;
    for (size_t i = 0; i < segments; i++) {
        dnn_matrix out = dnn_weights_matrix(&copy, i);
        dnnlua_check(L, dnn_matrix_copy(&out, &tensors[order[i]].matrix, &err), &err);
    }
    if (bytes > 0) {
        memcpy(p->values, values, bytes);
    }
    return 0;
}
