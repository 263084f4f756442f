// fairway demo: examples/kubia with everything that it needs inside the program.
#include <fmt/format.h>

#include <cstdio>

#include "app/commands.hpp"
#include "app/demo/kubia_pods.hpp"
#include "app/demo/manifests.hpp"
#include "app/demo/temporary_file.hpp"
#include "app/serve.hpp"
#include "app/terminal.hpp"

namespace fairway::app {

namespace {

constexpr const char* kHost = "kubia.example.com";
constexpr const char* kOrganization = "Fairway demo";

tls::CertificateRequest authority_request() {
    tls::CertificateRequest request;
    request.common_name = "Fairway demo CA";
    request.organization = kOrganization;
    return request;
}

tls::CertificateRequest leaf_request() {
    tls::CertificateRequest request;
    request.common_name = kHost;
    request.organization = kOrganization;
    request.names = {kHost};
    return request;
}

std::string curl_line(const char* scheme, std::uint16_t port, std::uint16_t usual_port, const std::string& options) {
    const std::string authority = port == usual_port ? kHost : fmt::format("{}:{}", kHost, port);
    return fmt::format("curl --resolve {}:{}:127.0.0.1 {}{}://{}/", kHost, port, options, scheme, authority);
}

void print_instructions(const ServedAddresses& addresses, const KubiaPods& pods, const std::string& ca_file,
                        const std::string& health_path) {
    const Style style = Style::for_descriptor(1);
    fmt::print("\nFairway serves the Ingress of examples/kubia: host {}, three pods", kHost);
    for (const KubiaPods::Pod& pod : pods.pods())
        fmt::print("{} {}", &pod == &pods.pods().front() ? ":" : ",", pod.name);
    fmt::print(".\nTry, in another terminal, each line several times:\n\n  {}\n  {}\n\n",
               style.bold(curl_line("http", addresses.http_port, 80, "")),
               style.bold(curl_line("https", addresses.https_port, 443, fmt::format("--cacert {} ", ca_file))));
    fmt::print("A host with TLS redirects HTTP to HTTPS (308) unless its Ingress says ssl-redirect: \"false\", as this "
               "one does.\n"
               "Health: http://127.0.0.1:{0}{1}, metrics: http://127.0.0.1:{0}/metrics. Ctrl-C ends the demo.\n\n",
               addresses.healthz_port, health_path);
    std::fflush(stdout);
}

}  // namespace

int demo(const DemoCommand& command) {
    const KubiaPods pods(3);
    const tls::CertificatePem authority = tls::make_authority(authority_request());
    const auto leaf = tls::issue_certificate(leaf_request(), authority);
    if (!leaf) throw std::runtime_error(leaf.error().message);
    const TemporaryFile ca_file(".crt", authority.certificate_pem);

    ingress::EngineOptions options;
    options.built_in = kubia_manifests();
    options.built_in.push_back(kubia_endpoints(pods));
    options.built_in.push_back(kubia_secret(*leaf));
    return serve(std::move(options), command.serve, [&](const ServedAddresses& addresses) {
        print_instructions(addresses, pods, ca_file.path().string(), command.serve.translation.health_check_path);
    });
}

}  // namespace fairway::app
