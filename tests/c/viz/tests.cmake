# tests/c/viz/test_NAME.c
foreach(name
    actions axis coverage damage display_list export figure font panel panel_curves panel_drawing raster
    replay runs series smooth state svg terminal theme view)
  dnn_c_test(viz ${name} dnn_core dnn_store dnnview_parts)
endforeach()
target_compile_definitions(test_viz_raster PRIVATE DNN_GOLDEN="${PROJECT_SOURCE_DIR}/tests/golden")
