# What most files include anyway, compiled once for all targets: headers are more than half of a build. Files still
# include what they use.
set(FAIRWAY_PRECOMPILED
    <algorithm> <array> <chrono> <cstdint> <cstring> <functional> <map> <memory> <optional> <set> <span> <string>
    <string_view> <unordered_map> <utility> <variant> <vector> <boost/system/result.hpp> <fmt/format.h>)
set(FAIRWAY_PRECOMPILED_ASIO
    <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp> <boost/asio/io_context.hpp> <boost/asio/ip/tcp.hpp>
    <boost/asio/steady_timer.hpp> <boost/asio/use_awaitable.hpp> <boost/json/value.hpp>)
set(FAIRWAY_PRECOMPILED_TEST <gmock/gmock.h> <gtest/gtest.h>)

# fairway_precompiled(<name> <header>... LINK ...): FAIRWAY_PRECOMPILED and these headers, for whoever says
# target_precompile_headers(... REUSE_FROM <name>).
function(fairway_precompiled name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/precompiled/${name}.cpp CONTENT "")
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/precompiled/${name}.cpp)
  target_link_libraries(${name} PRIVATE Boost::headers fmt::fmt ${ARG_LINK})
  target_precompile_headers(${name} PRIVATE ${FAIRWAY_PRECOMPILED} ${ARG_UNPARSED_ARGUMENTS})
endfunction()

fairway_precompiled(precompiled)
fairway_precompiled(precompiled_asio ${FAIRWAY_PRECOMPILED_ASIO} LINK fairway_asio Boost::json)

# fairway_library(<folder> SOURCES ... [NAME <name>] [LINK ...] [PRIVATE_LINK ...] [ASIO])
# One library per folder, fairway::<folder>. Headers are included from the root ("routing/route_table.hpp"), but every
# folder is visible only through an include directory of its own, so an include without a link dependency fails.
# NAME makes a second target of a folder (fairway::<name>), such as the part of proxy that does no I/O. ASIO: its files
# take Asio's headers precompiled as well.
function(fairway_library folder)
  cmake_parse_arguments(ARG "ASIO" "NAME" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  string(REPLACE "/" "_" name ${folder})
  set(view ${CMAKE_BINARY_DIR}/include/${name})
  set(precompiled precompiled)
  if(ARG_ASIO)
    set(precompiled precompiled_asio)
  endif()
  if(ARG_NAME)
    set(name ${ARG_NAME})
  endif()
  get_filename_component(parent ${view}/${folder} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/${folder} ${view}/${folder} SYMBOLIC)

  add_library(fairway_${name} STATIC ${ARG_SOURCES})
  add_library(fairway::${name} ALIAS fairway_${name})
  target_include_directories(fairway_${name} PUBLIC ${view})
  target_link_libraries(fairway_${name} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK})
  target_precompile_headers(fairway_${name} REUSE_FROM ${precompiled})
endfunction()

# fairway_test(<name> SOURCES ... LINK ...): one GoogleTest binary; every test in it is a ctest of its own, whose label is
# the folder (ctest -L wire).
function(fairway_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main)
  target_precompile_headers(${name} REUSE_FROM precompiled_test)
  get_filename_component(folder ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES PROPERTIES TIMEOUT 120 LABELS ${folder})
endfunction()

# Files of a test that read other files of the project: FAIRWAY_SOURCE_DIR is its root. Only these are told, so that a
# compiler cache serves all others wherever the project lies.
function(fairway_reads_sources)
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_DEFINITIONS FAIRWAY_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
endfunction()

# fairway_benchmark(<name> SOURCES ... LINK ...): a google-benchmark binary, beside the code it measures.
function(fairway_benchmark name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  find_package(benchmark REQUIRED)
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} benchmark::benchmark_main)
endfunction()
