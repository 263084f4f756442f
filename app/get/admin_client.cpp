#include "app/get/admin_client.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "admin/http_client.hpp"
#include "app/commands.hpp"
#include "app/get/json_access.hpp"
#include "ingress/reports/explanation_report.hpp"

namespace fairway::app {

namespace json = boost::json;

namespace {

std::string encoded(const std::string& text) { return boost::urls::encode(text, boost::urls::unreserved_chars); }

std::string path_of(ingress::Resource resource) { return fmt::format("/api/v1/{}", ingress::info_of(resource).plural); }

std::vector<json::value> items_of(const json::value& answer) {
    if (text_at(answer, "/kind") != "List") return {answer};
    const auto& items = array_at(answer, "/items");
    return {items.begin(), items.end()};
}

}  // namespace

AdminClient::AdminClient(std::string base) : base_(std::move(base)) {
    if (const auto valid = admin::check_server_url(base_); !valid) throw WrongConfiguration(valid.error().message);
}

json::value AdminClient::fetch(const std::string& target) const {
    const auto answer = admin::http_get(base_, target);
    if (!answer)
        throw std::runtime_error(fmt::format("no instance answers at {}; start one with `fairway run`, or say where it "
                                             "is with --admin URL (the line `started` of its log names it)",
                                             answer.error().message));
    boost::system::error_code error;
    json::value parsed = json::parse(answer->body, error);
    const std::string message = error ? "" : text_at(parsed, "/message");
    if (answer->status == 404 && !message.empty()) throw NotFound(message);
    if (answer->status != 200 || error)
        throw std::runtime_error(fmt::format("{} answers {}{}{}; is that the admin address of a Fairway?", base_,
                                             answer->status, message.empty() ? "" : ": ",
                                             message.empty() && error ? ", but not in JSON" : message));
    return parsed;
}

std::vector<json::value> AdminClient::list(ingress::Resource resource, const std::string& ns) const {
    return items_of(fetch(ns.empty() ? path_of(resource) : fmt::format("{}/{}", path_of(resource), encoded(ns))));
}

std::vector<json::value> AdminClient::get(ingress::Resource resource, const std::string& ns,
                                          const std::string& name) const {
    return items_of(fetch(fmt::format("{}/{}/{}", path_of(resource), encoded(ns), encoded(name))));
}

ingress::Explanation AdminClient::explain(const ingress::ExplainRequest& request) const {
    auto path = fmt::format("/api/v1/explain?method={}&url={}&source-ip={}", encoded(request.method),
                            encoded(request.url), encoded(request.source.to_string()));
    for (const auto& [name, value] : request.fields) path += "&header=" + encoded(name + ":" + value);
    const auto answer = fetch(path);
    auto explanation = ingress::parse_explanation(answer);
    if (!explanation) throw std::runtime_error(fmt::format("{} answers what {}", base_, explanation.error().message));
    return *std::move(explanation);
}

}  // namespace fairway::app
