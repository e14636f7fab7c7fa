# What `cmake --install` puts where. Modules and scripts stand where Lua 5.4 and the program look for
# them relative to the prefix, so that the tree works wherever it is moved.
set(DNN_LUA_MODULE_DIR lib/lua/5.4/dnn)
set(DNN_LUA_SCRIPT_DIR ${CMAKE_INSTALL_DATADIR}/lua/5.4)

install(TARGETS dnnlua dnnview dnn)
install(TARGETS dnn_lua_core dnn_lua_hdf5 LIBRARY DESTINATION ${DNN_LUA_MODULE_DIR})
install(DIRECTORY scripts/dnn DESTINATION ${DNN_LUA_SCRIPT_DIR} FILES_MATCHING PATTERN "*.lua")
install(DIRECTORY scripts/ DESTINATION ${CMAKE_INSTALL_DATADIR}/dnnlua/scripts
  FILES_MATCHING PATTERN "*.lua" PATTERN dnn EXCLUDE)

# The public headers are those that dnn.h names.
install(FILES runtime/dnn.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/dnn)
file(STRINGS runtime/dnn.h lines REGEX "^#include \"")
foreach(line ${lines})
  string(REGEX REPLACE "^#include \"(.*)\"" "\\1" header ${line})
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES runtime/${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/dnn/${folder})
endforeach()

# pkg-config finds the prefix from where dnn.pc stands.
file(RELATIVE_PATH DNN_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" DNN_PC_PREFIX ${DNN_PC_PREFIX})
configure_file(cmake/dnn.pc.in ${CMAKE_BINARY_DIR}/dnn.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/dnn.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md" PATTERN "*.png")

install(FILES docs/dnnlua.1 docs/dnnview.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES completions/dnnlua.bash RENAME dnnlua
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES completions/_dnnlua DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES completions/dnnlua.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
