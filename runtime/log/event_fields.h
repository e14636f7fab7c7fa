/* event_fields.h: field numbers of the messages in an event file, for event.c and event_read.c. */
#ifndef DNN_STORE_EVENT_FIELDS_H
#define DNN_STORE_EVENT_FIELDS_H

enum { /* Event */
       EVENT_WALL_TIME = 1,
       EVENT_STEP = 2,
       EVENT_FILE_VERSION = 3,
       EVENT_GRAPH = 4,
       EVENT_SUMMARY = 5,
       EVENT_SESSION = 7,
};
enum { /* SessionLog */
       SESSION_STATUS = 1,
       SESSION_STOP = 2,
};
enum { /* Summary */
       SUMMARY_VALUE = 1,
};
enum { /* Summary.Value */
       VALUE_TAG = 1,
       VALUE_SIMPLE = 2,
       VALUE_IMAGE = 4,
       VALUE_HISTOGRAM = 5,
       VALUE_TENSOR = 8,
       VALUE_METADATA = 9,
};
enum { /* SummaryMetadata and its PluginData */
       METADATA_PLUGIN = 1,
       PLUGIN_NAME = 1,
       PLUGIN_CONTENT = 2,
};
enum { /* PrCurvePluginData */
       PR_THRESHOLDS = 2,
};
enum { /* HParamsPluginData, SessionStartInfo, an entry of its map, google.protobuf.Value */
       HPARAMS_SESSION = 3,
       SESSION_HPARAMS = 1,
       ENTRY_KEY = 1,
       ENTRY_VALUE = 2,
       ANY_NUMBER = 2,
       ANY_STRING = 3,
       ANY_BOOL = 4,
};
enum { /* HistogramProto */
       HISTOGRAM_MIN = 1,
       HISTOGRAM_MAX = 2,
       HISTOGRAM_NUM = 3,
       HISTOGRAM_SUM = 4,
       HISTOGRAM_SUM_SQUARES = 5,
       HISTOGRAM_LIMITS = 6,
       HISTOGRAM_COUNTS = 7,
};
enum { /* Summary.Image */
       IMAGE_HEIGHT = 1,
       IMAGE_WIDTH = 2,
       IMAGE_COLORSPACE = 3,
       IMAGE_BYTES = 4,
};
enum { /* TensorProto and TensorShapeProto */
       TENSOR_DTYPE = 1,
       TENSOR_SHAPE = 2,
       TENSOR_CONTENT = 4,
       TENSOR_FLOATS = 5,
       TENSOR_DOUBLES = 6,
       TENSOR_INTS = 7, /* and smaller integers */
       TENSOR_STRINGS = 8,
       TENSOR_INT64S = 10,
       TENSOR_BOOLS = 11,
       TENSOR_HALVES = 13, /* and bfloat16, by their bits */
       TENSOR_UINT32S = 16,
       TENSOR_UINT64S = 17,
       TENSOR_DTYPE_FLOAT = 1,
       TENSOR_DTYPE_DOUBLE = 2,
       TENSOR_DTYPE_INT32 = 3,
       TENSOR_DTYPE_UINT8 = 4,
       TENSOR_DTYPE_INT16 = 5,
       TENSOR_DTYPE_INT8 = 6,
       TENSOR_DTYPE_STRING = 7,
       TENSOR_DTYPE_INT64 = 9,
       TENSOR_DTYPE_BOOL = 10,
       TENSOR_DTYPE_BFLOAT16 = 14,
       TENSOR_DTYPE_UINT16 = 17,
       TENSOR_DTYPE_HALF = 19,
       TENSOR_DTYPE_UINT32 = 22,
       TENSOR_DTYPE_UINT64 = 23,
       SHAPE_DIM = 2,
       DIM_SIZE = 1,
};

#endif
