# embed_manifests(<output.cpp> <function> <file>...): a function in namespace fairway::app that returns the files as
# BuiltInManifest values, under their names. The files are the one source of truth: a change of one embeds it anew.
function(embed_manifests output function)
  set(entries "")
  foreach(file ${ARGN})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} text)
    get_filename_component(name ${file} NAME)
    string(APPEND entries "        {\"${name}\", R\"embedded(${text})embedded\"},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT [[
#include "app/demo/manifests.hpp"

namespace fairway::app {

std::vector<ingress::BuiltInManifest> @function@() {
    return {
@entries@    };
}

}  // namespace fairway::app
]])
endfunction()
