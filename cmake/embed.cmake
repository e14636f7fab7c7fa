# embed.cmake: text files as arrays of a C header. cmake -DOUT=HEADER -DNAME=page -DFILES=a.css,b.js,c.js -P
# embed.cmake: files of one ending, one after the other, become one array, here page_css and page_js, without a
# NUL at its end.
string(REPLACE "," ";" FILES "${FILES}")
foreach(file ${FILES})
  get_filename_component(ending ${file} LAST_EXT)
  string(REPLACE "." "${NAME}_" array ${ending})
  file(READ ${file} bytes HEX)
  string(APPEND bytes_of_${array} ${bytes})
  list(APPEND arrays ${array})
endforeach()
list(REMOVE_DUPLICATES arrays)
set(text "/* Made by cmake/embed.cmake. */\n")
foreach(array ${arrays})
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes_of_${array}}")
  string(APPEND text "static const unsigned char ${array}[] = {${bytes}};\n")
endforeach()
file(WRITE ${OUT} "${text}")
