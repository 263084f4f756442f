#include "ingress/discovery/dns_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ldns/ldns.h>

#include <memory>

#include <fmt/format.h>

#include "ingress/dns_query.hpp"
#include "translation/workbench.hpp"

namespace fairway::ingress::test {
namespace {

using testing::HasSubstr;

constexpr const char* kKubia = "kubia.default.svc.cluster.local";

/// A headless Service with this many endpoints.
std::string crowd(int endpoints) {
    std::string text =
        "{apiVersion: v1, kind: Service, metadata: {name: crowd}, spec: {clusterIP: None, ports: [{name: http, port: "
        "80}]}}\n---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: crowd}\nsubsets:\n- ports: [{name: http, port: "
        "80}]\n  addresses:\n";
    for (int i = 0; i < endpoints; ++i) text += fmt::format("  - ip: 10.0.{}.{}\n", i / 250, 1 + i % 250);
    return text;
}

class DnsMessageTest : public testing::Test {
protected:
    DnsMessageTest() : bench_(options()) {
        put("kubia.yaml", "{apiVersion: v1, kind: Service, metadata: {name: kubia}, spec: {ports: [{name: http, port: "
                          "80}]}}");
    }
    static TranslationOptions options() {
        auto options = standalone_options();
        options.services = true;
        return options;
    }
    void put(const std::string& file, const std::string& text) {
        bench_.put(file, text);
        bench_.translate();
    }
    std::optional<Bytes> answer(const Bytes& query, DnsTransport transport = DnsTransport::udp) {
        const Zone zone({{bench_.store(), readiness_}, bench_.translator().cluster_addresses(), "cluster.local", ""});
        return answer_dns_message(query, zone, transport);
    }
    Bytes reply(const Bytes& query, DnsTransport transport = DnsTransport::udp) {
        return answer(query, transport).value();
    }
    /// As dig prints it, by a library that reads what another part of it wrote.
    std::string text(const Bytes& bytes) {
        ldns_pkt* packet = nullptr;
        if (ldns_wire2pkt(&packet, bytes.data(), bytes.size()) != LDNS_STATUS_OK) return "unreadable";
        const std::unique_ptr<char, decltype(&std::free)> printed(ldns_pkt2str(packet), &std::free);
        ldns_pkt_free(packet);
        return printed.get();
    }
    Workbench bench_;
    PodReadiness readiness_;
};

TEST_F(DnsMessageTest, AnswersWithAuthorityAndWithoutRecursion) {
    const auto bytes = reply(dns_query(kKubia));
    const ReplyHeader header(bytes);
    EXPECT_EQ(header.id, 0xbeefu);
    EXPECT_TRUE(header.is_reply());
    EXPECT_TRUE(header.authoritative());
    EXPECT_TRUE(header.recursion_desired());
    EXPECT_FALSE(header.recursion_available());
    EXPECT_EQ(header.status(), 0u);
    EXPECT_EQ(header.questions, 1u);
    EXPECT_EQ(header.answers, 1u);
    EXPECT_EQ(header.additional, 0u);
    EXPECT_THAT(text(bytes), HasSubstr("kubia.default.svc.cluster.local.\t5\tIN\tA\t127.101.72.147"));
}

TEST_F(DnsMessageTest, KeepsTheCaseOfTheName) {
    const auto printed = text(reply(dns_query("KuBiA.dEfAuLt.SVC.cluster.LOCAL")));
    EXPECT_THAT(printed, HasSubstr("KuBiA.dEfAuLt.SVC.cluster.LOCAL.\t5\tIN\tA\t127.101.72.147"));
}

TEST_F(DnsMessageTest, WritesEveryKindOfRecord) {
    put("more.yaml", "{apiVersion: v1, kind: Service, metadata: {name: alias}, spec: {type: ExternalName, "
                     "externalName: www.example.com}}");
    const auto ask = [&](const char* name, RecordType type) { return text(reply(dns_query(name, {.type = type}))); };
    EXPECT_THAT(ask("_http._tcp.kubia.default.svc.cluster.local", RecordType::srv),
                testing::AllOf(HasSubstr("IN\tSRV\t0 100 80 kubia.default.svc.cluster.local."),
                               HasSubstr("kubia.default.svc.cluster.local.\t5\tIN\tA\t127.101.72.147")));
    EXPECT_THAT(ask("alias.default.svc.cluster.local", RecordType::a), HasSubstr("IN\tCNAME\twww.example.com."));
    EXPECT_THAT(ask("147.72.101.127.in-addr.arpa", RecordType::ptr),
                HasSubstr("IN\tPTR\tkubia.default.svc.cluster.local."));
    EXPECT_THAT(ask("dns-version.cluster.local", RecordType::txt), HasSubstr("IN\tTXT\t\"1.1.0\""));
    EXPECT_THAT(ask(kKubia, RecordType::any), HasSubstr("IN\tHINFO\t\"RFC8482\" \"\""));
    EXPECT_THAT(ask("10-0-0-1.default.pod.cluster.local", RecordType::a), HasSubstr("IN\tA\t10.0.0.1"));
    EXPECT_THAT(ask("2001-db8--1.default.pod.cluster.local", RecordType::aaaa), HasSubstr("IN\tAAAA\t2001:db8::1"));
}

TEST_F(DnsMessageTest, NegativeAnswersCarryTheSoa) {
    const auto missing = reply(dns_query("nobody.default.svc.cluster.local"));
    EXPECT_EQ(ReplyHeader(missing).status(), 3u);
    EXPECT_THAT(
        text(missing),
        HasSubstr("cluster.local.\t5\tIN\tSOA\tns.cluster.local. hostmaster.cluster.local. 1 7200 1800 86400 5"));
    const auto empty = reply(dns_query(kKubia, {.type = RecordType::aaaa}));
    EXPECT_EQ(ReplyHeader(empty).status(), 0u);
    EXPECT_EQ(ReplyHeader(empty).answers, 0u);
    EXPECT_EQ(ReplyHeader(empty).authority, 1u);
}

TEST_F(DnsMessageTest, OutsideTheZoneIsRefused) {
    const ReplyHeader header(reply(dns_query("example.com")));
    EXPECT_EQ(header.status(), 5u);
    EXPECT_FALSE(header.authoritative());
    EXPECT_EQ(header.answers + header.authority + header.additional, 0u);
}

TEST_F(DnsMessageTest, OtherClassesAreRefused) {
    for (const unsigned other : {2u, 3u, 4u, 254u, 255u})
        EXPECT_EQ(ReplyHeader(reply(dns_query(kKubia, {.record_class = other}))).status(), 5u) << other;
}

TEST_F(DnsMessageTest, OtherOpcodesAreNotImplemented) {
    EXPECT_EQ(ReplyHeader(reply(dns_query(kKubia, {.flags = 2u << 11}))).status(), 4u);  // STATUS
}

TEST_F(DnsMessageTest, OneQuestionAtATime) {
    EXPECT_EQ(ReplyHeader(reply(dns_query(kKubia, {.questions = 0}))).status(), 1u);
    EXPECT_EQ(ReplyHeader(reply(dns_query(kKubia, {.questions = 2}))).status(), 1u);
}

TEST_F(DnsMessageTest, RepliesAreNotAnswered) { EXPECT_FALSE(answer(dns_query(kKubia, {.flags = 0x8000}))); }

TEST_F(DnsMessageTest, MalformedMessagesAreDropped) {
    const auto good = dns_query(kKubia);
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(answer(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)))) << size;
    auto endless = Bytes(good.begin(), good.begin() + 12);
    endless.insert(endless.end(), {0xc0, 0x0c, 0, 1, 0, 1});  // a name that points at itself
    EXPECT_FALSE(answer(endless));
    EXPECT_FALSE(answer(Bytes(kMaxQueryBytes + 1)));
}

TEST_F(DnsMessageTest, EdnsIsAnsweredWithEdns) {
    const ReplyHeader with(reply(dns_query(kKubia, {.edns_size = 4096})));
    EXPECT_EQ(with.additional, 1u);
    EXPECT_EQ(ReplyHeader(reply(dns_query(kKubia))).additional, 0u);
}

TEST_F(DnsMessageTest, UnknownEdnsVersionIsBadvers) {
    const auto bytes = reply(dns_query(kKubia, {.edns_size = 1232, .edns_version = 1}));
    EXPECT_EQ(ReplyHeader(bytes).status(), 0u);
    EXPECT_EQ(ReplyHeader(bytes).answers, 0u);
    // The OPT record ends the message: 00, type, size, extended RCODE 1, version 0.
    const Bytes tail(bytes.end() - 11, bytes.end());
    EXPECT_EQ(tail[5], 1) << text(bytes);
    EXPECT_EQ(tail[6], 0) << text(bytes);
}

struct SizeCase {
    int endpoints;
    int edns_size;
    bool truncated;
};
// A record is 16 bytes here; header, question and OPT take 60.
const SizeCase kSizes[] = {
    {28, -1, false},   {40, -1, true},    {28, 0, false},   {40, 100, true},
    {70, 1232, false}, {70, 1200, false}, {80, 1232, true}, {80, 65535, true},
};

TEST_F(DnsMessageTest, WhatDoesNotFitIsTruncated) {
    for (const auto& test : kSizes) {
        put("crowd.yaml", crowd(test.endpoints));
        const auto bytes = reply(dns_query("crowd.default.svc.cluster.local", {.edns_size = test.edns_size}));
        const ReplyHeader header(bytes);
        EXPECT_EQ(header.truncated(), test.truncated) << test.endpoints << " with " << test.edns_size;
        EXPECT_EQ(header.answers, test.truncated ? 0u : static_cast<unsigned>(test.endpoints));
        EXPECT_LE(bytes.size(), kMaxUdpReplyBytes);
    }
}

TEST_F(DnsMessageTest, TcpHoldsThemAll) {
    put("crowd.yaml", crowd(2000));
    const auto query = dns_query("crowd.default.svc.cluster.local");
    EXPECT_EQ(ReplyHeader(reply(query, DnsTransport::tcp)).answers, 2000u);
    put("crowd.yaml", crowd(5000));
    const auto bytes = reply(query, DnsTransport::tcp);
    EXPECT_TRUE(ReplyHeader(bytes).truncated());
    EXPECT_LT(bytes.size(), 512u);
}

TEST_F(DnsMessageTest, AdditionalRecordsGiveWayFirst) {
    put("crowd.yaml", crowd(16));
    const auto bytes =
        reply(dns_query("_http._tcp.crowd.default.svc.cluster.local", {.type = RecordType::srv, .edns_size = 1232}));
    const ReplyHeader header(bytes);
    EXPECT_FALSE(header.truncated());
    EXPECT_EQ(header.answers, 16u);
    EXPECT_EQ(header.additional, 1u) << "only OPT";
}

TEST_F(DnsMessageTest, NamesThatAreTooLongAreLeftOut) {
    // The question has 232 bytes; with a host name of 63 in front of the Service it would be 285.
    const std::string service(63, 's'), ns(63, 'n'), host(63, 'h');
    put("long.yaml", fmt::format("{{apiVersion: v1, kind: Service, metadata: {{name: {0}, namespace: {1}}}, spec: "
                                 "{{clusterIP: None, ports: [{{name: http, port: 80}}]}}}}\n---\n"
                                 "{{apiVersion: v1, kind: Endpoints, metadata: {{name: {0}, namespace: {1}}}, subsets: "
                                 "[{{addresses: [{{ip: 10.0.0.1, hostname: {2}}}, {{ip: 10.0.0.2}}], ports: [{{name: "
                                 "http, port: 80}}]}}]}}",
                                 service, ns, host));
    const auto domain = std::string(60, 'd') + ".local";
    const Zone zone({{bench_.store(), readiness_}, bench_.translator().cluster_addresses(), domain, ""});
    const auto name = fmt::format("_http._tcp.{}.{}.svc.{}", service, ns, domain);
    const auto bytes = answer_dns_message(dns_query(name, {.type = RecordType::srv}), zone, DnsTransport::udp).value();
    EXPECT_EQ(ReplyHeader(bytes).answers, 1u);
    EXPECT_THAT(text(bytes), HasSubstr("SRV\t0 100 80 10-0-0-2."));
}

}  // namespace
}  // namespace fairway::ingress::test
