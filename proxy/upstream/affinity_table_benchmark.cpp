// What ClientIP affinity adds to a request, with a table that knows a million clients.
#include <benchmark/benchmark.h>

#include <cstring>

#include "proxy/upstream/affinity_table.hpp"

namespace fairway::proxy {
namespace {

constexpr std::uint32_t kClients = 1'000'000;

IpAddress client(std::uint32_t number) { return IpAddress::from_v4(&number); }

struct Filled {
    Filled() {
        for (std::uint8_t i = 1; i <= 10; ++i) {
            const std::array<std::uint8_t, 4> bytes{10, 0, 0, i};
            ready.endpoints.push_back({{IpAddress::from_v4(bytes.data()), 8080}, ""});
        }
        for (std::uint32_t i = 0; i < kClients; ++i)
            table.remember(affinity, client(i), ready.endpoints[i % 10].address, now);
    }
    AffinityTable::TimePoint now = std::chrono::steady_clock::now();
    routing::ClientIpAffinity affinity{1};
    routing::EndpointSet ready;
    AffinityTable table{{1, 2}, now};
};

Filled& filled() {
    static Filled instance;
    return instance;
}

void known_client(benchmark::State& state) {
    Filled& setup = filled();
    std::uint32_t next = static_cast<std::uint32_t>(state.thread_index()) * 7919;
    for (auto _ : state) {
        next = (next + 104'729) % kClients;  // far apart: out of the caches, as real clients are
        benchmark::DoNotOptimize(setup.table.find(setup.affinity, client(next), setup.ready, setup.now));
    }
}
BENCHMARK(known_client)->Threads(1)->Threads(2);

void new_client_in_a_full_table(benchmark::State& state) {
    Filled& setup = filled();
    std::uint32_t next = kClients;
    for (auto _ : state)
        setup.table.remember(setup.affinity, client(next++), setup.ready.endpoints.front().address, setup.now);
}
BENCHMARK(new_client_in_a_full_table);

}  // namespace
}  // namespace fairway::proxy
