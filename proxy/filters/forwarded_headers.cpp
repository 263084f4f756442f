#include "proxy/filters/forwarded_headers.hpp"

#include <charconv>

#include "base/ascii.hpp"
#include "proxy/filters/real_ip.hpp"
#include "proxy/http/authority.hpp"

namespace fairway::proxy {

namespace {

constexpr std::uint16_t kHttpsPort = 443;

constexpr std::uint64_t bit(FieldId id) noexcept { return std::uint64_t{1} << static_cast<unsigned>(id); }

/// Expect is not passed on because the proxy answers 100-continue itself (nginx: the same).
constexpr std::uint64_t kAlwaysReplaced =
    bit(FieldId::host) | bit(FieldId::content_length) | bit(FieldId::expect) | bit(FieldId::proxy) |
    bit(FieldId::x_request_id) | bit(FieldId::x_real_ip) | bit(FieldId::x_forwarded_for) |
    bit(FieldId::x_forwarded_host) | bit(FieldId::x_forwarded_port) | bit(FieldId::x_forwarded_proto) |
    bit(FieldId::x_forwarded_scheme) | bit(FieldId::x_scheme) | bit(FieldId::x_original_forwarded_for) |
    bit(FieldId::x_original_forwarded_host);

constexpr std::uint64_t kReplacedForErrorPages = bit(FieldId::host) | bit(FieldId::content_length) |
                                                 bit(FieldId::expect) | bit(FieldId::proxy) |
                                                 bit(FieldId::x_request_id) | bit(FieldId::x_forwarded_for);

std::string_view first_element(std::string_view list) noexcept { return ascii::trim(list.substr(0, list.find(','))); }

/// The values of every field of that name, joined as one list (RFC 9110 section 5.3). False when there is none.
bool append_joined_values(OutBuffer& out, const FieldList& fields, const FieldName& name, std::string_view as) {
    bool any = false;
    for (const auto& field : fields) {
        if (!name.matches(field) || field.value.empty()) continue;
        if (any) {
            out.append(", ");
        } else {
            out.append(as);
            out.append(": ");
        }
        out.append(field.value);
        any = true;
    }
    return any;
}

void append_joined_field(OutBuffer& out, const FieldList& fields, const FieldName& name, std::string_view as) {
    if (append_joined_values(out, fields, name, as)) out.append("\r\n");
}

/// compute-full-forwarded-for: what came in, and the peer it came from.
void append_full_forwarded_for(OutBuffer& out, const FieldList& fields, std::string_view peer_text) {
    if (append_joined_values(out, fields, FieldName(FieldId::x_forwarded_for), "X-Forwarded-For"))
        out.append(", ");
    else
        out.append("X-Forwarded-For: ");
    out.append(peer_text);
    out.append("\r\n");
}

}  // namespace

std::string_view ForwardedValues::client_ip() const noexcept {
    return client_view_.empty() ? std::string_view{client_text_.data(), client_text_size_} : client_view_;
}

std::string_view ForwardedValues::port() const noexcept {
    return port_view_.empty() ? std::string_view{port_digits_.data(), port_size_} : port_view_;
}

ForwardedValues forwarded_values(const RequestHead& head, const RequestOrigin& origin,
                                 const routing::ForwardedSettings& settings) {
    ForwardedValues values;
    values.client = origin.peer;
    values.client_view_ = origin.peer_text;
    values.peer_text = origin.peer_text;
    values.host = head.authority;
    // Reference 2.2: a PROXY header for port 443 tells that TLS ended in front of us.
    values.scheme = origin.tls || origin.proxied_port == kHttpsPort ? "https" : "http";
    values.request_id = find_field(head.fields, FieldId::x_request_id);

    // enable-real-ip alone does not make ingress-nginx look for a list behind the PROXY header.
    if (settings.use_forwarded_headers || (settings.enable_real_ip && !settings.proxy_protocol)) {
        const auto found =
            find_real_ip(head.fields, FieldName(settings.forwarded_for_header), origin.peer, settings.trusted_proxies);
        if (found.from_field) {
            values.client = found.address;
            values.client_view_ = found.text;
            if (found.text.empty()) {
                const auto text = found.address.to_string();
                values.client_text_size_ =
                    static_cast<std::uint8_t>(text.copy(values.client_text_.data(), values.client_text_.size()));
            }
        }
    }
    if (settings.use_forwarded_headers) {
        // Host, scheme and port are believed from any peer, whatever proxy-real-ip-cidr says: as in ingress-nginx.
        const auto host = first_element(find_field(head.fields, FieldId::x_forwarded_host));
        if (is_valid_authority(host)) values.host = host;
        const auto scheme = find_field(head.fields, FieldId::x_forwarded_proto);
        if (!scheme.empty()) values.scheme = scheme;
        values.port_view_ = find_field(head.fields, FieldId::x_forwarded_port);
    }
    if (values.port_view_.empty()) {
        // Reference 2.3: whatever the port of the TLS listener is, in front of it stands 443.
        const auto own_port = origin.tls ? kHttpsPort : origin.local_port;
        const auto port = origin.proxied_port != 0 ? origin.proxied_port : own_port;
        values.port_is_own_ = origin.proxied_port == 0;
        const auto begin = values.port_digits_.data();
        values.port_size_ =
            static_cast<std::uint8_t>(std::to_chars(begin, begin + values.port_digits_.size(), port).ptr - begin);
    }
    return values;
}

bool is_replaced(FieldId id, const routing::ForwardedSettings& settings, ForwardedSet set) noexcept {
    if (set == ForwardedSet::error_page) return (kReplacedForErrorPages & bit(id)) != 0;
    if (id == FieldId::x_original_uri) return settings.add_original_uri;
    return (kAlwaysReplaced & bit(id)) != 0;
}

void write_forwarded_for(OutBuffer& out, const RequestHead& head, const ForwardedValues& values,
                         const routing::ForwardedSettings& settings) {
    if (settings.use_forwarded_headers && settings.compute_full_forwarded_for)
        append_full_forwarded_for(out, head.fields, values.peer_text);
    else
        out.append_field("X-Forwarded-For", values.client_ip());
}

void write_forwarded_fields(OutBuffer& out, const RequestHead& head, const ForwardedValues& values,
                            const routing::ForwardedSettings& settings, ForwardedSet set, const FieldEdits* replaced) {
    if (set == ForwardedSet::none) return;
    const auto is_ours = [&](std::string_view name) { return replaced == nullptr || !replaced->replaces(name); };
    const auto put = [&](std::string_view name, std::string_view value) {
        if (is_ours(name)) out.append_field(name, value);
    };
    const auto client_ip = values.client_ip();
    const bool all = set == ForwardedSet::all;
    if (!values.request_id.empty()) put("X-Request-ID", values.request_id);
    if (all) put("X-Real-IP", client_ip);
    if (!all)
        put("X-Forwarded-For", client_ip);
    else if (is_ours("X-Forwarded-For"))
        write_forwarded_for(out, head, values, settings);
    if (!all) return;
    if (!values.host.empty()) put("X-Forwarded-Host", values.host);
    put("X-Forwarded-Port", values.port());
    put("X-Forwarded-Proto", values.scheme);
    put("X-Forwarded-Scheme", values.scheme);
    put("X-Scheme", values.scheme);
    if (settings.add_original_uri) put("X-Original-URI", head.origin_form);
    const auto put_joined = [&](const std::string& from, std::string_view name) {
        if (is_ours(name)) append_joined_field(out, head.fields, FieldName(from), name);
    };
    put_joined(settings.forwarded_for_header, "X-Original-Forwarded-For");
    put_joined(settings.forwarded_host_header, "X-Original-Forwarded-Host");
}

}  // namespace fairway::proxy
