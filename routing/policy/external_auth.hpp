// A server that is asked whether a request may pass.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "routing/backend.hpp"
#include "routing/text_template.hpp"

namespace fairway::tls {
class ClientContext;  // tls/client_context.hpp
}

namespace fairway::routing {

/// Annotations auth-url, auth-* and ConfigMap keys global-auth-*.
struct ExternalAuth {
    /// auth-proxy-set-headers: one field more of the question; an empty value takes it away.
    struct Field {
        std::string name;
        TextTemplate value;

        bool operator==(const Field&) const = default;
    };
    /// auth-cache-duration: how long answers with these statuses are kept.
    struct Lifetime {
        std::vector<std::uint16_t> statuses;
        std::chrono::seconds time{0};

        bool operator==(const Lifetime&) const = default;
    };
    /// auth-keepalive, -requests, -timeout.
    struct Keepalive {
        std::uint32_t connections = 0;  ///< idle ones that each worker keeps; 0: one connection for each question
        std::uint32_t requests = 1000;
        std::chrono::seconds idle_timeout{60};

        bool operator==(const Keepalive&) const = default;
    };

    std::string url;        ///< as written: for people, and to tell answers of one server from those of another
    BackendId servers = 0;  ///< EndpointTable: where the host of the URL leads
    std::shared_ptr<const tls::ClientContext> tls;  ///< null: http
    std::string host;                               ///< field Host of the question
    TextTemplate target;                            ///< path and query
    std::string method = "GET";
    bool sets_method = false;                     ///< auth-method is there: X-Original-URI and X-Scheme are sent, too
    std::optional<TextTemplate> signin;           ///< auth-signin: Location in place of a 401
    std::vector<std::string> response_headers;    ///< auth-response-headers: fields of the answer for the endpoint
    std::optional<std::string> request_redirect;  ///< auth-request-redirect; none: the request URI
    std::vector<Field> fields;
    std::optional<TextTemplate> cache_key;  ///< none: answers are not kept
    std::vector<Lifetime> lifetimes;
    bool always_set_cookie = false;
    Keepalive keepalive;

    bool operator==(const ExternalAuth&) const = default;
};

}  // namespace fairway::routing
