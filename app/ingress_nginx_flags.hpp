// The flags of ingress-nginx's controller that are accepted and do nothing here, so that its Deployment starts unchanged.
#pragma once

#include <span>

namespace fairway::app {

struct IngressNginxFlag {
    const char* name;  ///< with dashes
    bool takes_value = true;
    /// Asks for something that Fairway does not do, which the user must know; else the flag is about nginx itself.
    bool missed = false;
};

/// Sorted by name. Source: pkg/flags/flags.go of ingress-nginx and the klog flags.
std::span<const IngressNginxFlag> ingress_nginx_flags() noexcept;

}  // namespace fairway::app
