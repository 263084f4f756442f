#include "ingress/cluster/secret_keeper.hpp"

namespace fairway::ingress {

void SecretKeeper::sift(k8s::Decoded& decoded) {
    if (!sorting_) return;
    for (auto& object : decoded.objects) {
        auto* const secret = std::get_if<k8s::Secret>(&object);
        if (secret == nullptr) continue;
        const auto name = secret->meta.name;
        if (needs(name)) {
            withheld_.erase(name);
            continue;
        }
        *secret = without_content(*secret);
        withheld_.insert(name);
    }
}

void SecretKeeper::need(const k8s::ObjectName& secret, bool needed) {
    if (needed)
        needed_.insert(secret);
    else
        needed_.erase(secret);
}

k8s::Secret SecretKeeper::without_content(const k8s::Secret& secret) {
    k8s::Secret stripped;
    stripped.meta.name = secret.meta.name;
    stripped.meta.resource_version = secret.meta.resource_version;
    stripped.type = secret.type;
    stripped.withheld = true;
    return stripped;
}

}  // namespace fairway::ingress
