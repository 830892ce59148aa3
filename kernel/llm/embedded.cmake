# The embedded model, a library of its own: it needs no provider.
collet_kernel_library(collet_llm_embedded
  embedded.cpp embedded_child.cpp embedded_scripts.cpp embedded_status.cpp model_store.cpp)
target_link_libraries(collet_llm_embedded PUBLIC collet_config collet_base collet::sdk)

# What runs it: found below share/ by the installed server, in scripts/ by a built one.
install(DIRECTORY ${CMAKE_SOURCE_DIR}/scripts/model/ DESTINATION ${CMAKE_INSTALL_DATADIR}/collet/model
  FILES_MATCHING PATTERN "*.py" PATTERN "models.json" PATTERN "__pycache__" EXCLUDE)
