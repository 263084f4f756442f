// Which Secrets are kept with their content: those that something refers to. Of all others the name alone is known.
#pragma once

#include <set>

#include "k8s-client/objects/decode.hpp"

namespace fairway::ingress {

class SecretKeeper {
public:
    /// Takes the content out of the Secrets that nobody needs. Before sort_out() every one may be needed.
    void sift(k8s::Decoded& decoded);
    /// What is needed is known now.
    void sort_out() noexcept { sorting_ = true; }
    void need(const k8s::ObjectName& secret, bool needed);
    /// The Secret is gone from the cluster.
    void forget(const k8s::ObjectName& secret) { withheld_.erase(secret); }

    bool needs(const k8s::ObjectName& secret) const { return needed_.contains(secret); }
    /// Whether it is there, but was stripped of its content.
    bool withheld(const k8s::ObjectName& secret) const { return withheld_.contains(secret); }
    /// What is kept of a Secret that nobody needs.
    static k8s::Secret without_content(const k8s::Secret& secret);

private:
    std::set<k8s::ObjectName> needed_;
    std::set<k8s::ObjectName> withheld_;
    bool sorting_ = false;
};

}  // namespace fairway::ingress
