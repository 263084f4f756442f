// Pods for tests of probes, read from manifests as run reads them.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>

#include "ingress/object_store.hpp"

namespace fairway::ingress::test {

/// Pod default/NAME at an address with one container "web", port 8080 named "http".
/// @param fields  of the container: "readinessProbe: {tcpSocket: {port: http}}".
/// @param status  beyond podIP: ", phase: Running".
inline std::string pod_manifest(const std::string& name, const std::string& fields,
                                const std::string& address = "127.0.0.1", const std::string& status = "") {
    return fmt::format(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: {}, labels: {{app: web}}}}\nspec:\n  containers:\n  - name: web\n"
        "    ports: [{{name: http, containerPort: 8080}}]\n    {}\nstatus: {{podIP: \"{}\"{}}}\n",
        name, fields, address, status);
}

/// The first object of a manifest. Throws when it has a mistake.
inline ObjectPtr decode_one(const std::string& manifest) {
    auto decoded = k8s::decode(manifest, "pod.yaml");
    if (decoded.objects.size() != 1 || !decoded.complaints.empty())
        throw std::runtime_error(decoded.complaints.empty() ? "no object" : decoded.complaints.front().message);
    return std::make_shared<const k8s::Object>(std::move(decoded.objects.front()));
}

inline ObjectChange change(const ObjectPtr& before, const ObjectPtr& after) {
    const auto& name = k8s::meta_of(*(after ? after : before)).name;
    return {{k8s::Pod::kKind, name}, before, after};
}

}  // namespace fairway::ingress::test
