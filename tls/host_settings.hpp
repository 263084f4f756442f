// What single hosts have of their own in a handshake, chosen by SNI before anything else is decided about it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
    using Settings = std::shared_ptr<const HostSettings>;  ///< null: none of its own

    /// @param host  lower case, "*.rest", or "_" for all names that no other host has, and for no name.
    void add(std::string_view host, Settings settings);
    /// What "*.rest" of the annotation server-alias means: any number of labels before `rest`.
    void add_suffix(std::string_view rest, Settings settings) { suffixes_[rest] = std::move(settings); }
    /// @param matches  asked with a name in lower case, those that were added first before others. Must not throw.
    void add_pattern(std::function<bool(std::string_view)> matches, Settings settings) {
        patterns_.push_back({std::move(matches), std::move(settings)});
    }
    /// Looks for the name as the route table does: exact, longest suffix, wildcard, pattern, "_".
    /// nullptr: the listener's settings alone.
    const HostSettings* select(std::string_view server_name) const noexcept;

private:
    struct Pattern {
        std::function<bool(std::string_view)> matches;
        Settings settings;
    };

    const Settings* find(std::string_view name) const noexcept;

    NameMap<Settings> by_name_;
    NameMap<Settings> suffixes_;  ///< by what comes after "*."
    std::vector<Pattern> patterns_;
    Settings catch_all_;
};

}  // namespace fairway::tls
