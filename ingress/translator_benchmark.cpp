// 5,000 hosts with 2 paths each, a Service of their own and one endpoint: what a full translation, an Ingress change
// and an endpoint change cost. Budgets: 150 ms, 10 ms, 2 ms. The same for 2,000 Services in one namespace that choose 10
// Pods each: the full translation, and one Pod that becomes ready or unready.
#include <benchmark/benchmark.h>

#include <chrono>
#include <string>

#include <fmt/format.h>

#include "ingress/object_store.hpp"
#include "ingress/translator.hpp"

namespace fairway::ingress {
namespace {

constexpr int kHosts = 5000;

std::string file_name(const char* kind, int i) { return fmt::format("{}-{}.yaml", kind, i); }

std::string ingress_text(int i, int generation = 0) {
    return fmt::format(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web-{0}\n  annotations:\n"
        "    nginx.ingress.kubernetes.io/proxy-read-timeout: \"{1}\"\nspec:\n  rules:\n  - host: "
        "host-{0}.example.com\n    http:\n"
        "      paths:\n      - {{path: /, pathType: Prefix, backend: {{service: {{name: web-{0}, port: {{number: "
        "80}}}}}}}}\n"
        "      - {{path: /api, pathType: Prefix, backend: {{service: {{name: web-{0}, port: {{number: 80}}}}}}}}\n",
        i, 60 + generation % 10);
}

std::string service_text(int i) {
    return fmt::format("apiVersion: v1\nkind: Service\nmetadata: {{name: web-{}}}\nspec: {{ports: [{{port: 80}}]}}\n",
                       i);
}

std::string slice_text(int i, int generation = 0) {
    return fmt::format(
        "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {{name: web-{0}, labels: "
        "{{kubernetes.io/service-name: "
        "web-{0}}}}}\naddressType: IPv4\nports: [{{port: 8080}}]\nendpoints: [{{addresses: [10.{1}.{2}.{3}]}}]\n",
        i, generation % 250, i / 250, i % 250 + 1);
}

TranslationOptions options() {
    TranslationOptions options;
    options.watch_ingress_without_class = true;
    return options;
}

void put(ObjectStore& store, DiagnosticBook& book, const std::string& file, const std::string& text) {
    store.apply_file(file, k8s::decode(text, file), book);
}

void fill(ObjectStore& store, DiagnosticBook& book) {
    for (int i = 0; i < kHosts; ++i) {
        put(store, book, file_name("ingress", i), ingress_text(i));
        put(store, book, file_name("service", i), service_text(i));
        put(store, book, file_name("slice", i), slice_text(i));
    }
}

void full_translation(benchmark::State& state) {
    for (auto unused : state) {
        ObjectStore store;
        PodReadiness readiness;
        DiagnosticBook book;
        fill(store, book);
        Translator translator({store, readiness}, options(), book);
        const auto changes = store.take_changes();
        const auto begin = std::chrono::steady_clock::now();
        benchmark::DoNotOptimize(translator.apply(changes));
        state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
}
BENCHMARK(full_translation)->Unit(benchmark::kMillisecond)->Iterations(5)->UseManualTime();

void decode_everything(benchmark::State& state) {
    for (auto unused : state) {
        ObjectStore store;
        PodReadiness readiness;
        DiagnosticBook book;
        fill(store, book);
        benchmark::DoNotOptimize(store.take_changes());
    }
}
BENCHMARK(decode_everything)->Unit(benchmark::kMillisecond)->Iterations(3);

/// From the text of one changed file to the snapshot.
void one_change(benchmark::State& state, std::string (*text)(int, int), const char* kind) {
    ObjectStore store;
    PodReadiness readiness;
    DiagnosticBook book;
    fill(store, book);
    Translator translator({store, readiness}, options(), book);
    translator.apply(store.take_changes());
    int generation = 0;
    for (auto unused : state) {
        const int i = ++generation % kHosts;
        put(store, book, file_name(kind, i), text(i, generation));
        benchmark::DoNotOptimize(translator.apply(store.take_changes()));
    }
}
BENCHMARK_CAPTURE(one_change, ingress, ingress_text, "ingress")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(one_change, endpoint, slice_text, "slice")->Unit(benchmark::kMicrosecond);

constexpr int kServices = 2000;
constexpr int kPodsOfService = 10;

std::string pod_text(int service, int pod) {
    return fmt::format(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web-{0}-{1}, labels: {{part: web, app: web-{0}}}}}\n"
        "spec: {{containers: [{{name: main, ports: [{{name: http, containerPort: 8080}}]}}]}}\n"
        "status: {{podIP: 10.{2}.{3}.{4}}}\n",
        service, pod, service / 250, service % 250, pod + 1);
}

void fill_with_pods(ObjectStore& store, DiagnosticBook& book) {
    for (int i = 0; i < kServices; ++i) {
        put(store, book, file_name("ingress", i), ingress_text(i));
        put(store, book, file_name("service", i),
            fmt::format(
                "apiVersion: v1\nkind: Service\nmetadata: {{name: web-{0}}}\nspec: {{selector: {{part: web, app: "
                "web-{0}}}, ports: [{{port: 80, targetPort: http}}]}}\n",
                i));
        for (int j = 0; j < kPodsOfService; ++j) put(store, book, fmt::format("pod-{}-{}.yaml", i, j), pod_text(i, j));
    }
}

void full_translation_of_pods(benchmark::State& state) {
    for (auto unused : state) {
        ObjectStore store;
        PodReadiness readiness;
        DiagnosticBook book;
        fill_with_pods(store, book);
        Translator translator({store, readiness}, options(), book);
        const auto changes = store.take_changes();
        const auto begin = std::chrono::steady_clock::now();
        benchmark::DoNotOptimize(translator.apply(changes));
        state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
}
BENCHMARK(full_translation_of_pods)->Unit(benchmark::kMillisecond)->Iterations(3)->UseManualTime();

void one_readiness(benchmark::State& state) {
    ObjectStore store;
    PodReadiness readiness;
    DiagnosticBook book;
    fill_with_pods(store, book);
    Translator translator({store, readiness}, options(), book);
    translator.apply(store.take_changes());
    int generation = 0;
    for (auto unused : state) {
        const int i = ++generation;
        const k8s::ObjectName pod{"default", fmt::format("web-{}-{}", i % kServices, i % kPodsOfService)};
        readiness.set(pod, i / kServices % 2 != 0);
        const auto services = translator.services_of(*store.find<k8s::Pod>(pod));
        benchmark::DoNotOptimize(translator.apply({}, {services.begin(), services.end()}));
    }
}
BENCHMARK(one_readiness)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace fairway::ingress
