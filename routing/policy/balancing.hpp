// What decides the endpoint of a request beside load-balance: a session cookie, or a hash of something in the request.
// docs/session-affinity.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "routing/text_template.hpp"

namespace fairway::routing {

/// Annotations upstream-hash-by, upstream-hash-by-subset, upstream-hash-by-subset-size.
struct UpstreamHash {
    TextTemplate key;
    std::uint32_t subset_size = 0;  ///< 0: the hash names one endpoint; else so many, and chance one of them

    bool operator==(const UpstreamHash&) const = default;
};

/// Annotations affinity, affinity-mode and session-cookie-*.
struct SessionCookie {
    /// affinity-mode persistent: the cookie names one endpoint. Balanced: it is a key on the ring of endpoints, so that
    /// some clients move when endpoints come.
    bool persistent = false;
    std::string name = "INGRESSCOOKIE";
    std::string path;  ///< empty: the path of the rule
    std::string domain;
    std::optional<std::int64_t> expires;  ///< seconds from now, may be negative
    std::optional<std::int64_t> max_age;  ///< seconds
    std::string same_site;                ///< "None", "Lax", "Strict", or empty
    bool conditional_same_site_none = false;
    bool secure = false;  ///< also when the client came without TLS
    bool change_on_failure = false;

    bool operator==(const SessionCookie&) const = default;
};

/// Of a backend. The cookie goes before the hash, both before load-balance.
struct Balancing {
    std::optional<SessionCookie> session;
    std::optional<UpstreamHash> hash;

    bool operator==(const Balancing&) const = default;
};

}  // namespace fairway::routing
