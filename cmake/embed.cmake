# embed.cmake: text files as arrays of a C header. cmake -DOUT=HEADER -DFILES=a.css,b.js -P embed.cmake: a.css
# becomes the array a_css, without a NUL at its end.
string(REPLACE "," ";" FILES "${FILES}")
set(text "/* Made by cmake/embed.cmake. */\n")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME)
  string(REPLACE "." "_" name ${name})
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND text "static const unsigned char ${name}[] = {${bytes}};\n")
endforeach()
file(WRITE ${OUT} "${text}")
