#include "app/admin_api.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "base/log.hpp"

namespace fairway::app {

void AdminApi::open(boost::asio::io_context& io, const AdminListen& where, admin::ApiSources sources) {
    if (!where.address) return;
    admin::HttpServerOptions options;
    options.address = where.address->ip;
    options.port = where.address->port;
    options.max_connections = 32;
    options.max_body_bytes = 1024;  // a GET needs none
    try {
        server_ = std::make_unique<admin::HttpServer>(
            io, options, [sources = std::move(sources)](const admin::HttpRequest& request) {
                return admin::api_page(sources, request);
            });
    } catch (const std::runtime_error& error) {
        if (!where.by_default) throw;
        log::warn(
            "admin.unavailable",
            {{"error", error.what()},
             {"remedy", "another Fairway may run; give this one an address of its own with --admin-address, or off"}});
        return;
    }
    address_ = where.address->ip;
    if (!address_.is_loopback())
        log::warn("admin.exposed",
                  {{"address", url()}, {"remedy", "it asks for no password; whoever reaches it can read it"}});
}

std::string AdminApi::url() const {
    return server_ ? fmt::format("http://{}", SocketAddress{address_, server_->port()}.to_string()) : "";
}

}  // namespace fairway::app
