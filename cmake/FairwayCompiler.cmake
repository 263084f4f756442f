# Compiler settings that hold for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")

option(FAIRWAY_LTO "Link-time optimisation" OFF)
set(FAIRWAY_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")

add_compile_options(-Wall -Wextra $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local> -Wnon-virtual-dtor -Woverloaded-virtual -Wvla -Wno-missing-field-initializers
                    -fno-omit-frame-pointer -fstack-protector-strong)
# Warnings stop developers. Whoever builds a release has another compiler some day, with warnings that nobody here saw.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_definitions(_FORTIFY_SOURCE=2)
elseif(NOT FAIRWAY_SANITIZE)
  add_compile_options(-Werror)
endif()
if(FAIRWAY_SANITIZE)
  # GCC inlines only one of the two functions by which an Asio coroutine frame comes and goes (aligned_alloc, and an
  # operator delete that hands it to free()) and then takes them for a mismatched pair. What the sanitizers put between
  # the members of a moved Result<std::string> it takes for an access beyond its end.
  add_compile_options(-fsanitize=${FAIRWAY_SANITIZE} -fno-sanitize-recover=all
                      $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>)
  add_link_options(-fsanitize=${FAIRWAY_SANITIZE})
endif()
if(FAIRWAY_LTO)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # What ccache asks for with precompiled headers (its manual, "Precompiled headers").
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
  add_compile_options($<$<AND:$<CXX_COMPILER_ID:GNU>,$<COMPILE_LANGUAGE:CXX>>:-fpch-preprocess>)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
find_program(LLD_PROGRAM ld.lld)
if(LLD_PROGRAM AND NOT FAIRWAY_LTO)
  add_link_options(-fuse-ld=lld)
endif()
