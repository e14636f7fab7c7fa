# dnn_c_test(viz NAME dnn_core dnn_store dnnview_parts)
dnn_c_test(viz axis dnn_core dnn_store dnnview_parts)
dnn_c_test(viz display_list dnn_core dnn_store dnnview_parts)
dnn_c_test(viz series dnn_core dnn_store dnnview_parts)
