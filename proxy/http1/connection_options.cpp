#include "proxy/http1/connection_options.hpp"

#include "base/ascii.hpp"

namespace fairway::proxy::http1 {

namespace {

/// Names beyond FieldId that proxies in front of us set and applications trust.
constexpr std::string_view kProtectedPrefixes[] = {"x-forwarded-", "x-original-", "x-auth-",  "x-client-",   "x-real-",
                                                   "x-remote-",    "x-user",      "x-envoy-", "ssl-client-", "cf-"};
constexpr std::string_view kProtectedNames[] = {
    "forwarded", "true-client-ip", "content-encoding", "cache-control", "if-match",    "if-none-match",
    "range",     "content-range",  "origin",           "x-api-key",     "x-csrf-token"};

bool has_prefix(std::string_view name, std::string_view prefix) noexcept {
    return name.size() >= prefix.size() && ascii::iequals(name.substr(0, prefix.size()), prefix);
}

/// Fields that Connection cannot remove. Every field the proxy knows belongs to them, apart from those that are for one
/// hop anyway and Trailer.
bool is_end_to_end(const Field& field) noexcept {
    if (field.id != FieldId::other) return !field.hop_by_hop && field.id != FieldId::trailer;
    for (const auto prefix : kProtectedPrefixes)
        if (has_prefix(field.name, prefix)) return true;
    for (const auto name : kProtectedNames)
        if (ascii::iequals(field.name, name)) return true;
    return false;
}

void mark(FieldList& fields, std::string_view name) noexcept {
    for (auto& field : fields)
        if (field.name.size() == name.size() && ascii::iequals(field.name, name) && !is_end_to_end(field))
            field.hop_by_hop = true;
}

}  // namespace

ConnectionOptions apply_connection_options(FieldList& fields) noexcept {
    ConnectionOptions options;
    unsigned named = 0;
    for (std::size_t index = 0; index < fields.size(); ++index) {
        if (fields[index].id != FieldId::connection) continue;
        std::string_view rest = fields[index].value;
        while (!rest.empty()) {
            const auto comma = rest.find(',');
            const auto option = ascii::trim(rest.substr(0, comma));
            rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
            if (option.empty()) continue;
            if (ascii::iequals(option, "close")) {
                options.close = true;
            } else if (ascii::iequals(option, "keep-alive")) {
                options.keep_alive = true;
            } else if (ascii::iequals(option, "upgrade")) {
                options.upgrade = true;
            } else if (ascii::iequals(option, "te")) {
                options.te = true;
            } else if (++named > kMaxNamedFields) {
                options.too_many = true;
                return options;
            } else {
                mark(fields, option);
            }
        }
    }
    return options;
}

}  // namespace fairway::proxy::http1
