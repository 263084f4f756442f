#include "admin/api_pages.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/pct_string_view.hpp>
#include <vector>

#include "admin/local_host.hpp"
#include "base/spelling.hpp"
#include "ingress/reports/explanation_report.hpp"

namespace fairway::admin {

namespace json = boost::json;

namespace {

constexpr std::string_view kRoot = "/api/v1";
/// A piece of a List: some dozens of objects, written in well under a millisecond.
constexpr std::size_t kPieceBytes = 32 * 1024;

HttpResponse json_response(unsigned status, const json::object& body) {
    return {status, json::serialize(body) + "\n", "application/json", {}};
}

/// meta/v1 Status.
HttpResponse failure(unsigned code, const char* reason, std::string message) {
    return json_response(code, {{"kind", "Status"},
                                {"apiVersion", "v1"},
                                {"status", "Failure"},
                                {"reason", reason},
                                {"message", std::move(message)},
                                {"code", code}});
}

HttpResponse resource_list() {
    json::array resources;
    for (const auto& info : ingress::all_resources()) {
        json::array short_names;
        if (!info.short_name.empty()) short_names.push_back(json::value(info.short_name));
        resources.push_back(json::object{{"name", info.plural},
                                         {"singularName", info.singular},
                                         {"shortNames", std::move(short_names)},
                                         {"namespaced", true},
                                         {"kind", info.kind},
                                         {"verbs", json::array{"get", "list"}}});
    }
    return json_response(200, {{"kind", "APIResourceList"},
                               {"apiVersion", "v1"},
                               {"groupVersion", "v1"},
                               {"resources", std::move(resources)}});
}

std::string resource_names() {
    std::vector<std::string_view> names;
    for (const auto& info : ingress::all_resources()) names.push_back(info.plural);
    return fmt::format("{}", fmt::join(names, ", "));
}

HttpResponse unknown_resource(std::string_view word) {
    std::vector<std::string_view> names{"explain"};
    for (const auto& info : ingress::all_resources()) names.push_back(info.plural);
    return failure(404, "NotFound",
                   fmt::format("the admin API has no \"{}\"{}; under {}/ there are {} and explain", word.substr(0, 64),
                               did_you_mean(word.substr(0, 64), names), kRoot, resource_names()));
}

/// The List, object by object.
HttpResponse list_page(ingress::ReportStream stream) {
    HttpResponse response;
    response.content_type = "application/json";
    response.body = R"({"kind":"List","apiVersion":"v1","metadata":{},"items":[)";
    response.more = [stream = std::move(stream), first = true, ended = false]() mutable -> std::optional<std::string> {
        if (ended) return std::nullopt;
        std::string piece;
        while (piece.size() < kPieceBytes) {
            const auto object = stream();
            if (!object) {
                ended = true;
                return piece + "]}\n";
            }
            piece += first ? "\n" : ",\n";
            piece += json::serialize(*object);
            first = false;
        }
        return piece;
    };
    return response;
}

HttpResponse object_page(const ApiSources& sources, const ingress::ReportQuery& query) {
    auto stream = sources.objects(query);
    auto object = stream();
    if (object && query.resource != ingress::Resource::routes) return json_response(200, *object);
    if (!object) {
        // The wording of kubectl: pods "kubia" not found.
        const auto& info = ingress::info_of(query.resource);
        const std::string group = info.group.empty() ? "" : fmt::format(".{}", info.group);
        return failure(
            404, "NotFound",
            fmt::format("{}{} \"{}\" not found in namespace \"{}\"", info.plural, group, query.name, query.ns));
    }
    return list_page(
        [stream, next = std::move(object)]() mutable { return std::exchange(next, next ? stream() : next); });
}

/// The parts of a path between its slashes, decoded; absent when an escape is broken.
std::optional<std::vector<std::string>> segments_of(std::string_view path) {
    std::vector<std::string> segments;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const std::string_view raw = path.substr(0, path.find('/'));
        path.remove_prefix(raw.size());
        const auto decoded = boost::urls::make_pct_string_view(raw);
        if (!decoded) return std::nullopt;
        if (raw.empty() && path.empty()) break;  // a final slash
        segments.emplace_back((*decoded).decode());
    }
    return segments;
}

/// The values of a parameter of the query, decoded. Absent: one is broken.
std::optional<std::vector<std::string>> parameters(std::string_view query, std::string_view name) {
    std::vector<std::string> values;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        if (!pair.starts_with(name) || pair.substr(name.size(), 1) != "=") continue;
        const auto decoded = boost::urls::make_pct_string_view(pair.substr(name.size() + 1));
        if (!decoded) return std::nullopt;
        values.push_back((*decoded).decode());
    }
    return values;
}

/// The first of them; empty: not there.
std::optional<std::string> parameter(std::string_view query, std::string_view name) {
    const auto values = parameters(query, name);
    if (!values) return std::nullopt;
    return values->empty() ? std::string() : values->front();
}

HttpResponse explain_page(const ApiSources& sources, const std::string& query) {
    const auto url = parameter(query, "url");
    const auto method = parameter(query, "method");
    if (!url || !method || url->empty())
        return failure(400, "BadRequest",
                       "say which request with ?url=URL, percent-encoded: explain?url=https%3A%2F%2Fshop.example%2F");
    ingress::ExplainRequest request;
    request.url = *url;
    if (!method->empty()) request.method = *method;
    const auto source = parameter(query, "source-ip");
    const auto fields = parameters(query, "header");
    if (!source || !fields) return failure(400, "BadRequest", "the query has a broken percent-escape");
    if (!source->empty()) {
        const auto address = IpAddress::parse(*source);
        if (!address) return failure(400, "BadRequest", "source-ip is not an IP address");
        request.source = *address;
    }
    for (const auto& text : *fields) {
        auto field = ingress::parse_explain_field(text);
        if (!field) return failure(400, "BadRequest", field.error().message);
        request.fields.push_back(*std::move(field));
    }
    const auto explanation = sources.explain(request);
    if (!explanation) return failure(400, "BadRequest", explanation.error().message);
    return json_response(200, ingress::explanation_report(request, *explanation));
}

HttpResponse resource_page(const ApiSources& sources, const std::vector<std::string>& segments) {
    const auto* info = ingress::find_resource(segments[0]);
    if (info == nullptr || info->plural != segments[0]) return unknown_resource(segments[0]);
    ingress::ReportQuery query{info->resource, {}, {}};
    if (segments.size() > 1) query.ns = segments[1];
    if (segments.size() > 2) query.name = segments[2];
    return query.name.empty() ? list_page(sources.objects(query)) : object_page(sources, query);
}

}  // namespace

HttpResponse api_page(const ApiSources& sources, const HttpRequest& request) {
    if (!is_local_host(request.host))
        return failure(
            403, "Forbidden",
            "the admin API answers to an IP address or localhost as Host only, so that web pages cannot read "
            "it; ask for it by its address");
    if (request.method != "GET" && request.method != "HEAD")
        return failure(405, "MethodNotAllowed", "the admin API is read-only; use GET");
    const bool under_root =
        request.path.starts_with(kRoot) && (request.path.size() == kRoot.size() || request.path[kRoot.size()] == '/');
    if (!under_root) return failure(404, "NotFound", fmt::format("there is nothing here; the API begins at {}", kRoot));
    const auto segments = segments_of(std::string_view(request.path).substr(kRoot.size()));
    if (!segments) return failure(400, "BadRequest", "the path has a broken percent-escape");
    if (segments->empty()) return resource_list();
    if (segments->size() > 3)
        return failure(404, "NotFound", fmt::format("paths are {}/RESOURCE[/NAMESPACE[/NAME]]", kRoot));
    if (segments->front() == "explain" && segments->size() == 1) return explain_page(sources, request.query);
    return resource_page(sources, *segments);
}

}  // namespace fairway::admin
