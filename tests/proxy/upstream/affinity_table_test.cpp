// ClientIP affinity: who keeps which endpoint, for how long, and in how much memory.
#include "proxy/upstream/affinity_table.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace fairway::proxy {
namespace {

using namespace std::chrono_literals;

IpAddress client(std::uint32_t number) {
    const std::array<std::uint8_t, 4> bytes{static_cast<std::uint8_t>(number >> 24),
                                            static_cast<std::uint8_t>(number >> 16),
                                            static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
    return IpAddress::from_v4(bytes.data());
}

SocketAddress endpoint(std::uint8_t number) {
    const std::array<std::uint8_t, 4> bytes{10, 0, 0, number};
    return {IpAddress::from_v4(bytes.data()), 8080};
}

routing::EndpointSet set_of(std::initializer_list<std::uint8_t> numbers) {
    routing::EndpointSet set;
    for (const auto number : numbers) set.endpoints.push_back({endpoint(number), ""});
    return set;
}

class Affinity : public testing::Test {
protected:
    SocketAddress ask(std::uint32_t who, std::uint8_t choice) {
        return table.find_or_remember(affinity, client(who), ready, endpoint(choice), now);
    }

    AffinityTable::TimePoint now = AffinityTable::TimePoint(1000h);
    AffinityTable table{{1, 2}, now};
    routing::ClientIpAffinity affinity{7, 10800s};
    routing::EndpointSet ready = set_of({1, 2, 3});
};

TEST_F(Affinity, AClientKeepsItsEndpoint) {
    EXPECT_EQ(table.find(affinity, client(1), ready, now), std::nullopt);
    EXPECT_EQ(ask(1, 2), endpoint(2));
    EXPECT_EQ(ask(1, 3), endpoint(2));
    EXPECT_EQ(table.find(affinity, client(1), ready, now), endpoint(2));
    EXPECT_EQ(ask(2, 3), endpoint(3)) << "another client";
    EXPECT_EQ(table.size(), 2u);
}

TEST_F(Affinity, GroupsAndFamiliesAreApart) {
    ask(1, 2);
    EXPECT_EQ(table.find({8, 10800s}, client(1), ready, now), std::nullopt);
    IpAddress v6 = client(1);
    v6.v6 = true;
    EXPECT_EQ(table.find(affinity, v6, ready, now), std::nullopt);
}

TEST_F(Affinity, TimeCountsFromTheLastUse) {
    ask(1, 2);
    now += 10799s;
    EXPECT_EQ(ask(1, 3), endpoint(2));
    now += 10799s;
    EXPECT_EQ(table.find(affinity, client(1), ready, now), endpoint(2));
    now += 10800s;
    EXPECT_EQ(table.find(affinity, client(1), ready, now), std::nullopt);
    EXPECT_EQ(ask(1, 3), endpoint(3));
    EXPECT_EQ(table.size(), 1u) << "in the same place";
}

TEST_F(Affinity, AnEndpointThatIsNotReadyIsReplaced) {
    ask(1, 2);
    ready = set_of({1, 3});
    EXPECT_EQ(table.find(affinity, client(1), ready, now), std::nullopt);
    EXPECT_EQ(ask(1, 3), endpoint(3));
    ready = set_of({1, 2, 3});
    EXPECT_EQ(ask(1, 1), endpoint(3)) << "it does not go back";
}

TEST_F(Affinity, ARetryThatWorkedIsWhatTheClientHas) {
    ask(1, 2);
    table.remember(affinity, client(1), endpoint(3), now);
    EXPECT_EQ(ask(1, 1), endpoint(3));
}

TEST_F(Affinity, TakesNoMemoryBeforeTheFirstClient) {
    EXPECT_EQ(table.memory_bytes(), 0u);
    table.find(affinity, client(1), ready, now);
    EXPECT_EQ(table.memory_bytes(), 0u);
}

TEST_F(Affinity, RemembersAMillionClientsInBoundedMemory) {
    constexpr std::uint32_t kMany = 1'000'000;
    for (std::uint32_t i = 0; i < kMany; ++i) ask(i, static_cast<std::uint8_t>(1 + i % 3));
    EXPECT_EQ(table.size(), kMany);
    std::uint32_t wrong = 0;
    for (std::uint32_t i = 0; i < kMany; ++i)
        if (table.find(affinity, client(i), ready, now) != endpoint(static_cast<std::uint8_t>(1 + i % 3))) ++wrong;
    EXPECT_EQ(wrong, 0u);

    for (std::uint32_t i = 0; i < kMany; ++i) ask(kMany + i, 1);
    EXPECT_LE(table.size(), AffinityTable::kMaxClients);
    EXPECT_GE(table.size(), AffinityTable::kMaxClients * 99 / 100);
    EXPECT_LE(table.memory_bytes(), 64'000'000u);
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < kMany; ++i)
        if (table.find(affinity, client(kMany + i), ready, now)) ++kept;
    EXPECT_EQ(kept, kMany) << "those that were away for longest made room";
}

TEST_F(Affinity, RoomOfClientsThatAreGoneIsUsedBeforeMore) {
    for (std::uint32_t i = 0; i < 10'000; ++i) ask(i, 1);
    now += AffinityTable::kLongestTimeout;
    for (std::uint32_t i = 0; i < 5'000; ++i) ask(100'000 + i, 2);
    EXPECT_LE(table.size(), 10'100u);
}

TEST_F(Affinity, TwoThreadsAgreeOnEachClient) {
    constexpr std::uint32_t kClients = 20'000;
    std::array<std::vector<SocketAddress>, 2> got;
    const auto run = [&](std::uint8_t thread) {
        for (std::uint32_t i = 0; i < kClients; ++i)
            got[thread].push_back(table.find_or_remember(affinity, client(i), ready, endpoint(1 + thread), now));
    };
    std::thread other([&] { run(1); });
    run(0);
    other.join();
    EXPECT_EQ(got[0], got[1]);
}

TEST(SipHash, AgreesWithTheReference) {
    // https://github.com/veorq/SipHash, vectors.h: the bytes 0, 1, 2, … with the key 0, 1, … 15.
    const SipKey key{0x0706050403020100ull, 0x0f0e0d0c0b0a0908ull};
    const std::array<std::uint64_t, 2> words{key};
    const std::span all(words);
    EXPECT_EQ(siphash_2_4(key, {}), 0x726fdb47dd0e0e31ull);
    EXPECT_EQ(siphash_2_4(key, all.first(1)), 0x93f5f5799a932462ull);
    EXPECT_EQ(siphash_2_4(key, all), 0x3f2acc7f57c29bdbull);
}

}  // namespace
}  // namespace fairway::proxy
