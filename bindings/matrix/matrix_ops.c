/* matrix_ops.c: operators and their named forms, element by element, and the matrix product.
 *
 * An operation of the runtime becomes, from one row of a loop, a function (dnn.add), a method
 * (A:add) and a method in place (A:add_). */
#include "bindings/tape/tape.h"
#include "math/blas.h"
#include "math/elementwise.h"

/* The operands of a binary operation: two matrices, or one and the scalar in the other's place. */
typedef struct operands {
    const dnn_matrix *a, *b; /* NULL: the scalar */
    double scalar;
} operands;

static bool read_operands(lua_State *L, operands *x) {
    x->a = dnnlua_test_matrix(L, 1);
    x->b = dnnlua_test_matrix(L, 2);
    x->scalar = 0;
    if (x->a != NULL && x->b != NULL)
        return true;
    int other = x->a != NULL ? 2 : 1;
    x->scalar = lua_tonumber(L, other);
    return (x->a != NULL || x->b != NULL) && lua_type(L, other) == LUA_TNUMBER;
}

static const char *operand_word(lua_State *L, int index) {
    if (dnnlua_test_matrix(L, index) != NULL)
        return "Matrix";
    if (luaL_getmetafield(L, index, "__name") == LUA_TSTRING)
        return lua_tostring(L, -1);
    return luaL_typename(L, index);
}

/* "Matrix * nil: ...": `format` has places for the words of both operands; `usage` ends it. */
static void raise_operands(lua_State *L, const char *format, const char *usage) {
    const char *a = operand_word(L, 1);
    const char *b = operand_word(L, 2);
    bool numbers = lua_type(L, 1) == LUA_TNUMBER && lua_type(L, 2) == LUA_TNUMBER;

    lua_pushfstring(L, format, a, b);
    luaL_error(L, "%s: expected %s%s%s", lua_tostring(L, -1),
               numbers ? "a Matrix on at least one side" : "a number or a Matrix",
               lua_istable(L, 1) || lua_istable(L, 2) ? "; dnn.Matrix{...} makes one of a table"
                                                      : "",
               usage);
}

static dnn_matrix *push_result(lua_State *L, const char *name, const operands *x) {
    const dnn_matrix *m = x->a != NULL ? x->a : x->b;
    size_t rows = m->rows, cols = m->cols;
    dnn_error err;

    if (x->a != NULL && x->b != NULL)
        dnnlua_check(L, dnn_broadcast_shape(name, x->a, x->b, &rows, &cols, &err), &err);
    return dnnlua_new_matrix(L, m->dtype, rows, cols);
}

static void apply(lua_State *L, dnn_binary_op op, dnn_matrix *out, const operands *x) {
    dnn_error err;
    dnn_status status;

    if (x->a == NULL)
        status = dnn_binary_scalar(op, out, x->b, x->scalar, true, &err);
    else if (x->b == NULL)
        status = dnn_binary_scalar(op, out, x->a, x->scalar, false, &err);
    else
        status = dnn_binary(op, out, x->a, x->b, &err);
    dnnlua_check(L, status, &err);
}

static bool is_recorded(const operands *x) {
    return (x->a != NULL && dnnlua_is_recorded(x->a)) || (x->b != NULL && dnnlua_is_recorded(x->b));
}

/* Records the operation on the values at 1 and 2, which may be numbers. */
static int record_binary(lua_State *L, dnn_operator op) {
    return dnnlua_record(L, &(dnnlua_operation){.op = op, .inputs = 2, .at = {1, 2}});
}

/* --- operators --- */

typedef struct operator_row {
    const char *metamethod;
    const char *format; /* of its message */
    dnn_binary_op op;
} operator_row;

static const operator_row operators[] = {
    {"__add", "%s + %s",  DNN_ADD},
    {"__sub", "%s - %s",  DNN_SUB},
    {"__mod", "%s %% %s", DNN_MUL},
    {"__div", "%s / %s",  DNN_DIV},
    {"__pow", "%s ^ %s",  DNN_POW},
};

#define OPERATORS (sizeof operators / sizeof operators[0])

static int operator_call(lua_State *L) {
    const operator_row *row = &operators[lua_tointeger(L, lua_upvalueindex(1))];
    operands x;

    if (!read_operands(L, &x))
        raise_operands(L, row->format, "");
    if (is_recorded(&x))
        return record_binary(L, dnn_operator_of_binary(row->op));
    apply(L, row->op, push_result(L, dnn_binary_name(row->op), &x), &x);
    return 1;
}

/* out = op(a) op(b), into a new matrix when out is NULL; leaves it on top of the stack. */
static int push_mm(lua_State *L, bool ta, bool tb, const dnn_matrix *a, const dnn_matrix *b,
                   dnn_matrix *out) {
    dnn_error err;
    size_t rows, cols;

    if (out == NULL) {
        dnn_mm_shape(ta, tb, a, b, &rows, &cols);
        out = dnnlua_new_matrix(L, a->dtype, rows, cols);
    }
    dnnlua_check(L, dnn_mm(ta, tb, 1, a, b, 0, out, &err), &err);
    return 1;
}

/* A * B: the matrix product, or every element times a scalar. */
static int operator_mul(lua_State *L) {
    operands x;

    if (!read_operands(L, &x))
        raise_operands(L, "%s * %s", "");
    bool product = x.a != NULL && x.b != NULL;
    if (is_recorded(&x))
        return record_binary(L, product ? DNN_OPERATOR_mm : DNN_OPERATOR_cmul);
    if (product)
        return push_mm(L, false, false, x.a, x.b, NULL);
    apply(L, DNN_MUL, push_result(L, dnn_binary_name(DNN_MUL), &x), &x);
    return 1;
}

static int operator_unm(lua_State *L) {
    dnn_error err;
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);

    if (dnnlua_is_recorded(m))
        return dnnlua_record_unary(L, DNN_OPERATOR_neg);
    dnn_matrix *out = dnnlua_new_matrix(L, m->dtype, m->rows, m->cols);
    dnnlua_check(L, dnn_unary(DNN_NEG, out, m, &err), &err);
    return 1;
}

/* dnn.mm(A, B, {ta, tb, out}). */
static int mm(lua_State *L) {
    static const char *const known[] = {"ta", "tb", "out", NULL};
    const dnn_matrix *a = dnnlua_check_matrix(L, 1);
    const dnn_matrix *b = dnnlua_check_matrix(L, 2);

    dnnlua_check_options(L, 3, "mm", known);
    bool ta = dnnlua_option_flag(L, 3, "mm", "ta", false);
    bool tb = dnnlua_option_flag(L, 3, "mm", "tb", false);
    dnn_matrix *out = dnnlua_option_out(L, 3, "mm");
    if (dnnlua_is_recorded(a) || dnnlua_is_recorded(b)) {
        dnnlua_refuse_out(L, out, "mm");
        return dnnlua_record(L, &(dnnlua_operation){.op = DNN_OPERATOR_mm,
                                                    .inputs = 2,
                                                    .at = {1, 2},
                                                    .argument = {ta, tb}});
    }
    return push_mm(L, ta, tb, a, b, out);
}

/* --- named forms; upvalue 1 is the operation --- */

static dnn_binary_op this_binary(lua_State *L) {
    return (dnn_binary_op)lua_tointeger(L, lua_upvalueindex(1));
}

static void read_named_operands(lua_State *L, const char *name, const char *suffix, operands *x) {
    if (!read_operands(L, x)) {
        lua_settop(L, 2);
        const char *usage = dnnlua_push_usage(L);
        raise_operands(L, lua_pushfstring(L, "%s%s(%%s, %%s)", name, suffix), usage);
    }
}

/* dnn.add(A, B [, {out}]), A:add(B [, {out}]). */
static int binary(lua_State *L) {
    dnn_binary_op op = this_binary(L);
    operands x;

    read_named_operands(L, dnn_binary_name(op), "", &x);
    dnn_matrix *out = dnnlua_check_out(L, 3, dnn_binary_name(op));
    if (is_recorded(&x) && dnn_operator_of_binary(op) != DNN_OPERATOR_COUNT) {
        dnnlua_refuse_out(L, out, dnn_binary_name(op));
        return record_binary(L, dnn_operator_of_binary(op));
    }
    if (out == NULL)
        out = push_result(L, dnn_binary_name(op), &x);
    apply(L, op, out, &x);
    return 1;
}

/* A:add_(B): B may be broadcast to A's shape, not A to B's. */
static int binary_in_place(lua_State *L) {
    dnn_binary_op op = this_binary(L);
    const char *name = dnn_binary_name(op);
    dnn_matrix *m = dnnlua_check_matrix(L, 1);
    size_t rows = m->rows, cols = m->cols;
    operands x;
    dnn_error err;

    read_named_operands(L, name, "_", &x);
    if (x.b != NULL)
        dnnlua_check(L, dnn_broadcast_shape(name, x.a, x.b, &rows, &cols, &err), &err);
    if (rows != m->rows || cols != m->cols) {
        return luaL_error(
            L,
            "%s_: the result is %I x %I and does not fit into the Matrix %I x %I that "
            "it should change; write A = A:%s(B)",
            name, (lua_Integer)rows, (lua_Integer)cols, (lua_Integer)m->rows, (lua_Integer)m->cols,
            name);
    }
    dnnlua_begin_write(L, m);
    apply(L, op, m, &x);
    lua_settop(L, 1);
    return 1;
}

static dnn_unary_op this_unary(lua_State *L) {
    return (dnn_unary_op)lua_tointeger(L, lua_upvalueindex(1));
}

/* dnn.exp(A [, {out}]), A:exp([{out}]). */
static int unary(lua_State *L) {
    dnn_error err;
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);
    dnn_matrix *out = dnnlua_check_out(L, 2, dnn_unary_name(this_unary(L)));
    dnn_operator op = dnn_operator_of_unary(this_unary(L));

    if (dnnlua_is_recorded(m) && op != DNN_OPERATOR_COUNT) {
        dnnlua_refuse_out(L, out, dnn_unary_name(this_unary(L)));
        return dnnlua_record_unary(L, op);
    }
    if (out == NULL)
        out = dnnlua_new_matrix(L, m->dtype, m->rows, m->cols);
    dnnlua_check(L, dnn_unary(this_unary(L), out, m, &err), &err);
    return 1;
}

/* A:exp_(). */
static int unary_in_place(lua_State *L) {
    dnn_error err;
    dnn_matrix *m = dnnlua_check_writable(L, 1);

    dnnlua_check(L, dnn_unary(this_unary(L), m, m, &err), &err);
    lua_settop(L, 1);
    return 1;
}

/* --- registration --- */

void dnnlua_add_matrix_function(lua_State *L, int module, int methods, dnnlua_function function,
                                int number) {
    lua_pushinteger(L, number);
    dnnlua_push_function(L, function, 1);
    lua_pushvalue(L, -1);
    lua_setfield(L, module, function.name);
    lua_setfield(L, methods, function.name);
}

/* A method in place: add_ for add. The name lives in the table. */
static void add_in_place(lua_State *L, int methods, dnnlua_function function, int operation) {
    function.name = lua_pushfstring(L, "%s_", function.name);
    lua_pushinteger(L, operation);
    dnnlua_push_function(L, function, 1);
    lua_rawset(L, methods);
}

static void set_metamethod(lua_State *L, int metatable, const char *name, lua_CFunction function,
                           int operation) {
    lua_pushinteger(L, operation);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, metatable, name);
}

void dnnlua_add_matrix_operations(lua_State *L, int module, int methods, int metatable) {
    for (int i = 0; i < (int)OPERATORS; i++)
        set_metamethod(L, metatable, operators[i].metamethod, operator_call, i);
    set_metamethod(L, metatable, "__mul", operator_mul, 0);
    set_metamethod(L, metatable, "__unm", operator_unm, 0);
    for (int op = 0; op < DNN_BINARY_COUNT; op++) {
        const char *name = dnn_binary_name(op);
        dnnlua_add_matrix_function(L, module, methods, (dnnlua_function){name, binary, 3}, op);
        add_in_place(L, methods, (dnnlua_function){name, binary_in_place, 2}, op);
    }
    for (int op = 0; op < DNN_UNARY_COUNT; op++) {
        const char *name = dnn_unary_name(op);
        dnnlua_add_matrix_function(L, module, methods, (dnnlua_function){name, unary, 2}, op);
        add_in_place(L, methods, (dnnlua_function){name, unary_in_place, 1}, op);
    }
    dnnlua_add_matrix_function(L, module, methods, (dnnlua_function){"mm", mm, 3}, 0);
}
