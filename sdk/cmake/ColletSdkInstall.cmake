# Installs the SDK as the package collet_sdk. Its version is the ABI's, read from
# the header so that there is one place to change it.
include(CMakePackageConfigHelpers)
file(READ ${CMAKE_CURRENT_SOURCE_DIR}/include/collet/abi.h abi_text)
foreach(part MAJOR MINOR)
  if(NOT abi_text MATCHES "#define COLLET_ABI_${part} ([0-9]+)u")
    message(FATAL_ERROR "abi.h does not define COLLET_ABI_${part}")
  endif()
  set(COLLET_ABI_${part} ${CMAKE_MATCH_1})
endforeach()

set(package_dir lib/cmake/collet_sdk)
install(TARGETS collet_abi collet_sdk collet_testing EXPORT collet_sdkTargets
  ARCHIVE DESTINATION lib COMPONENT sdk
  FILE_SET HEADERS DESTINATION include COMPONENT sdk)
install(EXPORT collet_sdkTargets NAMESPACE collet:: DESTINATION ${package_dir} COMPONENT sdk)
configure_package_config_file(cmake/collet_sdkConfig.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/collet_sdkConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/collet_sdkConfigVersion.cmake
  VERSION ${COLLET_ABI_MAJOR}.${COLLET_ABI_MINOR} COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/collet_sdkConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/collet_sdkConfigVersion.cmake
  cmake/ColletPlugin.cmake cmake/collet.map
  DESTINATION ${package_dir} COMPONENT sdk)
install(DIRECTORY template/ DESTINATION share/collet/plugin-template COMPONENT sdk)
