#include "app/admin_api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

namespace fairway::app {
namespace {

AdminListen listen_on(std::uint16_t port, bool by_default) {
    return {SocketAddress{*IpAddress::parse("127.0.0.1"), port}, by_default};
}

std::uint16_t port_of(const std::string& url) {
    return SocketAddress::parse(url.substr(url.rfind('/') + 1)).value().port;
}

TEST(AdminApi, ListensWhereItIsToldAndSaysSo) {
    boost::asio::io_context io;
    AdminApi api;
    EXPECT_EQ(api.url(), "");
    api.open(io, listen_on(0, false), {});
    EXPECT_THAT(api.url(), testing::StartsWith("http://127.0.0.1:"));
    api.close();
    EXPECT_EQ(api.url(), "");
    api.open(io, {std::nullopt, false}, {});
    EXPECT_EQ(api.url(), "");
}

TEST(AdminApi, ASecondInstanceOnTheDefaultAddressServesWithoutIt) {
    boost::asio::io_context io;
    AdminApi first;
    first.open(io, listen_on(0, false), {});
    AdminApi second;
    second.open(io, listen_on(port_of(first.url()), true), {});
    EXPECT_EQ(second.url(), "");
    EXPECT_THROW(second.open(io, listen_on(port_of(first.url()), false), {}), std::runtime_error);
}

}  // namespace
}  // namespace fairway::app
