// Values by host name as a handshake asks for them: exact name, then the wildcard of its first label.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/ascii.hpp"

namespace fairway::tls {

template <class Value>
class NameMap {
public:
    /// The value of a host name or "*.rest" (lower case); made when it is not there.
    Value& operator[](std::string_view host) { return by_name_[std::string(host)]; }
    bool empty() const noexcept { return by_name_.empty(); }

    /// @param server_name  SNI in any case, trailing dot allowed; empty when the client sent none.
    /// @return nullptr when no entry matches.
    const Value* find(std::string_view server_name) const noexcept {
        if (server_name.ends_with('.')) server_name.remove_suffix(1);
        if (server_name.empty() || server_name.size() > kLongestName || by_name_.empty()) return nullptr;
        std::array<char, kLongestName> lower;
        for (std::size_t i = 0; i < server_name.size(); ++i) lower[i] = ascii::to_lower(server_name[i]);
        const std::string_view name(lower.data(), server_name.size());

        if (const auto exact = by_name_.find(name); exact != by_name_.end()) return &exact->second;
        const std::size_t dot = name.find('.');
        if (dot == std::string_view::npos || dot == 0) return nullptr;
        lower[dot - 1] = '*';  // "www.example.com" becomes "ww*.example.com", and its end is "*.example.com"
        const auto wildcard = by_name_.find(name.substr(dot - 1));
        return wildcard != by_name_.end() ? &wildcard->second : nullptr;
    }

private:
    static constexpr std::size_t kLongestName = 255;  // RFC 1035 section 2.3.4

    /// Lets a string_view look up a std::string key without a copy.
    struct NameHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const noexcept { return std::hash<std::string_view>{}(name); }
    };

    std::unordered_map<std::string, Value, NameHash, std::equal_to<>> by_name_;
};

}  // namespace fairway::tls
