# Language level, build type, warnings, output folders and the job pool for heavy translation units.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET default)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release or Debug" FORCE)
endif()
# -O2 without debug information: half the compile time of -O3 -g, and the kernels set their own level.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# Translation units with deal.II or CGAL take 1-2 GB each: one at a time.
set_property(GLOBAL PROPERTY JOB_POOLS heavy=1)

add_library(spongiosa_warnings INTERFACE)
target_compile_options(spongiosa_warnings INTERFACE -Wall -Wextra -Wno-psabi)

# Every target has one include root: the repository.
# spongiosa_library(NAME core [SHARED] SOURCES ... LINK ...): the library spongiosa_<NAME>, alias spongiosa::<NAME>.
# Static, but for core: it holds the process-wide state (log level, cancellation), which program and modules must share.
function(spongiosa_library)
  cmake_parse_arguments(ARG "SHARED" "NAME" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  if(ARG_SHARED)
    set(kind SHARED)
  else()
    set(kind STATIC)
  endif()
  add_library(spongiosa_${ARG_NAME} ${kind} ${ARG_SOURCES})
  add_library(spongiosa::${ARG_NAME} ALIAS spongiosa_${ARG_NAME})
  target_include_directories(spongiosa_${ARG_NAME} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(spongiosa_${ARG_NAME} PUBLIC ${ARG_LINK} PRIVATE spongiosa_warnings ${ARG_PRIVATE_LINK})
endfunction()

# spongiosa_module(NAME imaging SOURCES ... LINK ...): lib/spongiosa-<NAME>.so, loaded by core/module.h on first use
function(spongiosa_module)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;LINK" ${ARGN})
  add_library(spongiosa_module_${ARG_NAME} MODULE ${ARG_SOURCES})
  set_target_properties(spongiosa_module_${ARG_NAME} PROPERTIES PREFIX "" OUTPUT_NAME spongiosa-${ARG_NAME})
  target_include_directories(spongiosa_module_${ARG_NAME} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(spongiosa_module_${ARG_NAME} PRIVATE spongiosa_warnings ${ARG_LINK})
endfunction()
