// Values by host name as a handshake asks for them: exact name, then the wildcard of its first label.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/ascii.hpp"

namespace fairway::tls {

inline constexpr std::size_t kLongestServerName = 255;  // RFC 1035 section 2.3.4

/// SNI in any case, trailing dot allowed, as NameMap looks it up: lower case, without that dot. Empty when the client sent
/// none, or one that is longer than a name can be.
class ServerName {
public:
    explicit ServerName(std::string_view sent) noexcept {
        if (sent.ends_with('.')) sent.remove_suffix(1);
        if (sent.size() > lower_.size()) return;
        for (const char character : sent) lower_[size_++] = ascii::to_lower(character);
    }
    std::string_view text() const noexcept { return {lower_.data(), size_}; }

private:
    std::array<char, kLongestServerName> lower_;
    std::size_t size_ = 0;
};

template <class Value>
class NameMap {
public:
    /// The value of a host name or "*.rest" (lower case); made when it is not there.
    Value& operator[](std::string_view host) { return by_name_[std::string(host)]; }
    bool empty() const noexcept { return by_name_.empty(); }

    /// @param server_name  SNI as it was sent.
    /// @return nullptr when no entry matches.
    const Value* find(std::string_view server_name) const noexcept {
        if (by_name_.empty()) return nullptr;
        const ServerName name(server_name);
        const auto* exact = find_exact(name.text());
        return exact != nullptr ? exact : find_wildcard(name.text());
    }
    /// @param name  as ServerName has it.
    const Value* find_exact(std::string_view name) const noexcept {
        const auto found = by_name_.find(name);
        return found != by_name_.end() ? &found->second : nullptr;
    }
    /// The entry "*.rest" of "label.rest".
    const Value* find_wildcard(std::string_view name) const noexcept {
        const std::size_t dot = name.find('.');
        if (dot == std::string_view::npos || dot == 0) return nullptr;
        std::array<char, kLongestServerName> wildcard;
        wildcard[0] = '*';
        const std::string_view rest = name.substr(dot);
        rest.copy(wildcard.data() + 1, rest.size());
        return find_exact({wildcard.data(), rest.size() + 1});
    }

private:
    /// Lets a string_view look up a std::string key without a copy.
    struct NameHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const noexcept { return std::hash<std::string_view>{}(name); }
    };

    std::unordered_map<std::string, Value, NameHash, std::equal_to<>> by_name_;
};

}  // namespace fairway::tls
