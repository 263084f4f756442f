// Which pages of other origins may read the answers of a route (CORS, fetch.spec.whatwg.org).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fairway::routing {

/// One item of cors-allow-origin, in lower case: "https://shop.example.com:8443", or "https://*.example.com", where the
/// star stands for one label; or "null".
struct CorsOrigin {
    std::string scheme;  ///< "https://"; "null" stands alone here
    bool any_label = false;
    std::string rest;  ///< host and port; behind a star with its leading dot

    bool operator==(const CorsOrigin&) const = default;
};

/// Annotations enable-cors and cors-*.
struct Cors {
    bool any_origin = true;           ///< cors-allow-origin "*"
    std::vector<CorsOrigin> origins;  ///< when not any_origin; empty: no page may
    std::string methods = "GET, PUT, POST, DELETE, PATCH, OPTIONS";
    std::string headers =
        "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization";
    std::string expose_headers;  ///< empty: no field
    bool credentials = true;
    std::string max_age = "1728000";  ///< seconds, as digits

    bool operator==(const Cors&) const = default;
};

}  // namespace fairway::routing
