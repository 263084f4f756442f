// Probe: core/v1 Probe of a container, with the rules of the API server's validation (ValidateProbe).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "k8s-client/objects/kinds.hpp"
#include "k8s-client/objects/quote.hpp"

namespace fairway::k8s {

namespace {

constexpr std::string_view kProbeFields[] = {"exec",
                                             "httpGet",
                                             "tcpSocket",
                                             "grpc",
                                             "initialDelaySeconds",
                                             "timeoutSeconds",
                                             "periodSeconds",
                                             "successThreshold",
                                             "failureThreshold",
                                             "terminationGracePeriodSeconds"};
constexpr std::string_view kHttpGetFields[] = {"path", "port", "host", "scheme", "httpHeaders"};
constexpr std::string_view kHeaderFields[] = {"name", "value"};
constexpr std::string_view kTcpSocketFields[] = {"port", "host"};
constexpr std::string_view kGrpcFields[] = {"port", "service"};
constexpr std::string_view kExecFields[] = {"command"};
constexpr std::array<std::string_view, 4> kActions = {"httpGet", "tcpSocket", "grpc", "exec"};
constexpr std::int64_t kMostSeconds = 24 * 3600;  // more can only be a mistake
constexpr std::int64_t kMostTimes = 10'000;

IntOrString decode_port(const Field& action) {
    auto port = action.port_or_name("port");
    if (port) return *std::move(port);
    if (!action.at("port").present()) action.at("port").error("is required; write a port's number or name");
    return 0;
}

// RFC 9110 section 5.1: a field name is a token. The value must not end the line.
void check_header(const Field& header, std::string_view name, std::string_view value) {
    constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";
    const bool token = std::ranges::all_of(
        name, [&](char c) { return ascii::is_alnum(c) || kTokenMarks.find(c) != std::string_view::npos; });
    if (name.empty() || !token)
        header.at("name").error(fmt::format("{} is not the name of a header field", k8s::quoted(name)));
    if (std::ranges::any_of(value, [](char c) { return c == '\r' || c == '\n' || c == '\0'; }))
        header.at("value").error("must be one line of text");
}

HttpGetAction decode_http_get(const Field& action) {
    HttpGetAction out;
    if (auto path = action.string("path"); !path.empty()) out.path = std::move(path);
    if (std::ranges::any_of(out.path, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; }))
        action.at("path").error(fmt::format("{} is not a path; escape blanks as %20", k8s::quoted(out.path)));
    if (!out.path.starts_with('/')) out.path.insert(0, 1, '/');  // as the kubelet does
    out.port = decode_port(action);
    out.host = action.string("host");
    const auto scheme = action.string("scheme");
    out.https = scheme == "HTTPS";
    if (!scheme.empty() && scheme != "HTTP" && scheme != "HTTPS")
        action.at("scheme").error(fmt::format("{} is not one of HTTP, HTTPS", k8s::quoted(scheme)));
    for (const auto& header : action.mappings("httpHeaders", kHeaderFields)) {
        auto name = header.string("name");
        auto value = header.string("value");
        check_header(header, name, value);
        out.headers.emplace_back(std::move(name), std::move(value));
    }
    return out;
}

TcpSocketAction decode_tcp_socket(const Field& action) { return {decode_port(action), action.string("host")}; }

GrpcAction decode_grpc(const Field& action) {
    GrpcAction out;
    if (const auto port = action.port("port"))
        out.port = *port;
    else if (!action.at("port").present())
        action.at("port").error("is required; write the port's number");
    out.service = action.string("service");
    return out;
}

ExecAction decode_exec(const Field& action) {
    ExecAction out;
    for (const auto& word : action.list("command"))
        if (const auto text = word.text()) out.command.emplace_back(*text);
    if (out.command.empty() || out.command.front().empty())
        action.at("command").error("is required; write the program and its arguments, one item each");
    for (const auto& word : out.command)
        if (word.find('\0') != std::string::npos) action.at("command").error("must not hold a NUL character");
    return out;
}

std::chrono::seconds seconds_of(const Field& probe, std::string_view key, std::int64_t least, std::int64_t otherwise) {
    const auto given = probe.integer(key, 0, kMostSeconds).value_or(0);
    if (given != 0 && given < least) probe.at(key).error(fmt::format("must be at least {}", least));
    // The API server's defaulting takes 0 as "not given".
    return std::chrono::seconds(given != 0 ? given : otherwise);
}

std::int32_t times_of(const Field& probe, std::string_view key, std::int32_t otherwise) {
    const auto given = probe.integer(key, 0, kMostTimes).value_or(0);
    return given != 0 ? static_cast<std::int32_t>(given) : otherwise;
}

}  // namespace

std::optional<Probe> decode_probe(const Field& container, std::string_view key) {
    if (!container.at(key).present()) return {};
    const auto field = container.mapping(key, kProbeFields);
    Probe out;
    out.where = field.where();
    const auto given = std::ranges::count_if(kActions, [&](auto action) { return field.at(action).present(); });
    if (given != 1)
        field.error(given == 0 ? "has no action; write one of httpGet, tcpSocket, grpc, exec"
                               : "has several actions; keep one of httpGet, tcpSocket, grpc, exec");
    if (field.at("httpGet").present())
        out.action = decode_http_get(field.mapping("httpGet", kHttpGetFields));
    else if (field.at("tcpSocket").present())
        out.action = decode_tcp_socket(field.mapping("tcpSocket", kTcpSocketFields));
    else if (field.at("grpc").present())
        out.action = decode_grpc(field.mapping("grpc", kGrpcFields));
    else if (field.at("exec").present())
        out.action = decode_exec(field.mapping("exec", kExecFields));
    out.initial_delay = seconds_of(field, "initialDelaySeconds", 0, 0);
    out.period = seconds_of(field, "periodSeconds", 1, 10);
    out.timeout = seconds_of(field, "timeoutSeconds", 1, 1);
    out.success_threshold = times_of(field, "successThreshold", 1);
    out.failure_threshold = times_of(field, "failureThreshold", 3);
    if (key != "readinessProbe" && out.success_threshold != 1)
        field.at("successThreshold").error(fmt::format("must be 1 in a {}", key));
    return out;
}

bool Probe::same_check(const Probe& other) const {
    return action == other.action && initial_delay == other.initial_delay && period == other.period &&
           timeout == other.timeout && success_threshold == other.success_threshold &&
           failure_threshold == other.failure_threshold;
}

}  // namespace fairway::k8s
