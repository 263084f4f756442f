// What the process remembers about who may pass. All workers share it; each part has locks of its own, and only routes
// with authentication come here.
#pragma once

#include <string>
#include <vector>

#include "proxy/access/digest_cache.hpp"
#include "proxy/access/nonce_table.hpp"
#include "proxy/access/password_pool.hpp"

namespace fairway::proxy {

/// A password that was right. Its key holds the hash it was compared with, so that another hash in the Secret makes another
/// key: what the old one let pass is not found any more.
struct RightPassword {};

/// What an authentication server said.
struct Verdict {
    std::uint16_t status = 0;
    std::string challenge;             ///< its WWW-Authenticate
    std::vector<std::string> values;   ///< of the fields that auth-response-headers names, in that order
    std::vector<std::string> cookies;  ///< its Set-Cookie fields; an answer with some is not kept

    std::size_t bytes() const noexcept {
        std::size_t sum = sizeof *this + challenge.size();
        for (const auto* texts : {&values, &cookies})
            for (const auto& text : *texts) sum += sizeof text + text.size();
        return sum;
    }
};

struct AccessTables {
    static constexpr std::size_t kPasswordBytes = std::size_t{8} * 1024 * 1024;
    static constexpr std::size_t kVerdictBytes = std::size_t{64} * 1024 * 1024;
    static constexpr std::chrono::minutes kPasswordTime{60};  ///< then it is verified again
    static constexpr unsigned kPasswordThreads = 2;

    DigestKey key;
    DigestCache<RightPassword> passwords{kPasswordBytes};
    DigestCache<Verdict> verdicts{kVerdictBytes};
    NonceTable nonces{key, std::chrono::steady_clock::now()};
    PasswordPool pool{kPasswordThreads};
};

}  // namespace fairway::proxy
