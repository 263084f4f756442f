#include "ingress/upstream_tls.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/spelling.hpp"

namespace fairway::ingress {

namespace {

std::string_view value_of(const k8s::Secret& secret, const char* key) {
    const auto entry = secret.data.find(key);
    return entry == secret.data.end() ? std::string_view() : std::string_view(entry->second);
}

Result<std::shared_ptr<const tls::ClientContext>> make_context(const UpstreamTlsSettings& settings,
                                                               const k8s::Secret& secret) {
    const auto chain = value_of(secret, "tls.crt");
    const auto key = value_of(secret, "tls.key");
    const auto authorities = value_of(secret, "ca.crt");
    if (chain.empty() != key.empty())
        return Error{fmt::format("it has {} without {}; put both there, or neither",
                                 key.empty() ? "tls.crt" : "tls.key", key.empty() ? "tls.key" : "tls.crt")};
    if (chain.empty() && authorities.empty())
        return Error{"it holds neither a certificate to show (tls.crt, tls.key) nor authorities to trust (ca.crt)"};
    tls::ClientConfig config{.authorities_pem = std::string(authorities),
                             .verify = settings.verify,
                             .verify_depth = settings.verify_depth,
                             .name = settings.name,
                             .send_server_name = settings.server_name,
                             .ciphers = settings.ciphers,
                             .protocols = settings.protocols};
    if (!chain.empty()) {
        auto certificate = tls::Certificate::load(chain, key);
        if (!certificate) return certificate.error();
        config.certificate = *std::move(certificate);
    }
    return tls::ClientContext::create(config);
}

}  // namespace

UpstreamTlsContexts::Found UpstreamTlsContexts::find(const UpstreamTlsSettings& settings) {
    const auto object = store_->find_object({k8s::Secret::kKind, settings.secret});
    if (!object) {
        entries_.erase(settings);
        return missing(settings.secret);
    }
    auto& entry = entries_[settings];
    auto context = entry.context.lock();
    if (context && entry.secret.lock() == object) return {std::move(context), {}, {}};
    auto made = make_context(settings, *object_as<k8s::Secret>(object));
    if (!made)
        return {std::move(context), "ProxySslSecretUnusable",
                fmt::format("Secret {}: {}", settings.secret.to_string(), made.error().message)};
    entry = {object, *made};
    if (entries_.size() >= forget_at_) forget_unused();
    return {*std::move(made), {}, {}};
}

std::shared_ptr<const tls::ClientContext> UpstreamTlsContexts::for_name(const std::string& name) {
    auto& known = by_name_[name];
    auto context = known.lock();
    if (context) return context;
    std::erase_if(by_name_, [&](const auto& entry) { return entry.first != name && entry.second.expired(); });
    context = *tls::ClientContext::create({.name = name, .send_server_name = true});
    by_name_[name] = context;
    return context;
}

UpstreamTlsContexts::Found UpstreamTlsContexts::missing(const k8s::ObjectName& name) const {
    std::vector<std::string_view> names;
    store_->for_each_in<k8s::Secret>(name.ns,
                                     [&](const k8s::Secret& secret) { names.push_back(secret.meta.name.name); });
    return {nullptr, "SecretNotFound",
            fmt::format("Secret {} does not exist{}", name.to_string(), did_you_mean(name.name, names))};
}

void UpstreamTlsContexts::forget_unused() {
    std::erase_if(entries_, [](const auto& entry) { return entry.second.context.expired(); });
    forget_at_ = 2 * std::max<std::size_t>(entries_.size(), 32);
}

}  // namespace fairway::ingress
