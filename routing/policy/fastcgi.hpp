// What endpoints that speak FastCGI are told besides the usual: docs/fastcgi.md.
#pragma once

#include <string>
#include <vector>

#include "routing/text_template.hpp"

namespace fairway::routing {

/// Annotations fastcgi-index and fastcgi-params-configmap.
struct FastCgi {
    struct Param {
        std::string name;
        TextTemplate value;

        bool operator==(const Param&) const = default;
    };

    std::string index;          ///< behind the script name of a path that ends with '/'; empty: nothing
    std::vector<Param> params;  ///< in order of name, each name once; in place of the usual ones of that name

    bool operator==(const FastCgi&) const = default;
};

}  // namespace fairway::routing
