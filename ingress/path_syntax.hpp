// What the paths of an Ingress may hold.
#pragma once

#include <algorithm>
#include <string_view>

#include "base/ascii.hpp"

namespace fairway::ingress {

/// strict-validate-path-type of ingress-nginx: what a path of type Exact or Prefix may hold.
inline bool is_plain_path(std::string_view path) {
    return path.starts_with('/') && std::ranges::all_of(path, [](char c) {
               return ascii::is_alnum(c) || c == '/' || c == '.' || c == '_' || c == '-';
           });
}

}  // namespace fairway::ingress
