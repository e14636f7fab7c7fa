/* optimiser.h: what the files about optimisers share: optimiser.c, its groups and members
 * (optimiser_groups.c), its state as a table (optimiser_state.c), what a checkpoint must know of it
 * (optimiser_keeping.c). */
#ifndef DNN_BINDINGS_OPTIMISER_H
#define DNN_BINDINGS_OPTIMISER_H

#include "bindings/properties.h"
#include "nn/optimiser.h"

/* The object itself has no finaliser: that would keep its state, which may be large, for one
 * collection more, and the collector would wait ever longer for the next. OPTIMISER_MADE has it. */
typedef struct dnnlua_optimiser {
    const char *type;     /* DNNLUA_OPTIMISER */
    dnn_optimiser **made; /* in OPTIMISER_MADE; NULL there: not made yet, or collected */
    uint64_t looked; /* networks that had been closed when its members were last found usable */
    bool filled;     /* it has all of its members */
    bool matrices;   /* free matrices among them */
} dnnlua_optimiser;

enum {                      /* user values */
       OPTIMISER_GIVEN = 1, /* what the script gave as parameters */
       OPTIMISER_MEMBERS,   /* table: every Parameters object and matrix, which it keeps alive */
       OPTIMISER_STATE,     /* block */
       OPTIMISER_GROUPS,    /* table: the group objects */
       OPTIMISER_MADE,      /* a pointer to the optimiser, which is destroyed with it */
       OPTIMISER_USER_VALUES = OPTIMISER_MADE
};

/* The optimiser at index, all of whose networks are open; NULL when it is something else. Raises
 * when one of the networks is closed. */
dnn_optimiser *dnnlua_test_optimiser(lua_State *L, int index);

/* The same for what a method is called on, as opt:step(). */
dnn_optimiser *dnnlua_check_optimiser(lua_State *L);

/* Gives the optimiser at index state for its settings: what it had, and zeros beside that. */
void dnnlua_optimiser_attach_state(lua_State *L, int index);

/* --- optimiser_groups.c --- */

/* Adds what the value at index `given` stands for to the new optimiser at index `self`: groups,
 * members, the settings that the groups override. Raises when it is not parameters. */
void dnnlua_optimiser_fill(lua_State *L, int self, int given);

/* Registers the class of a group. */
void dnnlua_open_optimiser_group(lua_State *L);

/* --- optimiser_state.c --- */

int dnnlua_optimiser_state_dict(lua_State *L);
int dnnlua_optimiser_load_state_dict(lua_State *L);

/* --- optimiser_keeping.c --- */

/* Adds _waits, _steps_another and _holds to the table on top. */
void dnnlua_open_optimiser_keeping(lua_State *L);

#endif
