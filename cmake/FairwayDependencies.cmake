# Debian packages (see scripts/install-deps). Only the folder that needs one links it.
find_package(Threads REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS json url)
find_package(OpenSSL 3.0 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(ZLIB REQUIRED)
find_path(PROTOZERO_INCLUDE_DIR protozero/pbf_writer.hpp REQUIRED)  # headers alone
pkg_check_modules(LIBYAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(BROTLI_ENCODER REQUIRED IMPORTED_TARGET libbrotlienc)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(NGHTTP2 REQUIRED IMPORTED_TARGET libnghttp2)
pkg_check_modules(MAXMINDDB REQUIRED IMPORTED_TARGET libmaxminddb)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(CARES REQUIRED IMPORTED_TARGET libcares>=1.18)
pkg_check_modules(CRYPT REQUIRED IMPORTED_TARGET libcrypt)
pkg_check_modules(LDNS REQUIRED IMPORTED_TARGET ldns)

# ModSecurity: its headers alone. The program loads the library when a configuration wants it (waf/api.hpp).
find_path(MODSECURITY_INCLUDE_DIR modsecurity/modsecurity.h)
if(NOT MODSECURITY_INCLUDE_DIR)
  message(FATAL_ERROR "The headers of ModSecurity 3 are missing: install libmodsecurity-dev (scripts/install-deps build)")
endif()

# Asio and Beast are compiled once, in this file; whoever links the target sees their declarations only.
add_library(fairway_asio STATIC ${CMAKE_SOURCE_DIR}/base/io/asio.cpp)
target_compile_definitions(fairway_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                           BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(fairway_asio PUBLIC Boost::headers Threads::Threads)
add_library(fairway_asio_ssl STATIC ${CMAKE_SOURCE_DIR}/base/io/asio_ssl.cpp)
target_link_libraries(fairway_asio_ssl PUBLIC fairway_asio OpenSSL::SSL OpenSSL::Crypto)
if(FAIRWAY_SANITIZE MATCHES thread)
  # ThreadSanitizer knows no fences; Asio's queues are guarded by mutexes as well, which it does know.
  target_compile_definitions(fairway_asio PUBLIC BOOST_ASIO_DISABLE_FENCED_BLOCK)
  target_compile_options(fairway_asio PUBLIC -Wno-tsan)
endif()
