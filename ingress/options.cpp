#include "ingress/options.hpp"

#include <fmt/format.h>

#include "k8s-client/objects/names.hpp"

namespace fairway::ingress {

Result<k8s::ObjectName> parse_object_name(std::string_view text) {
    const auto slash = text.find('/');
    const bool well_formed = slash != std::string_view::npos && slash > 0 && slash + 1 < text.size() &&
                             text.find('/', slash + 1) == std::string_view::npos;
    if (!well_formed) return Error{fmt::format("\"{}\" does not name an object; write namespace/name", text)};
    return k8s::ObjectName{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

Result<std::string> parse_cluster_domain(std::string_view text) {
    // Names of 63 + 63 characters and "svc" come in front, and a DNS name has 253 at most.
    constexpr std::size_t kLongest = 120;
    if (text.ends_with('.')) text.remove_suffix(1);
    if (text.size() <= kLongest && k8s::is_dns_subdomain(text)) return std::string(text);
    return Error{fmt::format("\"{}\" is not a domain in lower case of at most {} characters; write one such as "
                             "cluster.local",
                             text, kLongest)};
}

}  // namespace fairway::ingress
