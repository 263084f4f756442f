#include "app/webhook.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "base/log.hpp"

namespace fairway::app {

namespace {

/// ingress-nginx's limit of a body. An object of etcd has 1.5 MiB, and an update holds two.
constexpr std::size_t kMaxBody = 9UL * 1024 * 1024;
/// Longer than the API server keeps a connection, so that it never asks on one that is just being closed.
constexpr std::chrono::seconds kIdle{120};

}  // namespace

void Webhook::open(boost::asio::io_context& io, const WebhookOptions& options, Review review) {
    if (!options.listen) return;
    try {
        certificate_ = std::make_unique<admin::ServerCertificate>(options.certificate, options.key);
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(
            fmt::format("{} (--validating-webhook-certificate, --validating-webhook-key)", error.what()));
    }
    admin::HttpServerOptions serving;
    serving.address = options.listen->address;
    serving.port = options.listen->port;
    serving.max_connections = 64;
    serving.max_body_bytes = kMaxBody;
    serving.max_total_body_bytes = 4 * kMaxBody;
    serving.idle_timeout = kIdle;
    serving.tls = [this] { return certificate_->current(); };
    const auto handler = [review = std::move(review)](const admin::HttpRequest& request) {
        auto answer = review(request.body);
        return admin::HttpResponse{answer.http_status,
                                   std::move(answer.body),
                                   answer.http_status == 200 ? "application/json" : "text/plain; charset=utf-8",
                                   {}};
    };
    try {
        server_ = std::make_unique<admin::HttpServer>(io, serving, handler);
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(fmt::format("{} (--validating-webhook)", error.what()));
    }
    log::info("webhook.listening", {{"port", server_->port()}});
}

void Webhook::drain() {
    if (server_) server_->end_keep_alive();
}

}  // namespace fairway::app
