// Names of ExternalName Services against a DNS server that answers well, badly, late or not at all.
#include "ingress/external_names/name_resolver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ingress/engine.hpp"
#include "ingress/external_names/scripted_dns.hpp"
#include "ingress/manifests.hpp"
#include "ingress/temp_folder.hpp"

namespace fairway::ingress::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const std::string kName = "db.example.org";

class Resolving : public testing::Test {
protected:
    Resolving() {
        options.dns.servers = {dns.address()};
        options.dns.search.emplace();
        options.dns.timeout = 100ms;
        options.dns.tries = 1;
        options.first_retry = 20ms;
    }

    void follow(const std::vector<std::string>& names) {
        if (!resolver)
            resolver = std::make_unique<NameResolver>(io, options, answers, [this](const auto& changed) {
                for (const auto& name : changed) ++changes[name];
            });
        std::map<std::string, std::set<k8s::ObjectName>> used;
        for (const auto& name : names) used[name].insert({"default", "web"});
        resolver->follow(used);
    }

    bool comes_true(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            io.run_one_for(50ms);
        }
        return true;
    }

    /// The addresses known, or the error when there are none; "" before the first answer.
    std::string answer(const std::string& name = kName) const {
        const auto* known = answers.of(name);
        if (known == nullptr) return "";
        std::vector<std::string> words;
        for (const auto& address : known->addresses) words.push_back(address.to_string());
        return words.empty() ? known->error : fmt::format("{}", fmt::join(words, " "));
    }
    std::string error(const std::string& name = kName) const {
        const auto* known = answers.of(name);
        return known == nullptr ? "" : known->error;
    }
    bool answered(const std::string& text, const std::string& name = kName) {
        return comes_true([&] { return answer(name).find(text) != std::string::npos; });
    }

    boost::asio::io_context io;
    ScriptedDns dns{io};
    NameResolverOptions options;
    NameAnswers answers;
    std::map<std::string, int> changes;
    std::unique_ptr<NameResolver> resolver;
};

TEST_F(Resolving, AllAddressesSortedAndOnce) {
    dns.addresses(kName, {"192.0.2.9", "192.0.2.1", "192.0.2.9", "192.0.2.5"});
    follow({kName});
    ASSERT_TRUE(answered("192.0.2.1 192.0.2.5 192.0.2.9")) << answer();
    EXPECT_EQ(error(), "");
    EXPECT_TRUE(comes_true([&] { return changes[kName] == 1; }));
}

TEST_F(Resolving, IPv4BeforeIPv6) {
    dns.addresses(kName, {"192.0.2.1"});
    dns.script(kName, kAaaa, {.records = {{kName, kAaaa, 300, "2001:db8::1"}}});
    follow({kName});
    ASSERT_TRUE(answered("192.0.2.1")) << answer();
    EXPECT_EQ(answer(), "192.0.2.1");
}

TEST_F(Resolving, IPv6WhenThereIsNothingElse) {
    dns.script(kName, kAaaa, {.records = {{kName, kAaaa, 300, "2001:db8::2"}, {kName, kAaaa, 300, "2001:db8::1"}}});
    follow({kName});
    EXPECT_TRUE(answered("2001:db8::1 2001:db8::2")) << answer();
}

TEST_F(Resolving, CnameLeadsToTheAddresses) {
    dns.script(kName, kA,
               {.records = {{kName, kCname, 60, "real.example.net"}, {"real.example.net", kA, 300, "192.0.2.1"}}});
    follow({kName});
    EXPECT_TRUE(answered("192.0.2.1")) << answer();
}

TEST_F(Resolving, TtlIsTheLeastOfAllRecords) {
    dns.script(kName, kA,
               {.records = {{kName, kCname, 7, "real.example.net"}, {"real.example.net", kA, 300, "192.0.2.1"}}});
    auto channel = DnsChannel::open(io, options.dns);
    ASSERT_TRUE(channel) << channel.error().message;
    std::optional<DnsAnswer> got;
    (*channel)->ask(kName, [&](DnsAnswer answer) { got = std::move(answer); });
    ASSERT_TRUE(comes_true([&] { return got.has_value(); }));
    EXPECT_EQ(got->error, "");
    EXPECT_EQ(got->ttl, 7s);
}

TEST_F(Resolving, AsksAgainBeforeTheTtlEndsButNotWithinASecond) {
    dns.addresses(kName, {"192.0.2.1"}, 0);
    const auto begin = std::chrono::steady_clock::now();
    follow({kName});
    ASSERT_TRUE(answered("192.0.2.1")) << answer();
    dns.addresses(kName, {"192.0.2.2"}, 0);
    ASSERT_TRUE(answered("192.0.2.2")) << answer();
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 1s);
    EXPECT_EQ(dns.asked(kName), 2);
}

TEST_F(Resolving, UnknownName) {
    dns.both(kName, {.code = 3});
    follow({kName});
    EXPECT_TRUE(answered("DNS knows no such name")) << answer();
}

TEST_F(Resolving, NameWithoutAddress) {
    follow({kName});
    EXPECT_TRUE(answered("has no address in DNS")) << answer();
}

TEST_F(Resolving, NoAnswerThenOne) {
    dns.both(kName, {.silent = true});
    follow({kName});
    ASSERT_TRUE(answered("no DNS server answered")) << answer();
    dns.both(kName, {});
    dns.addresses(kName, {"192.0.2.1"});
    EXPECT_TRUE(answered("192.0.2.1")) << answer();
    EXPECT_EQ(error(), "");
}

TEST_F(Resolving, GarbageThenAnAnswer) {
    std::string bomb = "\x81\x80";
    bomb += std::string("\x00\x01\xff\xff\x00\x00\x00\x00\xc0\x0c\xc0\x0c", 12) + std::string(60, '\xc0');
    for (const std::string& packet : {std::string(), std::string(3, '\xff'), std::string(200, '\xff'), bomb}) {
        const auto name = fmt::format("n{}.example.org", packet.size());
        dns.both(name, {.packet = packet});
        follow({name});
        ASSERT_TRUE(comes_true([&] { return !error(name).empty(); }));
        dns.both(name, {});
        dns.addresses(name, {"192.0.2.1"});
        EXPECT_TRUE(answered("192.0.2.1", name)) << answer(name);
    }
}

TEST_F(Resolving, FailureKeepsTheLastAnswer) {
    dns.addresses(kName, {"192.0.2.1"}, 0);
    follow({kName});
    ASSERT_TRUE(answered("192.0.2.1")) << answer();
    dns.both(kName, {.code = 2});
    ASSERT_TRUE(comes_true([&] { return !error().empty(); }));
    EXPECT_EQ(answer(), "192.0.2.1");
    dns.addresses(kName, {"192.0.2.2"});
    ASSERT_TRUE(answered("192.0.2.2")) << answer();
    EXPECT_EQ(error(), "");
}

TEST_F(Resolving, ThisMachineIsRefused) {
    dns.addresses(kName, {"127.0.0.1", "127.9.9.9", "0.0.0.0", "224.0.0.1"});
    dns.script(kName, kAaaa,
               {.records = {{kName, kAaaa, 300, "::1"}, {kName, kAaaa, 300, "::"}, {kName, kAaaa, 300, "ff02::1"}}});
    follow({kName});
    EXPECT_TRUE(answered("which are refused")) << answer();
    EXPECT_TRUE(answers.of(kName)->addresses.empty());
}

TEST_F(Resolving, OnlyTheRefusedAmongTheAddressesAreDropped) {
    dns.addresses(kName, {"127.0.0.1", "192.0.2.1"});
    follow({kName});
    ASSERT_TRUE(answered("192.0.2.1")) << answer();
    EXPECT_EQ(answer(), "192.0.2.1");
}

TEST_F(Resolving, SearchListForShortNames) {
    options.dns.search = {"first.test", "second.test"};
    dns.both("db.first.test", {.code = 3});
    dns.addresses("db.second.test", {"192.0.2.1"});
    follow({"db"});
    ASSERT_TRUE(answered("192.0.2.1", "db")) << answer("db");
    EXPECT_EQ(dns.asked("db.first.test"), 1);
}

TEST_F(Resolving, DotAtTheEndIsAbsolute) {
    options.dns.search = {"first.test"};
    dns.addresses("db.first.test", {"192.0.2.1"});
    dns.addresses("db", {"192.0.2.2"});
    follow({"db."});
    ASSERT_TRUE(answered("192.0.2.2", "db.")) << answer("db.");
    EXPECT_EQ(dns.asked("db.first.test"), 0);
}

TEST_F(Resolving, NamesNobodyUsesAreForgotten) {
    dns.addresses(kName, {"192.0.2.1"});
    follow({kName});
    ASSERT_TRUE(answered("192.0.2.1")) << answer();
    follow({});
    EXPECT_EQ(answers.of(kName), nullptr);
    dns.addresses(kName, {"192.0.2.2"});
    follow({kName});
    EXPECT_TRUE(answered("192.0.2.2")) << answer();
}

TEST_F(Resolving, NameThatGoesWhileItIsAskedFor) {
    dns.addresses(kName, {"192.0.2.1"});
    dns.addresses("other.example.org", {"192.0.2.2"});
    follow({kName});
    follow({"other.example.org"});
    ASSERT_TRUE(answered("192.0.2.2", "other.example.org"));
    ASSERT_TRUE(comes_true([&] { return changes["other.example.org"] == 1; }));
    EXPECT_EQ(answers.of(kName), nullptr);
    EXPECT_EQ(changes[kName], 0);
}

TEST_F(Resolving, ManyNamesAtOnce) {
    std::vector<std::string> names;
    for (int i = 0; i < 300; ++i) {
        names.push_back(fmt::format("n{}.example.org", i));
        dns.addresses(names.back(), {fmt::format("192.0.2.{}", i % 250 + 1)});
    }
    options.dns.timeout = 5s;
    follow(names);
    for (int i = 0; i < 300; ++i) ASSERT_TRUE(answered(fmt::format("192.0.2.{}", i % 250 + 1), names[i])) << names[i];
}

TEST_F(Resolving, GoesWhileQuestionsAreUnderWay) {
    dns.both(kName, {.silent = true});
    follow({kName});
    ASSERT_TRUE(comes_true([&] { return dns.asked(kName) == 1; }));
    resolver.reset();
    io.run_for(200ms);
    EXPECT_EQ(answers.of(kName), nullptr);
    EXPECT_TRUE(changes.empty());
}

TEST_F(Resolving, EnginePublishesAnswers) {
    TempFolder folder;
    folder.write("web.yaml", ingress_manifest("web", "a.example.com"));
    folder.write("service.yaml", fmt::format("apiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {{type: "
                                             "ExternalName, externalName: {}}}\n",
                                             kName));
    dns.addresses(kName, {"192.0.2.1", "192.0.2.2"}, 0);
    EngineOptions engine_options;
    engine_options.paths = {folder.path()};
    engine_options.translation.watch_ingress_without_class = true;
    engine_options.resolver = options;
    Engine engine(std::move(engine_options));
    EXPECT_TRUE(engine.load().diagnostics.empty());
    const auto passes = [](const ExplainRequest&, const auto&) { return ExplainedSteps{}; };
    EXPECT_THAT(engine.explain({.method = "GET", .url = "http://a.example.com/"}, passes)->outcome, HasSubstr(kName));
    auto snapshot = engine.snapshot();
    std::string said;
    ASSERT_TRUE(engine.watch(io, [&](auto next, const Report& fresh) {
        snapshot = std::move(next);
        for (const auto& diagnostic : fresh.diagnostics) said += diagnostic.to_string() + "\n";
    }));
    const auto endpoints = [&] {
        std::vector<std::string> words;
        const auto& backend = snapshot->routes->host("a.example.com")->routes().front().backend;
        for (const auto& endpoint : snapshot->endpoints->of(backend->id).endpoints)
            words.push_back(endpoint.address.to_string());
        return fmt::format("{}", fmt::join(words, " "));
    };
    EXPECT_EQ(endpoints(), "");
    ASSERT_TRUE(comes_true([&] { return endpoints() == "192.0.2.1:80 192.0.2.2:80"; })) << endpoints();
    EXPECT_EQ(said, "");
    dns.both(kName, {.code = 3});
    ASSERT_TRUE(comes_true([&] { return !said.empty(); }));
    EXPECT_THAT(said, HasSubstr("DNS knows no such name. The addresses known before stay in use"));
    EXPECT_EQ(endpoints(), "192.0.2.1:80 192.0.2.2:80");
}

}  // namespace
}  // namespace fairway::ingress::test
