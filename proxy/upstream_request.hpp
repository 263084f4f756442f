// The request that an endpoint is to get: the client's, with what the route changes about it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/field_edits.hpp"
#include "proxy/filters/forwarded_headers.hpp"
#include "proxy/http/message.hpp"
#include "routing/settings.hpp"

namespace fairway::routing {
struct UpstreamHttp;  // routing/policy/upstream_http.hpp
}

namespace fairway::proxy {

/// What a route's policies put in place of what the client sent.
struct RequestEdits {
    std::string target;     ///< annotation rewrite-target: path and query; empty: the client's own
    std::string_view host;  ///< annotation upstream-vhost; empty: ForwardedValues::host
    FieldEdits fields;
    ForwardedSet forwarded = ForwardedSet::all;

    void clear() noexcept {
        target.clear();
        host = {};
        fields.clear();
        forwarded = ForwardedSet::all;
    }
};

/// Lives until UpstreamStream::send_request() has returned.
struct UpstreamRequest {
    const RequestHead& head;
    const ForwardedValues& forwarded;
    const routing::Settings& settings;
    const RequestEdits& edits;
    const routing::UpstreamHttp* http = nullptr;  ///< of the route; null: the usual
    /// Length of a body that was taken in before; none: it comes as the client frames it.
    std::optional<std::uint64_t> body_bytes{};

    std::string_view target() const noexcept { return edits.target.empty() ? head.origin_form : edits.target; }
    std::string_view host() const noexcept { return edits.host.empty() ? forwarded.host : edits.host; }

    Framing framing() const noexcept {
        return body_bytes && head.framing != Framing::none ? Framing::content_length : head.framing;
    }
    std::uint64_t content_length() const noexcept { return body_bytes.value_or(head.content_length); }
    /// X-Request-ID, X-Real-IP, X-Forwarded-* and their kin, but what the route replaces.
    void write_forwarded(OutBuffer& out) const {
        const FieldEdits* const replaced = edits.fields.empty() ? nullptr : &edits.fields;
        write_forwarded_fields(out, head, forwarded, settings.forwarded, edits.forwarded, replaced);
    }

    /// Whether a field of the client goes to the endpoint: not what is replaced, or belongs to the client's hop.
    bool passes(const Field& field) const noexcept {
        if (field.hop_by_hop || is_replaced(field.id, settings.forwarded, edits.forwarded)) return false;
        return edits.fields.empty() || !edits.fields.replaces(field.name);
    }
    /// The fields that go to an endpoint of any protocol: those of the forwarding, then the route's, then the client's own
    /// without what is replaced or belongs to the client's hop.
    /// @param emit  void(std::string_view name, std::string_view value)
    template <class Emit>
    void for_each_passed_field(Emit emit) const {
        edits.fields.for_each(emit);
        for (const Field& field : head.fields)
            if (passes(field)) emit(field.name, field.value);
    }
};

}  // namespace fairway::proxy
