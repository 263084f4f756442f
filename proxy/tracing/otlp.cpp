#include "proxy/tracing/otlp.hpp"

#include <algorithm>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "base/utf8.hpp"
#include "proxy/tracing/trace_context.hpp"

namespace fairway::proxy::otlp {

namespace {

// Field numbers of the messages.
namespace export_request {
constexpr protozero::pbf_tag_type kResourceSpans = 1;
}
namespace resource_spans {
constexpr protozero::pbf_tag_type kResource = 1, kScopeSpans = 2;
}
namespace resource {
constexpr protozero::pbf_tag_type kAttributes = 1;
}
namespace scope_spans {
constexpr protozero::pbf_tag_type kScope = 1, kSpans = 2;
}
namespace scope {
constexpr protozero::pbf_tag_type kName = 1, kVersion = 2;
}
namespace span {
constexpr protozero::pbf_tag_type kTraceId = 1, kSpanId = 2, kTraceState = 3, kParentSpanId = 4, kName = 5, kKind = 6,
                                  kStart = 7, kEnd = 8, kAttributes = 9, kStatus = 15, kFlags = 16;
constexpr std::int32_t kServer = 2;
}  // namespace span
namespace status {
constexpr protozero::pbf_tag_type kCode = 3;
constexpr std::int32_t kError = 2;
}  // namespace status
namespace key_value {
constexpr protozero::pbf_tag_type kKey = 1, kValue = 2;
}
namespace any_value {
constexpr protozero::pbf_tag_type kString = 1, kInt = 3;
}

constexpr std::size_t kGrpcPrefix = 5;  // not compressed, and the length in network order

/// protobuf takes no text that is not UTF-8: the collector would refuse the whole batch.
std::string text_value(std::string_view text) {
    std::string value;
    append_utf8(value, text.substr(0, kMaxValueBytes));
    if (value.size() <= kMaxValueBytes) return value;
    std::size_t end = kMaxValueBytes;
    while ((static_cast<unsigned char>(value[end]) & 0xc0) == 0x80) --end;  // amid a character
    value.resize(end);
    return value;
}

/// Attributes of a span or of a resource.
class Attributes {
public:
    Attributes(protozero::pbf_writer& owner, protozero::pbf_tag_type tag) : owner_(owner), tag_(tag) {}

    void add(std::string_view key, std::string_view value) {
        if (value.empty()) return;
        add_pair(key, [&](protozero::pbf_writer& any) { any.add_string(any_value::kString, text_value(value)); });
    }
    void add_number(std::string_view key, std::int64_t value) {
        add_pair(key, [&](protozero::pbf_writer& any) { any.add_int64(any_value::kInt, value); });
    }

private:
    void add_pair(std::string_view key, auto put_value) {
        protozero::pbf_writer pair(owner_, tag_);
        pair.add_string(key_value::kKey, key.data(), key.size());
        protozero::pbf_writer any(pair, key_value::kValue);
        put_value(any);
    }

    protozero::pbf_writer& owner_;
    protozero::pbf_tag_type tag_;
};

std::string bytes_of(std::string_view hex) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string bytes;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2)
        bytes += static_cast<char>(digit(hex[at]) << 4 | digit(hex[at + 1]));
    return bytes;
}

std::uint64_t unix_nanoseconds(std::chrono::system_clock::time_point when) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(when.time_since_epoch()).count());
}

std::string_view flavor(Version version) {
    switch (version) {
        case Version::http_1_0: return "1.0";
        case Version::http_1_1: return "1.1";
        case Version::http_2: return "2.0";
    }
    return {};
}

void add_attributes(protozero::pbf_writer& encoded, const RequestRecord& record) {
    const RequestHead& request = *record.request;
    const ConnectionFacts& connection = *record.connection;
    Attributes attributes(encoded, span::kAttributes);
    attributes.add("http.method", request.method_text);
    attributes.add("http.flavor", flavor(request.version));
    attributes.add("http.target", request.origin_form);
    attributes.add("http.server_name", record.rules != nullptr ? std::string_view(record.rules->name()) : "_");
    attributes.add("http.host", request.authority);
    attributes.add("http.user_agent", find_field(request.fields, FieldId::user_agent));
    attributes.add("http.scheme", connection.tls ? "https" : "http");
    attributes.add("http.route", record.route->path);
    attributes.add("net.peer.ip", record.client_ip);
    attributes.add_number("net.peer.port", connection.peer.port);
    attributes.add_number("net.host.port", connection.local_port);
    attributes.add_number("http.status_code", record.status);
}

}  // namespace

std::string encode_span(const RequestRecord& record, std::string_view name,
                        std::chrono::system_clock::time_point ended) {
    const TraceContext& trace = *record.trace;
    std::string text;
    protozero::pbf_writer encoded(text);
    encoded.add_bytes(span::kTraceId, bytes_of(trace.trace_id_text()));
    encoded.add_bytes(span::kSpanId, bytes_of(trace.span_id_text()));
    if (trace.has_parent) {
        const auto state = find_field(record.request->fields, "tracestate");
        if (!state.empty()) encoded.add_string(span::kTraceState, text_value(state));
        encoded.add_bytes(span::kParentSpanId, bytes_of(trace.parent_id_text()));
    }
    encoded.add_fixed32(span::kFlags, 1);  // sampled: no other span comes here
    encoded.add_string(span::kName, text_value(name));
    encoded.add_enum(span::kKind, span::kServer);
    const auto took = std::chrono::duration_cast<std::chrono::system_clock::duration>(record.took);
    encoded.add_fixed64(span::kStart, unix_nanoseconds(ended - took));
    encoded.add_fixed64(span::kEnd, unix_nanoseconds(ended));
    add_attributes(encoded, record);
    if (record.status >= 500) {  // semantic conventions of HTTP spans, "Status"
        protozero::pbf_writer outcome(encoded, span::kStatus);
        outcome.add_enum(status::kCode, status::kError);
    }
    return text;
}

std::string encode_export(std::span<const std::string> spans, std::string_view service_name) {
    std::string text(kGrpcPrefix, '\0');
    {
        protozero::pbf_writer request(text);
        protozero::pbf_writer of_resource(request, export_request::kResourceSpans);
        {
            protozero::pbf_writer described(of_resource, resource_spans::kResource);
            Attributes attributes(described, resource::kAttributes);
            attributes.add("service.name", service_name);
            attributes.add("telemetry.sdk.name", "fairway");
            attributes.add("telemetry.sdk.language", "cpp");
            attributes.add("telemetry.sdk.version", FAIRWAY_VERSION);
        }
        protozero::pbf_writer of_scope(of_resource, resource_spans::kScopeSpans);
        {
            protozero::pbf_writer described(of_scope, scope_spans::kScope);
            described.add_string(scope::kName, "fairway");
            described.add_string(scope::kVersion, FAIRWAY_VERSION);
        }
        for (const std::string& encoded : spans) of_scope.add_message(scope_spans::kSpans, encoded);
    }
    const auto length = static_cast<std::uint32_t>(text.size() - kGrpcPrefix);
    for (std::size_t i = 0; i < 4; ++i) text[1 + i] = static_cast<char>(length >> (24 - 8 * i) & 0xff);
    return text;
}

std::optional<Rejection> find_rejection(std::string_view message) try {
    if (message.size() <= kGrpcPrefix || message[0] != 0) return std::nullopt;
    message.remove_prefix(kGrpcPrefix);
    protozero::pbf_reader response(message.data(), message.size());
    if (!response.next(1, protozero::pbf_wire_type::length_delimited)) return std::nullopt;  // partial_success
    Rejection rejection;
    for (auto partial = response.get_message(); partial.next();) {
        if (partial.tag() == 1 && partial.wire_type() == protozero::pbf_wire_type::varint)
            rejection.spans = static_cast<std::uint64_t>(std::max<std::int64_t>(partial.get_int64(), 0));
        else if (partial.tag() == 2 && partial.wire_type() == protozero::pbf_wire_type::length_delimited)
            rejection.reason = partial.get_string();
        else
            partial.skip();
    }
    if (rejection.spans == 0 && rejection.reason.empty()) return std::nullopt;
    return rejection;
} catch (const protozero::exception&) {
    return std::nullopt;
}

}  // namespace fairway::proxy::otlp
