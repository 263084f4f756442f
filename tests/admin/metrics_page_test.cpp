#include "admin/metrics_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>

#include "ingress/probes/prober.hpp"
#include "routing/route_table.hpp"
#include "tls/certificate_store.hpp"
#include "tls/make_certificate.hpp"
#include "tls/server_config.hpp"

namespace fairway::admin {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kConstant =
    R"(controller_class="k8s.io/ingress-nginx",controller_namespace="edge",controller_pod="pod-1")";

MetricsInput input() {
    MetricsInput result;
    result.identity = {"edge", "pod-1", "k8s.io/ingress-nginx", "0.1.0", "abc"};
    return result;
}

proxy::RequestLabels labels(const std::string& host, std::uint16_t status) {
    proxy::RequestLabels result;
    result.host = host;
    result.ns = "shop";
    result.ingress = "web";
    result.service = "cart";
    result.path = "/cart";
    result.method = "GET";
    result.status = status;
    return result;
}

proxy::RequestSeries series(std::uint64_t requests, std::uint64_t request_bytes) {
    proxy::RequestSeries result;
    result.requests = requests;
    result.request_bytes = request_bytes;
    for (std::uint64_t i = 0; i < requests; ++i) result.request_duration.add(0.02);
    return result;
}

std::string request_metrics(const MetricsInput& input) {
    Exposition out;
    append_request_metrics(out, input);
    return out.take();
}

TEST(RequestMetrics, CarryIngressNginxLabels) {
    MetricsInput shown = input();
    shown.data_plane.requests[labels("a.example", 200)] = series(2, 300);
    const std::string text = request_metrics(shown);
    const std::string all =
        kConstant +
        R"(,canary="",host="a.example",ingress="web",method="GET",namespace="shop",path="/cart",service="cart",status="200")";
    EXPECT_THAT(text, HasSubstr("nginx_ingress_controller_requests{" + all + "} 2\n"));
    EXPECT_THAT(text,
                HasSubstr("nginx_ingress_controller_request_duration_seconds_bucket{" + all + ",le=\"0.01\"} 0\n"));
    EXPECT_THAT(text,
                HasSubstr("nginx_ingress_controller_request_duration_seconds_bucket{" + all + ",le=\"0.025\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("nginx_ingress_controller_request_duration_seconds_count{" + all + "} 2\n"));
    EXPECT_THAT(text, HasSubstr("nginx_ingress_controller_request_size_sum{" + all + "} 300\n"));
    EXPECT_THAT(text, Not(HasSubstr("connect_duration_seconds_count"))) << "nothing was measured";
}

TEST(RequestMetrics, WithoutHostsAreMerged) {
    MetricsInput shown = input();
    shown.options.per_host = false;
    shown.data_plane.requests[labels("a.example", 200)] = series(2, 300);
    shown.data_plane.requests[labels("b.example", 200)] = series(3, 50);
    shown.data_plane.requests[labels("b.example", 502)] = series(1, 5);
    const std::string text = request_metrics(shown);
    EXPECT_THAT(text, Not(HasSubstr("host=")));
    EXPECT_THAT(text, HasSubstr("service=\"cart\",status=\"200\"} 5\n"));
    EXPECT_THAT(text, HasSubstr("service=\"cart\",status=\"502\"} 1\n"));
}

TEST(ConnectionMetrics, HaveAStateEach) {
    MetricsInput shown = input();
    shown.data_plane.connections.active = 7;
    shown.data_plane.connections.waiting = 4;
    shown.data_plane.connections.accepted = 90;
    shown.data_plane.connections.bad_requests = 3;
    Exposition out;
    append_connection_metrics(out, shown);
    const std::string text = out.take();
    EXPECT_THAT(
        text, HasSubstr("nginx_ingress_controller_nginx_process_connections{" + kConstant + ",state=\"active\"} 7\n"));
    EXPECT_THAT(
        text, HasSubstr("nginx_ingress_controller_nginx_process_connections{" + kConstant + ",state=\"waiting\"} 4\n"));
    EXPECT_THAT(text, HasSubstr("nginx_ingress_controller_nginx_process_connections_total{" + kConstant +
                                ",state=\"accepted\"} 90\n"));
    EXPECT_THAT(text, HasSubstr("\nfairway_bad_requests_total 3\n"));
}

std::shared_ptr<const routing::Snapshot> snapshot_of(const std::vector<std::string>& hosts,
                                                     std::shared_ptr<const tls::CertificateStore> certificates) {
    auto table = std::make_shared<routing::RouteTable>();
    for (const std::string& name : hosts) {
        routing::Route route;
        route.path = "/";
        table->replace_host(
            name, std::make_shared<routing::HostRules>(routing::HostRules::Options{name, true}, std::vector{route}));
    }
    auto snapshot = std::make_shared<routing::Snapshot>();
    snapshot->services = std::make_shared<const routing::ServiceListeners>();
    snapshot->generation = 5;
    snapshot->routes = table;
    snapshot->tls = *tls::ServerConfig::create({}, std::move(certificates), nullptr);
    return snapshot;
}

std::shared_ptr<tls::CertificateStore> empty_store() {
    return std::make_shared<tls::CertificateStore>(tls::Certificate::make_fake());
}

std::string configuration_metrics(const MetricsInput& input) {
    Exposition out;
    append_configuration_metrics(out, input);
    return out.take();
}

std::string line_of(const std::string& text, const std::string& metric) {
    const std::size_t begin = text.find("\n" + metric + "{");
    return begin == std::string::npos ? "" : text.substr(begin + 1, text.find('\n', begin + 1) - begin - 1);
}

TEST(ConfigurationMetrics, TellWhatBecameOfTheLastChange) {
    MetricsInput shown = input();
    shown.snapshot = snapshot_of({"a.example"}, empty_store());
    shown.configuration = {4, 1, true, std::chrono::system_clock::time_point(std::chrono::seconds(1700000000))};
    shown.report.diagnostics.resize(2);
    shown.report.diagnostics[0].severity = ingress::Severity::warning;
    const std::string text = configuration_metrics(shown);
    EXPECT_THAT(text, HasSubstr("nginx_ingress_controller_config_last_reload_successful{" + kConstant + "} 1\n"));
    EXPECT_THAT(text, HasSubstr("config_last_reload_successful_timestamp_seconds{" + kConstant + "} 1700000000\n"));
    EXPECT_THAT(text, HasSubstr("nginx_ingress_controller_success{" + kConstant + "} 4\n"));
    EXPECT_THAT(text, HasSubstr("nginx_ingress_controller_errors{" + kConstant + "} 1\n"));
    EXPECT_THAT(text, HasSubstr("fairway_snapshot_generation 5\n"));
    EXPECT_THAT(text, HasSubstr("fairway_diagnostics{severity=\"error\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("fairway_diagnostics{severity=\"warning\"} 1\n"));
}

TEST(ConfigurationMetrics, HashDependsOnTheRulesAlone) {
    const auto hash = [](const std::vector<std::string>& hosts) {
        MetricsInput shown = input();
        shown.snapshot = snapshot_of(hosts, empty_store());
        return line_of(configuration_metrics(shown), "nginx_ingress_controller_config_hash");
    };
    EXPECT_EQ(hash({"a.example", "b.example"}), hash({"b.example", "a.example"}));
    EXPECT_NE(hash({"a.example", "b.example"}), hash({"a.example", "c.example"}));
}

TEST(ConfigurationMetrics, NameIngressesWithoutBackendOnce) {
    MetricsInput shown = input();
    ingress::Diagnostic diagnostic;
    diagnostic.kind = "Ingress";
    diagnostic.object = {"shop", "web"};
    diagnostic.reason = "ServiceNotFound";
    shown.report.diagnostics = {diagnostic, diagnostic};
    const std::string text = configuration_metrics(shown);
    const std::string series = "nginx_ingress_controller_orphan_ingress{" + kConstant +
                               R"(,ingress="web",namespace="shop",type="no-service"} 1)";
    EXPECT_THAT(text, HasSubstr(series));
    EXPECT_EQ(text.find(series), text.rfind(series));
}

TEST(CertificateMetrics, NameHostIssuerAndEnd) {
    tls::CertificateRequest request;
    request.common_name = "Shop, the CA";
    request.organization = "Shop Inc";
    const auto authority = tls::make_authority(request);
    request.names = {"a.example"};
    const auto pem = *tls::issue_certificate(request, authority);
    const auto certificate = *tls::Certificate::load(pem.certificate_pem, pem.key_pem);
    const auto store = empty_store();
    ASSERT_TRUE(store->add("a.example", certificate));
    MetricsInput shown = input();
    shown.snapshot = snapshot_of({"a.example", "plain.example"}, store);
    Exposition out;
    append_certificate_metrics(out, shown);
    const std::string text = out.take();

    const auto end =
        std::chrono::duration_cast<std::chrono::seconds>(certificate->not_after().time_since_epoch()).count();
    const std::string identity =
        R"(class="k8s.io/ingress-nginx",host="a.example",identifier=")" + certificate->serial() + "\"";
    EXPECT_THAT(text, HasSubstr("ssl_expire_time_seconds{" + identity + "} " + std::to_string(end) + "\n"));
    EXPECT_THAT(
        text,
        HasSubstr("ssl_certificate_info{" + identity +
                  R"(,issuer_common_name="Shop, the CA",issuer_organization="Shop Inc",public_key_algorithm="ECDSA")"));
    EXPECT_THAT(text, HasSubstr("ssl_expire_time_seconds{class=\"k8s.io/ingress-nginx\",host=\"_\""))
        << "the default certificate";
    EXPECT_THAT(text, Not(HasSubstr("plain.example"))) << "it has no certificate of its own";
}

TEST(ProcessMetrics, MeasureThisProcess) {
    Exposition out;
    append_process_metrics(out, input());
    const std::string text = out.take();
    EXPECT_THAT(text, HasSubstr("nginx_ingress_controller_nginx_process_num_procs{" + kConstant + "} 1\n"));
    const std::size_t resident = text.find("\nprocess_resident_memory_bytes ");
    ASSERT_NE(resident, std::string::npos);
    const double bytes = std::stod(text.substr(resident + 31));
    EXPECT_GT(bytes, 1e6);
    EXPECT_LT(bytes, 4e9);
    EXPECT_THAT(text, HasSubstr("\nprocess_open_fds "));
}

TEST(MetricsPage, CountsSessionsOfServiceListenersByOwner) {
    auto given = input();
    EXPECT_THAT(metrics_page(given), Not(HasSubstr("fairway_stream_")));
    auto& counters = given.data_plane.streams[{"TCP", "127.0.0.1:9000", "Service", "shop", "db"}];
    counters.accepted = 5;
    counters.active = 2;
    counters.failed = 1;
    counters.received_bytes = 70;
    counters.sent_bytes = 80;
    const auto page = metrics_page(given);
    const std::string labels =
        "{" + kConstant + R"(,protocol="TCP",address="127.0.0.1:9000",kind="Service",namespace="shop",name="db"} )";
    EXPECT_THAT(page, HasSubstr("# TYPE fairway_stream_sessions gauge\nfairway_stream_sessions" + labels + "2\n"));
    EXPECT_THAT(page, HasSubstr("fairway_stream_sessions_total" + labels + "5\n"));
    EXPECT_THAT(page, HasSubstr("fairway_stream_failed_total" + labels + "1\n"));
    EXPECT_THAT(page, HasSubstr("fairway_stream_received_bytes_total" + labels + "70\n"));
    EXPECT_THAT(page, HasSubstr("fairway_stream_sent_bytes_total" + labels + "80\n"));
}

TEST(ProbeMetrics, AreAbsentWithoutProbes) {
    ingress::PodReadiness readiness;
    ingress::DiagnosticBook book;
    const ingress::Prober prober(readiness, book, {});
    MetricsInput shown = input();
    shown.prober = &prober;
    Exposition out;
    append_probe_metrics(out, shown);
    EXPECT_EQ(out.take(), "");
}

TEST(ProbeMetrics, CarryTheKubeletsNames) {
    boost::asio::io_context io;
    ingress::PodReadiness readiness;
    ingress::DiagnosticBook book;
    ingress::Prober prober(readiness, book, {});
    auto decoded = k8s::decode(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: app, "
        "readinessProbe: {tcpSocket: {port: 1}}}]}\nstatus: {podIP: 127.0.0.1}\n",
        "pod.yaml");
    const auto pod = std::make_shared<const k8s::Object>(std::move(decoded.objects.at(0)));
    prober.follow({{{k8s::Pod::kKind, {"shop", "web"}}, nullptr, pod}});
    prober.start(io, [](const auto&) {});
    MetricsInput shown = input();
    shown.prober = &prober;
    std::string text;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (text.find("prober_probe_total{") == std::string::npos && std::chrono::steady_clock::now() < deadline) {
        io.run_one_for(std::chrono::milliseconds(10));
        Exposition out;
        append_probe_metrics(out, shown);
        text = out.take();
    }
    // Nobody listens on port 1.
    EXPECT_THAT(text, HasSubstr(R"(prober_probe_total{container="app",namespace="shop",pod="web",)"
                                R"(probe_type="Readiness",result="failed"} 1)"));
    EXPECT_THAT(text, HasSubstr(R"(prober_probe_duration_seconds_count{probe_type="Readiness"} 1)"));
    EXPECT_THAT(text, HasSubstr("fairway_probed_containers 1\n"));
}

}  // namespace
}  // namespace fairway::admin
