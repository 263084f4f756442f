// What a match costs with one host and with thousands, and what a change of one host costs.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "routing/path_normalise.hpp"
#include "routing/route_table.hpp"

namespace fairway::routing {
namespace {

std::string host_name(std::int64_t i) { return "host-" + std::to_string(i) + ".example.com"; }

std::shared_ptr<const HostRules> host_rules(const std::string& name) {
    static const auto policy = std::make_shared<const RoutePolicy>();
    static const auto backend = std::make_shared<const Backend>();
    const auto route = [](std::string path) {
        return Route{
            .path = std::move(path), .type = PathType::prefix, .owner = nullptr, .policy = policy, .backend = backend};
    };
    std::vector<Route> routes;
    routes.push_back(route("/"));
    routes.push_back(route("/api/v1"));
    return std::make_shared<const HostRules>(HostRules::Options{.name = name}, std::move(routes));
}

RouteTable table(std::int64_t hosts) {
    RouteTable routes;
    for (std::int64_t i = 0; i < hosts; ++i) routes.replace_host(host_name(i), host_rules(host_name(i)));
    return routes;
}

/// Each request asks for another host, so that the table is not all in the nearest cache.
void match(benchmark::State& state) {
    const auto routes = table(state.range(0));
    std::vector<std::string> names;
    for (std::int64_t i = 0; i < 1024; ++i) names.push_back(host_name(i * 7919 % state.range(0)));
    std::size_t i = 0;
    for (auto _ : state) benchmark::DoNotOptimize(routes.match(names[i++ & 1023], "/api/v1/items/42"));
}
BENCHMARK(match)->Arg(1)->Arg(100)->Arg(5'000)->Arg(50'000);

void match_among_paths(benchmark::State& state) {
    static const auto policy = std::make_shared<const RoutePolicy>();
    std::vector<Route> routes;
    for (std::int64_t i = 0; i < state.range(0); ++i)
        routes.push_back(
            Route{.path = "/api/v" + std::to_string(i), .owner = nullptr, .policy = policy, .backend = nullptr});
    const HostRules rules({.name = "shop.example.com"}, std::move(routes));
    for (auto _ : state) benchmark::DoNotOptimize(rules.match("/api/v0/items/42"));
}
BENCHMARK(match_among_paths)->Arg(2)->Arg(10'000);

void replace_one_host(benchmark::State& state) {
    const auto routes = table(state.range(0));
    const auto changed = host_rules(host_name(0));
    for (auto _ : state) {
        auto next = std::make_shared<RouteTable>(routes);
        next->replace_host(host_name(0), changed);
        benchmark::DoNotOptimize(next);
    }
}
BENCHMARK(replace_one_host)->Arg(5'000)->Unit(benchmark::kMicrosecond);

void normalise(benchmark::State& state, std::string_view path) {
    std::vector<char> scratch(path.size());
    for (auto _ : state) benchmark::DoNotOptimize(normalise_path(path, scratch));
}
BENCHMARK_CAPTURE(normalise, regular, "/api/v1/items/42/pictures/front.jpeg");
BENCHMARK_CAPTURE(normalise, escaped, "/api/v1/items/42/pictures/front%20view.jpeg");
BENCHMARK_CAPTURE(normalise, dots, "/api/v1/items//42/./pictures/../front.jpeg");

}  // namespace
}  // namespace fairway::routing
