#include "ingress/reports/object_reports.hpp"

#include <algorithm>

#include "ingress/reports/report_parts.hpp"

namespace fairway::ingress {

namespace json = boost::json;

namespace {

/// Where a walk over the objects of a store is; it holds names, not objects, as those may go between two steps.
class Walk {
public:
    explicit Walk(const ReportQuery& query) : query_(query) {
        if (!query.ns.empty()) at_.ns = query.ns;
    }
    /// The first of a kind that the query wants and that comes after the last one; nullptr at the end.
    template <class T>
    const T* peek(const ObjectStore& store) const {
        const T* found = nullptr;
        if (!query_.name.empty()) {
            const k8s::ObjectName only{query_.ns, query_.name};
            found = at_ < only ? store.find<T>(only) : nullptr;
        } else {
            found = store.first_after<T>(at_);
        }
        return found != nullptr && (query_.ns.empty() || found->meta.name.ns == query_.ns) ? found : nullptr;
    }
    void pass(const k8s::ObjectName& name) { at_ = name; }

private:
    ReportQuery query_;
    k8s::ObjectName at_;
};

using Context = std::shared_ptr<const ReportContext>;

/// Objects of one kind, those that `wanted` says, each by its report.
template <class T, class Wanted, class Make>
ReportStream stream_of(Context context, const ReportQuery& query, Wanted wanted, Make make) {
    return [context, walk = Walk(query), wanted, make]() mutable -> std::optional<json::object> {
        while (const T* object = walk.peek<T>(context->sources.endpoints.store)) {
            walk.pass(object->meta.name);
            if (wanted(*object)) return make(*context, *object);
        }
        return std::nullopt;
    };
}

constexpr auto kEvery = [](const auto&) { return true; };

bool is_certificate(const k8s::Secret& secret) {
    return !secret.withheld && (secret.type == "kubernetes.io/tls" || secret.data.contains("tls.crt"));
}

bool has_endpoints(const k8s::Service& service) { return service.type != k8s::ServiceType::external_name; }

/// Endpoints of Services, and Endpoints objects of no Service.
ReportStream endpoints_stream(Context context, const ReportQuery& query) {
    return [context, walk = Walk(query)]() mutable -> std::optional<json::object> {
        const ObjectStore& store = context->sources.endpoints.store;
        while (true) {
            const auto* service = walk.peek<k8s::Service>(store);
            const auto* endpoints = walk.peek<k8s::Endpoints>(store);
            if (service == nullptr && endpoints == nullptr) return std::nullopt;
            const bool service_is_next =
                service != nullptr && (endpoints == nullptr || service->meta.name <= endpoints->meta.name);
            const k8s::ObjectName name = service_is_next ? service->meta.name : endpoints->meta.name;
            walk.pass(name);
            if (!service_is_next || has_endpoints(*service) || store.find<k8s::Endpoints>(name) != nullptr)
                return endpoints_report(*context, name);
        }
    };
}

/// The route table has no order of its own.
std::vector<std::shared_ptr<const routing::HostRules>> hosts_by_name(const routing::RouteTable& routes,
                                                                     const std::string& only) {
    auto hosts = routes.hosts();
    if (!only.empty()) std::erase_if(hosts, [&](const auto& host) { return host->name() != only; });
    std::ranges::sort(hosts, {}, [](const auto& host) { return host->name(); });
    return hosts;
}

ReportStream routes_stream(Context context, const ReportQuery& query) {
    return [context, hosts = hosts_by_name(*context->sources.snapshot->routes, query.name), ns = query.ns,
            host = std::size_t{0}, path = std::size_t{0}]() mutable -> std::optional<json::object> {
        while (host < hosts.size()) {
            const auto& rules = *hosts[host];
            if (path == rules.routes().size()) {
                ++host;
                path = 0;
                continue;
            }
            const routing::Route& route = rules.routes()[path++];
            if (ns.empty() || (route.owner && route.owner->ingress_namespace == ns))
                return route_report(*context, rules.name(), route);
        }
        return std::nullopt;
    };
}

}  // namespace

ReportStream report_objects(ReportSources sources, const ReportQuery& query) {
    const DiagnosticBook& book = sources.book;
    const auto context =
        std::make_shared<const ReportContext>(ReportContext{std::move(sources), DiagnosticIndex(book)});
    switch (query.resource) {
        case Resource::ingresses: return stream_of<k8s::Ingress>(context, query, kEvery, ingress_report);
        case Resource::services: return stream_of<k8s::Service>(context, query, kEvery, service_report);
        case Resource::endpoints: return endpoints_stream(context, query);
        case Resource::pods: return stream_of<k8s::Pod>(context, query, kEvery, pod_report);
        case Resource::certificates:
            return stream_of<k8s::Secret>(context, query, is_certificate,
                                          [](const ReportContext& all, const k8s::Secret& secret) {
                                              return certificate_report(all, secret.meta);
                                          });
        case Resource::routes: return routes_stream(context, query);
    }
    return [] { return std::nullopt; };
}

}  // namespace fairway::ingress
