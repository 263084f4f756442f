#include "proxy/access_log/request_values.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"

namespace fairway::proxy {

namespace {

// Value of a base64 digit (RFC 4648 section 4; '-' and '_' of section 5 as nginx does), or -1.
constexpr int base64_value(char c) noexcept {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+' || c == '-') return 62;
    if (c == '/' || c == '_') return 63;
    return -1;
}

std::string_view skip_spaces(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(' ');
    return first == std::string_view::npos ? text.substr(text.size()) : text.substr(first);
}

/// Gives what "Basic" credentials hold to `emit`, byte by byte, until that says false. @return false: there are none, or
/// they are not base64.
template <class Emit>
bool decode_basic(std::string_view authorization, Emit emit) {
    constexpr std::string_view kScheme = "basic ";
    if (authorization.size() <= kScheme.size() || !ascii::iequals(authorization.substr(0, kScheme.size()), kScheme))
        return false;
    auto digits = skip_spaces(authorization.substr(kScheme.size()));
    while (digits.ends_with('=')) digits.remove_suffix(1);
    unsigned bits = 0;
    int filled = 0;
    for (const char digit : digits) {
        const int six = base64_value(digit);
        if (six < 0) return false;
        bits = (bits << 6 | static_cast<unsigned>(six)) & 0xffff;
        filled += 6;
        if (filled < 8) continue;
        filled -= 8;
        if (!emit(static_cast<char>(bits >> filled & 0xff))) return true;
    }
    return true;
}

}  // namespace

std::string_view query_argument(std::string_view query, std::string_view name) noexcept {
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        if (pair.size() > name.size() && pair[name.size()] == '=' && ascii::iequals(pair.substr(0, name.size()), name))
            return pair.substr(name.size() + 1);
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
    }
    return {};
}

std::string_view cookie_value(const FieldList& fields, std::string_view name) noexcept {
    for (const Field& field : fields) {
        if (field.id != FieldId::cookie) continue;
        for (std::string_view rest = field.value; !rest.empty();) {
            const std::string_view pair = rest.substr(0, rest.find(';'));
            const std::string_view trimmed = ascii::trim(pair);
            const auto equals = trimmed.find('=');
            if (equals != std::string_view::npos && ascii::iequals(ascii::trim(trimmed.substr(0, equals)), name))
                return skip_spaces(trimmed.substr(equals + 1));
            rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
        }
    }
    return {};
}

std::string_view basic_user(std::string_view authorization, std::span<char> scratch) noexcept {
    std::size_t size = 0;
    bool named = false;
    decode_basic(authorization, [&](char c) {
        named = c == ':';
        if (!named && size < scratch.size()) scratch[size++] = c;
        return !named;
    });
    return named && size > 0 ? std::string_view{scratch.data(), size} : std::string_view{};
}

std::optional<Credentials> basic_credentials(std::string_view authorization) {
    Credentials credentials;
    bool named = false;
    const bool good = decode_basic(authorization, [&](char c) {
        if (!named && c == ':')
            named = true;
        else
            (named ? credentials.password : credentials.user) += c;
        return true;
    });
    return good && named ? std::optional(std::move(credentials)) : std::nullopt;
}

bool names_field(std::string_view variable_name, std::string_view field_name) noexcept {
    return std::equal(variable_name.begin(), variable_name.end(), field_name.begin(), field_name.end(),
                      [](char a, char b) { return a == (b == '-' ? '_' : ascii::to_lower(b)); });
}

}  // namespace fairway::proxy
