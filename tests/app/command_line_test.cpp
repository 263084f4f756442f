#include "app/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairway::app {
namespace {

using testing::HasSubstr;

Command parse(std::vector<std::string> arguments, bool privileged = false) {
    return parse_command_line("/usr/bin/fairway", arguments, privileged);
}

template <class T>
T parse_as(std::vector<std::string> arguments, bool privileged = false) {
    const Command command = parse(std::move(arguments), privileged);
    if (const auto* answer = std::get_if<Answer>(&command); answer != nullptr && !std::is_same_v<T, Answer>)
        ADD_FAILURE() << answer->text;
    return std::get<T>(command);
}

TEST(CommandLine, RunTakesIngressNginxFlagsAndDefaults) {
    const auto run = parse_as<RunCommand>({"run", "-f", "a.yaml"}, true);
    EXPECT_EQ(run.paths, std::vector<std::filesystem::path>{"a.yaml"});
    EXPECT_EQ(run.serve.http_port, 80);
    EXPECT_EQ(run.serve.https_port, 443);
    EXPECT_EQ(run.serve.healthz_port, 10254);
    EXPECT_EQ(run.serve.translation.ingress_class, "nginx");
    EXPECT_EQ(run.serve.translation.controller_class, "k8s.io/ingress-nginx");
    EXPECT_EQ(run.serve.translation.annotations_prefix, "nginx.ingress.kubernetes.io");
    EXPECT_TRUE(run.serve.translation.watch_ingress_without_class) << "files of one's own belong to nobody else";
    EXPECT_FALSE(run.serve.translation.disable_service_external_name);
    EXPECT_TRUE(run.serve.metrics_per_host);
    EXPECT_EQ(run.serve.workers, 0U);
}

TEST(CommandLine, PortsDependOnWhatMayBeBound) {
    const auto demo = parse_as<DemoCommand>({"demo"});
    EXPECT_EQ(demo.serve.http_port, 8080);
    EXPECT_EQ(demo.serve.https_port, 8443);
}

TEST(CommandLine, TheControllersPortsAreThoseOfIngressNginxForEveryUser) {
    const auto pod = parse_as<ControllerCommand>({"controller"});
    EXPECT_EQ(pod.serve.http_port, 80);
    EXPECT_EQ(pod.serve.https_port, 443);
    EXPECT_EQ(parse_as<ControllerCommand>({"controller", "--http-port=8080"}).serve.http_port, 8080);
    EXPECT_THAT(parse_as<Answer>({"controller", "--help"}).text, testing::HasSubstr("--http-port PORT=80 "));
}

TEST(CommandLine, FlagsMayBeWrittenBothWaysAndTheLastOneCounts) {
    const auto run = parse_as<RunCommand>({"run",
                                           "-f",
                                           "a",
                                           "--filename=b",
                                           "--http-port",
                                           "1",
                                           "--http-port=2",
                                           "--watch-ingress-without-class=false",
                                           "--metrics-per-host=false",
                                           "--disable-svc-external-name",
                                           "--resolver=192.0.2.53",
                                           "--resolver",
                                           "[2001:db8::1]:5353",
                                           "--configmap=edge/settings",
                                           "--default-ssl-certificate",
                                           "edge/tls",
                                           "--shutdown-grace-period=5",
                                           "--healthz-host",
                                           "127.0.0.1",
                                           "--log-format=json",
                                           "--log-level=debug",
                                           "--workers=3"});
    EXPECT_EQ(run.paths.size(), 2U);
    EXPECT_EQ(run.serve.http_port, 2);
    EXPECT_FALSE(run.serve.translation.watch_ingress_without_class);
    EXPECT_FALSE(run.serve.metrics_per_host);
    EXPECT_TRUE(run.serve.translation.disable_service_external_name);
    ASSERT_EQ(run.serve.resolvers.size(), 2U);
    EXPECT_EQ(run.serve.resolvers[0].to_string(), "192.0.2.53:53");
    EXPECT_EQ(run.serve.resolvers[1].to_string(), "[2001:db8::1]:5353");
    EXPECT_EQ(run.serve.translation.configmap->to_string(), "edge/settings");
    EXPECT_EQ(run.serve.translation.default_ssl_certificate->to_string(), "edge/tls");
    EXPECT_EQ(run.serve.shutdown_grace, std::chrono::seconds(5));
    EXPECT_EQ(run.serve.healthz_host->to_string(), "127.0.0.1");
    EXPECT_EQ(run.serve.log.format, log::Format::json);
    EXPECT_EQ(run.serve.log.level, log::Level::debug);
    EXPECT_EQ(run.serve.workers, 3U);
}

TEST(CommandLine, ExplainTakesMethodAndUrlAroundTheOptions) {
    const auto post = parse_as<ExplainCommand>({"explain", "-f", "a", "POST", "https://h/x"});
    EXPECT_EQ(post.request.method, "POST");
    EXPECT_EQ(post.request.url, "https://h/x");
    EXPECT_EQ(parse_as<ExplainCommand>({"explain", "http://h/", "-f", "a"}).request.method, "GET");
}

TEST(CommandLine, HelpGoesToStandardOutput) {
    const auto help = parse_as<Answer>({"run", "--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_THAT(help.text, HasSubstr("fairway run -f examples/kubia"));
    EXPECT_THAT(help.text, HasSubstr("--http-port"));
    EXPECT_THAT(help.text, HasSubstr("10254"));
    EXPECT_THAT(parse_as<Answer>({"--help"}).text, HasSubstr("explain"));
}

TEST(CommandLine, VersionIsAlsoAFlag) {
    EXPECT_EQ(parse_as<VersionCommand>({"--version"}).output, OutputFormat::text);
    EXPECT_EQ(parse_as<VersionCommand>({"version", "-o", "json"}).output, OutputFormat::json);
}

struct Wrong {
    const char* name;
    std::vector<std::string> arguments;
    const char* says;
};
const Wrong kWrong[] = {
    {"MisspeltCommand", {"rn"}, R"("rn" is not a command; did you mean "run"?)"},
    {"MisspeltFlag",
     {"run", "-f", "a", "--htp-port", "3"},
     R"(--htp-port is not an option of fairway run; did you mean "--http-port"?)"},
    {"NoPath", {"run"}, "say what to read with -f PATH"},
    {"OneMore", {"run", "-f", "a", "b"}, R"("b" is one argument too many)"},
    {"PortTooHigh", {"run", "-f", "a", "--http-port", "70000"}, "--http-port: Value 70000 not in range"},
    {"NotAnObjectName", {"run", "-f", "a", "--configmap", "settings"}, "--configmap: \"settings\""},
    {"NotAnAddress", {"run", "-f", "a", "--healthz-host", "localhost"}, "\"localhost\" is not an IP address"},
    {"UnknownLevel", {"run", "-f", "a", "--log-level", "loud"}, "loud"},
    {"MethodInSmallLetters", {"explain", "get", "http://h/", "-f", "a"}, "\"get\" is not a method"},
    {"ThreeWordsToExplain", {"explain", "GET", "http://h/", "x", "-f", "a"}, "\"x\" is one argument too many"},
    {"UnknownShell", {"completion", "tcsh"}, "tcsh"},
    {"Nothing", {}, "Usage:"},
};
class WrongUsage : public testing::TestWithParam<Wrong> {};
TEST_P(WrongUsage, SaysWhatToWriteAndExitsWith2) {
    const auto answer = parse_as<Answer>(GetParam().arguments);
    EXPECT_EQ(answer.exit_code, 2);
    EXPECT_THAT(answer.text, HasSubstr(GetParam().says));
    EXPECT_THAT(answer.text, HasSubstr("--help"));
}
INSTANTIATE_TEST_SUITE_P(CommandLine, WrongUsage, testing::ValuesIn(kWrong),
                         [](const auto& wrong) { return wrong.param.name; });

TEST(CommandLine, WaitShutdownIsAProgramOfItsOwn) {
    const auto parse = [](const std::vector<std::string>& arguments) {
        return parse_command_line("/wait-shutdown", arguments, false);
    };
    EXPECT_EQ(std::get<WaitShutdownCommand>(parse({})).pid, std::nullopt);
    EXPECT_EQ(std::get<WaitShutdownCommand>(parse({"17"})).pid, 17);
    for (const std::vector<std::string>& wrong : {std::vector<std::string>{"0"}, {"-1"}, {"1x"}, {"1", "2"}})
        EXPECT_EQ(std::get<Answer>(parse(wrong)).exit_code, 2) << wrong.front();
}

TEST(CommandLine, NginxIngressControllerIsTheController) {
    // The arguments of ingress-nginx's own Deployment.
    const Command command = parse_command_line(
        "/nginx-ingress-controller",
        {"--publish-service=ingress-nginx/ingress-nginx-controller", "--election-id=ingress-nginx-leader",
         "--controller-class=k8s.io/ingress-nginx", "--ingress-class=nginx",
         "--configmap=ingress-nginx/ingress-nginx-controller", "--validating-webhook=:8443",
         "--validating-webhook-certificate=/usr/local/certificates/cert",
         "--validating-webhook-key=/usr/local/certificates/key", "--enable-metrics=false", "--v=2", "--logtostderr"},
        true);
    ASSERT_TRUE(std::holds_alternative<ControllerCommand>(command)) << std::get<Answer>(command).text;
    const auto& controller = std::get<ControllerCommand>(command);
    EXPECT_EQ(controller.serve.translation.configmap->to_string(), "ingress-nginx/ingress-nginx-controller");
    EXPECT_FALSE(controller.serve.translation.watch_ingress_without_class);
    EXPECT_EQ(controller.status.publish_service->to_string(), "ingress-nginx/ingress-nginx-controller");
    EXPECT_EQ(controller.election_id, "ingress-nginx-leader");
    EXPECT_THAT(controller.missed, testing::IsEmpty());
    EXPECT_THAT(controller.ignored, testing::UnorderedElementsAre("--enable-metrics", "--v", "--logtostderr"));
    const auto& webhook = controller.serve.webhook;
    EXPECT_FALSE(webhook.listen->address) << "every one";
    EXPECT_EQ(webhook.listen->port, 8443);
    EXPECT_EQ(webhook.certificate, "/usr/local/certificates/cert");
    EXPECT_EQ(webhook.key, "/usr/local/certificates/key");
}

TEST(CommandLine, TakesEveryFlagOfIngressNginx) {
    // Reference 5.1. Flags that exclude each other are in different lines.
    const std::vector<std::vector<std::string>> lines = {
        {"--annotations-prefix=x.example",
         "--apiserver-host=http://a",
         "--certificate-authority=/ca",
         "--configmap=a/b",
         "--controller-class=x/y",
         "--ingress-class=nginx",
         "--ingress-class-by-name=true",
         "--watch-ingress-without-class=true",
         "--watch-namespace=a",
         "--default-backend-service=a/b",
         "--default-server-port=8181",
         "--default-ssl-certificate=a/b",
         "--enable-ssl-passthrough=false",
         "--ssl-passthrough-proxy-port=442",
         "--enable-ssl-chain-completion=false",
         "--http-port=80",
         "--https-port=443",
         "--healthz-port=10254",
         "--healthz-host=127.0.0.1",
         "--health-check-path=/healthz",
         "--health-check-timeout=10",
         "--status-port=10246",
         "--stream-port=10247",
         "--profiling=true",
         "--profiler-port=10245",
         "--profiler-address=127.0.0.1"},
        {"--kubeconfig=k",
         "--watch-namespace-selector=a=b",
         "--publish-service=a/b",
         "--update-status=true",
         "--update-status-on-shutdown=true",
         "--status-update-interval=60",
         "--report-node-internal-ip-address=false",
         "--election-id=x",
         "--election-ttl=30s",
         "--disable-leader-election=false",
         "--enable-metrics=true",
         "--metrics-per-host=true",
         "--metrics-per-undefined-host=false",
         "--report-status-classes=false",
         "--exclude-socket-metrics=x",
         "--time-buckets=1,2",
         "--length-buckets=1,2",
         "--size-buckets=1,2",
         "--bucket-factor=0",
         "--max-buckets=100",
         "--monitor-max-batch-size=10000"},
        {"--publish-status-address=192.0.2.1",
         "--tcp-services-configmap=a/b",
         "--udp-services-configmap=a/b",
         "--sync-period=0",
         "--sync-rate-limit=0.3",
         "--dynamic-configuration-retries=15",
         "--disable-catch-all=false",
         "--disable-svc-external-name=false",
         "--disable-full-test=false",
         "--disable-sync-events=false",
         "--enable-annotation-validation=true",
         "--deep-inspect=true",
         "--enable-topology-aware-routing=false",
         "--shutdown-grace-period=0",
         "--post-shutdown-grace-period=10",
         "--validating-webhook=:8443",
         "--validating-webhook-certificate=/c",
         "--validating-webhook-key=/k",
         "--maxmind-license-key=x",
         "--maxmind-mirror=x",
         "--maxmind-edition-ids=x",
         "--maxmind-retries-count=1",
         "--maxmind-retries-timeout=0s",
         "--internal-logger-address=127.0.0.1:11514",
         "--v=2",
         "--vmodule=x",
         "--logtostderr=true",
         "--alsologtostderr=false",
         "--stderrthreshold=2"},
    };
    for (auto arguments : lines) {
        arguments.insert(arguments.begin(), "controller");
        const auto command = parse_command_line("fairway", arguments, true);
        EXPECT_TRUE(std::holds_alternative<ControllerCommand>(command)) << std::get<Answer>(command).text;
    }
}

TEST(CommandLine, EventsAndWebhook) {
    const auto plain = parse_as<ControllerCommand>({"controller"});
    EXPECT_TRUE(plain.sync_events);
    EXPECT_FALSE(plain.serve.webhook.listen);
    EXPECT_TRUE(plain.serve.translation.deep_inspect);
    EXPECT_TRUE(plain.serve.translation.validate_annotations);
    EXPECT_TRUE(plain.serve.translation.class_objects_decide);
    EXPECT_FALSE(parse_as<RunCommand>({"run", "-f", "a"}).serve.translation.class_objects_decide);
    const auto other = parse_as<ControllerCommand>(
        {"controller", "--disable-sync-events", "--deep-inspect=false", "--enable-annotation-validation=false",
         "--validating-webhook=[::1]:0", "--validating-webhook-certificate=c", "--validating-webhook-key=k"});
    EXPECT_FALSE(other.sync_events);
    EXPECT_FALSE(other.serve.translation.deep_inspect);
    EXPECT_FALSE(other.serve.translation.validate_annotations);
    EXPECT_EQ(other.serve.webhook.listen->address->to_string(), "::1");
    const auto error = [](const std::vector<std::string>& flags) {
        std::vector<std::string> arguments{"controller"};
        arguments.insert(arguments.end(), flags.begin(), flags.end());
        return parse_as<Answer>(arguments).text;
    };
    EXPECT_THAT(error({"--validating-webhook=:8443"}), HasSubstr("--validating-webhook-certificate"));
    EXPECT_THAT(error({"--validating-webhook=8443"}), HasSubstr("write one such as :8443"));
    EXPECT_THAT(error({"--certificate-authority=x"}), HasSubstr("--apiserver-host"));
}

TEST(CommandLine, StatusAndElection) {
    const auto one = parse_as<ControllerCommand>({"controller", "--publish-status-address=192.0.2.1,lb.example",
                                                  "--election-ttl=1m30s", "--status-update-interval=1",
                                                  "--disable-leader-election", "--update-status=false"});
    EXPECT_THAT(one.status.publish_addresses, testing::ElementsAre("192.0.2.1", "lb.example"));
    EXPECT_EQ(one.election_ttl, std::chrono::seconds(90));
    EXPECT_EQ(one.status_interval, std::chrono::seconds(5));
    EXPECT_FALSE(one.elect);
    EXPECT_FALSE(one.update_status);
    EXPECT_EQ(parse_as<ControllerCommand>({"controller", "--election-ttl", "0s"}).election_ttl,
              std::chrono::seconds(30));
    for (const char* wrong : {"soon", "30", "-1s", "1.5s"})
        EXPECT_EQ(parse_as<Answer>({"controller", "--election-ttl", wrong}).exit_code, 2) << wrong;
    EXPECT_EQ(
        parse_as<Answer>({"controller", "--publish-service", "a/b", "--publish-status-address", "192.0.2.1"}).exit_code,
        2);
}

TEST(CommandLine, ControllerFindsItsApiServerInOneWay) {
    const auto file = parse_as<ControllerCommand>({"controller", "--kubeconfig", "k", "--kube-context", "c"});
    EXPECT_EQ(file.kubeconfig, "k");
    EXPECT_EQ(file.context, "c");
    EXPECT_TRUE(parse_as<ControllerCommand>({"controller", "--watch-ingress-without-class"})
                    .serve.translation.watch_ingress_without_class);
    EXPECT_EQ(parse_as<Answer>({"controller", "--kubeconfig", "k", "--apiserver-host", "http://a"}).exit_code, 2);
    EXPECT_EQ(parse_as<Answer>({"controller", "--kube-context", "c"}).exit_code, 2);
}

TEST(CommandLine, AdminAddressIsLoopbackUnlessSaidOtherwise) {
    const auto run = parse_as<RunCommand>({"run", "-f", "a"});
    EXPECT_EQ(run.serve.admin.address.value().to_string(), "127.0.0.1:10255");
    EXPECT_TRUE(run.serve.admin.by_default);
    const auto other = parse_as<DemoCommand>({"demo", "--admin-address", "[::1]:0"});
    EXPECT_EQ(other.serve.admin.address.value().to_string(), "[::1]:0");
    EXPECT_FALSE(other.serve.admin.by_default) << "one that was asked for must be had";
    EXPECT_FALSE(parse_as<RunCommand>({"run", "-f", "a", "--admin-address", "off"}).serve.admin.address);
    EXPECT_FALSE(parse_as<RunCommand>({"run", "-f", "a", "--admin-address", ""}).serve.admin.address);
    const auto wrong = parse_as<Answer>({"run", "-f", "a", "--admin-address", "10255"});
    EXPECT_EQ(wrong.exit_code, 2);
    EXPECT_THAT(wrong.text, HasSubstr("write one such as 127.0.0.1:10255, or off"));
}

TEST(CommandLine, GetTakesKindsAndNamesAsKubectlDoes) {
    const auto all = parse_as<GetCommand>({"get", "svc"});
    EXPECT_EQ(all.selection.resource, ingress::Resource::services);
    EXPECT_EQ(all.selection.name, "");
    EXPECT_EQ(all.selection.ns, "default");
    EXPECT_EQ(all.admin, "http://127.0.0.1:10255");
    const auto one =
        parse_as<GetCommand>({"get", "pod/kubia-1", "-n", "shop", "-o", "wide", "--admin", "http://[::1]:1"});
    EXPECT_EQ(one.selection.resource, ingress::Resource::pods);
    EXPECT_EQ(one.selection.name, "kubia-1");
    EXPECT_EQ(one.selection.ns, "shop");
    EXPECT_EQ(one.form, GetForm::wide);
    EXPECT_EQ(one.admin, "http://[::1]:1");
    EXPECT_EQ(parse_as<DescribeCommand>({"describe", "service", "kubia"}).selection.name, "kubia");
    EXPECT_TRUE(parse_as<GetCommand>({"get", "-A", "ing"}).selection.all_namespaces);
}

TEST(CommandLine, WrongObjectsAreNamed) {
    for (const auto& [arguments, words] : std::vector<std::pair<std::vector<std::string>, const char*>>{
             {{"get", "servces"}, "did you mean \"services\"?"},
             {{"get", "svc", "a", "b"}, "\"b\" is one argument too many"},
             {{"get", "svc", "a", "-A"}, "write -n NAMESPACE instead of -A"},
             {{"get", "svc", "-o", "yaml"}, "yaml"},
             {{"describe"}, "KIND"},
             {{"explain", "http://a/"}, "--admin URL"},
             {{"explain", "http://a/", "-f", "x", "--admin", "http://127.0.0.1:1"}, "give one of them"}}) {
        const auto answer = parse_as<Answer>(arguments);
        EXPECT_EQ(answer.exit_code, 2);
        EXPECT_THAT(answer.text, HasSubstr(words));
    }
}

TEST(CommandLine, ServicesFlags) {
    const auto plain = parse_as<RunCommand>({"run", "-f", "a"});
    EXPECT_FALSE(plain.serve.translation.services);
    EXPECT_EQ(plain.serve.translation.service_address.to_string(), "127.0.0.1");
    EXPECT_EQ(plain.serve.translation.cluster_domain, "cluster.local");
    EXPECT_FALSE(plain.serve.dns_address);
    const auto run = parse_as<RunCommand>({"run", "-f", "a", "--services", "--service-address", "0.0.0.0",
                                           "--cluster-domain=k8s.test.", "--tcp-services-configmap", "edge/tcp",
                                           "--udp-services-configmap=edge/udp", "--dns-address", "127.0.0.1:5353"});
    EXPECT_TRUE(run.serve.translation.services);
    EXPECT_EQ(run.serve.translation.service_address.to_string(), "0.0.0.0");
    EXPECT_EQ(run.serve.translation.cluster_domain, "k8s.test");
    EXPECT_EQ(run.serve.translation.tcp_services_configmap->to_string(), "edge/tcp");
    EXPECT_EQ(run.serve.translation.udp_services_configmap->to_string(), "edge/udp");
    EXPECT_EQ(run.serve.dns_address->to_string(), "127.0.0.1:5353");
}

TEST(CommandLine, ServicesFlagsSayWhatIsWrong) {
    const auto error = [](const char* flag, const char* value) {
        return parse_as<Answer>({"run", "-f", "a", flag, value}).text;
    };
    EXPECT_THAT(error("--service-address", "localhost"), HasSubstr("write one such as 127.0.0.1"));
    EXPECT_THAT(error("--cluster-domain", "Cluster_Local"), HasSubstr("write one such as cluster.local"));
    EXPECT_THAT(error("--dns-address", "5353"), HasSubstr("write one such as 127.0.0.1:5353"));
    EXPECT_THAT(error("--tcp-services-configmap", "tcp"), HasSubstr("write namespace/name"));
}

TEST(CommandLine, EnvironmentIsThatOfAServicesRun) {
    const auto env = parse_as<EnvCommand>({"env", "-f", "a"});
    EXPECT_TRUE(env.translation.services);
    EXPECT_EQ(env.ns, "default");
    EXPECT_FALSE(env.exported);
    const auto other = parse_as<EnvCommand>({"env", "-f", "a", "-n", "shop", "--export"});
    EXPECT_EQ(other.ns, "shop");
    EXPECT_TRUE(other.exported);
    EXPECT_THAT(parse_as<Answer>({"env"}).text, HasSubstr("-f PATH"));
}

}  // namespace
}  // namespace fairway::app
