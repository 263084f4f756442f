#include "routing/backend.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace fairway::routing {
namespace {

std::shared_ptr<const EndpointSet> one_endpoint(std::uint16_t port) {
    return std::make_shared<const EndpointSet>(
        EndpointSet{{{SocketAddress{*IpAddress::parse("192.0.2.1"), port}, "pod"}}});
}

TEST(EndpointTable, GivesAnEmptySetForWhatItDoesNotKnow) {
    EndpointTable table;
    EXPECT_TRUE(table.of(0).endpoints.empty());
    table.replace(3, one_endpoint(80));
    for (const BackendId id : {0U, 2U, 4U, 1'000'000U}) EXPECT_TRUE(table.of(id).endpoints.empty()) << id;
    table.replace(3, nullptr);
    EXPECT_TRUE(table.of(3).endpoints.empty());
}

TEST(EndpointTable, ACopySharesTheSetsThatDidNotChange) {
    EndpointTable before;
    before.replace(0, one_endpoint(80));
    before.replace(1, one_endpoint(81));
    auto after = before;
    after.replace(1, one_endpoint(82));
    EXPECT_EQ(&after.of(0), &before.of(0));
    EXPECT_EQ(before.of(1).endpoints.at(0).address.port, 81);
    EXPECT_EQ(after.of(1).endpoints.at(0).address.port, 82);
}

}  // namespace
}  // namespace fairway::routing
