// The admin API of a serving instance: where it listens, and what happens when it cannot.
#pragma once

#include <memory>
#include <string>

#include "admin/api_pages.hpp"
#include "app/command_line.hpp"

namespace fairway::app {

class AdminApi {
public:
    /// Begins to answer on `io`, which calls `sources`. The default address in use (by another Fairway, as a rule) is
    /// only a warning; throws std::runtime_error when an address that was asked for cannot be bound.
    void open(boost::asio::io_context& io, const AdminListen& where, admin::ApiSources sources);
    void close() { server_.reset(); }

    /// "http://127.0.0.1:10255", with the port that is really listened on; empty: not open.
    std::string url() const;

private:
    std::unique_ptr<admin::HttpServer> server_;
    IpAddress address_;
};

}  // namespace fairway::app
