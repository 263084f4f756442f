// Which Host fields the admin API answers to. A page in a browser on this machine may resolve a name of its own to
// 127.0.0.1 and then read what it gets as its own origin (DNS rebinding); its requests carry that name as Host.
#pragma once

#include <string_view>

namespace fairway::admin {

/// Whether `host` (with or without port) is an IP address or localhost: a name that nobody can point elsewhere.
bool is_local_host(std::string_view host) noexcept;

}  // namespace fairway::admin
