// Keys of the access log.
#include "ingress/configmap/sections.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

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

    bool all_off = false;
    bool http_off = false;
    settings.read("disable-access-log", all_off, parse_bool);
    settings.read("disable-http-access-log", http_off, parse_bool);
    log.enabled = !all_off && !http_off;

    if (const auto format = settings.find("log-format-upstream")) log.format = *format;
    bool json = false;
    bool none = false;
    settings.read("log-format-escape-json", json, parse_bool);
    settings.read("log-format-escape-none", none, parse_bool);
    log.escape = none ? routing::LogEscape::none : json ? routing::LogEscape::json : routing::LogEscape::standard;

    if (const auto urls = settings.find("skip-access-log-urls")) {
        for (auto& url : split_list(*urls)) {
            if (url.starts_with('~'))
                settings.refuse("skip-access-log-urls",
                                fmt::format("\"{}\" is a pattern; write exact request URIs. It is left out", url));
            else
                log.skip_urls.push_back(std::move(url));
        }
    }
}

}  // namespace fairway::ingress
