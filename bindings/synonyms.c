/* synonyms.c: the names that other libraries have for what has another name here, or is not needed.
 *
 * A row is a name and how a message about it ends. A test holds that each advice names something
 * that exists, and that no row is about a name that does. */
#include <string.h>

#include "bindings/dnnlua.h"

typedef struct synonym {
    const char *name, *advice;
} synonym;

static const synonym matrix[] = {
    {"shape",        "it is A:size() here, or A.rows and A.cols"                      },
    {"numel",        "it is #A here; A:size() gives rows and columns"                 },
    {"T",            "it is A:t() here"                                               },
    {"transpose",    "it is A:t() here"                                               },
    {"clone",        "it is A:copy() here"                                            },
    {"detach",       "a Matrix has no graph to leave; A:copy() copies it"             },
    {"item",         "it is A(1, 1) here"                                             },
    {"tolist",       "it is A:table() here"                                           },
    {"numpy",        "A:table() gives its numbers as a Lua table"                     },
    {"matmul",       "it is A * B here, or A:mm(B)"                                   },
    {"dot",          "it is A * B here, or A:mm(B)"                                   },
    {"mul",          "it is A % B here, or A:cmul(B); A * B is the matrix product"    },
    {"multiply",     "it is A % B here, or A:cmul(B); A * B is the matrix product"    },
    {"mul_",         "it is A:cmul_(B) here"                                          },
    {"view",         "it is A:reshape(rows, cols) here"                               },
    {"flatten",      "it is A:reshape(#A, 1) here"                                    },
    {"squeeze",      "a Matrix always has rows and columns; see A:reshape(rows, cols)"},
    {"unsqueeze",    "a Matrix always has rows and columns; see A:reshape(rows, cols)"},
    {"zero_",        "it is A:fill_(0) here"                                          },
    {"astype",       "it is A:to(dtype) here"                                         },
    {"type",         "it is A.dtype here, and A:to(dtype) converts"                   },
    {"float32",      "it is A:float() here"                                           },
    {"float64",      "it is A:double() here"                                          },
    {"uint8",        "it is A:byte() here"                                            },
    {"int32",        "it is A:int() here"                                             },
    {"long",         "it is A:int() here, which gives int32"                          },
    {"index_select", "it is A:gather(columns) here"                                   },
    {"narrow",       "it is A:rows_range(i1, i2) or A:cols_range(j1, j2) here"        },
    {"slice",        "it is A:block(i1, i2, j1, j2) here"                             },
    {"var",          "it is A:std() ^ 2 here"                                         },
    {"grad",         "a parameter's gradient is net[1].weight_grad"                   },
    {NULL,           NULL                                                             },
};

static const synonym sequential[] = {
    {"train",            "net:forward(X) is the same in training and in use: leave it out"  },
    {"eval",             "net:forward(X) is the same in training and in use: leave it out"  },
    {"layers",           "layer i is net[i], and there are #net"                            },
    {"modules",          "layer i is net[i], and there are #net"                            },
    {"predict",          "it is net:forward(X) here"                                        },
    {"step",             "an optimiser steps, opt:step(), or net:update(learning_rate)"     },
    {"add",              "all layers are given at once: dnn.Sequential{...}"                },
    {"append",           "all layers are given at once: dnn.Sequential{...}"                },
    {"summary",          "it is print(net) here"                                            },
    {"weight",           "each layer has its own: net[1].weight"                            },
    {"weights",          "each layer has its own: net[1].weight"                            },
    {"grads",            "each layer has its own: net[1].weight_grad"                       },
    {"named_parameters", "it is net:parameters():pairs() here"                              },
    {"to",               "it is dnn.Sequential({...}, {dtype = \"float64\"}) from the first"},
    {"double",           "it is dnn.Sequential({...}, {dtype = \"float64\"}) from the first"},
    {NULL,               NULL                                                               },
};

static const synonym layer[] = {
    {"grad",       "it is net[1].weight_grad here"},
    {"gradWeight", "it is net[1].weight_grad here"},
    {"gradBias",   "it is net[1].bias_grad here"  },
    {"kernel",     "it is net[1].weight here"     },
    {"output",     "it is net[1].A here"          },
    {NULL,         NULL                           },
};

static const synonym loss[] = {
    {"item",  "loss:forward(A, Y) returns the number itself"},
    {"value", "loss:forward(A, Y) returns the number itself"},
    {"grad",  "loss:backward() returns the gradient"        },
    {"step",  "an optimiser steps: opt:step()"              },
    {NULL,    NULL                                          },
};

static const synonym optimiser[] = {
    {"learning_rate", "it is opt.lr here"                                           },
    {"alpha",         "it is opt.lr here"                                           },
    {"param_groups",  "there is one group: opt.lr and the other settings are fields"},
    {"update",        "it is opt:step() here"                                       },
    {"minimize",      "after net:backward(loss:backward()) it is opt:step() here"   },
    {NULL,            NULL                                                          },
};

static const synonym parameters[] = {
    {"weight",           "a layer's weight is net[1].weight; p:pairs() goes through all"},
    {"named_parameters", "it is p:pairs() here"                                         },
    {"items",            "it is p:pairs() here"                                         },
    {"numel",            "it is p.count here"                                           },
    {"size",             "it is p.count here"                                           },
    {"data",             "it is p.values here"                                          },
    {"step",             "an optimiser steps: opt:step()"                               },
    {NULL,               NULL                                                           },
};

static const synonym run[] = {
    {"add_scalar",    "it is run:log(step, {name = value}) here"              },
    {"add_scalars",   "it is run:log(step, {name = value}) here"              },
    {"add_image",     "it is run:image(step, tag, pixels, width, height) here"},
    {"add_histogram", "it is run:histogram(step, tag, A) here"                },
    {"add_text",      "it is run:text(tag, text) here"                        },
    {"finish",        "it is run:close() here"                                },
    {"folder",        "it is run.path here"                                   },
    {"log_dir",       "it is run.path here"                                   },
    {"stop",          "it is run.stopped here"                                },
    {NULL,            NULL                                                    },
};

static const synonym module[] = {
    {"tensor",          "it is dnn.Matrix{...} here"                                   },
    {"array",           "it is dnn.Matrix{...} here"                                   },
    {"nn",              "layers and losses are in dnn itself: dnn.Linear, dnn.BCELoss" },
    {"SGD",             "it is dnn.optim.SGD here"                                     },
    {"Adam",            "it is dnn.optim.Adam here"                                    },
    {"AdamW",           "it is dnn.optim.AdamW here"                                   },
    {"matmul",          "it is A * B here, or dnn.mm(A, B)"                            },
    {"dot",             "it is A * B here, or dnn.mm(A, B)"                            },
    {"mul",             "it is A % B here, or dnn.cmul(A, B)"                          },
    {"multiply",        "it is A % B here, or dnn.cmul(A, B)"                          },
    {"concatenate",     "it is dnn.cat({A, B}, axis) here"                             },
    {"vstack",          "it is dnn.cat({A, B}, 1) here"                                },
    {"hstack",          "it is dnn.cat({A, B}, 2) here"                                },
    {"stack",           "it is dnn.cat({A, B}, axis) here"                             },
    {"range",           "it is dnn.arange(first, last, step) here"                     },
    {"Dense",           "it is dnn.Linear(in_features, out_features) here"             },
    {"Module",          "it is dnn.Layer{...} here, or dnn.Sequential{...}"            },
    {"Model",           "it is dnn.Sequential{...} here"                               },
    {"NLLLoss",         "dnn.CrossEntropyLoss takes scores before the softmax"         },
    {"Softmax",         "dnn.CrossEntropyLoss takes scores before the softmax"         },
    {"seed",            "it is dnn.manual_seed(n) here"                                },
    {"no_grad",         "only net:backward makes gradients: leave it out"              },
    {"float32",         "types are texts, as in dnn.zeros(m, n, {dtype = \"float32\"})"},
    {"float64",         "types are texts, as in dnn.zeros(m, n, {dtype = \"float64\"})"},
    {"images",          "it is dnn.data.images(folder) here"                           },
    {"DataLoader",      "it is dnn.data.batches(set) here"                             },
    {"inv",             "it is dnn.linalg.inv(A) here"                                 },
    {"solve",           "it is dnn.linalg.solve(A, B) here"                            },
    {"svd",             "it is dnn.linalg.svd(A) here"                                 },
    {"L_model_forward", "it is dnn.stepwise.L_model_forward here"                      },
    {"L_layer_model",   "it is dnn.stepwise.L_layer_model here"                        },
    {NULL,              NULL                                                           },
};

static const synonym dnn_linalg[] = {
    {"norm",   "it is A:norm() here"              },
    {"matmul", "it is A * B here, or dnn.mm(A, B)"},
    {NULL,     NULL                               },
};

static const synonym dnn_data[] = {
    {"DataLoader",       "it is dnn.data.batches(set) here"                                },
    {"ImageFolder",      "it is dnn.data.images(folder) here"                              },
    {"train_test_split", "it is dnn.data.split(set) here"                                  },
    {"imread",           "it is dnn.data.read_image(path) here"                            },
    {"load",             "dnn.data.images reads a folder, dnn.data.hdf5 a file"            },
    {"csv",              "dnn.data.hdf5 reads numbers; io.lines and dnn.Matrix do for text"},
    {NULL,               NULL                                                              },
};

static const synonym set[] = {
    {"images",  "it is set.X here"},
    {"labels",  "it is set.Y here"},
    {"targets", "it is set.Y here"},
    {NULL,      NULL              },
};

static const synonym pictures[] = {
    {"X",      "it is data.train.X here, and data.test.X"        },
    {"Y",      "it is data.train.Y here, and data.test.Y"        },
    {"raw",    "it is data.train.raw here, and data.test.raw"    },
    {"files",  "it is data.train.files here, and data.test.files"},
    {"labels", "it is data.train.Y here, and data.test.Y"        },
    {NULL,     NULL                                              },
};

static const synonym options[] = {
    {"learning_rate", "lr"          },
    {"alpha",         "lr"          },
    {"rate",          "lr"          },
    {"betas",         "beta1"       },
    {"epsilon",       "eps"         },
    {"l2",            "weight_decay"},
    {"test_size",     "test"        },
    {"random_state",  "seed"        },
    {"seed",          "random"      },
    {"transpose_a",   "ta"          },
    {"transpose_b",   "tb"          },
    {"config",        "settings"    },
    {"model",         "net"         },
    {NULL,            NULL          },
};

static const synonym dnn_data_batches[] = {
    {"batch_size", "size"},
    {NULL,         NULL  },
};

static const synonym dtypes[] = {
    {"float",  "float32"},
    {"single", "float32"},
    {"double", "float64"},
    {"byte",   "uint8"  },
    {"int",    "int32"  },
    {"long",   "int32"  },
    {NULL,     NULL     },
};

/* Where such names are looked up: "the set" is one of dnn.data, "data" what dnn.data.images
 * returns; of the rows of "option", and of a function's own, the advice is the option that is
 * meant. */
static const struct {
    const char *name;
    const synonym *names;
} groups[] = {
    {"dtype",            dtypes          },
    {"Matrix",           matrix          },
    {"Sequential",       sequential      },
    {"layer",            layer           },
    {"loss",             loss            },
    {"optimiser",        optimiser       },
    {"Parameters",       parameters      },
    {"Run",              run             },
    {"dnn",              module          },
    {"dnn.linalg",       dnn_linalg      },
    {"dnn.data",         dnn_data        },
    {"the set",          set             },
    {"data",             pictures        },
    {"option",           options         },
    {"dnn.data.batches", dnn_data_batches},
};

enum { GROUPS = sizeof groups / sizeof groups[0] };

const char *dnnlua_synonym(const char *group, const char *name) {
    for (size_t g = 0; group != NULL && g < GROUPS; g++) {
        if (strcmp(groups[g].name, group) != 0) {
            continue;
        }
        for (const synonym *row = groups[g].names; row->name != NULL; row++) {
            if (strcmp(row->name, name) == 0) {
                return row->advice;
            }
        }
    }
    return NULL;
}

int dnnlua_push_synonyms(lua_State *L) {
    lua_Integer count = 0;

    lua_newtable(L);
    for (size_t g = 0; g < GROUPS; g++) {
        for (const synonym *row = groups[g].names; row->name != NULL; row++) {
            const char *const cells[] = {groups[g].name, row->name, row->advice};
            lua_createtable(L, 3, 0);
            for (int k = 0; k < 3; k++) {
                lua_pushstring(L, cells[k]);
                lua_rawseti(L, -2, k + 1);
            }
            lua_rawseti(L, -2, ++count);
        }
    }
    return 1;
}
