#include <gtest/gtest.h>

#include "tls/handshake.hpp"

namespace fairway::tls::test {
namespace {

struct Way {
    const char* name;
    ServerSettings settings;
    int version;
    bool resumes;
};
const std::string kKey80(80, 'k');
const Way kWays[] = {
    {"CacheTls12", {}, TLS1_2_VERSION, true},
    {"CacheTls13", {}, TLS1_3_VERSION, true},
    {"TicketsTls12", {.session_cache = false, .session_tickets = true}, TLS1_2_VERSION, true},
    {"TicketsTls13", {.session_cache = false, .session_tickets = true}, TLS1_3_VERSION, true},
    {"FixedKey48Tls13",
     {.session_cache = false, .session_tickets = true, .session_ticket_key = std::string(48, 'k')},
     TLS1_3_VERSION,
     true},
    {"FixedKey80Tls12",
     {.session_cache = false, .session_tickets = true, .session_ticket_key = kKey80},
     TLS1_2_VERSION,
     true},
    {"NothingTls12", {.session_cache = false}, TLS1_2_VERSION, false},
    {"NothingTls13", {.session_cache = false}, TLS1_3_VERSION, false},
};

class Resumption : public testing::TestWithParam<Way> {
protected:
    ClientSettings client(SSL_SESSION* session = nullptr) const {
        return {.server_name = "shop.example",
                .lowest = GetParam().version,
                .highest = GetParam().version,
                .resume = session};
    }
};

TEST_P(Resumption, SecondConnectionAndTheOneAfterIt) {
    const auto config = config_of(GetParam().settings, store_with_default());
    auto first = connect(*config, client());
    ASSERT_TRUE(first.completed);
    EXPECT_FALSE(first.resumed());
    const auto session = first.session();
    auto second = connect(*config, client(session.get()));
    ASSERT_TRUE(second.completed);
    EXPECT_EQ(second.resumed(), GetParam().resumes);
    const auto renewed = second.session();
    EXPECT_EQ(connect(*config, client(renewed.get())).resumed(), GetParam().resumes);
}

TEST_P(Resumption, SurvivesAChangeOfCertificates) {
    const auto before = config_of(GetParam().settings, store_with_default());
    const auto session = connect(*before, client()).session();
    CertificateStore store(certificate_for({"renewed.example"}));
    const auto after = config_of(GetParam().settings, std::move(store), before.get());
    const auto made = connect(*after, client(session.get()));
    ASSERT_TRUE(made.completed);
    EXPECT_EQ(made.resumed(), GetParam().resumes);
}

INSTANTIATE_TEST_SUITE_P(Tls, Resumption, testing::ValuesIn(kWays), [](const auto& test) { return test.param.name; });

TEST(SessionCache, SurvivesAChangeOfOtherSettings) {
    const auto before = config_of({}, store_with_default());
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const auto session = connect(*before, {.lowest = version, .highest = version}).session();
        const auto after = config_of({.curves = "X25519:prime256v1"}, store_with_default(), before.get());
        ASSERT_NE(&before->context(), &after->context());
        EXPECT_TRUE(connect(*after, {.lowest = version, .highest = version, .resume = session.get()}).resumed());
    }
}

TEST(SessionCache, OtherSizeOrLifetimeStartsAnew) {
    const auto before = config_of({}, store_with_default());
    const auto session = connect(*before, {}).session();
    const auto after = config_of({.session_timeout_seconds = 60}, store_with_default(), before.get());
    const auto made = connect(*after, {.resume = session.get()});
    EXPECT_TRUE(made.completed);
    EXPECT_FALSE(made.resumed());
}

TEST(SessionCache, ConnectionThatEndedBadlyTakesItsSessionAlong) {
    auto config = config_of({}, store_with_default());
    const ClientSettings old_client = {.highest = TLS1_2_VERSION};
    auto made = connect(*config, old_client);
    ASSERT_TRUE(made.completed);
    const OwnedSession session(SSL_get1_session(made.client.get()));
    made.server.reset();  // neither side said good-bye
    ClientSettings again = old_client;
    again.resume = session.get();
    EXPECT_FALSE(connect(*config, again).resumed());
}

TEST(SessionCache, OutlivesItsConfigurationWhileAConnectionLasts) {
    auto config = config_of({}, store_with_default());
    auto made = connect(*config, {.highest = TLS1_2_VERSION});
    ASSERT_TRUE(made.completed);
    config.reset();
    EXPECT_EQ(made.client_to_server("still here"), "still here");
    made.server.reset();  // removes its session from the cache, which must be there
}

const ServerSettings kTicketsOnly = {.session_cache = false, .session_tickets = true};

TEST(TicketKeyRing, RandomKeysSurviveAChangeOfOtherSettings) {
    const auto before = config_of(kTicketsOnly, store_with_default());
    const auto session = connect(*before, {}).session();
    ServerSettings changed = kTicketsOnly;
    changed.curves = "X25519:prime256v1";
    const auto after = config_of(changed, store_with_default(), before.get());
    ASSERT_NE(&before->context(), &after->context());
    EXPECT_TRUE(connect(*after, {.resume = session.get()}).resumed());
}

TEST(TicketKeyRing, ReplicasWithTheSameKeyResumeEachOthersSessions) {
    ServerSettings settings = kTicketsOnly;
    settings.session_ticket_key = kKey80;
    const auto one = config_of(settings, store_with_default());
    const auto other = config_of(settings, store_with_default());
    const auto session = connect(*one, {}).session();
    EXPECT_TRUE(connect(*other, {.resume = session.get()}).resumed());
}

TEST(TicketKeyRing, ReplacedKeyStillOpensItsTickets) {
    ServerSettings settings = kTicketsOnly;
    settings.session_ticket_key = kKey80;
    const auto before = config_of(settings, store_with_default());
    const auto session = connect(*before, {}).session();
    settings.session_ticket_key = std::string(80, 'n');
    const auto after = config_of(settings, store_with_default(), before.get());
    auto made = connect(*after, {.resume = session.get()});
    EXPECT_TRUE(made.resumed());
    const auto renewed = made.session();
    const auto fresh = config_of(settings, store_with_default());
    EXPECT_TRUE(connect(*fresh, {.resume = renewed.get()}).resumed()) << "the new ticket is sealed with the new key";
    EXPECT_FALSE(connect(*fresh, {.resume = session.get()}).resumed());
}

TEST(TicketKeyRing, ForeignTicketMeansAFullHandshake) {
    const auto one = config_of(kTicketsOnly, store_with_default());
    const auto other = config_of(kTicketsOnly, store_with_default());
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const auto session = connect(*one, {.lowest = version, .highest = version}).session();
        const auto made = connect(*other, {.lowest = version, .highest = version, .resume = session.get()});
        EXPECT_TRUE(made.completed);
        EXPECT_FALSE(made.resumed());
    }
}

}  // namespace
}  // namespace fairway::tls::test
