# collet_add_test(NAME SOURCES... [LIBS target...] [FIXTURE name]): one GoogleTest binary,
# its cases known to ctest under the label `unit`, run after the tests that set FIXTURE up.
include(GoogleTest)

if(COLLET_SANITIZE MATCHES "thread")
  set(COLLET_TEST_PREFIX "tsan/")
elseif(COLLET_SANITIZE)
  set(COLLET_TEST_PREFIX "asan/")
endif()

function(collet_add_test name)
  cmake_parse_arguments(ARG "" "FIXTURE" "SOURCES;LIBS" ${ARGN})
  find_package(GTest REQUIRED)
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} GTest::gmock GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  set(fixture "")
  if(ARG_FIXTURE)
    set(fixture FIXTURES_REQUIRED ${ARG_FIXTURE})
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${COLLET_TEST_PREFIX}"
    PROPERTIES TIMEOUT 120 LABELS unit ${fixture})
endfunction()

# collet_add_bwrap_tests(NAME): the same cases once more, in boxes that bubblewrap makes.
# Once is enough: what is sanitised is the same with both.
function(collet_add_bwrap_tests name)
  if(NOT COLLET_SANITIZE)
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST TEST_PREFIX "bwrap/"
      PROPERTIES TIMEOUT 120 LABELS unit ENVIRONMENT "COLLET_HOSTILE_BACKEND=bwrap")
  endif()
endfunction()
