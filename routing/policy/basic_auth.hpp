// User names and passwords that a route asks for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::routing {

enum class AuthScheme : std::uint8_t { basic, digest };

/// Annotations auth-type, auth-secret, auth-secret-type, auth-realm.
struct BasicAuth {
    struct User {
        std::string name;
        std::string secret;  ///< basic: a hash as htpasswd writes it; digest: "realm:HA1" as htdigest does

        bool operator==(const User&) const = default;
    };

    AuthScheme scheme = AuthScheme::basic;
    std::string realm;
    std::vector<User> users;  ///< sorted by name; of several with one name the first in the file counts

    /// nullptr: unknown.
    const User* find(std::string_view name) const noexcept {
        const auto found =
            std::lower_bound(users.begin(), users.end(), name,
                             [](const User& user, std::string_view wanted) { return user.name < wanted; });
        return found != users.end() && found->name == name ? &*found : nullptr;
    }
    bool operator==(const BasicAuth&) const = default;
};

}  // namespace fairway::routing
