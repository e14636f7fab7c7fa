# dnn_c_test(math NAME dnn_core dnn_math)
dnn_c_test(math blas dnn_core dnn_math)
dnn_c_test(math elementwise dnn_core dnn_math)
