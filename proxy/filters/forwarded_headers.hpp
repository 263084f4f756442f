// Who is asking, and the fields that tell the endpoint so: X-Real-IP, X-Forwarded-* and their kin, Host and X-Request-ID,
// as ingress-nginx sends them. Settings and trust: docs/forwarded-headers.md.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/ip_address.hpp"
#include "proxy/field_edits.hpp"
#include "proxy/http/message.hpp"
#include "proxy/http/out_buffer.hpp"
#include "routing/settings.hpp"

namespace fairway::proxy {

/// What the client's connection says about itself, before any field is believed.
struct RequestOrigin {
    IpAddress peer;
    std::string_view peer_text;  ///< of `peer`; must outlive the ForwardedValues made from it
    std::uint16_t local_port = 0;
    bool tls = false;
    std::uint16_t proxied_port = 0;  ///< destination port of a PROXY header; 0: there was none
};

/// What the endpoint, the log and redirects are told. Views point into the request head and the origin.
class ForwardedValues {
public:
    IpAddress client;             ///< after the real-ip rules: for lists, limits and balancing
    std::string_view host;        ///< the "best host", with port as received; empty only in HTTP/1.0
    std::string_view scheme;      ///< $pass_access_scheme: "http", "https", or what a believed X-Forwarded-Proto says
    std::string_view request_id;  ///< as received; empty when the caller has to make one (see request_id.hpp)
    std::string_view peer_text;   ///< RequestOrigin::peer_text

    /// Text of `client`: $remote_addr. Valid as long as this object stays where it is.
    std::string_view client_ip() const noexcept;
    /// X-Forwarded-Port. Valid as long as this object stays where it is.
    std::string_view port() const noexcept;
    /// Nobody has said so: port() is what the listener is called.
    bool port_is_own() const noexcept { return port_is_own_; }

private:
    friend ForwardedValues forwarded_values(const RequestHead&, const RequestOrigin&,
                                            const routing::ForwardedSettings&);

    std::string_view client_view_;  ///< empty: the text is in client_text_
    std::string_view port_view_;    ///< empty: the digits are in port_digits_
    std::array<char, 46> client_text_;
    std::array<char, 5> port_digits_;
    std::uint8_t client_text_size_ = 0;
    std::uint8_t port_size_ = 0;
    bool port_is_own_ = false;
};

/// Works out the values for one request. Does not allocate, unless the client's address is IPv6 from a field.
ForwardedValues forwarded_values(const RequestHead& head, const RequestOrigin& origin,
                                 const routing::ForwardedSettings& settings);

enum class ForwardedSet : std::uint8_t {
    all,
    /// Of a request for an error page: X-Request-ID and X-Forwarded-For alone. The client's own others pass, as in
    /// ingress-nginx (reference 3.13).
    error_page,
    none,  ///< of a request that is the proxy's own
};

/// True for client fields that write_forwarded_fields() and the request head writer put their own in place of.
bool is_replaced(FieldId id, const routing::ForwardedSettings& settings, ForwardedSet set = ForwardedSet::all) noexcept;

/// Appends X-Forwarded-For: the client's address, or the list that came with the peer behind it.
void write_forwarded_for(OutBuffer& out, const RequestHead& head, const ForwardedValues& values,
                         const routing::ForwardedSettings& settings);

/// Appends X-Request-ID, X-Real-IP, X-Forwarded-For, -Host, -Port, -Proto, -Scheme, X-Scheme, X-Original-URI and
/// X-Original-Forwarded-For and -Host, in the order of ingress-nginx's template; those without a value are left out.
/// @param replaced  fields of these names are left out as well: the route has others in their place. May be null.
void write_forwarded_fields(OutBuffer& out, const RequestHead& head, const ForwardedValues& values,
                            const routing::ForwardedSettings& settings, ForwardedSet set = ForwardedSet::all,
                            const FieldEdits* replaced = nullptr);

}  // namespace fairway::proxy
