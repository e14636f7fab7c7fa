/* names.c: what somebody meant who used a name that there is not: a slip of the pen, the name that
 * another library has for the thing, or a method without its object.
 *
 * The names of other libraries stand in one table. A test holds that what its advice names exists.
 */
#include <string.h>
#include <strings.h>

#include "dnnlua.h"

/* --- other libraries' names --- */

typedef struct synonym {
    const char *group, *name, *advice;
} synonym;

static const synonym synonyms[] = {
    {"Matrix",            "shape",            "it is A:size() here, or A.rows and A.cols"                       },
    {"Matrix",            "numel",            "it is #A here; A:size() gives rows and columns"                  },
    {"Matrix",            "T",                "it is A:t() here"                                                },
    {"Matrix",            "transpose",        "it is A:t() here"                                                },
    {"Matrix",            "clone",            "it is A:copy() here"                                             },
    {"Matrix",            "detach",           "a Matrix has no graph to leave; A:copy() copies it"              },
    {"Matrix",            "item",             "it is A(1, 1) here"                                              },
    {"Matrix",            "tolist",           "it is A:table() here"                                            },
    {"Matrix",            "numpy",            "A:table() gives its numbers as a Lua table"                      },
    {"Matrix",            "matmul",           "it is A * B here, or A:mm(B)"                                    },
    {"Matrix",            "dot",              "it is A * B here, or A:mm(B)"                                    },
    {"Matrix",            "mul",              "it is A % B here, or A:cmul(B); A * B is the matrix product"     },
    {"Matrix",            "multiply",         "it is A % B here, or A:cmul(B); A * B is the matrix product"     },
    {"Matrix",            "mul_",             "it is A:cmul_(B) here"                                           },
    {"Matrix",            "view",             "it is A:reshape(rows, cols) here"                                },
    {"Matrix",            "flatten",          "it is A:reshape(#A, 1) here"                                     },
    {"Matrix",            "squeeze",          "a Matrix always has rows and columns; see A:reshape(rows, cols)" },
    {"Matrix",            "unsqueeze",        "a Matrix always has rows and columns; see A:reshape(rows, cols)" },
    {"Matrix",            "zero_",            "it is A:fill_(0) here"                                           },
    {"Matrix",            "astype",           "it is A:to(dtype) here"                                          },
    {"Matrix",            "type",             "it is A.dtype here, and A:to(dtype) converts"                    },
    {"Matrix",            "float32",          "it is A:float() here"                                            },
    {"Matrix",            "float64",          "it is A:double() here"                                           },
    {"Matrix",            "uint8",            "it is A:byte() here"                                             },
    {"Matrix",            "index_select",     "it is A:gather(columns) here"                                    },
    {"Matrix",            "narrow",           "it is A:rows_range(i1, i2) or A:cols_range(j1, j2) here"         },
    {"Matrix",            "slice",            "it is A:block(i1, i2, j1, j2) here"                              },
    {"Matrix",            "var",              "it is A:std() ^ 2 here"                                          },
    {"Matrix",            "grad",             "a parameter's gradient is net[1].weight_grad"                    },
    {"Sequential",        "train",            "net:forward(X) is the same in training and in use: leave it out" },
    {"Sequential",        "eval",             "net:forward(X) is the same in training and in use: leave it out" },
    {"Sequential",        "layers",           "layer i is net[i], and there are #net"                           },
    {"Sequential",        "modules",          "layer i is net[i], and there are #net"                           },
    {"Sequential",        "predict",          "it is net:forward(X) here"                                       },
    {"Sequential",        "step",             "an optimiser steps, opt:step(), or net:update(learning_rate)"    },
    {"Sequential",        "add",              "all layers are given at once: dnn.Sequential{...}"               },
    {"Sequential",        "append",           "all layers are given at once: dnn.Sequential{...}"               },
    {"Sequential",        "summary",          "it is print(net) here"                                           },
    {"Sequential",        "weight",           "each layer has its own: net[1].weight"                           },
    {"Sequential",        "weights",          "each layer has its own: net[1].weight"                           },
    {"Sequential",        "grads",            "each layer has its own: net[1].weight_grad"                      },
    {"Sequential",        "named_parameters", "it is net:parameters():pairs() here"                             },
    {"Sequential",        "to",
     "a network is given its type as it is made: dnn.Sequential({layers...}, {dtype = "
     "\"float64\"})"                                                                                            },
    {"Sequential",        "double",
     "a network is given its type as it is made: dnn.Sequential({layers...}, {dtype = "
     "\"float64\"})"                                                                                            },
    {"layer",             "grad",             "it is net[1].weight_grad here"                                   },
    {"layer",             "gradWeight",       "it is net[1].weight_grad here"                                   },
    {"layer",             "gradBias",         "it is net[1].bias_grad here"                                     },
    {"layer",             "kernel",           "it is net[1].weight here"                                        },
    {"layer",             "output",           "it is net[1].A here"                                             },
    {"loss",              "item",             "loss:forward(A, Y) returns the number itself"                    },
    {"loss",              "value",            "loss:forward(A, Y) returns the number itself"                    },
    {"loss",              "grad",             "loss:backward() returns the gradient"                            },
    {"loss",              "step",             "an optimiser steps: opt:step()"                                  },
    {"optimiser",         "learning_rate",    "it is opt.lr here"                                               },
    {"optimiser",         "alpha",            "it is opt.lr here"                                               },
    {"optimiser",         "param_groups",     "there is one group: opt.lr and the other settings are fields"    },
    {"optimiser",         "update",           "it is opt:step() here"                                           },
    {"optimiser",         "minimize",         "after net:backward(loss:backward()) it is opt:step() here"       },
    {"Parameters",        "weight",           "a layer's weight is net[1].weight; p:pairs() goes through all"   },
    {"Parameters",        "named_parameters", "it is p:pairs() here"                                            },
    {"Parameters",        "items",            "it is p:pairs() here"                                            },
    {"Parameters",        "numel",            "it is p.count here"                                              },
    {"Parameters",        "size",             "it is p.count here"                                              },
    {"Parameters",        "data",             "it is p.values here"                                             },
    {"Parameters",        "step",             "an optimiser steps: opt:step()"                                  },
    {"Run",               "add_scalar",       "it is run:log(step, {name = value}) here"                        },
    {"Run",               "add_scalars",      "it is run:log(step, {name = value}) here"                        },
    {"Run",               "add_image",        "it is run:image(step, tag, pixels, width, height) here"          },
    {"Run",               "add_histogram",    "it is run:histogram(step, tag, A) here"                          },
    {"Run",               "add_text",         "it is run:text(tag, text) here"                                  },
    {"Run",               "finish",           "it is run:close() here"                                          },
    {"Run",               "folder",           "it is run.path here"                                             },
    {"Run",               "log_dir",          "it is run.path here"                                             },
    {"Run",               "stop",             "it is run.stopped here"                                          },
    {"dnn",               "tensor",           "it is dnn.Matrix{...} here"                                      },
    {"dnn",               "array",            "it is dnn.Matrix{...} here"                                      },
    {"dnn",               "nn",               "layers and losses are in dnn itself: dnn.Linear, dnn.BCELoss"    },
    {"dnn",               "SGD",              "it is dnn.optim.SGD here"                                        },
    {"dnn",               "Adam",             "it is dnn.optim.Adam here"                                       },
    {"dnn",               "AdamW",            "it is dnn.optim.AdamW here"                                      },
    {"dnn",               "matmul",           "it is A * B here, or dnn.mm(A, B)"                               },
    {"dnn",               "dot",              "it is A * B here, or dnn.mm(A, B)"                               },
    {"dnn",               "mul",              "it is A % B here, or dnn.cmul(A, B)"                             },
    {"dnn",               "multiply",         "it is A % B here, or dnn.cmul(A, B)"                             },
    {"dnn",               "concatenate",      "it is dnn.cat({A, B}, axis) here"                                },
    {"dnn",               "vstack",           "it is dnn.cat({A, B}, 1) here"                                   },
    {"dnn",               "hstack",           "it is dnn.cat({A, B}, 2) here"                                   },
    {"dnn",               "stack",            "it is dnn.cat({A, B}, axis) here"                                },
    {"dnn",               "range",            "it is dnn.arange(first, last, step) here"                        },
    {"dnn",               "Dense",            "it is dnn.Linear(in_features, out_features) here"                },
    {"dnn",               "Module",           "it is dnn.Layer{...} here, or dnn.Sequential{...}"               },
    {"dnn",               "Model",            "it is dnn.Sequential{...} here"                                  },
    {"dnn",               "NLLLoss",          "dnn.CrossEntropyLoss takes scores before the softmax"            },
    {"dnn",               "Softmax",          "dnn.CrossEntropyLoss takes scores before the softmax"            },
    {"dnn",               "seed",             "it is dnn.manual_seed(n) here"                                   },
    {"dnn",               "no_grad",          "only net:backward makes gradients: leave it out"                 },
    {"dnn",               "float32",          "types are texts, as in dnn.zeros(m, n, {dtype = \"float32\"})"   },
    {"dnn",               "float64",          "types are texts, as in dnn.zeros(m, n, {dtype = \"float64\"})"   },
    {"dnn",               "images",           "it is dnn.data.images(folder) here"                              },
    {"dnn",               "DataLoader",       "it is dnn.data.batches(set) here"                                },
    {"dnn",               "inv",              "it is dnn.linalg.inv(A) here"                                    },
    {"dnn",               "solve",            "it is dnn.linalg.solve(A, B) here"                               },
    {"dnn",               "svd",              "it is dnn.linalg.svd(A) here"                                    },
    {"dnn",               "L_model_forward",  "it is dnn.stepwise.L_model_forward here"                         },
    {"dnn",               "L_layer_model",    "it is dnn.stepwise.L_layer_model here"                           },
    {"dnn.linalg",        "norm",             "it is A:norm() here"                                             },
    {"dnn.linalg",        "matmul",           "it is A * B here, or dnn.mm(A, B)"                               },
    {"dnn.data",          "DataLoader",       "it is dnn.data.batches(set) here"                                },
    {"dnn.data",          "ImageFolder",      "it is dnn.data.images(folder) here"                              },
    {"dnn.data",          "train_test_split", "it is dnn.data.split(set) here"                                  },
    {"dnn.data",          "imread",           "it is dnn.data.read_image(path) here"                            },
    {"dnn.data",          "load",             "dnn.data.images reads a folder, dnn.data.hdf5 a file"            },
    {"dnn.data",          "csv",              "dnn.data.hdf5 reads numbers; io.lines and dnn.Matrix do for text"},
    {"the set",           "images",           "it is set.X here"                                                },
    {"the set",           "labels",           "it is set.Y here"                                                },
    {"the set",           "targets",          "it is set.Y here"                                                },
    {"the folder's data", "X",                "it is data.train.X here, and data.test.X"                        },
    {"the folder's data", "Y",                "it is data.train.Y here, and data.test.Y"                        },
    {"the folder's data", "raw",              "it is data.train.raw here, and data.test.raw"                    },
    {"the folder's data", "files",            "it is data.train.files here, and data.test.files"                },
    {"the folder's data", "labels",           "it is data.train.Y here, and data.test.Y"                        },
    {"option",            "learning_rate",    "lr"                                                              },
    {"option",            "alpha",            "lr"                                                              },
    {"option",            "rate",             "lr"                                                              },
    {"option",            "betas",            "beta1"                                                           },
    {"option",            "epsilon",          "eps"                                                             },
    {"option",            "l2",               "weight_decay"                                                    },
    {"dnn.data.batches",  "batch_size",       "size"                                                            },
    {"option",            "test_size",        "test"                                                            },
    {"option",            "random_state",     "seed"                                                            },
    {"option",            "seed",             "random"                                                          },
    {"option",            "transpose_a",      "ta"                                                              },
    {"option",            "transpose_b",      "tb"                                                              },
    {"option",            "config",           "settings"                                                        },
    {"option",            "model",            "net"                                                             },
};

enum { SYNONYMS = sizeof synonyms / sizeof synonyms[0] };

/* What is said of a name in a group, NULL when that is nothing. */
static const char *find_advice(const char *group, const char *name) {
    for (size_t i = 0; group != NULL && i < SYNONYMS; i++) {
        if (strcmp(synonyms[i].group, group) == 0 && strcmp(synonyms[i].name, name) == 0) {
            return synonyms[i].advice;
        }
    }
    return NULL;
}

int dnnlua_push_synonyms(lua_State *L) {
    lua_createtable(L, SYNONYMS, 0);
    for (size_t i = 0; i < SYNONYMS; i++) {
        const char *const row[] = {synonyms[i].group, synonyms[i].name, synonyms[i].advice};
        lua_createtable(L, 3, 0);
        for (int k = 0; k < 3; k++) {
            lua_pushstring(L, row[k]);
            lua_rawseti(L, -2, k + 1);
        }
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* --- slips of the pen --- */

#define LONGEST_NAME 32

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static char lower(char c) {
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Edits (insert, delete, replace, swap of neighbours) that turn a into b, capitals or not: the
 * optimal string alignment distance, row by row. Longer names than LONGEST_NAME count as far away.
 */
static size_t edits(const char *a, const char *b) {
    size_t rows[3][LONGEST_NAME + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    size_t m = strlen(a), n = strlen(b);

    if (m > LONGEST_NAME || n > LONGEST_NAME) {
        return LONGEST_NAME;
    }
    for (size_t j = 0; j <= n; j++) {
        last[j] = j;
    }
    for (size_t i = 1; i <= m; i++) {
        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            char x = lower(a[i - 1]), y = lower(b[j - 1]);
            size_t replaced = last[j - 1] + (x != y);
            now[j] = smaller(replaced, smaller(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y) {
                now[j] = smaller(now[j], before[j - 2] + 1);
            }
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[n];
}

void dnnlua_nearest_offer(dnnlua_nearest *nearest, const char *name) {
    size_t distance = edits(nearest->wanted, name);
    bool few = distance <= 2 && 2 * distance <= strlen(nearest->wanted);
    bool alike = strncasecmp(nearest->wanted, name, 3) == 0;

    if ((!few && !alike) || strcmp(nearest->wanted, name) == 0) {
        return;
    }
    if (nearest->name == NULL || distance < nearest->distance ||
        (distance == nearest->distance && strcmp(name, nearest->name) < 0)) {
        nearest->name = name;
        nearest->distance = distance;
    }
}

void dnnlua_nearest_option(dnnlua_nearest *nearest, const char *known) {
    const char *meant = find_advice(nearest->group, nearest->wanted);

    if (meant == NULL) {
        meant = find_advice("option", nearest->wanted);
    }
    if (meant != NULL && strcmp(meant, known) == 0) {
        nearest->name = known;
        nearest->distance = 0;
    } else {
        dnnlua_nearest_offer(nearest, known);
    }
}

void dnnlua_offer(dnnlua_nearest *nearest, const luaL_Reg *methods, const char *const *fields) {
    for (; methods->name != NULL; methods++) {
        dnnlua_nearest_offer(nearest, methods->name);
    }
    for (; *fields != NULL; fields++) {
        dnnlua_nearest_offer(nearest, *fields);
    }
}

const char *dnnlua_push_advice(lua_State *L, const dnnlua_nearest *nearest) {
    const char *advice = find_advice(nearest->group, nearest->wanted);

    if (advice != NULL) {
        return lua_pushfstring(L, "; %s", advice);
    }
    if (nearest->name != NULL) {
        return lua_pushfstring(L, "; did you mean '%s'?", nearest->name);
    }
    return lua_pushliteral(L, "");
}

int dnnlua_no_such_field(lua_State *L, const char *owner, const dnnlua_nearest *nearest) {
    return luaL_error(L, "%s has no field '%s'%s", owner, nearest->wanted,
                      dnnlua_push_advice(L, nearest));
}

/* --- methods --- */

void *dnnlua_check_self(lua_State *L, const char *type, const char *object) {
    void *self = luaL_testudata(L, 1, type);
    lua_Debug call;

    if (self == NULL) {
        const char *got = dnnlua_got(L, 1);
        const char *method = "method";
        if (lua_getstack(L, 0, &call) && lua_getinfo(L, "n", &call) && call.name != NULL) {
            method = call.name;
        }
        luaL_error(L,
                   "%s: expected a %s before the arguments, got %s; methods take a colon, as in "
                   "%s:%s(...)",
                   method, type, got, object, method);
    }
    return self;
}
