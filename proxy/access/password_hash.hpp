// Passwords against the hashes that htpasswd and crypt(3) write.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fairway::proxy {

/// What verifying costs.
enum class HashCost : std::uint8_t {
    fast,  ///< microseconds: {PLAIN}, {SHA}, {SSHA}
    slow,  ///< made to be slow: bcrypt, apr1, $5$, $6$ and whatever else crypt(3) knows
};

HashCost cost_of(std::string_view hash) noexcept;

/// As nginx: "{PLAIN}text", "{SHA}base64", "{SSHA}base64", "$apr1$salt$…", and everything else as crypt(3) of this machine
/// takes it (bcrypt "$2y$", "$5$", "$6$", "$1$", DES). What none of them knows matches no password. Any thread.
bool password_matches(std::string_view password, std::string_view hash);

/// The whole "$apr1$salt$hash" of a password: Apache's variant of MD5-crypt. For tests as well.
std::string apr1_hash(std::string_view password, std::string_view salt);

}  // namespace fairway::proxy
