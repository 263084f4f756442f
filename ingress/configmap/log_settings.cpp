// Keys of the access log.
#include <algorithm>

#include "base/ascii.hpp"
#include "ingress/configmap/sections.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

/// The path that the writer of the log takes for a syslog server (proxy/access_log/log_file.hpp); empty: none is asked for,
/// or it cannot be used.
std::string syslog_path(SettingReader& settings) {
    bool enabled = false;
    std::uint16_t port = 514;
    settings.read("enable-syslog", enabled, parse_bool);
    settings.read("syslog-port", port, [](std::string_view text) { return parse_integer(text, 1, 65535); });
    const auto host = settings.find("syslog-host");
    if (!enabled) return {};
    const auto is_good = [](char c) { return ascii::is_alnum(c) || c == '.' || c == '-' || c == '_' || c == ':'; };
    if (!host || !std::ranges::all_of(*host, is_good)) {
        settings.refuse("enable-syslog",
                        fmt::format("syslog-host {}; write the name or address of the syslog server "
                                    "there. The logs stay where they are",
                                    host ? fmt::format("\"{}\" is no host name", *host) : "is missing"));
        return {};
    }
    const bool v6 = host->find(':') != std::string_view::npos;
    return fmt::format("syslog:server={}{}{}:{}", v6 ? "[" : "", *host, v6 ? "]" : "", port);
}

/// In ingress-nginx's image this file is a link to the standard output.
constexpr std::string_view kNginxAccessLog = "/var/log/nginx/access.log";

Result<std::string> parse_log_path(std::string_view text) {
    if (text == kNginxAccessLog) return std::string("/dev/stdout");
    if (!text.starts_with('/'))
        return Error{fmt::format("\"{}\" is not an absolute path; write /dev/stdout or a file", text)};
    return std::string(text);
}

}  // namespace

void read_log_settings(SettingReader& settings, routing::AccessLogSettings& log) {
    settings.read("access-log-path", log.path, parse_log_path);
    settings.read("http-access-log-path", log.path, parse_log_path);
    settings.read("enable-access-log-for-default-backend", log.default_backend, parse_bool);
    settings.read("enable-auth-access-log", log.auth_requests, parse_bool);

    bool all_off = false;
    bool http_off = false;
    settings.read("disable-access-log", all_off, parse_bool);
    settings.read("disable-http-access-log", http_off, parse_bool);
    log.enabled = !all_off && !http_off;
    bool streams_off = false;
    settings.read("disable-stream-access-log", streams_off, parse_bool);
    log.streams_enabled = !all_off && !streams_off;
    settings.read("stream-access-log-path", log.stream_path, parse_log_path);
    if (const auto format = settings.find("log-format-stream")) log.stream_format = *format;
    if (auto path = syslog_path(settings); !path.empty()) {  // in place of the files, as in ingress-nginx
        log.path = std::move(path);
        log.stream_path.clear();
    }

    if (const auto format = settings.find("log-format-upstream")) log.format = *format;
    bool json = false;
    bool none = false;
    settings.read("log-format-escape-json", json, parse_bool);
    settings.read("log-format-escape-none", none, parse_bool);
    log.escape = none ? routing::LogEscape::none : json ? routing::LogEscape::json : routing::LogEscape::standard;

    if (auto urls = read_patterns(settings, "skip-access-log-urls"); !urls.empty()) log.skip_urls = std::move(urls);
}

}  // namespace fairway::ingress
