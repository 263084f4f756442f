#include "ingress/options.hpp"

#include <fmt/format.h>

namespace fairway::ingress {

Result<k8s::ObjectName> parse_object_name(std::string_view text) {
    const auto slash = text.find('/');
    const bool well_formed = slash != std::string_view::npos && slash > 0 && slash + 1 < text.size() &&
                             text.find('/', slash + 1) == std::string_view::npos;
    if (!well_formed) return Error{fmt::format("\"{}\" does not name an object; write namespace/name", text)};
    return k8s::ObjectName{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

}  // namespace fairway::ingress
