// Any manifests: translation never crashes, everything it says has a reason, and removing the file leaves nothing behind.
#include <cstdint>
#include <string>

#include "base/assert.hpp"
#include "translation/workbench.hpp"

using namespace fairway;
using namespace fairway::ingress;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto options = test::standalone_options();
    options.configmap = k8s::ObjectName{"fairway", "settings"};
    options.default_backend_service = k8s::ObjectName{"default", "web"};
    test::Workbench bench(options);
    bench.put("input.yaml", std::string(reinterpret_cast<const char*>(data), size));
    const auto snapshot = bench.translate();
    FAIRWAY_ASSERT(snapshot->routes && snapshot->endpoints && snapshot->settings && snapshot->tls &&
                       snapshot->default_route,
                   "no part of a snapshot is missing");
    for (const auto& diagnostic : bench.report().diagnostics)
        FAIRWAY_ASSERT(!diagnostic.reason.empty() && !diagnostic.message.empty(), "a diagnostic says something");
    bench.remove("input.yaml");
    FAIRWAY_ASSERT(bench.translate()->routes->host_count() == 0, "a removed file leaves no host");
    return 0;
}
