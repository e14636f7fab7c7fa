dnn_c_test(store control dnn_core dnn_store)
dnn_c_test(store event dnn_core dnn_store)
dnn_c_test(store run_log dnn_core dnn_store)
