// Every folder of cases/ is a translation: input.yaml in, expected.txt out. The first line of input.yaml may set options:
// "# options: --configmap shop/settings --default-backend-service shop/errors".
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "translation/golden.hpp"
#include "translation/snapshot_text.hpp"
#include "translation/workbench.hpp"

namespace fairway::ingress::test {
namespace {

namespace fs = std::filesystem;

const fs::path kCases = fs::path(FAIRWAY_SOURCE_DIR) / "tests/translation/cases";

std::vector<std::string> case_names() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(kCases))
        if (entry.is_directory()) names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
}

TranslationOptions options_of(const std::string& input) {
    auto options = standalone_options();
    std::istringstream line(input.substr(0, input.find('\n')));
    std::string hash, label, flag, value;
    line >> hash >> label;
    if (hash != "#" || label != "options:") return options;
    while (line >> flag >> value) {
        if (flag == "--configmap") options.configmap = *parse_object_name(value);
        if (flag == "--default-backend-service") options.default_backend_service = *parse_object_name(value);
        if (flag == "--default-ssl-certificate") options.default_ssl_certificate = *parse_object_name(value);
        if (flag == "--enable-ssl-passthrough") options.ssl_passthrough = value == "true";
        if (flag == "--annotations-prefix") options.annotations_prefix = value;
        if (flag == "--watch-namespace") options.watch_namespace = value;
        if (flag == "--watch-ingress-without-class") options.watch_ingress_without_class = value == "true";
        if (flag == "--disable-catch-all") options.disable_catch_all = value == "true";
        if (flag == "--services") options.services = value == "true";
        if (flag == "--cluster-domain") options.cluster_domain = value;
        if (flag == "--tcp-services-configmap") options.tcp_services_configmap = *parse_object_name(value);
        if (flag == "--udp-services-configmap") options.udp_services_configmap = *parse_object_name(value);
        if (flag == "--service-address") options.service_address = *IpAddress::parse(value);
        if (flag == "--http-port")
            options.reserved_ports.push_back(
                {.port = static_cast<std::uint16_t>(std::stoi(value)), .flag = flag, .address = {}});
        if (flag == "--disable-svc-external-name") options.disable_service_external_name = value == "true";
        if (flag == "--ingress-class-by-name") options.ingress_class_by_name = value == "true";
    }
    return options;
}

class Translation : public testing::TestWithParam<std::string> {};

TEST_P(Translation, MatchesGoldenText) {
    const auto folder = kCases / GetParam();
    const auto input = read_text(folder / "input.yaml");
    ASSERT_FALSE(input.empty());
    Workbench bench(options_of(input));
    bench.put("input.yaml", input);
    const auto snapshot = bench.translate();
    expect_golden(folder / "expected.txt", snapshot_text(*snapshot) + "\n" + report_text(bench.report()));
}

std::string test_name(const testing::TestParamInfo<std::string>& test) {
    auto name = test.param;
    std::ranges::replace(name, '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Cases, Translation, testing::ValuesIn(case_names()), test_name);

}  // namespace
}  // namespace fairway::ingress::test
