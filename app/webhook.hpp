// The server of the validating admission webhook: where it listens, and with which certificate.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "admin/http_server.hpp"
#include "admin/server_certificate.hpp"
#include "app/command_line.hpp"
#include "ingress/admission/answer.hpp"

namespace fairway::app {

class Webhook {
public:
    using Review = std::function<ingress::AdmissionAnswer(std::string_view body)>;

    /// Begins to answer on `io`; does nothing without an address. Throws std::runtime_error when it cannot be bound, or when
    /// the certificate cannot be used.
    void open(boost::asio::io_context& io, const WebhookOptions& options, Review review);
    /// Clients are told to go.
    void drain();
    void close() { server_.reset(); }

private:
    std::unique_ptr<admin::ServerCertificate> certificate_;
    std::unique_ptr<admin::HttpServer> server_;
};

}  // namespace fairway::app
