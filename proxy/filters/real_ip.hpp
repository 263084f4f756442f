// The client's address behind trusted proxies (nginx's real_ip module with real_ip_recursive on).
#pragma once

#include <span>
#include <string_view>

#include "base/ascii.hpp"
#include "base/ip_address.hpp"
#include "proxy/http/field.hpp"

namespace fairway::proxy {

/// A field name of the configuration, compared by id where it has one.
class FieldName {
public:
    explicit FieldName(FieldId id) noexcept : id_(id) {}
    explicit FieldName(std::string_view name) noexcept : id_(field_id(name)), name_(name) {}

    bool matches(const Field& field) const noexcept {
        if (id_ != FieldId::other) return field.id == id_;
        return field.id == FieldId::other && field.name.size() == name_.size() && ascii::iequals(field.name, name_);
    }

private:
    FieldId id_;
    std::string_view name_;
};

/// Whether one of the networks of proxy-real-ip-cidr has it.
bool is_trusted_proxy(const IpAddress& address, std::span<const IpNetwork> trusted) noexcept;

struct RealIp {
    IpAddress address;
    std::string_view text;    ///< of an IPv4 address, inside the field; empty for IPv6, which has many spellings
    bool from_field = false;  ///< false: the peer is the client
};

/// Walks the addresses of all fields called `header` from the right, beginning at the peer, as long as the last one is
/// trusted: the first untrusted address, or the leftmost, is the client. Stops at what is not an address. Elements may
/// carry a port: "192.0.2.1:5000", "[2001:db8::1]:5000".
RealIp find_real_ip(const FieldList& fields, const FieldName& header, const IpAddress& peer,
                    std::span<const IpNetwork> trusted);

}  // namespace fairway::proxy
