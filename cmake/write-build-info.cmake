# Script (cmake -P): writes OUTPUT, the definition of app::kBuildInfo, but only when it changes, so that a build without
# a new commit compiles nothing. COMMIT is taken as it is when given; otherwise git is asked in SOURCE_DIR.
if(NOT COMMIT)
  execute_process(COMMAND git -C ${SOURCE_DIR} describe --always --dirty --exclude=* --abbrev=12
    OUTPUT_VARIABLE COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT COMMIT)
  set(COMMIT unknown)
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include "app/version.hpp"

namespace fairway::app {

const BuildInfo kBuildInfo = {"@VERSION@", "@COMMIT@", "@BUILD_TYPE@"};

}  // namespace fairway::app
]])
