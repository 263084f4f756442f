#include "ingress/field_set.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"

namespace fairway::ingress {

namespace {

/// RFC 9110 section 7.6.1, and what says where a message ends: the proxy writes these itself.
constexpr std::string_view kOfTheConnection[] = {
    "connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"};

/// As in ingress-nginx's custom-headers.
bool is_field_name(std::string_view text) {
    return !text.empty() &&
           std::ranges::all_of(text, [](char c) { return ascii::is_alnum(c) || c == '-' || c == '_'; });
}

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

Result<routing::TextTemplate> parse_value(std::string_view text, FieldValues values) {
    if (!is_printable(text)) return Error{"its value has characters that are not printable ASCII"};
    if (values == FieldValues::literal) return routing::literal_template(std::string(text));
    return routing::parse_text_template(text);
}

}  // namespace

ReadFieldSet read_field_set(const k8s::ConfigMap& map, FieldValues values) {
    ReadFieldSet result;
    for (const auto& [name, text] : map.data) {
        if (!is_field_name(name)) {
            result.problems.push_back(fmt::format("\"{}\" is not a field name; write letters, digits, - and _", name));
        } else if (std::ranges::find(kOfTheConnection, ascii::lower_copy(name)) != std::end(kOfTheConnection)) {
            result.problems.push_back(fmt::format("{} belongs to one connection, or says where a message ends", name));
        } else if (auto value = parse_value(ascii::trim(text), values); !value) {
            result.problems.push_back(fmt::format("{}: {}", name, value.error().message));
        } else {
            result.fields.fields.push_back({name, *std::move(value)});
        }
    }
    return result;
}

}  // namespace fairway::ingress
