# collet_add_test(NAME SOURCES... [LIBS target...]): one GoogleTest binary, its
# cases known to ctest under the label `unit`, built by the target `unit_tests`.
# With ThreadSanitizer only the kernel's tests exist: the rest has no threads.
include(GoogleTest)
add_custom_target(unit_tests)

if(COLLET_SANITIZE MATCHES "thread")
  set(COLLET_TEST_PREFIX "tsan/")
elseif(COLLET_SANITIZE)
  set(COLLET_TEST_PREFIX "asan/")
endif()

function(collet_add_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  if(COLLET_SANITIZE MATCHES "thread" AND NOT folder MATCHES "^tests/kernel")
    return()
  endif()
  find_package(GTest REQUIRED)
  add_executable(${name} ${ARG_SOURCES})
  add_dependencies(unit_tests ${name})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} GTest::gmock GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${COLLET_TEST_PREFIX}"
    PROPERTIES TIMEOUT 120 LABELS unit)
endfunction()
