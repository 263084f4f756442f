#include "tls/server_config.hpp"

#include "base/assert.hpp"
#include "tls/handshake_callbacks.hpp"
#include "tls/server_context.hpp"

namespace fairway::tls {

namespace {

Result<std::shared_ptr<const ServerContext>> context_for(const ServerSettings& settings,
                                                         const std::shared_ptr<const ServerContext>& previous) {
    if (previous != nullptr && previous->settings() == settings) return previous;
    return ServerContext::create(settings, previous.get());
}

}  // namespace

ServerConfig::ServerConfig(std::shared_ptr<const ServerContext> context,
                           std::shared_ptr<const CertificateStore> certificates,
                           std::shared_ptr<const HostSettingsMap> hosts)
    : context_(std::move(context)), certificates_(std::move(certificates)), hosts_(std::move(hosts)) {
    FAIRWAY_ASSERT(certificates_ != nullptr, "a TLS listener has a certificate store");
}

Result<std::shared_ptr<const ServerConfig>> ServerConfig::create(const ServerSettings& settings,
                                                                 std::shared_ptr<const CertificateStore> certificates,
                                                                 const ServerConfig* previous,
                                                                 std::shared_ptr<const HostSettingsMap> hosts) {
    auto context = context_for(settings, previous == nullptr ? nullptr : previous->context_);
    if (!context) return context.error();
    return std::shared_ptr<const ServerConfig>(
        new ServerConfig(std::move(*context), std::move(certificates), std::move(hosts)));
}

ssl_st* ServerConfig::new_session() const { return context_->new_session(*this); }

const HostSettings* ServerConfig::applied_settings(const ssl_st& session) noexcept {
    return applied_host_settings(session);
}

const CertificateStore& ServerConfig::certificates() const noexcept { return *certificates_; }

const ServerSettings& ServerConfig::settings() const noexcept { return context_->settings(); }

const ServerContext& ServerConfig::context() const noexcept { return *context_; }

}  // namespace fairway::tls
