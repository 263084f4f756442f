#include "proxy/http/field.hpp"

#include <array>

#include "base/ascii.hpp"

namespace fairway::proxy {

namespace {

struct KnownName {
    FieldId id;
    std::string_view name;  ///< lower case; only letters and '-'
};

constexpr KnownName kKnownNames[] = {
    {FieldId::accept, "accept"},
    {FieldId::accept_encoding, "accept-encoding"},
    {FieldId::authorization, "authorization"},
    {FieldId::connection, "connection"},
    {FieldId::content_length, "content-length"},
    {FieldId::content_type, "content-type"},
    {FieldId::cookie, "cookie"},
    {FieldId::date, "date"},
    {FieldId::expect, "expect"},
    {FieldId::host, "host"},
    {FieldId::keep_alive, "keep-alive"},
    {FieldId::location, "location"},
    {FieldId::proxy_authenticate, "proxy-authenticate"},
    {FieldId::proxy_authorization, "proxy-authorization"},
    {FieldId::proxy_connection, "proxy-connection"},
    {FieldId::proxy, "proxy"},
    {FieldId::referer, "referer"},
    {FieldId::retry_after, "retry-after"},
    {FieldId::server, "server"},
    {FieldId::set_cookie, "set-cookie"},
    {FieldId::strict_transport_security, "strict-transport-security"},
    {FieldId::te, "te"},
    {FieldId::trailer, "trailer"},
    {FieldId::transfer_encoding, "transfer-encoding"},
    {FieldId::upgrade, "upgrade"},
    {FieldId::user_agent, "user-agent"},
    {FieldId::via, "via"},
    {FieldId::refresh, "refresh"},
    {FieldId::x_pad, "x-pad"},
    {FieldId::x_accel_buffering, "x-accel-buffering"},
    {FieldId::x_accel_charset, "x-accel-charset"},
    {FieldId::x_accel_expires, "x-accel-expires"},
    {FieldId::x_accel_limit_rate, "x-accel-limit-rate"},
    {FieldId::x_accel_redirect, "x-accel-redirect"},
    {FieldId::x_forwarded_for, "x-forwarded-for"},
    {FieldId::x_forwarded_host, "x-forwarded-host"},
    {FieldId::x_forwarded_port, "x-forwarded-port"},
    {FieldId::x_forwarded_proto, "x-forwarded-proto"},
    {FieldId::x_forwarded_scheme, "x-forwarded-scheme"},
    {FieldId::x_original_forwarded_for, "x-original-forwarded-for"},
    {FieldId::x_original_forwarded_host, "x-original-forwarded-host"},
    {FieldId::x_original_uri, "x-original-uri"},
    {FieldId::x_real_ip, "x-real-ip"},
    {FieldId::x_request_id, "x-request-id"},
    {FieldId::x_scheme, "x-scheme"},
};

constexpr std::size_t kSlots = 256;
constexpr std::uint8_t kEmpty = 0xff;

/// Found by trial so that every known name has a slot of its own, which the static_assert below proves. Folding with
/// `| 0x20` ignores the case of letters and leaves '-' alone.
constexpr unsigned slot_of(std::string_view name) noexcept {
    constexpr unsigned kFirst = 7, kLast = 5, kInner = 5;
    const auto folded = [&](std::size_t at) { return static_cast<unsigned char>(name[at]) | 0x20U; };
    return (static_cast<unsigned>(name.size()) + folded(0) * kFirst + folded(name.size() - 1) * kLast +
            folded(name.size() * 3 / 4) * kInner) %
           kSlots;
}

using SlotTable = std::array<std::uint8_t, kSlots>;

constexpr SlotTable kTable = [] {
    SlotTable table{};
    table.fill(kEmpty);
    std::uint8_t index = 0;
    for (const auto& known : kKnownNames) table[slot_of(known.name)] = index++;
    return table;
}();

constexpr bool is_perfect() {
    std::uint8_t index = 0;
    for (const auto& known : kKnownNames)
        if (kTable[slot_of(known.name)] != index++) return false;
    return true;
}
static_assert(is_perfect(), "two known names share a slot: choose other multipliers in slot_of()");

}  // namespace

FieldId field_id(std::string_view name) noexcept {
    if (name.empty()) return FieldId::other;
    const auto index = kTable[slot_of(name)];
    if (index == kEmpty) return FieldId::other;
    const auto& known = kKnownNames[index];
    // Folding makes only '\r' and '-' equal besides letters, and a name never holds the former.
    if (known.name.size() != name.size() || !ascii::equals_folded(name, known.name)) return FieldId::other;
    return known.id;
}

std::string_view find_field(const FieldList& fields, FieldId id) noexcept {
    for (const auto& field : fields)
        if (field.id == id) return field.value;
    return {};
}

std::string_view find_field(const FieldList& fields, std::string_view name) noexcept {
    for (const auto& field : fields)
        if (field.name.size() == name.size() && ascii::iequals(field.name, name)) return field.value;
    return {};
}

}  // namespace fairway::proxy
