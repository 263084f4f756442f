#include "ingress/cluster/cluster_listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <utility>

#include "ingress/cluster/resources.hpp"
#include "k8s-client/api/list_objects.hpp"
#include "k8s-client/api/refused.hpp"

namespace fairway::ingress {

namespace {

namespace asio = boost::asio;

constexpr std::string_view kByName = "metadata.name=";

k8s::ObjectName name_in(const k8s::WatchedResource& resource) {
    const std::string_view selector = resource.field_selector;
    if (!selector.starts_with(kByName)) return {};
    return {resource.ns, std::string(selector.substr(kByName.size()))};
}

/// "ingresses.networking.k8s.io", as a ClusterRole and `kubectl auth can-i` take it.
std::string named_in_roles(const k8s::WatchedResource& resource) {
    const auto version = resource.api_version();
    const auto slash = version.find('/');
    return slash == std::string_view::npos ? std::string(resource.plural)
                                           : fmt::format("{}.{}", resource.plural, version.substr(0, slash));
}

bool says_that_it_is_missing(const Diagnostic& diagnostic, const ObjectKey& key) {
    constexpr std::string_view kMissing = "does not exist";
    if (diagnostic.kind == key.kind && diagnostic.message.starts_with(kMissing))
        return key.name.name.empty() || diagnostic.object == key.name;
    const auto named = diagnostic.message.find(fmt::format("{} {}", key.kind, key.name.to_string()));
    return named != std::string::npos && diagnostic.message.find(kMissing, named) != std::string::npos;
}

}  // namespace

ClusterListing::ClusterListing(const ListingOptions& options, const TranslationOptions& translation, ObjectStore& store,
                               DiagnosticBook& book)
    : io_(std::make_unique<asio::io_context>(1)),
      client_(std::make_unique<k8s::ApiClient>(*io_, options.client, options.user_agent)),
      store_(store),
      book_(book),
      resources_(resources_for(translation, std::nullopt)),
      configmaps_(named_configmaps(translation)) {}

ClusterListing::~ClusterListing() = default;

void ClusterListing::read() {
    std::vector<k8s::WatchedResource> at_once;
    std::ranges::copy_if(resources_, std::back_inserter(at_once),
                         [](const auto& resource) { return resource.kind != k8s::Secret::kKind; });
    read_all(at_once);
}

bool ClusterListing::read_needed(ObjectNeeds& needs) {
    std::vector<k8s::WatchedResource> resources;
    for (const auto& object : needs.take_changed()) {
        if (object.kind == k8s::ConfigMap::kKind && needs.needs(object) && configmaps_.insert(object.name).second)
            resources.push_back(one_configmap(object.name));
        if (object.kind != k8s::Secret::kKind) continue;
        secrets_.need(object.name, needs.needs(object));
        if (secrets_.needs(object.name) && secrets_.withheld(object.name)) resources.push_back(one_secret(object.name));
    }
    if (resources.empty() && !std::exchange(secrets_read_, true)) {
        secrets_.sort_out();
        std::ranges::copy_if(resources_, std::back_inserter(resources),
                             [](const auto& resource) { return resource.kind == k8s::Secret::kKind; });
    }
    read_all(resources);
    return !resources.empty();
}

void ClusterListing::read_all(const std::vector<k8s::WatchedResource>& resources) {
    std::size_t running = resources.size();
    std::exception_ptr failure;
    for (const auto& resource : resources) {
        const auto ended = [&](const std::exception_ptr& error) {
            --running;
            try {
                if (error) std::rethrow_exception(error);
            } catch (const k8s::Refused& refused) {
                if (refused.status == k8s::kForbidden || refused.status == k8s::kNotFound)
                    note_denied(resource, refused.what());
                else
                    failure = error;
            } catch (...) {
                failure = error;
            }
        };
        asio::co_spawn(*io_, k8s::list_objects(*client_, resource, [this](auto decoded) { take(std::move(decoded)); }),
                       ended);
    }
    io_->restart();
    while (running > 0 && !failure) io_->run_one();
    if (failure) std::rethrow_exception(failure);
}

void ClusterListing::take(k8s::Decoded decoded) {
    secrets_.sift(decoded);
    store_.apply_live(std::move(decoded), book_);
}

void ClusterListing::note_denied(const k8s::WatchedResource& resource, const std::string& reason) {
    const auto name = name_in(resource);
    denied_.insert({std::string(resource.kind), name});
    // Without Ingresses nothing has been judged; of anything else the rest has.
    const bool nothing_left = resource.kind == k8s::Ingress::kKind;
    Diagnostic diagnostic{.severity = nothing_left ? Severity::error : Severity::warning,
                          .where = {},
                          .kind = std::string(resource.kind),
                          .object = name,
                          .field = {},
                          .message =
                              fmt::format("{}. {}; allow list on {}", reason,
                                          nothing_left ? "Nothing is checked" : "What refers to it is not checked",
                                          named_in_roles(resource)),
                          .reason = "NotReadable"};
    book_.replace(fmt::format("listing:{}/{}", resource.kind, name.to_string()), {std::move(diagnostic)});
}

bool ClusterListing::denied(std::string_view kind) const {
    return std::ranges::any_of(denied_, [&](const auto& key) { return key.kind == kind; });
}

Report ClusterListing::judged(Report report) const {
    std::erase_if(report.diagnostics, [&](const Diagnostic& diagnostic) {
        return std::ranges::any_of(denied_, [&](const auto& key) { return says_that_it_is_missing(diagnostic, key); });
    });
    return report;
}

}  // namespace fairway::ingress
