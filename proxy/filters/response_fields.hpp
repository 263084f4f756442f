// Which fields of an endpoint's response the client gets, and which the proxy adds.
#pragma once

#include <string_view>

#include "proxy/field_edits.hpp"
#include "proxy/http/message.hpp"
#include "proxy/http/out_buffer.hpp"
#include "routing/settings.hpp"

namespace fairway::proxy {

/// What every response to this client carries or lacks; made once per response.
struct ResponseFieldRules {
    const routing::Settings& settings;
    const FieldEdits* edits = nullptr;  ///< of the route; null: none
    std::string_view date{};            ///< value of Date, kept by the worker; empty: no Date field
    bool tls = false;                   ///< the client's own connection is TLS: HSTS applies
    bool trailers_follow = false;       ///< the body is sent chunked (or over HTTP/2), so Trailer means something
};

/// True when an endpoint's field is passed on. Left out: hop-by-hop fields, Content-Length (framing is written anew),
/// Date, Server, X-Pad and X-Accel-* (as nginx), hide-headers, what the route replaces, Strict-Transport-Security where ours
/// does, and Trailer where no trailers follow.
bool passes_to_client(const Field& field, const ResponseFieldRules& rules) noexcept;

/// True when the route, or the ConfigMap, puts a field of this name in place of every other.
inline bool is_edited(const ResponseFieldRules& rules, std::string_view name) noexcept {
    return rules.edits != nullptr && !rules.edits->empty() && rules.edits->replaces(name);
}

/// True when Strict-Transport-Security is ours on this response.
bool replaces_hsts(const ResponseFieldRules& rules) noexcept;

/// The fields of our own: Date, Server with server-tokens, Strict-Transport-Security over TLS, and those of the route.
/// @param emit  void(std::string_view name, std::string_view value)
template <class Emit>
void for_each_own_response_field(const ResponseFieldRules& rules, Emit emit) {
    if (!rules.date.empty() && !is_edited(rules, "Date")) emit("Date", rules.date);
    if (rules.settings.server_tokens && !is_edited(rules, "Server")) emit("Server", "fairway");
    if (replaces_hsts(rules)) emit("Strict-Transport-Security", std::string_view(rules.settings.hsts.value));
    if (rules.edits != nullptr) rules.edits->for_each(emit);
}

}  // namespace fairway::proxy
