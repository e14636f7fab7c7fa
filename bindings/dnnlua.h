/* dnnlua.h: what the files of this folder share.
 *
 * One file per noun; each has an open function that registers its methods and adds its functions to
 * the module's table. Rules: check arguments, push the result (matrix memory is a userdata, header
 * and payload together), call the runtime once, raise in one place (dnnlua_raise). No C memory is
 * held across a call that can raise. Wrong use raises an error with the script's line; a file that
 * fails returns nil and a message. */
#ifndef DNN_BINDINGS_DNNLUA_H
#define DNN_BINDINGS_DNNLUA_H

#include <lauxlib.h>
#include <lua.h>

#include "bindings/arguments.h"
#include "core/error.h"
#include "core/field.h"
#include "core/nearest.h"
#include "core/random.h"
#include "math/matrix.h"

/* Metatable names, which are also the type names in messages. */
#define DNNLUA_MATRIX     "dnn.Matrix"
#define DNNLUA_RANDOM     "dnn.Random"
#define DNNLUA_LAYER      "dnn.Layer"
#define DNNLUA_PARAMETERS "dnn.Parameters"
#define DNNLUA_LOSS       "dnn.Loss"
#define DNNLUA_OPTIMISER  "dnn.Optimiser"
#define DNNLUA_GROUP      "dnn.Group"
#define DNNLUA_CACHE      "dnn.Cache"

/* Raises err's text as a Lua error with the position of the caller. An interruption is raised by
 * the hook of the host that has asked for it. Never returns. */
int dnnlua_raise(lua_State *L, const dnn_error *err) __attribute__((noreturn));

/* Raises unless status is DNN_OK. */
void dnnlua_check(lua_State *L, dnn_status status, const dnn_error *err);

/* As lua_pcall without a message handler, but for an interruption, which goes on: what the module
 * gets over is not what the user asks for. */
int dnnlua_try(lua_State *L, int arguments, int results);

/* The message on top comes second where a call returns nil: an error about that nil will name it.
 */
void dnnlua_note_failure(lua_State *L);

/* Pushes nil and err's text; returns 2: how a file or a library that fails is reported. Raises an
 * interruption. */
int dnnlua_fail(lua_State *L, const dnn_error *err);

/* A line on stderr, "dnn: " and the message, once for each reason: for what may well be wrong and
 * still has a result. */
void dnnlua_warn_once(lua_State *L, const char *reason, const char *message);

/* The value at a stack index, for messages: "2.5", "'abc'", "nil", "dnn.Matrix". Pushes the
 * string. */
const char *dnnlua_got(lua_State *L, int index);

/* The key at a stack index as the name of a field: a string as it is, anything else as dnnlua_got
 * says it. Unlike luaL_tolstring it runs nothing of the script's. May push a string. */
const char *dnnlua_field_name(lua_State *L, int index);

/* A whole number >= 0, or "zeros: rows must be a whole number >= 0, got 2.5". */
size_t dnnlua_check_size(lua_State *L, int index, const char *function, const char *what);

/* Pushes the registry's table under `key`, which is made at first; `mode` says what of it the
 * collector may take: "k" or "v". */
void dnnlua_push_weak_table(lua_State *L, const void *key, const char *mode);

/* From here on the collector rests, and so do the finalisers of scripts, until it is woken or the
 * function raises; a guard against that is pushed, which is not to be popped before. For stretches
 * that make objects of Lua's while they hold pointers to what a finaliser could close or change,
 * and that call nothing of the script's. Not within one another. */
void dnnlua_rest_collector(lua_State *L);
void dnnlua_wake_collector(lua_State *L);

/* --- unknown names (names.c) --- */

/* dnn_nearest_offer (nearest.h) for a key of an options table, which may be what another library
 * calls it; the group is the function whose options they are. */
void dnnlua_nearest_option(lua_State *L, dnn_nearest *nearest, const char *known);

/* Offers the string keys of the table at index, such as a class's methods. */
void dnnlua_offer_keys(lua_State *L, int index, dnn_nearest *nearest);

/* Offers names (ended by NULL), such as those of fields. */
void dnnlua_offer_names(dnn_nearest *nearest, const char *const *names);

/* Pushes how a message ends after the names were offered: "; did you mean 'weight'?", "; it is
 * A:copy() here", or nothing. */
const char *dnnlua_push_advice(lua_State *L, const dnn_nearest *nearest);

/* Raises "Linear has no field 'wieght'; did you mean 'weight'?" after the names were offered. */
int dnnlua_no_such_field(lua_State *L, const char *owner, const dnn_nearest *nearest);

/* How a message about another library's name ends, as scripts/dnn/advice/names.lua has it, which
 * the first call loads; NULL for an unknown name. */
const char *dnnlua_synonym(lua_State *L, const char *group, const char *name);

/* The userdata of that type at index, or NULL: luaL_testudata, but without comparing names where
 * the first member of the userdata is a pointer to the type, as that of what a step asks for is.
 * A script can learn that pointer: no userdata that it reaches may begin with a number of its
 * choice, so one that holds such numbers, as a dnn.Random, has its own type before them. */
void *dnnlua_test_object(lua_State *L, int index, const char *type);

/* The userdata of that type at index 1, which a method is called on; else raises "forward: expected
 * a dnn.Sequential ...; methods take a colon, as in net:forward(...)", `object` being "net". */
void *dnnlua_check_self(lua_State *L, const char *type, const char *object);

/* --- matrices (matrix_memory.c, matrix.c) --- */

/* The matrix at a stack index, or an argument error naming what came. */
dnn_matrix *dnnlua_check_matrix(lua_State *L, int index);

/* The same, for a matrix that has a name: "Sequential: X must be a Matrix, got table; ...". */
dnn_matrix *dnnlua_check_matrix_named(lua_State *L, int index, const char *owner, const char *name);

/* The same or NULL, without error. */
dnn_matrix *dnnlua_test_matrix(lua_State *L, int index);

/* The same for a matrix that is about to be changed in place; one that requires a gradient, outside
 * dnn.no_grad, is an error. begin_change is that half of it, for a matrix that such a function has
 * returned. */
dnn_matrix *dnnlua_check_writable(lua_State *L, int index);
void dnnlua_begin_write(lua_State *L, dnn_matrix *m);

/* Pushes a new matrix, header and 64-byte aligned payload in one userdata; not initialised. Raises
 * on overflow or out of memory. */
dnn_matrix *dnnlua_new_matrix(lua_State *L, dnn_dtype dtype, size_t rows, size_t cols);

/* Pushes a view on memory that the value at `base` owns; that value (or, when it is itself a view,
 * what it keeps) stays alive as long as the view. */
dnn_matrix *dnnlua_push_view(lua_State *L, const dnn_matrix *view, int base);

/* Pushes what a view on the memory of the value at index keeps: that value, or, when it is a view
 * itself, what it keeps. */
void dnnlua_push_base(lua_State *L, int index);

/* Pushes a plain 64-byte aligned block of memory owned by Lua (a userdata without a metatable that
 * can be the base of views) and returns the aligned address; contents are not initialised. */
void *dnnlua_new_block(lua_State *L, size_t bytes);

/* The number of the forward pass that wrote the matrix at index, or whose output a loss made it of
 * as a gradient; 0 where neither is so. A backward takes only the gradient of its own forward. */
uint64_t dnnlua_matrix_pass(lua_State *L, int index);
void dnnlua_matrix_set_pass(lua_State *L, int index, uint64_t pass);

/* dtype named by a string at index, or `fallback` when absent. Unknown names are an argument error
 * that lists the known ones. */
dnn_dtype dnnlua_opt_dtype(lua_State *L, int index, dnn_dtype fallback);

/* dnn.get_default_dtype(): float32 until it is set. */
dnn_dtype dnnlua_default_dtype(lua_State *L);

/* --- random streams (random.c) --- */

/* The stream at index, or the global one of dnn.manual_seed when nil or absent. */
dnn_random *dnnlua_opt_random(lua_State *L, int index);

/* Pushes a dnn.Random that goes on as this one does. */
void dnnlua_push_random(lua_State *L, dnn_random random);

/* --- lists (list.c) --- */

/* The number of elements of the list at index. Raises where that is not a table, or has a key
 * besides them, such as an option among the numbers, or a gap: "cat: matrices must be a list, and
 * has the key 'axis'; ...". */
size_t dnnlua_list_length(lua_State *L, int index, const char *function, const char *what);

/* True for a table of `count` elements and no other key. */
bool dnnlua_is_list(lua_State *L, int index, size_t count);

/* --- options (options.c) --- */

/* Raises unless every key of the table at index (nil or absent is fine) is one of `known` (ended by
 * NULL): "dnn.rand: unknown option 'dtpye'; known: dtype, random (did you mean 'dtype'?)". */
void dnnlua_check_options(lua_State *L, int index, const char *function, const char *const *known);

/* _options_fault(function, options, names): what dnnlua_check_options would raise, or nil: for
 * functions in Lua. */
int dnnlua_options_fault(lua_State *L);

/* The index of the options of a function that takes an optional argument at `index` and options
 * after it: `index` where the table is there already. Nothing may follow the options. */
int dnnlua_find_options(lua_State *L, int index, const char *function);

/* Reads constructor arguments described by a field table: positional ones from index on, the rest
 * from an options table that may follow; `extra` (NULL or ended by NULL) are further keys that the
 * caller reads itself. Checks that all required ones came. Returns the index of the options table
 * or 0. */
int dnnlua_read_fields(lua_State *L, int index, const char *owner, const dnn_field *fields,
                       dnn_setting *values, const char *const *extra);

/* Sets values[i] from the Lua value on top of the stack after checking it against fields[i]. A text
 * is Lua's own: the caller keeps the string alive. */
void dnnlua_set_field(lua_State *L, const char *owner, const dnn_field *fields, dnn_setting *values,
                      size_t i);

/* One option of the table at index, which may be nil or absent; `function` opens the message when
 * the value is of the wrong kind. */
dnn_dtype dnnlua_option_dtype(lua_State *L, int index, dnn_dtype fallback);
double dnnlua_option_number(lua_State *L, int index, const char *function, const char *name,
                            double fallback);
bool dnnlua_option_flag(lua_State *L, int index, const char *function, const char *name,
                        bool fallback);

/* The matrix under "out", left on the stack, or NULL with a nil pushed. */
dnn_matrix *dnnlua_option_out(lua_State *L, int index, const char *function);

/* The same where {out} is the only option. */
dnn_matrix *dnnlua_check_out(lua_State *L, int index, const char *function);

/* --- interruption (interruption.c) --- */

/* Whether the program wants the script to come to its end; notes that the script has asked. */
bool dnnlua_interrupted(lua_State *L);

/* The script has been told so; whether it has. */
void dnnlua_know_interruption(lua_State *L);
bool dnnlua_knows_interruption(lua_State *L);

/* Raises where libdnn has been asked to stop: for long work in bindings. */
void dnnlua_check_interruption(lua_State *L);

/* --- the nouns --- */

/* Each registers its metatables and adds its functions to the module table on top of the stack. */
void dnnlua_open_matrix(lua_State *L);
void dnnlua_open_random(lua_State *L);
void dnnlua_open_linalg(lua_State *L);
void dnnlua_open_layer(lua_State *L);
void dnnlua_open_network(lua_State *L);
void dnnlua_open_loss(lua_State *L);
void dnnlua_open_optimiser(lua_State *L);
void dnnlua_open_viewer(lua_State *L);
void dnnlua_open_image(lua_State *L);
void dnnlua_open_system(lua_State *L);
void dnnlua_open_run(lua_State *L);
void dnnlua_open_fields(lua_State *L);
void dnnlua_open_store(lua_State *L);
void dnnlua_open_saver(lua_State *L);
void dnnlua_open_interruption(lua_State *L);
void dnnlua_open_names(lua_State *L);
void dnnlua_open_inspect(lua_State *L);

/* The C half of the module: require "dnn.core". */
__attribute__((visibility("default"))) int luaopen_dnn_core(lua_State *L);

#endif
