// What single hosts have of their own in a handshake, chosen by SNI before anything else is decided about it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tls/client_verification.hpp"
#include "tls/name_map.hpp"

namespace fairway::tls {

struct HostSettings {
    std::shared_ptr<const ClientVerification> client_verification = nullptr;  ///< null: no certificate is asked for
    std::string ciphers = {};                   ///< annotation ssl-ciphers; empty: those of the listener
    std::optional<bool> prefer_server_ciphers;  ///< annotation ssl-prefer-server-ciphers

    bool operator==(const HostSettings&) const = default;
};

/// Immutable once published. Holds every host that a handshake can mean, also those without settings of their own: an exact
/// name goes before a wildcard that has some.
class HostSettingsMap {
public:
    /// @param host      lower case, "*.rest", or "_" for all names that no other host has, and for no name.
    /// @param settings  null: none of its own.
    void add(std::string_view host, std::shared_ptr<const HostSettings> settings) {
        if (host == "_")
            catch_all_ = std::move(settings);
        else
            by_name_[host] = std::move(settings);
    }
    /// nullptr: the listener's settings alone.
    const HostSettings* select(std::string_view server_name) const noexcept {
        const auto* found = by_name_.find(server_name);
        return found != nullptr ? found->get() : catch_all_.get();
    }

private:
    NameMap<std::shared_ptr<const HostSettings>> by_name_;
    std::shared_ptr<const HostSettings> catch_all_;
};

}  // namespace fairway::tls
