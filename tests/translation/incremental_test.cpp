// A snapshot reached by random edits equals the one translated from the same objects at once, and so do the diagnostics.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include <fmt/format.h>

#include "translation/snapshot_text.hpp"
#include "translation/workbench.hpp"

namespace fairway::ingress::test {
namespace {

class RandomManifests {
public:
    explicit RandomManifests(unsigned seed) : random_(seed) {}

    /// A file name and what it holds; empty text: the file is deleted.
    std::pair<std::string, std::string> next_edit() {
        switch (pick(7)) {
            case 0: return service();
            case 1: return slice();
            case 2: return pod();
            case 3: return config();
            case 4: return endpoints();
            default: return ingress();
        }
    }

private:
    unsigned pick(unsigned below) { return std::uniform_int_distribution<unsigned>(0, below - 1)(random_); }
    bool chance(unsigned one_in) { return pick(one_in) == 0; }

    std::pair<std::string, std::string> ingress() {
        const auto name = fmt::format("web{}", pick(6));
        const auto file = fmt::format("{}ingress-{}.yaml", pick(2) == 0 ? "a/" : "b/", name);
        if (chance(5)) return {file, ""};
        std::string text = fmt::format(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {}\n  annotations:\n", name);
        if (chance(3)) text += "    nginx.ingress.kubernetes.io/load-balance: ewma\n";
        if (chance(3)) text += fmt::format("    nginx.ingress.kubernetes.io/proxy-read-timeout: \"{}\"\n", pick(3));
        if (chance(6)) text += "    nginx.ingress.kubernetes.io/auth-type: basic\n";
        if (chance(8)) text += "    nginx.ingress.kubernetes.io/canary: \"true\"\n";
        text += "spec:\n";
        if (chance(6)) text += "  ingressClassName: other\n";
        const bool has_default = chance(4);
        if (has_default) text += "  defaultBackend: {service: {name: svc0, port: {number: 80}}}\n";
        if (chance(3))
            text += fmt::format("  tls: [{{hosts: [\"{}\"], secretName: missing{}}}]\n", kHosts[pick(3)], pick(2));
        if (has_default && chance(3)) return {file, text};
        text += "  rules:\n";
        for (unsigned i = 0, rules = 1 + pick(3); i < rules; ++i) {
            text += fmt::format("  - host: \"{}\"\n    http:\n      paths:\n", host());
            for (unsigned j = 0, paths = 1 + pick(3); j < paths; ++j)
                text += fmt::format(
                    "      - {{path: /{}, pathType: {}, backend: {{service: {{name: svc{}, port: {{{}}}}}}}}}\n",
                    pick(3) == 0 ? "" : fmt::format("p{}", pick(3)), pick(2) == 0 ? "Exact" : "Prefix", pick(4),
                    pick(2) == 0 ? "number: 80" : "name: http");
        }
        return {file, text};
    }

    static constexpr const char* kHosts[] = {"a.example.com", "b.example.com", "*.example.com", "", "c.other.org"};
    std::string host() { return kHosts[pick(5)]; }

    std::pair<std::string, std::string> service() {
        const auto name = fmt::format("svc{}", pick(4));
        const auto file = fmt::format("service-{}.yaml", name);
        if (chance(4)) return {file, ""};
        static constexpr const char* kTypes[] = {"type: ClusterIP", "type: NodePort", "type: LoadBalancer",
                                                 "clusterIP: None", "clusterIP: 127.1.1.1"};
        auto text =
            fmt::format("apiVersion: v1\nkind: Service\nmetadata: {{name: {}}}\nspec:\n  selector: {{app: app{}{}}}\n"
                        "  sessionAffinity: {}\n  {}\n  ports: [{{name: http, port: {}, targetPort: {}",
                        name, pick(2), pick(3) == 0 ? ", tier: front" : "", pick(3) == 0 ? "ClientIP" : "None",
                        kTypes[pick(5)], pick(3) == 0 ? 81 : 80, pick(2) == 0 ? "8080" : "web");
        if (chance(2)) text += fmt::format(", nodePort: {}", 30100 + pick(2));
        return {file, text + "}]\n"};
    }

    std::pair<std::string, std::string> slice() {
        const auto name = fmt::format("slice{}", pick(4));
        const auto file = fmt::format("{}.yaml", name);
        if (chance(3)) return {file, ""};
        return {file,
                fmt::format(
                    "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {{name: {}, labels: "
                    "{{kubernetes.io/service-name: svc{}}}}}\naddressType: IPv4\nports: [{{name: http, port: 8080}}]\n"
                    "endpoints: [{{addresses: [10.0.0.{}], conditions: {{ready: {}}}}}]\n",
                    name, pick(4), 1 + pick(5), pick(3) != 0)};
    }

    std::pair<std::string, std::string> endpoints() {
        const auto name = fmt::format("svc{}", pick(4));
        const auto file = fmt::format("endpoints-{}.yaml", name);
        if (chance(3)) return {file, ""};
        return {
            file,
            fmt::format(
                "apiVersion: v1\nkind: Endpoints\nmetadata: {{name: {}}}\nsubsets: [{{addresses: [{{ip: 10.1.0.{}}}], "
                "ports: [{{name: http, port: 8080}}]}}]\n",
                name, 1 + pick(5))};
    }

    std::pair<std::string, std::string> pod() {
        const auto name = fmt::format("pod{}", pick(4));
        const auto file = fmt::format("{}.yaml", name);
        if (chance(3)) return {file, ""};
        return {file,
                fmt::format("apiVersion: v1\nkind: Pod\nmetadata: {{name: {}, labels: {{app: app{}, tier: {}}}}}\nspec:"
                            "\n  containers: [{{name: c, ports: [{{name: {}, containerPort: {}}}]}}]\n"
                            "status: {{phase: {}{}}}\n",
                            name, pick(2), pick(2) == 0 ? "front" : "back", pick(4) == 0 ? "other" : "web",
                            9000 + pick(2), pick(4) == 0 ? "Failed" : "Running",
                            pick(4) == 0 ? "" : fmt::format(", podIP: 10.2.0.{}", 1 + pick(5)))};
    }

    std::pair<std::string, std::string> config() {
        if (chance(3)) return {"config.yaml", ""};
        return {
            "config.yaml",
            fmt::format("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings}}\ndata:\n  load-balance: {}\n  "
                        "proxy-read-timeout: \"{}\"\n  no-tls-redirect-locations: /p{}\n",
                        pick(2) == 0 ? "ewma" : "round_robin", 60 + pick(2), pick(2))};
    }

    std::mt19937 random_;
};

TranslationOptions options() {
    auto options = standalone_options();
    options.configmap = k8s::ObjectName{"default", "settings"};
    options.default_backend_service = k8s::ObjectName{"default", "svc3"};
    options.services = true;
    options.reserved_ports = {{.port = 81, .flag = "--http-port", .address = {}}};
    return options;
}

std::string everything(Workbench& bench) {
    const auto snapshot = bench.translate();
    return snapshot_text(*snapshot) + report_text(bench.report());
}

class RandomEdits : public testing::TestWithParam<unsigned> {};

TEST_P(RandomEdits, IncrementalEqualsFull) {
    RandomManifests manifests(GetParam());
    Workbench incremental(options());
    std::map<std::string, std::string> files;
    for (int step = 0; step < 60; ++step) {
        for (int edit = 0; edit <= step % 3; ++edit) {
            const auto [file, text] = manifests.next_edit();
            if (text.empty()) {
                incremental.remove(file);
                files.erase(file);
            } else {
                incremental.put(file, text);
                files[file] = text;
            }
        }
        Workbench full(options());
        for (const auto& [file, text] : files) full.put(file, text);
        ASSERT_EQ(everything(incremental), everything(full)) << "after step " << step;
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomEdits, testing::Range(1u, 21u));

}  // namespace
}  // namespace fairway::ingress::test
