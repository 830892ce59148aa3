# collet_add_plugin(NAME SOURCES file... [LIBS target...] [FOLDER dir]): one plugin,
# one shared object <build>/plugins/NAME.so that exports its entry and nothing
# else. With FOLDER it goes there and is not installed. Works in Collet's own tree
# and after find_package(collet_sdk). Sources that are all C get the header alone;
# C++ gets the glue.
function(collet_add_plugin name)
  cmake_parse_arguments(ARG "" "FOLDER" "SOURCES;LIBS" ${ARGN})
  set(folder ${CMAKE_BINARY_DIR}/plugins)
  if(ARG_FOLDER)
    set(folder ${ARG_FOLDER})
  endif()
  add_library(${name} MODULE ${ARG_SOURCES})
  set(map ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/collet.map)
  set(glue collet::abi)
  foreach(source ${ARG_SOURCES})
    if(NOT source MATCHES "\\.c$")
      set(glue collet::sdk)
    endif()
  endforeach()
  target_link_libraries(${name} PRIVATE ${glue} ${ARG_LIBS})
  target_compile_features(${name} PRIVATE c_std_11)
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX .so
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${folder}
    LINK_DEPENDS ${map})
  # A unique symbol would pin the library in memory and leak it into others.
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>
    -ffunction-sections -fdata-sections)
  target_link_options(${name} PRIVATE -Wl,--version-script=${map} -Wl,--gc-sections)
  # A sanitizer's run-time lives in the executable, so its symbols stay open and
  # its libstdc++ shared.
  if(NOT COLLET_SANITIZE AND NOT "${CMAKE_CXX_FLAGS} ${CMAKE_C_FLAGS}" MATCHES "-fsanitize")
    target_link_options(${name} PRIVATE -Wl,-z,defs -static-libgcc
      $<$<LINK_LANGUAGE:CXX>:-static-libstdc++>)
  endif()
  if(NOT ARG_FOLDER)
    install(TARGETS ${name} LIBRARY DESTINATION lib/collet/plugins)
  endif()
endfunction()
