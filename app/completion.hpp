// Completion scripts for bash, zsh and fish, made from the same declarations as the command line itself.
#pragma once

#include <string>
#include <string_view>

namespace fairway::app {

/// The script for "bash", "zsh" or "fish".
std::string completion_script(std::string_view shell);

}  // namespace fairway::app
