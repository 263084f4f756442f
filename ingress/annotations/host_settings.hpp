// What the annotations of one Ingress say about its hosts as a whole.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ingress/setting_reader.hpp"
#include "routing/regex.hpp"
#include "routing/text_template.hpp"

namespace fairway::ingress {

/// An item of server-alias.
struct HostAlias {
    std::string name;                     ///< lower case: "shop.example.org", "*.example.org"; "~regex" as written
    std::optional<routing::Regex> regex;  ///< of the last kind

    bool is_wildcard() const { return name.starts_with("*."); }
    bool operator==(const HostAlias&) const = default;
};

struct HostSettings {
    bool use_regex = false;
    bool from_to_www = false;
    std::optional<routing::TextTemplate> app_root;
    std::vector<HostAlias> aliases;  ///< without repetition
};

/// use-regex, from-to-www-redirect, app-root, server-alias: annotations only.
HostSettings read_host_settings(SettingReader& settings);

}  // namespace fairway::ingress
