#include "proxy/access_log/variable_text.hpp"

#include <arpa/inet.h>

#include <array>
#include <cmath>

#include "base/ascii.hpp"
#include "proxy/access_log/escape.hpp"
#include "proxy/access_log/request_values.hpp"
#include "proxy/proxied_connection.hpp"
#include "proxy/tracing/trace_context.hpp"
#include "routing/geo_databases.hpp"
#include "routing/path_normalise.hpp"
#include "routing/policy/fastcgi.hpp"
#include "tls/client_certificate.hpp"

namespace fairway::proxy {

namespace {

constexpr std::string_view kDocumentRoot = "/usr/local/nginx/html";  // of ingress-nginx's nginx, which has no root
constexpr std::string_view kDefaultBackendName = "upstream-default-backend";  // ingress-nginx's name for it

std::string_view protocol_text(Version version) noexcept {
    switch (version) {
        case Version::http_1_0: return "HTTP/1.0";
        case Version::http_1_1: return "HTTP/1.1";
        case Version::http_2: return "HTTP/2.0";
    }
    return {};
}

void append_address(LogText& out, const SocketAddress& address) {
    const auto& bytes = address.ip.bytes;
    if (address.ip.v6) {
        out.append('[');
        char* const at = out.reserve(INET6_ADDRSTRLEN);
        inet_ntop(AF_INET6, bytes.data(), at, INET6_ADDRSTRLEN);
        out.commit(at + std::strlen(at));
        out.append(']');
    } else {
        for (std::size_t i = 0; i < 4; ++i) {
            if (i > 0) out.append('.');
            out.append_number(static_cast<unsigned>(bytes[i]));
        }
    }
    out.append(':');
    out.append_number(static_cast<unsigned>(address.port));
}

// Seconds with three decimals; the clock's steps are far below a millisecond, so rounding is as good as nginx's ticks.
void append_seconds(LogText& out, std::chrono::duration<double> time) {
    const auto millis = static_cast<std::uint64_t>(std::llround(std::max(time.count(), 0.0) * 1000));
    out.append_number(millis / 1000);
    const auto rest = static_cast<unsigned>(millis % 1000);
    char* at = out.reserve(4);
    *at++ = '.';
    *at++ = static_cast<char>('0' + rest / 100);
    *at++ = static_cast<char>('0' + rest / 10 % 10);
    *at++ = static_cast<char>('0' + rest % 10);
    out.commit(at);
}

constexpr bool is_unreserved(char c) noexcept {  // RFC 3986 section 2.3
    return ascii::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

}  // namespace

void VariableWriter::append(const LogVariableName& name) const {
    if (name.variable <= LogVariable::https) return append_of_connection(name);
    if (name.variable <= LogVariable::request_time) {
        switch (name.variable) {
            case LogVariable::time_local: return out_.append(times_.local());
            case LogVariable::time_iso8601: return out_.append(times_.iso8601());
            case LogVariable::msec: return out_.append(times_.msec());
            default: return append_seconds(out_, record_.took);
        }
    }
    if (name.variable <= LogVariable::arg)
        return name.variable < LogVariable::host ? append_of_request(name) : append_of_fields(name);
    if (name.variable <= LogVariable::response_field) return append_of_response(name);
    if (name.variable <= LogVariable::location_path) return append_of_route(name.variable);
    append_of_tries(name.variable);
}

void VariableWriter::append_of_connection(const LogVariableName& name) const {
    if (record_.connection == nullptr) return missing();
    const ConnectionFacts& connection = *record_.connection;
    if (name.variable >= LogVariable::ssl_client_verify && name.variable <= LogVariable::ssl_client_escaped_cert)
        return append_of_client_certificate(name.variable);
    if (name.variable >= LogVariable::proxy_protocol_addr && name.variable <= LogVariable::proxy_protocol_server_port)
        return append_of_proxy_header(name.variable);
    switch (name.variable) {
        case LogVariable::remote_addr: return value_or_missing(client_ip());
        case LogVariable::binary_remote_addr: return client_bytes();
        case LogVariable::remote_user: return user();
        case LogVariable::remote_port: return out_.append_number(std::uint64_t{connection.peer.port});
        case LogVariable::realip_remote_addr:
            return value_or_missing(connection.proxied ? connection.proxied->peer_text : connection.peer_text);
        case LogVariable::connection: return out_.append_number(connection.serial);
        case LogVariable::connection_requests: return out_.append_number(record_.connection_requests);
        case LogVariable::server_port: return out_.append_number(std::uint64_t{connection.local_port});
        case LogVariable::geoip2: return geo(name.argument);
        case LogVariable::ssl_protocol: return value_or_missing(connection.tls_protocol);
        case LogVariable::ssl_cipher: return value_or_missing(connection.tls_cipher);
        case LogVariable::ssl_server_name: return value_or_missing(connection.server_name);
        case LogVariable::scheme: return out_.append(connection.tls ? "https" : "http");
        case LogVariable::pass_access_scheme: return value(record_.scheme);
        default: return out_.append(connection.tls ? "on" : "");  // https
    }
}

void VariableWriter::append_of_client_certificate(LogVariable variable) const {
    const tls::ClientCertificate* shown = record_.connection->client_certificate.get();
    if (variable == LogVariable::ssl_client_verify) {
        if (shown == nullptr) return value_or_missing(record_.connection->tls ? "NONE" : "");
        return value(shown->verdict);
    }
    if (shown == nullptr) return missing();
    switch (variable) {
        case LogVariable::ssl_client_s_dn: return value_or_missing(shown->subject);
        case LogVariable::ssl_client_i_dn: return value_or_missing(shown->issuer);
        case LogVariable::ssl_client_serial: return value_or_missing(shown->serial);
        case LogVariable::ssl_client_fingerprint: return value_or_missing(shown->fingerprint);
        case LogVariable::ssl_client_v_start: return value_or_missing(shown->valid_from);
        case LogVariable::ssl_client_v_end: return value_or_missing(shown->valid_until);
        case LogVariable::ssl_client_v_remain: return value_or_missing(shown->days_left);
        default: return value_or_missing(shown->escaped_pem);  // ssl_client_escaped_cert
    }
}

void VariableWriter::append_of_proxy_header(LogVariable variable) const {
    const ProxiedConnection* proxied = record_.connection->proxied.get();
    if (proxied == nullptr) return missing();
    switch (variable) {
        case LogVariable::proxy_protocol_addr: return value(proxied->source_text);
        case LogVariable::proxy_protocol_port: return out_.append_number(std::uint64_t{proxied->addresses.source.port});
        case LogVariable::proxy_protocol_server_addr: return value(proxied->destination_text);
        default: return out_.append_number(std::uint64_t{proxied->addresses.destination.port});
    }
}

void VariableWriter::append_of_request(const LogVariableName& name) const {
    if (name.variable == LogVariable::request) return value_or_missing(record_.request_line);
    if (name.variable == LogVariable::request_length) return out_.append_number(record_.request_bytes);
    if (record_.request == nullptr) return missing();
    const RequestHead& request = *record_.request;
    switch (name.variable) {
        case LogVariable::request_method: return value_or_missing(request.method_text);
        case LogVariable::request_uri: return value_or_missing(request.origin_form);
        case LogVariable::escaped_request_uri: return escaped_target();
        case LogVariable::uri: return normalised_path();
        case LogVariable::args: return value_or_missing(query());
        case LogVariable::is_args: return out_.append(query().empty() ? "" : "?");
        case LogVariable::document_root: return out_.append(kDocumentRoot);
        case LogVariable::fastcgi_script_name: return script_name();
        default: return out_.append(protocol_text(request.version));  // server_protocol
    }
}

void VariableWriter::append_of_fields(const LogVariableName& name) const {
    switch (name.variable) {
        case LogVariable::host: return value(record_.host.empty() ? server_name() : record_.host);
        case LogVariable::best_http_host: return value_or_missing(record_.best_host);
        case LogVariable::request_id: return value_or_missing(record_.request_id);
        case LogVariable::trace_id:
        case LogVariable::span_id:
        case LogVariable::traceparent:
        case LogVariable::tracestate: return append_of_trace(name.variable);
        default: break;
    }
    if (record_.request == nullptr) return missing();
    const RequestHead& request = *record_.request;
    switch (name.variable) {
        case LogVariable::http_host: {
            const auto host = find_field(request.fields, FieldId::host);
            return host.data() != nullptr ? value(host) : value_or_missing(request.authority);
        }
        case LogVariable::content_length: return value(find_field(request.fields, FieldId::content_length));
        case LogVariable::content_type: return value(find_field(request.fields, FieldId::content_type));
        case LogVariable::cookie: return value(cookie_value(request.fields, name.argument));
        case LogVariable::arg: return value(query_argument(query(), name.argument));
        default: return joined_fields(request.fields, name);  // http_field
    }
}

void VariableWriter::append_of_trace(LogVariable variable) const {
    if (record_.trace == nullptr) return missing();
    switch (variable) {
        case LogVariable::trace_id: return value(record_.trace->trace_id_text());
        case LogVariable::span_id: return value(record_.trace->span_id_text());
        case LogVariable::traceparent: return value(record_.trace->traceparent());
        default: break;
    }
    // Of the client whose trace goes on: it passes as it came.
    if (!record_.trace->has_parent) return missing();
    value(find_field(record_.request->fields, "tracestate"));
}

void VariableWriter::append_of_response(const LogVariableName& name) const {
    switch (name.variable) {
        case LogVariable::status: return status();
        case LogVariable::grpc_status:
            return record_.grpc_status ? out_.append_number(std::uint64_t{*record_.grpc_status}) : missing();
        case LogVariable::bytes_sent: return out_.append_number(record_.bytes_sent);
        case LogVariable::body_bytes_sent: return out_.append_number(record_.body_bytes_sent);
        default: return record_.response_fields != nullptr ? joined_fields(*record_.response_fields, name) : missing();
    }
}

// ingress-nginx sets these when a location is chosen; before that they are empty, not missing.
void VariableWriter::append_of_route(LogVariable variable) const {
    if (variable == LogVariable::server_name) return value(server_name());
    const routing::Route* route = record_.route;
    if (route == nullptr) return;
    const routing::RouteOwner* owner = route->owner.get();
    const routing::Backend* backend = route->backend.get();
    switch (variable) {
        case LogVariable::proxy_upstream_name: return value(backend != nullptr ? backend->name : kDefaultBackendName);
        case LogVariable::proxy_alternative_upstream_name:
            return value(record_.canary != nullptr ? record_.canary->backend->name : std::string_view{""});
        case LogVariable::namespace_: return value(owner != nullptr ? owner->ingress_namespace : std::string_view{""});
        case LogVariable::ingress_name: return value(owner != nullptr ? owner->ingress : std::string_view{""});
        case LogVariable::service_name: return value(backend != nullptr ? backend->service : std::string_view{""});
        case LogVariable::service_port: return value(backend != nullptr ? backend->port : std::string_view{""});
        default: return value(route->path);  // location_path
    }
}

void VariableWriter::append_of_tries(LogVariable variable) const {
    if (record_.tries.empty()) return missing();
    for (const UpstreamTry& one : record_.tries) {
        if (&one != &record_.tries.front()) out_.append(", ");
        switch (variable) {
            case LogVariable::upstream_addr: append_address(out_, one.endpoint); break;
            case LogVariable::upstream_status: upstream_status(one); break;
            case LogVariable::upstream_response_length: out_.append_number(one.response_bytes); break;
            case LogVariable::upstream_response_time: try_seconds(one.response); break;
            case LogVariable::upstream_connect_time: try_seconds(one.connect); break;
            default: try_seconds(one.header); break;  // upstream_header_time
        }
    }
}

void VariableWriter::value(std::string_view text) const {
    if (text.data() == nullptr) return missing();
    append_escaped(out_, text, escape_);
}

void VariableWriter::value_or_missing(std::string_view text) const {
    if (text.empty()) return missing();
    append_escaped(out_, text, escape_);
}

void VariableWriter::missing() const { out_.append(missing_text(escape_)); }

std::string_view VariableWriter::client_ip() const noexcept {
    return record_.client_ip.empty() ? std::string_view{record_.connection->peer_text} : record_.client_ip;
}

std::string_view VariableWriter::server_name() const noexcept {
    return record_.rules != nullptr ? std::string_view{record_.rules->name()} : "_";
}

void VariableWriter::client_bytes() const {
    const auto address = IpAddress::parse(client_ip());
    if (!address) return missing();
    value({reinterpret_cast<const char*>(address->bytes.data()), address->v6 ? 16U : 4U});
}

void VariableWriter::geo(std::string_view name) const {
    const auto address = record_.geo != nullptr ? IpAddress::parse(client_ip()) : Error{"no databases"};
    if (!address) return missing();
    std::array<char, routing::GeoDatabases::kRoom> room;
    value_or_missing(record_.geo->find(name, *address, room));
}

void VariableWriter::user() const {
    if (record_.request == nullptr) return missing();
    std::array<char, 256> scratch;
    value(basic_user(find_field(record_.request->fields, FieldId::authorization), scratch));
}

// nginx: a rewrite changes $uri and $args for all that comes after it, the log as well.
std::string_view VariableWriter::path() const noexcept {
    if (record_.new_target == nullptr || record_.new_target->empty()) return record_.request->path;
    return std::string_view(*record_.new_target).substr(0, record_.new_target->find('?'));
}

std::string_view VariableWriter::query() const noexcept {
    if (record_.new_target == nullptr || record_.new_target->empty()) return record_.request->query;
    const auto mark = record_.new_target->find('?');
    return mark == std::string::npos ? std::string_view() : std::string_view(*record_.new_target).substr(mark + 1);
}

void VariableWriter::normalised_path() const {
    const std::string_view raw = path();
    // Scratch behind the room that escaping can fill, so that append_escaped() neither moves nor overwrites it.
    const std::size_t escaped_room = raw.size() * kLongestEscape;
    char* const scratch = out_.reserve(escaped_room + raw.size()) + escaped_room;
    value_or_missing(routing::normalise_path(raw, {scratch, raw.size()}).path);
}

// nginx: $uri, with the index of the location where it ends with '/'.
void VariableWriter::script_name() const {
    normalised_path();
    const auto* const fastcgi = record_.route != nullptr ? record_.route->policy->fastcgi.get() : nullptr;
    if (fastcgi != nullptr && out_.view().ends_with('/')) out_.append(fastcgi->index);
}

// As ngx.escape_uri: everything but unreserved characters.
void VariableWriter::escaped_target() const {
    static constexpr char kHexDigits[] = "0123456789ABCDEF";
    const std::string_view target = record_.request->origin_form;
    char* to = out_.reserve(target.size() * 3);
    for (const char c : target) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_unreserved(c)) {
            *to++ = c;
        } else {
            *to++ = '%';
            *to++ = kHexDigits[byte >> 4];
            *to++ = kHexDigits[byte & 0xf];
        }
    }
    out_.commit(to);
}

// nginx joins fields of one name with commas, Cookie with semicolons.
void VariableWriter::joined_fields(const FieldList& fields, const LogVariableName& name) const {
    bool any = false;
    for (const Field& field : fields) {
        const bool same = name.field != FieldId::other
                              ? field.id == name.field
                              : field.id == FieldId::other && names_field(name.argument, field.name);
        if (!same) continue;
        if (any) out_.append(name.field == FieldId::cookie ? "; " : ", ");
        append_escaped(out_, field.value, escape_);
        any = true;
    }
    if (!any) missing();
}

void VariableWriter::status() const {
    if (record_.status < 100) out_.append(record_.status < 10 ? "00" : "0");
    out_.append_number(std::uint64_t{record_.status});
}

// A try without a response head has no status of its own: nginx shows the 502 or 504 that it made of it.
void VariableWriter::upstream_status(const UpstreamTry& one) const {
    const bool last = &one == &record_.tries.back();
    std::uint16_t shown = one.status;
    if (shown == 0 && !last) shown = 502;
    if (shown == 0 && (record_.status == 502 || record_.status == 504)) shown = record_.status;
    if (shown == 0) return out_.append('-');
    out_.append_number(std::uint64_t{shown});
}

void VariableWriter::try_seconds(std::chrono::duration<double> time) const {
    if (time.count() < 0) return out_.append('-');
    append_seconds(out_, time);
}

}  // namespace fairway::proxy
