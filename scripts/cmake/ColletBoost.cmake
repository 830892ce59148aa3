# Boost >= 1.81, headers only. An older one that the system may have is passed
# over; scripts/deps unpacks a private copy into .deps/boost where none is found.
find_path(COLLET_BOOST_INCLUDE boost/asio/as_tuple.hpp
  HINTS ${CMAKE_SOURCE_DIR}/.deps/boost/usr/include NO_DEFAULT_PATH)
if(NOT COLLET_BOOST_INCLUDE)
  find_package(Boost 1.81 REQUIRED)
  set(COLLET_BOOST_INCLUDE ${Boost_INCLUDE_DIRS} CACHE PATH "Boost headers" FORCE)
endif()
message(STATUS "Boost headers: ${COLLET_BOOST_INCLUDE}")

# The headers plus the defines that every translation unit must agree on.
add_library(collet_asio_headers INTERFACE)
target_include_directories(collet_asio_headers SYSTEM INTERFACE ${COLLET_BOOST_INCLUDE})
target_compile_definitions(collet_asio_headers INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED BOOST_ERROR_CODE_HEADER_ONLY BOOST_DLL_USE_STD_FS)
target_link_libraries(collet_asio_headers INTERFACE Threads::Threads)
