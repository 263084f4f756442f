// Host map: values by normalised host name, looked up without making a std::string.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace fairway::routing {

struct HostHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view host) const noexcept { return std::hash<std::string_view>{}(host); }
};

/// @tparam Equal  transparent; another one than the default lets a test count comparisons.
template <class Value, class Equal = std::equal_to<>>
using HostMap = boost::unordered_flat_map<std::string, Value, HostHash, Equal>;

}  // namespace fairway::routing
